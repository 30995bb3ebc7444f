/* SPDX-License-Identifier: MIT */
/*
 * KFENCE's inside: objects, areas, and what its files offer each other.
 *
 * An area is a run of pages in the linear map, every other one a guard page:
 *
 *	page   0       1       2       3       4       5              2n      2n+1
 *	   | GUARD | GUARD | OBJ 0 | GUARD | OBJ 1 | GUARD | …    | OBJ n-1| GUARD |
 *	                  └───── 8 KiB ───┘
 *
 * so n objects take (n + 1) * 2 pages. Page 0 belongs to nobody; the guard left of object i is page 2i+1.
 *
 *	core.c    allocation, free, faults: what happens to one object      report.c  telling of it
 *	pool.c    areas and their free objects                              canary.c  bytes around objects
 *	sample.c  whose turn it is: interval, burst, covered stacks         params.c  /sys/module/kfence
 *	control.c on and off                                                stats.c   debugfs
 *
 * Locks, outermost first: kfence_mutex (on and off, parameters) > slab's mutex > kfence_areas_lock > stock->lock >
 * node->lock; object lock is a leaf. All but the mutexes are taken with interrupts masked.
 */
#pragma once

#include <linux/atomic.h>
#include <linux/irqflags.h>
#include <linux/kfence.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched/clock.h>
#include <linux/stackdepot.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include "arith.h"

#define KFENCE_STACK_DEPTH	16	/* frames kept of an allocation or free */

enum kfence_state {
	KFENCE_UNUSED,		/* never handed out */
	KFENCE_ALLOCATED,
	KFENCE_RCU_FREEING,	/* freed, its grace period runs: still accessible */
	KFENCE_FREED,
};

/* kfence_object.flags: of what is in the page, set anew by each allocation. */
#define KFENCE_OBJ_PAGE		(1u << 0)	/* an order-0 page: no cache, no canaries */
#define KFENCE_OBJ_ZOMBIE	(1u << 1)	/* its cache was destroyed around it: never reused */
#define KFENCE_OBJ_COVERED	(1u << 2)	/* its allocation stack is counted as covered */
#define KFENCE_OBJ_LEFT		(1u << 3)	/* its module was unloaded without freeing it: closed, though live */

/* Of the guard to the left, whatever becomes of the object: what a report has opened. */
#define KFENCE_OPEN_GUARD	(1u << 4)
#define KFENCE_OPEN_FIRST	(1u << 5)	/* of object 0: page 0 of the area, which has no neighbour of its own */
#define KFENCE_OPEN		(KFENCE_OPEN_GUARD | KFENCE_OPEN_FIRST)

/*
 * One object, live or not: a cache line. What it holds of the last allocation and free stays until
 * the next, for reports.
 *
 * [L] object lock  [O] owner: whoever took it from a list, or the list's lock  [I] set by pool_create
 */
struct kfence_object {
	union {
		struct {
			struct kfence_object *next;	/* [O] in a free list */
			u64 freed_us;			/* [L] kfence_now_us() of the free */
		};
		struct rcu_head rcu;			/* while KFENCE_RCU_FREEING; not listed, not yet freed */
	};
	struct kmem_cache *cache;	/* [L] NULL: a page, or a destroyed cache */
	u64 alloc_us : 48;		/* [L] kfence_now_us(): nine years of them */
	u64 alloc_cpu : 8;		/* [L] */
	u64 free_cpu : 8;		/* [L] */
	depot_stack_handle_t alloc_stack, free_stack;	/* [L] */
	s32 alloc_pid, free_pid;	/* [L] */
	u32 pfn;			/* [I] its page frame */
	u32 freeing_us;			/* [L] while KFENCE_RCU_FREEING: what freed_us will be, its low half */
	u16 size;			/* [L] bytes, 1..4096 */
	u16 offset;			/* [L] of its first byte in the page */
	u8 pasture;			/* [O] whose dirt is in the page: an isolated module's slot + 1; 0: anybody's */
	u8 locked;			/* the object lock; see kfence_object_lock() */
	u8 state;			/* [L] enum kfence_state */
	u8 flags;			/* [L] KFENCE_OBJ_*, KFENCE_OPEN_* */
};
_Static_assert(NR_CPUS <= 256, "alloc_cpu, free_cpu");
_Static_assert(sizeof(struct kfence_object) == 64, "the promise of docs/kfence.md: one cache line per object");

/*
 * One area. Its objects[nr_objects] is a sentinel that has only the last guard's KFENCE_OPEN_GUARD.
 *
 * Invariant "each leaves once": `out` counts the objects that will not be handed out again: those that
 * were free when draining began, those freed since, and zombies. out == nr_objects: nobody is left in it.
 */
