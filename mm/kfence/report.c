// SPDX-License-Identifier: MIT
/*
 * Telling what KFENCE has found, in Linux's words and order, so that people and programs who read
 * Linux's reports read these.
 *
 * Reports come at the worst moment: with locks held, from interrupts, from inside an allocator. So
 * nothing here allocates or waits; what is printed was copied under the object's lock before (struct
 * kfence_incident), and the only lock is printk's per-CPU one, which keeps other CPUs' lines out until
 * the closing bar. A report that is needed while this CPU is printing one (what it prints may itself
 * lie behind the fence) is counted and not told.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/sched.h>
#include <linux/sched/debug.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <arch/trap.h>
#include <paddock/slab.h>
#include "../fault_access.h"
#include "canary.h"
#include "kfence.h"

#define BAR "==================================================================\n"
#define REPORT_FRAMES 64

/* printf to @seq, or to the log when that is NULL. */
static void __printf(2, 3) out(struct seq_file *seq, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	if (seq)
		seq_vprintf(seq, fmt, args);
	else
		vprintk(fmt, args);
	va_end(args);
}

/* ---- Stacks, without the allocator's own frames ---- */

static bool has_prefix(const char *name, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (!strncmp(name, *prefixes, strlen(*prefixes)))
			return true;
	return false;
}

/*
 * How many leading entries are the allocators': everything up to and including the entry point that
 * the caller has called, so that the first line shown is the caller's. Inner functions are passed
 * over by name as well, for stacks on which the compiler has left no entry point.
 */
static unsigned int skip_allocator(const unsigned long *entries, unsigned int nr)
{
	static const char *const entry_points[] = {
		"kmalloc", "__kmalloc", "kmem_cache_alloc", "kmem_cache_free", "kmem_cache_destroy",
		"kfree", "oot___kmalloc", "oot_kmalloc", NULL
	};
	/* These call one another. */
	static const char *const page_functions[] = {
		"__alloc_pages", "alloc_pages", "__free_pages", "free_pages", "__get_free_page", "get_zeroed_page",
		"put_page", NULL
	};
	static const char *const inner[] = {
		"kfence_report", "kfence_alloc", "__kfence_free", "kfence_free_page", "kfence_shutdown_cache", "guarded_alloc",
		"guarded_free", "note_freer", "part_from_cache", "retire_object", "check_canaries",
		"report_bad_free", "kfence_report", "print_whole", "destroy_cache", "slab_alloc", "slab_free", "__kmem_cache_",
		"free_unreferenced", "alloc_slow",
		"free_pages_slow", "alloc_pages_slow", NULL
	};
	char name[KSYM_NAME_LEN];
	unsigned int i, skip = 0;

	for (i = 0; i < nr; i++) {
		/* A return address behind a call that does not return belongs to the next function: one back. */
		char *module = NULL;
		const char *fn = kallsyms_lookup(entries[i] - 1, NULL, NULL, &module, name);

		if (!fn || module)
			break;
		if (has_prefix(fn, inner) || has_prefix(fn, page_functions))
			skip = i + 1;
		else if (has_prefix(fn, entry_points))
			return i + 1;
		else
			break;
	}
	return skip;
}

static void print_stack(struct seq_file *seq, depot_stack_handle_t handle, const char *what)
{
	unsigned long *entries;
	unsigned int nr = stack_depot_fetch(handle, &entries), i;

	if (!nr) {
		out(seq, " no %s stack\n", what);
		return;
	}
	i = skip_allocator(entries, nr);
	if (i == nr)
		i = 0;		/* an allocation by the allocator itself: better all than none */
	for (; i < nr; i++)
		out(seq, " %pB\n", (void *)entries[i]);
}

/* "… by task 12 on cpu 0 at 1.234567s (0.000012s ago):" */
static void print_track(struct seq_file *seq, const char *what, s32 pid, unsigned int cpu, u64 us)
{
	u64 ago = kfence_now_us() - us;

	out(seq, "%s by task %d on cpu %u at %llu.%06us (%llu.%06us ago):\n", what, pid, cpu,
	    us / USEC_PER_SEC, (u32)(us % USEC_PER_SEC), ago / USEC_PER_SEC, (u32)(ago % USEC_PER_SEC));
}

/* ---- The object ---- */

