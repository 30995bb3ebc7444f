// SPDX-License-Identifier: MIT
/*
 * Is a report what it has to be? Every part of it is compared: title, function, address, distance, damage, stacks as
 * far as the programs make them, access line, object, cache, tasks, CPUs.
 */
#include <linux/string.h>
#include "kfence_gen.h"

static bool is_access(const char *kind)
{
	return strstr(kind, " read") || strstr(kind, " write");
}

/* "access: 4-byte write of 0x41, 1 byte past the end, base register …" */
static void judge_access_line(struct kunit *test, const struct gen_due *d, const struct kfence_seen *r)
{
	unsigned long start = (unsigned long)d->object.p, end = start + d->object.size, n;
	const char *where;
	char text[128];
	int len;

	len = scnprintf(text, sizeof(text), "%u-byte %s", d->e.width, d->e.write ? "write" : "read");
	if (d->e.write)
		len += scnprintf(text + len, sizeof(text) - len, " of 0x%llx", d->e.value);
	if (d->e.object >= 0 && d->object.p) {
		n = d->e.addr < start ? start - d->e.addr : d->e.addr < end ? d->e.addr - start : d->e.addr - end + 1;
		where = d->e.addr < start ? "before the start" : d->e.addr < end ? "into the object" : "past the end";
		len += scnprintf(text + len, sizeof(text) - len, ", %lu byte%s %s", n, n == 1 ? "" : "s", where);
	}
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(r->access, text, len), "access: %s, expected %s", r->access, text);
}

static void judge_task(struct kunit *test, const char *what, const struct gen_actor *who, int pid, int cpu)
{
	KUNIT_EXPECT_EQ_MSG(test, pid, who->pid, "%s", what);
	if (who->pinned)
		KUNIT_EXPECT_EQ_MSG(test, cpu, who->cpu, "%s", what);
}

static void judge_object(struct kunit *test, const struct gen_due *d, const struct kfence_seen *r)
{
	const struct gen_object *o = &d->object;

	KUNIT_EXPECT_EQ(test, (int)r->number, d->e.object);
	KUNIT_EXPECT_EQ(test, r->unused, !o->p);
	if (!o->p)
		return;
	KUNIT_EXPECT_EQ(test, r->start, (unsigned long)o->p);
	KUNIT_EXPECT_EQ(test, r->end, (unsigned long)o->p + o->size - 1);
	KUNIT_EXPECT_EQ(test, r->size, o->size);
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(r->cache, o->cache, strlen(o->cache)), "cache=%s", r->cache);
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(r->alloc_stack, "gen_alloc gen_call ", 19), "allocated: %s", r->alloc_stack);
	judge_task(test, "allocated", &o->alloc, r->alloc_pid, r->alloc_cpu);
	KUNIT_EXPECT_EQ(test, r->has_free, !o->live);
	if (o->live)
		return;
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(r->free_stack, "gen_free gen_call ", 18), "freed: %s", r->free_stack);
	judge_task(test, "freed", &o->free, r->free_pid, r->free_cpu);
}

static void judge_place(struct kunit *test, const struct gen_due *d, const struct kfence_seen *r)
{
	unsigned long start = (unsigned long)d->object.p;
	bool left = d->e.addr < start;

	if (d->e.object < 0) {
		KUNIT_EXPECT_STREQ(test, r->side, "");
	} else if (!strncmp(d->e.kind, "out-of-bounds", 13)) {
		KUNIT_EXPECT_STREQ(test, r->side, left ? "left" : "right");
		KUNIT_EXPECT_EQ(test, r->distance, left ? start - d->e.addr : d->e.addr - start);
	} else {
		KUNIT_EXPECT_STREQ(test, r->side, "in");
	}
}

void gen_judge(struct kunit *test, const struct gen_due *d, const struct kfence_seen *r)
{
	bool access = is_access(d->e.kind);
	char stack[64];

	KUNIT_EXPECT_TRUE(test, r->complete);
	KUNIT_EXPECT_STREQ(test, r->kind, d->e.kind);
	KUNIT_EXPECT_EQ(test, r->addr, d->e.addr);
	KUNIT_EXPECT_STREQ(test, r->function, d->fn);
	scnprintf(stack, sizeof(stack), "%s gen_call %s ", d->fn, d->by);
	KUNIT_EXPECT_TRUE_MSG(test, !strncmp(r->access_stack, stack, strlen(stack)), "stack: %s, expected %s",
			      r->access_stack, stack);
	KUNIT_EXPECT_STREQ(test, r->damage, d->e.damage);
	judge_place(test, d, r);
	if (access)
		judge_access_line(test, d, r);
	else
		KUNIT_EXPECT_STREQ(test, r->access, "");
	KUNIT_EXPECT_EQ(test, r->has_object, d->e.object >= 0);
	if (d->e.object >= 0)
		judge_object(test, d, r);
	judge_task(test, "reported", &d->who, r->pid, r->cpu);
	KUNIT_EXPECT_STREQ(test, r->comm, d->who.comm);
}
