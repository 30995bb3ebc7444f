// SPDX-License-Identifier: MIT
/*
 * Caches with checks: red zones, poison, tracks, and the reports, in SLUB's layout and words.
 *
 * Which cache has which checks: slab_debug= (or slub_debug=) on the command line, as in Linux:
 *
 *   slub_debug                 all checks, all caches
 *   slub_debug=FZ              these checks, all caches
 *   slub_debug=P,kmalloc-64,dentry*   these checks, these caches;  several such, separated by ';'
 *
 *   F consistency   Z red zones   P poison   U user tracking   T trace   - none
 *
 * An object's slot with all of them:
 *
 *   | red zone | object               |red| track: alloc | track: free | padding |
 *   |<-- pad ->|<--- object_size ---->|   |<- inuse + …                          |
 *
 *   red zones   0xbb while free, 0xcc while in use
 *   poison      a free object is 0x6b, its last byte 0xa5; padding is 0x5a
 *
 * Such caches have pages of kind SLAB_DEBUG and no magazines, so the fast paths never see their objects. All
 * functions here run under the node's lock. A report taints the kernel (B) and repairs what it found, so that
 * one damage is told once.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <arch/time.h>
#include <paddock/page.h>
#include <paddock/slab.h>
#include "slab.h"

#define RED_INACTIVE	0xbb
#define RED_ACTIVE	0xcc
#define POISON_FREE	0x6b
#define POISON_END	0xa5
#define POISON_INUSE	0x5a	/* padding */

/* ---- Which caches ---- */

static char debug_option[1024];
static bool debug_option_given;

static slab_flags_t parse_letters(const char *p, const char *end, bool complain);

/* Say once, at boot, what of it nobody understands; the rest counts. */
static void __init check_option(const char *p)
{
	for (;;) {
		const char *block_end = strchrnul(p, ';');

		parse_letters(p, memchr(p, ',', block_end - p) ?: block_end, true);
		if (!*block_end)
			return;
		p = block_end + 1;
	}
}

static int __init slub_debug_option(char *text)
{
	debug_option_given = true;
	if (text && strscpy(debug_option, text, sizeof(debug_option)) < 0) {
		/* Not half a name: back to the last that is whole. */
		char *cut = max(strrchr(debug_option, ','), strrchr(debug_option, ';'));

		if (cut)
			*cut = '\0';
		pr_err("slub_debug is longer than %zu characters; what follows '%s' is not used\n",
		       sizeof(debug_option) - 1, debug_option);
	}
	check_option(debug_option);
	return 0;
}
early_param("slub_debug", slub_debug_option);

static int __init slab_debug_option(char *text)
{
	return slub_debug_option(text);
}
early_param("slab_debug", slab_debug_option);

static slab_flags_t parse_letters(const char *p, const char *end, bool complain)
{
	slab_flags_t flags = 0;

	if (p == end)
		return SLAB_DEBUG_FLAGS & ~SLAB_TRACE;
	for (; p < end; p++) {
		switch (*p | 0x20) {
		case 'f': flags |= SLAB_CONSISTENCY_CHECKS; break;
		case 'z': flags |= SLAB_RED_ZONE; break;
		case 'p': flags |= SLAB_POISON; break;
		case 'u': flags |= SLAB_STORE_USER; break;
		case 't': flags |= SLAB_TRACE; break;
		case 'a': case 'o': break;	/* Linux's: faults are injected otherwise here, orders are small */
		case '-': flags = 0; break;
		default:
			if (complain)
				pr_err("slub_debug option '%c' unknown. skipped\n", *p);
		}
	}
	return flags;
}

/* Is @name among the comma-separated patterns of [p, end)? An empty list means all. */
static bool name_listed(const char *name, const char *p, const char *end)
{
	if (p >= end)
		return true;
	while (p < end) {
		const char *comma = memchr(p, ',', end - p) ?: end;
		char pattern[64];

		strscpy(pattern, p, min_t(size_t, comma - p + 1, sizeof(pattern)));
		if (glob_match(pattern, name))
			return true;
		p = comma + 1;
	}
	return false;
}