static const char *cache_name(const struct kfence_object *obj)
{
	if (obj->flags & KFENCE_OBJ_PAGE)
		return "PAGE";
	return obj->cache ? obj->cache->name : "<destroyed>";
}

static void print_object_line(struct seq_file *seq, const struct kfence_object *obj, unsigned long number)
{
	unsigned long start = (unsigned long)kfence_object_addr(obj);

	out(seq, "kfence-#%lu: 0x%px-0x%px, size=%u, cache=%s\n", number, (void *)start,
	    (void *)(start + obj->size - 1), obj->size, cache_name(obj));
}

static void print_tracks(struct seq_file *seq, const struct kfence_object *obj)
{
	bool freeing = obj->state == KFENCE_RCU_FREEING;

	print_track(seq, "allocated", obj->alloc_pid, obj->alloc_cpu, obj->alloc_us);
	print_stack(seq, obj->alloc_stack, "allocation");
	if (obj->flags & KFENCE_OBJ_LEFT)
		out(seq, "\nleft behind by module %s, which is unloaded\n", slab_owner(obj->cache));
	if (freeing || obj->state == KFENCE_FREED) {
		out(seq, "\n");
		print_track(seq, freeing ? "rcu freeing" : "freed", obj->free_pid, obj->free_cpu,
			    freeing ? kfence_freeing_us(obj) : obj->freed_us);
		print_stack(seq, obj->free_stack, "deallocation");
	}
}

void kfence_print_object(struct seq_file *seq, const struct kfence_object *obj, unsigned long number)
{
	if (obj->state == KFENCE_UNUSED) {
		out(seq, "kfence-#%lu unused\n", number);
		return;
	}
	print_object_line(seq, obj, number);
	out(seq, "\n");
	print_tracks(seq, obj);
}

/* ---- What happened ---- */

static const char *direction(const struct kfence_incident *in)
{
	return in->write ? "write" : "read";
}

static void print_title(const struct kfence_incident *in, unsigned long where)
{
	void *fn = (void *)where;

	switch (in->error) {
	case KFENCE_ERROR_OOB:
		pr_err("BUG: KFENCE: out-of-bounds %s in %pS\n\n", direction(in), fn);
		break;
	case KFENCE_ERROR_UAF:
		pr_err("BUG: KFENCE: use-after-free %s in %pS\n\n", direction(in), fn);
		break;
	case KFENCE_ERROR_CORRUPTION:
		pr_err("BUG: KFENCE: memory corruption in %pS\n\n", fn);
		break;
	case KFENCE_ERROR_INVALID:
		pr_err("BUG: KFENCE: invalid %s in %pS\n\n", direction(in), fn);
		break;
	case KFENCE_ERROR_INVALID_FREE:
		pr_err("BUG: KFENCE: invalid free in %pS\n\n", fn);
		break;
	}
}

/* The bytes of a damaged canary: "." for one that is as it should be. */
static void format_damage(char *buf, size_t size, const struct kfence_incident *in)
{
	int len = 0;

	buf[0] = '\0';
	for (unsigned int i = 0; i < in->nr_bytes; i++) {
		if (in->bytes[i] == kfence_canary_byte(in->addr + i))
			len += scnprintf(buf + len, size - len, " .");
		else
			len += scnprintf(buf + len, size - len, " 0x%02x", in->bytes[i]);
	}
}

static void print_detail(const struct kfence_incident *in)
{
	unsigned long start = (unsigned long)kfence_object_addr(&in->obj);
	bool left = in->addr < start;
	char damage[6 * sizeof(in->bytes)];
	void *addr = (void *)in->addr;

	switch (in->error) {
	case KFENCE_ERROR_OOB:
		/* As Linux counts: to the right, too, from the object's start. */
		pr_err("Out-of-bounds %s at 0x%px (%luB %s of kfence-#%lu):\n", direction(in), addr,
		       left ? start - in->addr : in->addr - start, left ? "left" : "right", in->number);
		break;
	case KFENCE_ERROR_UAF:
		pr_err("Use-after-free %s at 0x%px (in kfence-#%lu):\n", direction(in), addr, in->number);
		break;
	case KFENCE_ERROR_CORRUPTION:
		format_damage(damage, sizeof(damage), in);
		pr_err("Corrupted memory at 0x%px [%s ] (in kfence-#%lu):\n", addr, damage, in->number);
		break;
	case KFENCE_ERROR_INVALID:
		pr_err("Invalid %s at 0x%px:\n", direction(in), addr);
		break;
	case KFENCE_ERROR_INVALID_FREE:
		if (in->has_object)
			pr_err("Invalid free of 0x%px (in kfence-#%lu):\n", addr, in->number);
		else
			pr_err("Invalid free of 0x%px:\n", addr);
		break;
	}
}

