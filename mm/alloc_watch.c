// SPDX-License-Identifier: MIT
/*
 * Who watches allocations: the common gate, and scopes, which count exactly. See <paddock/alloc_watch.h>.
 *
 * A note is kept for each thing that a scope has allocated and nobody has freed: its address, the scope, the
 * stack. Notes lie in a hash table by address; their memory comes straight from the zones, so that
 * noting something is not itself something to be noted.
 *
 * A thread belongs to a scope by its number, task_struct.alloc_scope, which threads that it starts inherit.
 * Numbers are not used again, so a thread that outlives its scope belongs to none.
 *
 * Locks: watch_mutex guards opening the gates; notes_lock guards notes and scopes. notes_lock, then zone->lock.
 */
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/stacktrace.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <paddock/alloc_watch.h>
#include <paddock/page.h>
#include <paddock/sched.h>
#include <paddock/slab.h>
#include "slab.h"

/* ---- The gate ---- */

int alloc_watched;

static DEFINE_MUTEX(watch_mutex);
static unsigned int watchers;	/* [watch_mutex] */

static void open_gates(void *unused)
{
	slab_gate_open_all_this_cpu();
	page_gate_open_all_this_cpu();
}

void alloc_watch_get(void)
{
	mutex_lock(&watch_mutex);
	if (!watchers++) {
		/* From here on slow paths leave gates open; and then all are, once. */
		WRITE_ONCE(alloc_watched, true);
		on_each_cpu(open_gates, NULL, 1);
	}
	mutex_unlock(&watch_mutex);
}

void alloc_watch_put(void)
{
	/* Each gate is closed by the next allocation that comes through it. */
	mutex_lock(&watch_mutex);
	if (!--watchers)
		WRITE_ONCE(alloc_watched, false);
	mutex_unlock(&watch_mutex);
}

/* ---- Notes ---- */

#define NOTE_FRAMES	8

struct note {
	struct note *next;
	unsigned long key;	/* object's address, or page's with bit 0 set */
	u32 scope;
	u32 order;		/* of pages */
	size_t size;		/* of objects: as asked for */
	unsigned long stack[NOTE_FRAMES];
};

#define NOTE_HASH_BITS	12
#define NOTES_PER_PAGE	(PAGE_SIZE / sizeof(struct note))

static DEFINE_SPINLOCK(notes_lock);
static struct note *notes[1 << NOTE_HASH_BITS];	/* [L] */
static struct note *free_notes;			/* [L] */
static struct page *note_pages;			/* [L] linked through page->mapping */
static bool notes_incomplete;			/* [L] there was no memory for one */

static struct {
	u32 id;				/* [L] 0: not in use */
	unsigned long allocations;	/* [L] */
	unsigned int fail_nth;		/* [L] 0: none is to fail, or it has */
	bool fired;			/* [L] */
	const struct task_struct *owner;	/* [L] who began it */
} scopes[ALLOC_SCOPES];
static u32 last_scope;			/* [L] the slot is its rest by ALLOC_SCOPES */

static unsigned long page_key(const struct page *page)
{
	return (unsigned long)page | 1;
}

static struct note **bucket_of(unsigned long key)
{
	return &notes[hash_long(key, NOTE_HASH_BITS)];
}

static struct note *new_note_locked(void)
{
	struct note *note = free_notes;
	struct page *page;

	if (!note) {
		page = alloc_internal_page(GFP_ATOMIC | __GFP_NOWARN, 0, NUMA_NO_NODE);
		if (!page)
			return NULL;
		page->mapping = note_pages;
		note_pages = page;
		note = page_address(page);
		for (unsigned int i = 0; i < NOTES_PER_PAGE; i++)
			note[i].next = i + 1 < NOTES_PER_PAGE ? &note[i + 1] : NULL;
	}
	free_notes = note->next;
	return note;
}

static void free_note_locked(struct note *note)
{
	note->next = free_notes;
	free_notes = note;
}

static struct note *take_note_locked(unsigned long key)
{
	for (struct note **link = bucket_of(key); *link; link = &(*link)->next) {
		struct note *note = *link;

		if (note->key == key) {
			*link = note->next;
			return note;
		}
	}
	return NULL;
}

static void insert_note_locked(struct note *note)
{
	struct note **bucket = bucket_of(note->key);

	note->next = *bucket;
	*bucket = note;
}

/* The scope that the running thread works in; -1: none. Interrupt handlers work for nobody. */
static int current_scope_locked(void)
{
	u32 id = in_task() ? current->alloc_scope : 0;

	return id && scopes[id % ALLOC_SCOPES].id == id ? (int)(id % ALLOC_SCOPES) : -1;
}

