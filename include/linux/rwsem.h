/* SPDX-License-Identifier: MIT */
/* Reader-writer semaphores: any number of readers, or one writer; waiters are served in order. */
#pragma once

#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/atomic.h>

struct task_struct;

struct rw_semaphore {
	int count;			/* [L] readers that hold it, or -1: a writer */
	struct task_struct *owner;	/* [L] the writer, for reports */
	raw_spinlock_t wait_lock;
	struct list_head wait_list;	/* [L] */
};

#define __RWSEM_INITIALIZER(name) { .count = 0, .wait_list = LIST_HEAD_INIT((name).wait_list) }
#define DECLARE_RWSEM(name)	struct rw_semaphore name = __RWSEM_INITIALIZER(name)

void __init_rwsem(struct rw_semaphore *sem, const char *name, struct lock_class_key *key);
#define init_rwsem(sem)		__init_rwsem((sem), #sem, NULL)

/* Context: thread, may sleep. _interruptible and _killable return 0 or -EINTR. */
void down_read(struct rw_semaphore *sem);
int __must_check down_read_interruptible(struct rw_semaphore *sem);
int __must_check down_read_killable(struct rw_semaphore *sem);
int down_read_trylock(struct rw_semaphore *sem);	/* 1 when taken */
void down_write(struct rw_semaphore *sem);
int __must_check down_write_killable(struct rw_semaphore *sem);
int down_write_trylock(struct rw_semaphore *sem);
void up_read(struct rw_semaphore *sem);
void up_write(struct rw_semaphore *sem);
/* The writer becomes a reader, without a gap. */
void downgrade_write(struct rw_semaphore *sem);

static inline int rwsem_is_locked(struct rw_semaphore *sem) { return READ_ONCE(sem->count) != 0; }
static inline int rwsem_is_contended(struct rw_semaphore *sem) { return !list_empty(&sem->wait_list); }

#define down_read_nested(sem, subclass)		down_read(sem)
#define down_write_nested(sem, subclass)	down_write(sem)