/* Where in, or how far from, the object: the distance that the detail line does not give, from its nearest edge. */
static void report_access(const struct kfence_incident *in)
{
	unsigned long start = (unsigned long)kfence_object_addr(&in->obj), end = start + in->obj.size, n;
	const char *edge;
	char where[48] = "";

	if (!in->regs)
		return;
	if (in->has_object && in->obj.size) {	/* 0: it was never handed out */
		if (in->addr < start) {
			n = start - in->addr;
			edge = "before the start";
		} else if (in->addr >= end) {
			n = in->addr - end + 1;
			edge = "past the end";
		} else {
			n = in->addr - start;
			edge = "into the object";
		}
		snprintf(where, sizeof(where), ", %lu byte%s %s", n, n == 1 ? "" : "s", edge);
	}
	print_access(in->regs, in->addr, in->write, where);
}

static void print_whole(const struct kfence_incident *in)
{
	unsigned long entries[REPORT_FRAMES];
	unsigned int nr, skip = 0;

	if (in->regs) {
		nr = stack_trace_save_regs(in->regs, entries, REPORT_FRAMES, 0);
	} else {
		nr = stack_trace_save(entries, REPORT_FRAMES, 1);
		skip = skip_allocator(entries, nr);
		if (skip == nr)
			skip = 0;
	}

	pr_err(BAR);
	print_title(in, nr ? entries[skip] : 0);
	print_detail(in);
	/* The first is the access itself; all others are return addresses, which may belong to the next function. */
	for (unsigned int i = skip; i < nr; i++)
		printk(in->regs && !i ? " %pS\n" : " %pB\n", (void *)entries[i]);
	if (in->has_object && in->obj.state == KFENCE_UNUSED) {
		pr_err("\n");
		kfence_print_object(NULL, &in->obj, in->number);
		report_access(in);
	} else if (in->has_object) {
		pr_err("\n");
		print_object_line(NULL, &in->obj, in->number);
		report_access(in);
		pr_err("\n");
		print_tracks(NULL, &in->obj);
	} else if (in->regs) {
		pr_err("\n");
		report_access(in);
	}
	pr_err("\n");
	/* Registers only of the access: those of a free or of a sweep say nothing about the damage. */
	if (in->regs)
		show_regs(in->regs);
	else
		dump_stack_print_info(KERN_ERR);
	pr_err(BAR);
}

/* ---- Entry points ---- */

/* With rearm=1 every access is caught, so a loop over freed memory could report for ever. */
static DEFINE_RATELIMIT_STATE(rearm_limit, 5 * HZ, 10);
static DEFINE_PER_CPU(bool, reporting);

void kfence_report(const struct kfence_incident *in)
{
	unsigned long flags;

	kfence_count(KFENCE_COUNT_BUGS);
	if (READ_ONCE(kfence_rearm) && in->regs && !__ratelimit(&rearm_limit))
		return;
	printk_cpu_sync_get_irqsave(flags);
	if (!this_cpu_read(reporting)) {
		this_cpu_write(reporting, true);
		print_whole(in);
		this_cpu_write(reporting, false);
	}
	printk_cpu_sync_put_irqrestore(flags);

	add_taint(TAINT_BAD_PAGE, LOCKDEP_STILL_OK);
	check_panic_on_warn("KFENCE");
}

void kfence_act_on_fault(struct pt_regs *regs)
{
	switch (READ_ONCE(kfence_fault_action)) {
	case KFENCE_FAULT_REPORT:
		return;
	case KFENCE_FAULT_OOPS:
		if (regs)
			die("KFENCE: kfence.fault=oops", regs, 0);
		BUG();
	case KFENCE_FAULT_PANIC:
		panic("kfence.fault=panic set");
	}
}
