/* SPDX-License-Identifier: MIT */
/*
 * Spinlocks: test and set, with a guard against starvation.
 *
 * Whoever finds the lock free takes it. (Ticket locks, first come first served, were tried: where
 * virtual CPUs outnumber the host's, the one whose turn it is often does not run, and all
 * wait for it.) A CPU that has spun for long marks itself as starving; then only it may take the lock next.
 *
 * The owner is kept always (one store each way): it makes lockdep_assert_held() exact and lets every
 * contended or wrong use be reported with the CPU that is to blame.
 */
#pragma once

#include <linux/types.h>

typedef struct raw_spinlock {
	union {
		u32 word;		/* 0: free, and nobody starves */
		struct {
			u8 locked;
			u8 starving;	/* CPU number + 1 of who must get it next */
		};
	};
	u32 owner;			/* CPU number + 1, 0: free. Written by the holder only */
} raw_spinlock_t;

typedef struct spinlock {
	struct raw_spinlock rlock;
} spinlock_t;

#define __RAW_SPIN_LOCK_UNLOCKED(name)	(raw_spinlock_t){ .word = 0, .owner = 0 }
#define __SPIN_LOCK_UNLOCKED(name)	(spinlock_t){ .rlock = { .word = 0, .owner = 0 } }
#define DEFINE_RAW_SPINLOCK(x)		raw_spinlock_t x = { .word = 0, .owner = 0 }
#define DEFINE_SPINLOCK(x)		spinlock_t x = { .rlock = { .word = 0, .owner = 0 } }

/* Any number of readers, or one writer; see kernel/sched/spinlock.c. */
typedef struct {
	atomic_t cnts;			/* readers * RW_READER | writer waiting | writer */
	raw_spinlock_t queue;		/* the waiters' order */
} rwlock_t;

#define __RW_LOCK_UNLOCKED(name)	(rwlock_t){ .cnts = { 0 } }
#define DEFINE_RWLOCK(x)		rwlock_t x = { .cnts = { 0 } }