static void add_note(unsigned long key, size_t size, unsigned int order)
{
	unsigned long stack[NOTE_FRAMES], flags;
	struct note *note;
	unsigned int n;
	int scope;

	if (!in_task() || !current->alloc_scope)
		return;
	n = stack_trace_save(stack, NOTE_FRAMES, 1);
	spin_lock_irqsave(&notes_lock, flags);
	scope = current_scope_locked();
	if (scope >= 0) {
		scopes[scope].allocations++;
		note = new_note_locked();
		if (note) {
			*note = (struct note){ .key = key, .scope = scopes[scope].id, .order = order, .size = size };
			memcpy(note->stack, stack, n * sizeof(*stack));
			insert_note_locked(note);
		} else {
			notes_incomplete = true;
		}
	}
	spin_unlock_irqrestore(&notes_lock, flags);
}

static void remove_note(unsigned long key)
{
	unsigned long flags;
	struct note *note;

	spin_lock_irqsave(&notes_lock, flags);
	note = take_note_locked(key);
	if (note)
		free_note_locked(note);
	spin_unlock_irqrestore(&notes_lock, flags);
}

void watch_add_object(const void *object, size_t size)
{
	add_note((unsigned long)object, size, 0);
}

void watch_remove_object(const void *object)
{
	remove_note((unsigned long)object);
}

/*
 * Pages that all threads together have asked for since somebody watches, less those they have freed. KFENCE's
 * are its own: they come from its pool.
 */
static atomic_long_t pages_out;

static void count_pages(const struct page *page, long pages)
{
	if (!is_kfence_page(page))
		atomic_long_add(pages, &pages_out);
}

long page_balance(void)
{
	return nr_free_pages() + slab_nr_pages() + internal_nr_pages() + atomic_long_read(&pages_out);
}

void watch_add_pages(struct page *page, unsigned int order)
{
	count_pages(page, 1L << order);
	add_note(page_key(page), 0, order);
}

void watch_remove_pages(struct page *page, unsigned int order)
{
	count_pages(page, -(1L << order));
	remove_note(page_key(page));
}

void watch_note_page(struct page *page)
{
	add_note(page_key(page), 0, 0);
}

void watch_forget_page(struct page *page)
{
	remove_note(page_key(page));
}

void watch_split_pages(struct page *page, unsigned int order)
{
	unsigned long flags;
	struct note *whole, *note;

	spin_lock_irqsave(&notes_lock, flags);
	whole = take_note_locked(page_key(page));
	for (unsigned long i = 0; whole && i < 1UL << order; i++) {
		note = new_note_locked();
		if (!note) {
			notes_incomplete = true;
			break;
		}
		*note = *whole;
		note->key = page_key(page + i);
		note->order = 0;
		insert_note_locked(note);
	}
	if (whole)
		free_note_locked(whole);
	spin_unlock_irqrestore(&notes_lock, flags);
}

/* ---- Settling ---- */

/* What is freed later, or kept for the next who needs it. */
static void settle_objects(void)
{
	/* Work may leave callbacks, callbacks may leave work. */
	rcu_barrier();
	flush_scheduled_work();
	rcu_barrier();
	thread_drop_kept_stacks();
	vmalloc_settle();
	rcu_barrier();		/* page tables */
}

void mm_settle(void)
{
	settle_objects();
	slab_reclaim();
	rcu_barrier();		/* slabs of SLAB_TYPESAFE_BY_RCU caches */
	drain_all_pages(NULL);
}

/* ---- Scopes ---- */

int alloc_scope_begin(struct alloc_scope *scope)
{
	int err = -EBUSY;
	u32 id;

	alloc_watch_get();
	spin_lock_irq(&notes_lock);
	for (unsigned int tries = 0; err && tries < ALLOC_SCOPES; tries++) {
		id = ++last_scope ?: ++last_scope;
		if (scopes[id % ALLOC_SCOPES].id)
			continue;
		memset(&scopes[id % ALLOC_SCOPES], 0, sizeof(scopes[0]));
		scopes[id % ALLOC_SCOPES].id = id;
		scopes[id % ALLOC_SCOPES].owner = current;
		err = 0;
	}
	spin_unlock_irq(&notes_lock);
	if (err) {
		alloc_watch_put();
		return err;
	}
	*scope = (struct alloc_scope){ .id = id, .outer = current->alloc_scope };
	current->alloc_scope = id;
	return 0;
}

void alloc_scope_fail_nth(struct alloc_scope *scope, unsigned int nth)
{
	unsigned int slot = scope->id % ALLOC_SCOPES;

	spin_lock_irq(&notes_lock);
	scopes[slot].fail_nth = nth;
	scopes[slot].fired = false;
	spin_unlock_irq(&notes_lock);
}

/* Whether it has failed remains to be told. */
static void stop_failing(struct alloc_scope *scope)
{
	spin_lock_irq(&notes_lock);
	scopes[scope->id % ALLOC_SCOPES].fail_nth = 0;
	spin_unlock_irq(&notes_lock);
}