struct kfence_area {
	struct list_head list;		/* in kfence_areas: changed under kfence_areas_lock, read under RCU */
	unsigned long start, end;	/* [I] linear-map addresses */
	unsigned long nr_objects;	/* [I] */
	unsigned long first_number;	/* [I] the number that reports give to objects[0] */
	int node;			/* [I] of its memory */
	bool draining;			/* set under kfence_areas_lock, for ever; read under stock->lock */
	atomic_long_t out;
	atomic_t release_queued;	/* 1: release_work is on its way */
	struct work_struct release_work;
	struct kfence_object *objects;	/* [I] */
	unsigned long tables_base;	/* [I] @start, down to 2 MiB */
	pte_t *tables[];		/* [I] the level-0 table of each 2 MiB from there on */
};

extern struct mutex kfence_mutex;	/* control.c */
extern struct list_head kfence_areas;	/* pool.c */
extern struct mutex kfence_areas_lock;	/* pool.c: changes of that list; who holds it may walk it and sleep */

/* ---- Objects (core.c) ---- */

/*
 * The object lock: one byte, since there are as many as objects. Held for the few instructions that change
 * an object's state, never while anything is printed. Context: any but NMI.
 */
static inline unsigned long kfence_object_lock(struct kfence_object *obj)
{
	unsigned long flags;

	local_irq_save(flags);
	while (__atomic_exchange_n(&obj->locked, 1, __ATOMIC_ACQUIRE))
		arch_cpu_relax();
	return flags;
}

static inline void kfence_object_unlock(struct kfence_object *obj, unsigned long flags)
{
	__atomic_store_n(&obj->locked, 0, __ATOMIC_RELEASE);
	local_irq_restore(flags);
}

static inline void *kfence_object_page(const struct kfence_object *obj)
{
	return __va((phys_addr_t)obj->pfn << PAGE_SHIFT);
}

static inline void *kfence_object_addr(const struct kfence_object *obj)
{
	return kfence_object_page(obj) + obj->offset;
}

/* Objects remember microseconds since boot: what reports show. */
static inline u64 kfence_now_us(void)
{
	return local_clock() / NSEC_PER_USEC;
}

/*
 * When was @obj freed, which is KFENCE_RCU_FREEING, with the RCU's link where freed_us belongs? What is missing of the
 * time is that of now: a grace period is shorter than the 71 minutes that the low half has room for.
 */
static inline u64 kfence_freeing_us(const struct kfence_object *obj)
{
	u64 now = kfence_now_us();

	return now - ((u32)now - obj->freeing_us);
}

static inline bool kfence_state_is_live(u8 state)
{
	return state == KFENCE_ALLOCATED || state == KFENCE_RCU_FREEING;
}

static inline unsigned long kfence_object_number(const struct kfence_area *area,
						 const struct kfence_object *obj)
{
	return area->first_number + (obj - area->objects);
}

/*
 * kfence_page_open, _close - make the page of an area that @addr lies in accessible, or not.
 * Opening needs no flush: absent entries are not cached. On return from closing, no CPU has a translation of it.
 * Context: any but NMI.
 */
void kfence_page_open(const struct kfence_area *area, unsigned long addr);
void kfence_page_close(const struct kfence_area *area, unsigned long addr);

/*
 * kfence_check_all - report damaged canaries of every live object.
 * @repair: restore them, so that each damage is reported once. Context: any but NMI. Returns: reports.
 */
unsigned long kfence_check_all(bool repair);

/* ---- Areas and free objects (pool.c) ---- */

void kfence_pool_init(void);	/* once, at boot */

/*
 * kfence_area_of - the area that @addr lies in, or NULL.
 * Context: under rcu_read_lock(), or with a live object of the area in hand.
 */
struct kfence_area *kfence_area_of(unsigned long addr);

/*
 * kfence_area_create - take memory from @node and close all of it.
 * Context: thread, kfence_mutex held. Strictly from @node; NUMA_NO_NODE: from anywhere.
 * Returns: the area, not yet listed; NULL: no such run of memory, nothing changed.
 */
struct kfence_area *kfence_area_create(unsigned long nr_objects, unsigned long first_number, int node);
/* Give an area back that was never listed, or from which everybody has left. Context: thread. */
void kfence_area_destroy(struct kfence_area *area);

/* Put the areas on @list into use. Context: thread, kfence_mutex held, KFENCE off. Cannot fail. */
void kfence_pool_publish(struct list_head *list, bool per_node);
/* Take all areas out of use; each is released when its last object goes. Context: as above. */
void kfence_pool_drain(void);

/*
 * kfence_pool_take - a free object, the one that has been free for longest on @node (roughly: CPUs
 * take and return them by handfuls).
 * @strict: from @node or not at all. Context: any but NMI.
 */
struct kfence_object *kfence_pool_take(int node, bool strict);
/* Less than a quarter of the pool is free: what is left is kept for allocations by modules. */
bool kfence_pool_is_scarce(void);
/* Put it back as the youngest. If its area is draining it is counted out instead. */
void kfence_pool_put(struct kfence_area *area, struct kfence_object *obj);
/* @obj will never be put back (a zombie). */
void kfence_pool_lose(struct kfence_area *area);