slab_flags_t slab_debug_flags(const char *name, slab_flags_t flags)
{
	const char *p = debug_option, *end = p + strlen(p);

	if (!debug_option_given || flags & SLAB_NO_USER_FLAGS)
		return flags;
	do {
		const char *block_end = memchr(p, ';', end - p) ?: end;
		const char *comma = memchr(p, ',', block_end - p) ?: block_end;

		if (name_listed(name, comma + 1, block_end))
			return flags | parse_letters(p, comma, false);
		p = block_end + 1;
	} while (p < end);
	return flags;
}

/* ---- Layout ---- */

static unsigned int tracks_offset(const struct kmem_cache *s)
{
	return s->inuse;
}

/* First byte behind all that is in use of the slot, counted from the object. */
static unsigned int info_end(const struct kmem_cache *s)
{
	return tracks_offset(s) + (s->flags & SLAB_STORE_USER ? 2 * sizeof(struct track) : 0);
}

void slab_debug_layout(struct kmem_cache *s)
{
	/* The right red zone is the rounding up to a word; at least a word. */
	if (s->flags & SLAB_RED_ZONE && s->inuse == s->object_size)
		s->inuse += sizeof(void *);
	s->size = info_end(s);
	if (s->flags & SLAB_RED_ZONE) {
		s->red_left_pad = ALIGN(sizeof(void *), s->align);
		s->size += sizeof(void *) + s->red_left_pad;
	}
	s->size = ALIGN(s->size, s->align);
	/* Constructed objects must not be overwritten, nor what RCU readers may still look at. */
	if (s->ctor || s->flags & SLAB_TYPESAFE_BY_RCU)
		s->flags &= ~SLAB_POISON;
	if (s->flags & SLAB_STORE_USER)
		stack_depot_init();
}

struct track *slab_track(struct kmem_cache *s, void *object, enum track_kind kind)
{
	return (struct track *)((char *)object + tracks_offset(s)) + kind;
}

static void set_track(struct kmem_cache *s, void *object, enum track_kind kind, size_t waste, unsigned long caller)
{
	struct track *t = slab_track(s, object, kind);
	unsigned long entries[24];
	unsigned int nr, first = 0;

	if (!(s->flags & SLAB_STORE_USER))
		return;
	/* The story begins with the caller, not with our own functions. */
	nr = stack_trace_save(entries, ARRAY_SIZE(entries), 0);
	while (first < nr && entries[first] != caller)
		first++;
	if (first == nr)
		first = 0;
	*t = (struct track){
		.addr = caller,
		.stack = stack_depot_save(entries + first, nr - first, GFP_NOWAIT),
		.cpu = raw_smp_processor_id(),
		.pid = current->pid,
		.waste = waste,
		.when_ns = arch_clock_ns(),
	};
}

void slab_debug_init_object(struct kmem_cache *s, void *object, bool active)
{
	u8 *p = object;
	u8 red = active ? RED_ACTIVE : RED_INACTIVE;

	if (s->flags & SLAB_RED_ZONE) {
		memset(p - s->red_left_pad, red, s->red_left_pad);
		memset(p + s->object_size, red, s->inuse - s->object_size);
	}
	if (s->flags & SLAB_POISON) {
		memset(p, POISON_FREE, s->object_size - 1);
		p[s->object_size - 1] = POISON_END;
	}
}

void slab_debug_new_object(struct kmem_cache *s, void *object)
{
	char *p = object;

	slab_debug_init_object(s, object, false);
	if (s->flags & SLAB_POISON)
		memset(p + info_end(s), POISON_INUSE, s->size - s->red_left_pad - info_end(s));
	if (s->flags & SLAB_STORE_USER)
		memset(p + tracks_offset(s), 0, 2 * sizeof(struct track));
}

/* ---- Reports ---- */

static void print_track(const char *what, const struct track *t)
{
	if (!t->addr)
		return;
	pr_err("%s in %pS age=%llu cpu=%d pid=%d\n", what, (void *)t->addr,
	       (arch_clock_ns() - t->when_ns) / 1000000, t->cpu, t->pid);
	if (t->stack)
		stack_depot_print(t->stack);
}

void slab_print_tracks(struct kmem_cache *s, void *object)
{
	if (!(s->flags & SLAB_STORE_USER))
		return;
	print_track("Allocated", slab_track(s, object, TRACK_ALLOC));
	print_track("Freed", slab_track(s, object, TRACK_FREE));
}

