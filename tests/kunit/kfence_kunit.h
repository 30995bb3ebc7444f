/* SPDX-License-Identifier: MIT */
/*
 * What KFENCE's suites share: catching reports from the log and taking them apart, changing parameters, and
 * getting guarded objects where one wants them.
 */
#pragma once

#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/types.h>

/* One report as a reader sees it. Strings are empty, numbers 0, where the report has no such line. */
struct kfence_seen {
	char kind[32];			/* "out-of-bounds read" */
	char function[64];		/* the title's, without offset and module */
	char detail[32];		/* first word(s) of the detail line, up to " at " or " of " */
	unsigned long addr;
	char side[8];			/* "left", "right", "in" */
	unsigned long distance;		/* bytes, out of bounds only */
	char damage[128];		/* memory corruption: between the brackets */
	char access_first[64], alloc_first[64], free_first[64];	/* first functions of the stacks */
	char access_stack[256], alloc_stack[256], free_stack[256];	/* all functions, a blank behind each */
	int alloc_pid, alloc_cpu, free_pid, free_cpu;
	u64 alloc_us, free_us;		/* "at 1.234567s" */
	int pid, cpu;			/* the line "CPU: 0 PID: 14 Comm: insmod" */
	char comm[16];
	unsigned long number, start, end;	/* the object line; end is its last byte */
	unsigned int size;
	char cache[48];
	char access[128];		/* behind "access: " */
	bool has_object, has_free, complete;	/* complete: the closing bar was there */
	bool rcu_freeing;		/* has_free: but the grace period was not over */
	bool unused;			/* the object was never handed out */
};

/* kfence_seen_start - reports from here on count. */
void kfence_seen_start(void);
/*
 * kfence_seen_all - the reports since kfence_seen_start(), oldest first.
 * Returns: how many there were; at most @max are in @out.
 */
unsigned int kfence_seen_all(struct kfence_seen *out, unsigned int max);

/* Exactly one report since the last start; it goes to @out, and the next start is now. */
void kfence_expect_one(struct kunit *test, struct kfence_seen *out);
/* None. */
void kfence_expect_none(struct kunit *test);
/* One, of @kind about @addr, in @function (NULL: any), of an object at @start with @size bytes. */
void kfence_expect(struct kunit *test, const char *kind, const void *addr, const char *function,
		   const void *start, size_t size, struct kfence_seen *out);

/* Write and read /sys/module/kfence/parameters/@name. Return 0 or -errno. */
int kfence_param_set(const char *name, const char *value);
int kfence_param_get(const char *name, char *buf, size_t size);
/* The first number behind "@name: " in debugfs' stats, or -1. */
long kfence_stat(const char *name);

/*
 * kfence_setup - KFENCE in a known state: switched off, drained, on again with these values.
 * Returns: 0 or what the parameter said. kfence_suite_exit() puts back what was before the first setup.
 */
int kfence_setup(const char *interval, const char *num_objects, const char *pool_mode);
/* kfence_setup() that has to succeed. */
void kfence_must_setup(struct kunit *test, const char *interval, const char *num_objects, const char *pool_mode);
/* For .exit: off between cases, so that what the runner keeps for the next one is not guarded. */
void kfence_case_exit(struct kunit *test);
/* For .suite_exit: all parameters as they were before the suite. */
void kfence_suite_exit(struct kunit_suite *suite);
/* Objects of all areas, draining ones included, as stats' table has it. */
long kfence_pool_objects(void);
/*
 * Invariant "each leaves once" (mm/kfence/kfence.h): what has not left an area that is given up is live. False may
 * also be an object that is freed just now: ask again.
 */
bool kfence_areas_add_up(void);
/*
 * Wait until no more than @objects are left, and the memory of those that went is back. In full mode other parts of
 * the kernel get objects that they keep (a worker's thread, say); so after five seconds an older area may stay, but
 * only if all of its objects that have not left are live. Returns: false when one has been lost.
 */
bool kfence_wait_drained(long objects);

enum kfence_side { KFENCE_ANY, KFENCE_LEFT, KFENCE_RIGHT, KFENCE_NONE };

/*
 * kfence_test_alloc - allocate until the object is guarded, and where it is wanted (KFENCE_NONE: not guarded).
 * @cache: NULL: kmalloc(). Fails the test if it takes too long. The stack of the allocation
 * begins with this function.
 */
void *kfence_test_alloc(struct kunit *test, struct kmem_cache *cache, size_t size, gfp_t gfp,
			enum kfence_side side);
/* A guarded kmalloc() of @size, on whichever side. */
void *kfence_guarded(struct kunit *test, size_t size);
void kfence_test_free(struct kmem_cache *cache, void *ptr);