bool alloc_scope_fails(void)
{
	unsigned long flags;
	bool fails = false;
	int scope;

	if (!in_task() || !current->alloc_scope)
		return false;
	spin_lock_irqsave(&notes_lock, flags);
	scope = current_scope_locked();
	if (scope >= 0 && scopes[scope].fail_nth && !--scopes[scope].fail_nth)
		fails = scopes[scope].fired = true;
	spin_unlock_irqrestore(&notes_lock, flags);
	return fails;
}

static void count_note(const struct note *note, struct alloc_left *out)
{
	if (note->key & 1) {
		out->pages += 1UL << note->order;
	} else {
		out->objects++;
		out->bytes += note->size;
	}
}

static void print_note(const struct note *note)
{
	unsigned int frames = 0;

	while (frames < NOTE_FRAMES && note->stack[frames])
		frames++;
	if (note->key & 1)
		pr_warn("not freed: %lu page%s at pfn 0x%lx, allocated by\n", 1UL << note->order,
			note->order ? "s" : "", page_to_pfn((struct page *)(note->key & ~1UL)));
	else
		pr_warn("not freed: object of %zu bytes at 0x%lx, allocated by\n", note->size, note->key);
	stack_trace_print(note->stack, frames, 1);
}

void alloc_scope_count(struct alloc_scope *scope, struct alloc_left *out)
{
	unsigned int slot = scope->id % ALLOC_SCOPES;

	*out = (struct alloc_left){ };
	spin_lock_irq(&notes_lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(notes); i++)
		for (const struct note *note = notes[i]; note; note = note->next)
			if (note->scope == scope->id)
				count_note(note, out);
	out->allocations = scopes[slot].allocations;
	out->fault_fired = scopes[slot].fired;
	spin_unlock_irq(&notes_lock);
	WARN_ONCE(notes_incomplete, "alloc_scope: some allocations were not noted for lack of memory\n");
}

static void free_note_pages_locked(void)
{
	while (note_pages) {
		struct page *page = note_pages;

		note_pages = page->mapping;
		free_internal_page(page, 0);
	}
	free_notes = NULL;
}

/* What the scope leaves is now its outer scope's, or forgotten. */
static void bequeath_locked(struct alloc_scope *scope)
{
	bool outer = scope->outer && scopes[scope->outer % ALLOC_SCOPES].id == scope->outer, any = false;

	for (unsigned int i = 0; i < ARRAY_SIZE(notes); i++) {
		for (struct note **link = &notes[i]; *link;) {
			struct note *note = *link;

			if (note->scope == scope->id && outer) {
				note->scope = scope->outer;
			} else if (note->scope == scope->id) {
				*link = note->next;
				free_note_locked(note);
				continue;
			}
			any = true;
			link = &note->next;
		}
	}
	if (!any)
		free_note_pages_locked();
}

static void close_scope(struct alloc_scope *scope)
{
	spin_lock_irq(&notes_lock);
	bequeath_locked(scope);
	scopes[scope->id % ALLOC_SCOPES].id = 0;
	spin_unlock_irq(&notes_lock);
	alloc_watch_put();
}

/* A failed test, or an oops, between begin and end. */
void watch_thread_exit(void)
{
	for (unsigned int i = 0; i < ALLOC_SCOPES; i++) {
		struct alloc_scope scope = { .id = READ_ONCE(scopes[i].id) };

		if (scope.id && scopes[i].owner == current)
			close_scope(&scope);
	}
	if (current->fail_nth_watches) {
		current->fail_nth_watches = false;
		current->fail_nth = 0;
		alloc_watch_put();
	}
}

#define PRINT_NOTES	10

static void print_left(struct alloc_scope *scope)
{
	static struct note copy[PRINT_NOTES];	/* [watch_mutex] printing takes locks of its own */
	unsigned int n = 0;

	mutex_lock(&watch_mutex);
	spin_lock_irq(&notes_lock);
	for (unsigned int i = 0; i < ARRAY_SIZE(notes); i++)
		for (const struct note *note = notes[i]; note && n < PRINT_NOTES; note = note->next)
			if (note->scope == scope->id)
				copy[n++] = *note;
	spin_unlock_irq(&notes_lock);
	for (unsigned int i = 0; i < n; i++)
		print_note(&copy[i]);
	mutex_unlock(&watch_mutex);
}

void alloc_scope_end(struct alloc_scope *scope, struct alloc_left *out, unsigned int flags)
{
	struct alloc_left left;

	WARN_ON_ONCE(current->alloc_scope != scope->id);
	stop_failing(scope);
	current->alloc_scope = scope->outer;
	settle_objects();
	alloc_scope_count(scope, &left);
	if (flags & ALLOC_SCOPE_PRINT && (left.objects || left.pages))
		print_left(scope);
	close_scope(scope);
	if (out)
		*out = left;
}