/* fp, the next free object in Linux, is always 0: which are free is told by a bitmap, nothing is written into them. */
static void print_slab_line(const struct page *slab)
{
	pr_err("Slab 0x%px objects=%u used=%u fp=0x%016lx flags=0x%lx(slab|node=%d)\n", slab, slab->slab_objects,
	       slab->slab_inuse, 0UL, slab->flags, page_kind_node(slab));
}

/* Of long sections, what is near the object's start and end tells most. */
#define RED_SHOWN	512U
#define OBJECT_SHOWN	((unsigned int)PAGE_SIZE)

static void print_section(const char *label, const void *p, unsigned int bytes)
{
	print_hex_dump(KERN_ERR, label, DUMP_PREFIX_ADDRESS, 16, 1, p, bytes, true);
}

static void print_trailer(struct kmem_cache *s, struct page *slab, u8 *p)
{
	u8 *base = page_address(slab);
	unsigned int end = info_end(s), slot = s->size - s->red_left_pad;

	slab_print_tracks(s, p);
	print_slab_line(slab);
	pr_err("Object 0x%px @offset=%tu fp=0x%016lx\n\n", p, p - base, 0UL);
	if (s->flags & SLAB_RED_ZONE)
		print_section("Redzone  ", p - min(s->red_left_pad, RED_SHOWN), min(s->red_left_pad, RED_SHOWN));
	else if (p > base + 16)
		print_section("Bytes b4 ", p - 16, 16);
	print_section("Object   ", p, min(s->object_size, OBJECT_SHOWN));
	if (s->flags & SLAB_RED_ZONE)
		print_section("Redzone  ", p + s->object_size, s->inuse - s->object_size);
	if (s->flags & SLAB_DEBUG_FLAGS && end < slot)
		print_section("Padding  ", p + end, min(slot - end, RED_SHOWN));
}

static __printf(2, 0) void print_title(struct kmem_cache *s, const char *fmt, va_list *args)
{
	struct va_format text = { fmt, args };

	pr_err("=============================================================================\n");
	pr_err("BUG %s (%s): %pV\n", s->name, print_tainted(), &text);
	pr_err("-----------------------------------------------------------------------------\n\n");
}

