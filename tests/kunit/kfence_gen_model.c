// SPDX-License-Identifier: MIT
/*
 * What KFENCE has to report, told a second time and as simply as can be: a flag per page, a byte per byte. It
 * knows the rules of docs/kfence.md and nothing of mm/kfence.
 */
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "kfence_gen.h"

static u8 canary_at(unsigned long addr)
{
	return 0xaa ^ (addr & 7);
}

bool gen_model_init(struct gen_model *m, unsigned long base, unsigned int nr)
{
	m->base = base;
	m->nr = nr;
	m->objects = vzalloc(nr * sizeof(*m->objects));
	m->open = vzalloc(2 * nr + 2);
	m->shadow = vmalloc(nr * PAGE_SIZE);
	return m->objects && m->open && m->shadow;
}

void gen_model_free(struct gen_model *m)
{
	vfree(m->objects);
	vfree(m->open);
	vfree(m->shadow);
	memset(m, 0, sizeof(*m));
}

static int object_in(const struct gen_model *m, unsigned int page)
{
	return page >= 2 && page % 2 == 0 && page < 2 * m->nr + 2 ? (int)page / 2 - 1 : -1;
}

int gen_model_object(const struct gen_model *m, const void *addr)
{
	return (unsigned long)addr < m->base ? -1 : object_in(m, gen_page(m, addr));
}

static unsigned long page_address_of(const struct gen_model *m, unsigned int page)
{
	return m->base + page * PAGE_SIZE;
}

static u8 *shadow_of(const struct gen_model *m, int object)
{
	return m->shadow + object * PAGE_SIZE;
}

unsigned int gen_model_alloc(struct gen_model *m, char *p, unsigned int size, const char *cache,
			     const struct gen_actor *who)
{
	int object = gen_model_object(m, p);

	m->objects[object] = (struct gen_object){ .p = p, .size = size, .cache = cache, .live = true, .alloc = *who };
	m->open[gen_page(m, p)] = true;
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		shadow_of(m, object)[i] = canary_at(i);
	return 0;
}

/* ---- Accesses ---- */

/* The live neighbour of guard @page that @addr is nearer to; the left one if both are equally near. */
static int nearest(const struct gen_model *m, unsigned int page, unsigned long addr)
{
	int left = object_in(m, page - 1), right = object_in(m, page + 1);
	unsigned long to_left, to_right;

	if (left >= 0 && !m->objects[left].live)
		left = -1;
	if (right >= 0 && !m->objects[right].live)
		right = -1;
	if (left < 0 || right < 0)
		return left < 0 ? right : left;
	to_left = addr - ((unsigned long)m->objects[left].p + m->objects[left].size);
	to_right = (unsigned long)m->objects[right].p - addr;
	return to_left <= to_right ? left : right;
}

/* The part of an access that lies in @page and begins at @addr. */
static unsigned int touch_page(struct gen_model *m, unsigned int page, unsigned long addr, bool write,
			       struct gen_expected *out)
{
	const char *rw = write ? "write" : "read";
	int object = object_in(m, page);

	if (m->open[page])
		return 0;
	m->open[page] = true;
	*out = (struct gen_expected){ .addr = addr, .object = object, .write = write };
	if (object >= 0) {
		snprintf(out->kind, sizeof(out->kind), "use-after-free %s", rw);
		return 1;
	}
	out->object = page ? nearest(m, page, addr) : -1;
	snprintf(out->kind, sizeof(out->kind), "%s %s", out->object < 0 ? "invalid" : "out-of-bounds", rw);
	return 1;
}

unsigned int gen_model_access(struct gen_model *m, unsigned long addr, unsigned int width, bool write, u64 value,
			      struct gen_expected *out)
{
	unsigned long last = addr + width - 1;
	unsigned int first_page = gen_page(m, (void *)addr), last_page = gen_page(m, (void *)last), n = 0;

	for (unsigned int page = first_page; page <= last_page; page++)
		n += touch_page(m, page, max(addr, page_address_of(m, page)), write, &out[n]);
	for (unsigned int i = 0; i < n; i++) {
		out[i].width = width;
		out[i].value = value;
	}
	for (unsigned long a = addr; write && a <= last; a++, value >>= 8) {
		int object = gen_model_object(m, (void *)a);

		if (object >= 0 && m->objects[object].live)
			shadow_of(m, object)[a % PAGE_SIZE] = value;
	}
	return n;
}

/* ---- Frees ---- */

/* The first changed byte of an object's shadow in [@from, @to), and up to 15 that follow it. */
static unsigned int find_damage(const struct gen_model *m, int object, unsigned int from, unsigned int to,
				struct gen_expected *out)
{
	const u8 *shadow = shadow_of(m, object);
	int len = 0;

	while (from < to && shadow[from] == canary_at(from))
		from++;
	if (from == to)
		return 0;
	*out = (struct gen_expected){ .kind = "memory corruption", .object = object,
				      .addr = page_address_of(m, 2 * object + 2) + from };
	for (unsigned int i = from; i < to && i < from + 16; i++) {
		if (shadow[i] == canary_at(i))
			len += scnprintf(out->damage + len, sizeof(out->damage) - len, " .");
		else
			len += scnprintf(out->damage + len, sizeof(out->damage) - len, " 0x%02x", shadow[i]);
	}
	scnprintf(out->damage + len, sizeof(out->damage) - len, " ");
	return 1;
}

unsigned int gen_model_free_at(struct gen_model *m, char *p, struct gen_expected *out)
{
	unsigned int page = gen_page(m, p), at = offset_in_page(p), n;
	int object = object_in(m, page);
	struct gen_object *o = &m->objects[object];

	if (object < 0 || !o->live || o->p != p) {
		*out = (struct gen_expected){ .kind = "invalid free", .addr = (unsigned long)p, .object = object };
		/* In a guard: the object that it is next to; if none lives, the one before it. */
		if (object < 0 && page) {
			out->object = nearest(m, page, (unsigned long)p);
			if (out->object < 0)
				out->object = object_in(m, page - 1);
		}
		return 1;
	}
	n = find_damage(m, object, 0, at, out);
	n += find_damage(m, object, at + o->size, PAGE_SIZE, &out[n]);
	o->live = false;
	/* The guards on both sides, and page 0, which has no other neighbour, with the first. */
	for (unsigned int i = object ? page - 1 : 0; i <= page + 1; i++)
		m->open[i] = false;
	return n;
}
