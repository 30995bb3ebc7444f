/* SPDX-License-Identifier: MIT */
/* Counting semaphores. up() may be called from any context and by anybody. */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>

struct semaphore {
	raw_spinlock_t lock;
	unsigned int count;		/* [L] */
	struct list_head wait_list;	/* [L] */
};

#define __SEMAPHORE_INITIALIZER(name, n) { .count = n, .wait_list = LIST_HEAD_INIT((name).wait_list) }
#define DEFINE_SEMAPHORE(name)	struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

static inline void sema_init(struct semaphore *sem, int val)
{
	*sem = (struct semaphore)__SEMAPHORE_INITIALIZER(*sem, val);
}

void down(struct semaphore *sem);
int __must_check down_interruptible(struct semaphore *sem);	/* 0 or -EINTR */
int __must_check down_killable(struct semaphore *sem);
int __must_check down_trylock(struct semaphore *sem);		/* 0 when taken, 1 when not */
int __must_check down_timeout(struct semaphore *sem, long timeout); /* 0 or -ETIME */
void up(struct semaphore *sem);