void slab_bug(struct kmem_cache *s, struct page *slab, void *object, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_title(s, fmt, &args);
	va_end(args);
	if (object)
		print_trailer(s, slab, object);
	else
		print_slab_line(slab);
	dump_stack();
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

static __printf(2, 3) void title(struct kmem_cache *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	print_title(s, fmt, &args);
	va_end(args);
}

void slab_report_remaining(struct kmem_cache *s, struct page *slab)
{
	title(s, "Objects remaining in %s on __kmem_cache_shutdown()", s->name);
	print_slab_line(slab);
	dump_stack();
	for (unsigned int i = 0; i < slab->slab_objects; i++) {
		void *object = slab_object(s, slab, i);

		if (test_bit(i, slab_free_map(slab)))
			continue;
		pr_err("Object 0x%px @offset=%tu\n", object, (char *)object - (char *)page_address(slab));
		slab_print_tracks(s, object);
	}
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
}

/* ---- Checks ---- */

/* Are the @bytes at @start all @value? If not: report the first run of others, and repair it. */
static bool check_bytes(struct kmem_cache *s, struct page *slab, u8 *object, const char *what, u8 *start, u8 value,
			unsigned int bytes)
{
	u8 *fault = memchr_inv(start, value, bytes), *end;

	if (!fault)
		return true;
	end = start + bytes;
	while (end > fault && end[-1] == value)
		end--;
	title(s, "%s overwritten", what);
	pr_err("0x%px-0x%px @offset=%tu. First byte 0x%x instead of 0x%x\n", fault, end - 1,
	       fault - (u8 *)page_address(slab), fault[0], value);
	print_trailer(s, slab, object);
	dump_stack();
	add_taint(TAINT_BAD_PAGE, LOCKDEP_NOW_UNRELIABLE);
	pr_err("FIX %s: Restoring %s 0x%px-0x%px=0x%x\n", s->name, what, fault, end - 1, value);
	memset(fault, value, end - fault);
	return false;
}

bool slab_debug_check(struct kmem_cache *s, struct page *slab, void *object, bool active)
{
	u8 *p = object, red = active ? RED_ACTIVE : RED_INACTIVE;
	unsigned int end = info_end(s), slot = s->size - s->red_left_pad;
	bool good = true;

	if (s->flags & SLAB_RED_ZONE) {
		good &= check_bytes(s, slab, p, "Left Redzone", p - s->red_left_pad, red, s->red_left_pad);
		good &= check_bytes(s, slab, p, "Right Redzone", p + s->object_size, red,
				    s->inuse - s->object_size);
	}
	if (s->flags & SLAB_POISON) {
		if (!active) {
			good &= check_bytes(s, slab, p, "Poison", p, POISON_FREE, s->object_size - 1);
			good &= check_bytes(s, slab, p, "End Poison", p + s->object_size - 1, POISON_END, 1);
		}
		good &= check_bytes(s, slab, p, "Object padding", p + end, POISON_INUSE, slot - end);
	}
	return good;
}

static void trace(struct kmem_cache *s, struct page *slab, void *object, const char *what)
{
	if (s->flags & SLAB_TRACE) {
		pr_info("TRACE %s %s 0x%px inuse=%d\n", s->name, what, object, slab->slab_inuse);
		dump_stack();
	}
}

bool slab_debug_alloc(struct kmem_cache *s, struct page *slab, void *object, size_t size, unsigned long caller)
{
	if (s->flags & SLAB_DEBUG_FLAGS && !slab_debug_check(s, slab, object, false)) {
		/* In use for ever, and dressed like that, so that validate does not find the same again. */
		pr_err("FIX %s: Marking the object as used\n", s->name);
		slab_debug_init_object(s, object, true);
		return false;
	}
	slab_debug_init_object(s, object, true);
	set_track(s, object, TRACK_ALLOC, s->object_size - size, caller);
	trace(s, slab, object, "alloc");
	return true;
}

bool slab_debug_free(struct kmem_cache *s, struct page *slab, void *object, unsigned long caller)
{
	unsigned int index = slab_object_index(s, slab, object);

	if (index >= slab->slab_objects || object != slab_object(s, slab, index)) {
		slab_bug(s, slab, NULL, "Invalid object pointer 0x%px", object);
		pr_err("FIX %s: Object at 0x%px not freed\n", s->name, object);
		return false;
	}
	if (test_bit(index, slab_free_map(slab))) {
		slab_bug(s, slab, object, "Object already free");
		pr_err("FIX %s: Object at 0x%px not freed\n", s->name, object);
		return false;
	}
	/* What is damaged is told and repaired; the object itself can be used again. */
	slab_debug_check(s, slab, object, true);
	set_track(s, object, TRACK_FREE, 0, caller);
	slab_debug_init_object(s, object, false);
	trace(s, slab, object, "free");
	return true;
}

/* ---- Which object is this? ---- */

/* The slab page of @object, if it is one. */
static struct page *slab_page_of(const void *object)
{
	struct page *page;

	if (!virt_addr_valid(object))
		return NULL;
	page = virt_to_page(object);
	return page_is_slab(page) ? page : NULL;
}

bool kmem_valid_obj(void *object)
{
	return slab_page_of(object) || kfence_object_start(object);
}
EXPORT_SYMBOL_GPL(kmem_valid_obj);

void kmem_dump_obj(void *object)
{
	struct page *page = slab_page_of(object), *slab;
	struct kmem_cache *s;
	unsigned int index;
	u8 *start;

	if (!page) {
		if (kfence_object_start(object)) {
			s = kfence_object_cache(object);
			u8 *at = kfence_object_start(object);

			pr_cont(" slab%s%s (kfence) start %px", s ? " " : "", s ? s->name : "", at);
			pr_cont(" pointer offset %td size %zu\n", (u8 *)object - at, kfence_ksize(object));
		}
		return;
	}
	slab = slab_first_page(page);
	s = slab->slab_cache;
	index = slab_object_index(s, slab, object);
	start = slab_object(s, slab, index);
	pr_cont(" slab%s %s start %px", test_bit(index, slab_free_map(slab)) ? " (free)" : "", s->name, start);
	pr_cont(" pointer offset %td size %u\n", (u8 *)object - start, s->object_size);
	slab_print_tracks(s, start);
}
EXPORT_SYMBOL_GPL(kmem_dump_obj);