/* ---- Whose turn it is (sample.c) ---- */

/* Is this allocation to be guarded, as far as time goes? Takes one of the interval's tokens. */
bool kfence_sample_take(void);
/* It was this CPU's turn, but the allocation could not be guarded: try the next one. */
void kfence_sample_retry(void);
/* Context: thread, kfence_mutex held. @interval_ms: > 0: sample; < 0: full mode. */
int kfence_sample_start(long interval_ms, unsigned long nr_objects);
void kfence_sample_stop(void);
void kfence_sample_set_interval(long interval_ms);

/* Covered stacks: the first frames of an allocation's stack, as a key. */
u32 kfence_cover_key(const unsigned long *entries, unsigned int nr);
bool kfence_cover_contains(u32 key);
void kfence_cover_add(u32 key, int n);
/* Is the pool so full that covered stacks are to be passed over? */
bool kfence_cover_applies(void);

/* ---- On and off (control.c) ---- */

/*
 * kfence_enable - build the pool and begin. Context: thread, kfence_mutex held, KFENCE off.
 * Returns: 0; -ENOMEM with a log line: no memory for it, nothing changed.
 */
int kfence_enable(long interval_ms, unsigned long nr_objects, bool per_node);
void kfence_disable(void);
/*
 * kfence_boot_limit - how many objects booting_max allows on a machine of @total bytes. ULONG_MAX: it says nothing of one.
 * @text: of @size bytes. A bad one is told of, and replaced by the default.
 */
unsigned long kfence_boot_limit(char *text, size_t size, u64 total);
extern bool kfence_enabled;	/* written under kfence_mutex, read by anybody */

/* ---- Reports (report.c) ---- */

enum kfence_error {
	KFENCE_ERROR_OOB,
	KFENCE_ERROR_UAF,
	KFENCE_ERROR_CORRUPTION,
	KFENCE_ERROR_INVALID,		/* access to a page that is nobody's */
	KFENCE_ERROR_INVALID_FREE,
};

/* What there is to tell, gathered under the object's lock, told without it. */
struct kfence_incident {
	enum kfence_error error;
	bool write;
	bool has_object;		/* obj and number are set */
	u8 nr_bytes;			/* of bytes[]: KFENCE_ERROR_CORRUPTION */
	unsigned long addr;		/* touched, freed, or found changed */
	struct pt_regs *regs;		/* of the access; NULL: not a fault */
	unsigned long number;		/* the object's, in reports */
	struct kfence_object obj;	/* a copy */
	u8 bytes[16];			/* what is at addr now */
};

/*
 * kfence_report - print one report, whole; count it.
 * Context: any but NMI, no lock of KFENCE's held. Returns always; what fault= asks for comes after, by
 * kfence_act_on_fault().
 */
void kfence_report(const struct kfence_incident *incident);

/* With fault=oops or panic: do not return. @regs: of the access, or NULL. Context: no lock of KFENCE's held. */
void kfence_act_on_fault(struct pt_regs *regs);

/* An object's lines and stacks, as in a report: to @seq, or to the log if that is NULL. */
void kfence_print_object(struct seq_file *seq, const struct kfence_object *obj, unsigned long number);

/* ---- Parameters (params.c) ---- */
enum kfence_fault_action { KFENCE_FAULT_REPORT, KFENCE_FAULT_OOPS, KFENCE_FAULT_PANIC };
extern enum kfence_fault_action kfence_fault_action;
extern unsigned long kfence_skip_covered_thresh;	/* percent */
extern unsigned int kfence_burst;
extern bool kfence_order0_page, kfence_rearm, kfence_deferrable;

/* ---- Counters (stats.c) ---- */
enum kfence_counter {
	KFENCE_COUNT_SLAB_ALLOCS,
	KFENCE_COUNT_SLAB_FREES,
	KFENCE_COUNT_SLAB_ZOMBIES,
	KFENCE_COUNT_PAGE_ALLOCS,
	KFENCE_COUNT_PAGE_FREES,
	KFENCE_COUNT_BUGS,
	KFENCE_COUNT_SKIP_INCOMPAT,
	KFENCE_COUNT_SKIP_CAPACITY,
	KFENCE_COUNT_SKIP_COVERED,
	KFENCE_COUNTERS
};
/* Per CPU, so that counting costs an instruction or two; a sum is exact when nobody counts. */
struct kfence_counts {
	long n[KFENCE_COUNTERS];
};
DECLARE_PER_CPU(struct kfence_counts, kfence_counts);

static inline void kfence_count(enum kfence_counter which)
{
	this_cpu_inc(kfence_counts.n[which]);
}

long kfence_count_sum(enum kfence_counter which);
/* Objects that live now: what was allocated and neither freed nor made a zombie. */
long kfence_slabs_now(void);
long kfence_pages_now(void);
