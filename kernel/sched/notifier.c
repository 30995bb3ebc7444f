// SPDX-License-Identifier: MIT
/*
 * Notifier chains: lists of callbacks in order of priority. The four kinds differ only in what
 * keeps the list whole while it is walked: RCU (atomic), a semaphore (blocking), the caller (raw),
 * SRCU. Writers have a lock in all cases but raw.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/list.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "../deferred_find.h"

static int chain_register(struct notifier_block **link, struct notifier_block *nb)
{
	struct notifier_block **at = NULL;

	for (; *link; link = &(*link)->next) {
		if (unlikely(*link == nb)) {
			WARN(1, "notifier callback %ps already registered", nb->notifier_call);
			return -EEXIST;
		}
		if (!at && nb->priority > (*link)->priority)
			at = link;
	}
	if (!at)
		at = link;
	nb->next = *at;
	rcu_assign_pointer(*at, nb);
	return 0;
}

static int chain_unregister(struct notifier_block **link, struct notifier_block *nb)
{
	for (; *link; link = &(*link)->next) {
		if (*link == nb) {
			rcu_assign_pointer(*link, nb->next);
			return 0;
		}
	}
	return -ENOENT;
}

/* ---- Callbacks in modules, for kernel/deferred.c ---- */

/* A registered block whose callback is in a module: who forgets it, leaves a jump into freed memory. */
struct module_block {
	struct list_head list;		/* [B] */
	struct notifier_block *nb;
	void *head;
	int (*unregister)(void *head, struct notifier_block *nb);
};

static LIST_HEAD(module_blocks);
static DEFINE_RAW_SPINLOCK(module_blocks_lock);		/* [B]; a leaf */

static int note_block(struct notifier_block *nb, void *head, int (*unregister)(void *head, struct notifier_block *nb))
{
	struct module_block *b;
	unsigned long flags;

	if (core_kernel_text((unsigned long)nb->notifier_call))
		return 0;
	b = kmalloc(sizeof(*b), GFP_ATOMIC);
	if (!b)
		return -ENOMEM;
	*b = (struct module_block){ .nb = nb, .head = head, .unregister = unregister };
	raw_spin_lock_irqsave(&module_blocks_lock, flags);
	list_add_tail(&b->list, &module_blocks);
	raw_spin_unlock_irqrestore(&module_blocks_lock, flags);
	return 0;
}

static void forget_block(const struct notifier_block *nb, const void *head)
{
	struct module_block *b, *found = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&module_blocks_lock, flags);
	/* The latest: when a second registration is refused, the first one's stays. */
	list_for_each_entry_reverse(b, &module_blocks, list) {
		if (b->nb == nb && b->head == head) {
			list_del(&b->list);
			found = b;
			break;
		}
	}
	raw_spin_unlock_irqrestore(&module_blocks_lock, flags);
	kfree(found);
}

bool notifiers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip)
{
	struct module_block *b;
	unsigned long flags;
	bool found = false;

	raw_spin_lock_irqsave(&module_blocks_lock, flags);
	list_for_each_entry(b, &module_blocks, list) {
		unsigned long fn = (unsigned long)b->nb->notifier_call;

		if (fn < start || fn >= end || skip--)
			continue;
		found = true;
		out->function = fn;
		out->object = b->nb;
		snprintf(out->detail, sizeof(out->detail), "of %ps", b->head);
		break;
	}
	raw_spin_unlock_irqrestore(&module_blocks_lock, flags);
	return found;
}

void notifier_unregister(struct notifier_block *nb)
{
	struct module_block *b, copy = { };
	unsigned long flags;

	raw_spin_lock_irqsave(&module_blocks_lock, flags);
	list_for_each_entry(b, &module_blocks, list)
		if (b->nb == nb)
			copy = *b;
	raw_spin_unlock_irqrestore(&module_blocks_lock, flags);
	if (copy.unregister)
		copy.unregister(copy.head, nb);
}

/* ---- Calling ---- */

static int chain_call(struct notifier_block **link, unsigned long val, void *v)
{
	struct notifier_block *nb = rcu_dereference_raw(*link);
	int ret = NOTIFY_DONE;

	while (nb) {
		/* Before the call: it may unregister itself. */
		struct notifier_block *next = rcu_dereference_raw(nb->next);

		ret = nb->notifier_call(nb, val, v);
		if (ret & NOTIFY_STOP_MASK)
			break;
		nb = next;
	}
	return ret;
}

static int unregister_atomic(void *nh, struct notifier_block *nb)
{
	return atomic_notifier_chain_unregister(nh, nb);
}

int atomic_notifier_chain_register(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	int ret = note_block(nb, nh, unregister_atomic);
	unsigned long flags;

	if (ret)
		return ret;
	spin_lock_irqsave(&nh->lock, flags);
	ret = chain_register(&nh->head, nb);
	spin_unlock_irqrestore(&nh->lock, flags);
	if (ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(atomic_notifier_chain_register);

int atomic_notifier_chain_unregister(struct atomic_notifier_head *nh, struct notifier_block *nb)
{
	unsigned long flags;
	int ret;

	spin_lock_irqsave(&nh->lock, flags);
	ret = chain_unregister(&nh->head, nb);
	spin_unlock_irqrestore(&nh->lock, flags);
	synchronize_rcu();
	if (!ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(atomic_notifier_chain_unregister);

int atomic_notifier_call_chain(struct atomic_notifier_head *nh, unsigned long val, void *v)
{
	int ret;

	rcu_read_lock();
	ret = chain_call(&nh->head, val, v);
	rcu_read_unlock();
	return ret;
}
EXPORT_SYMBOL_GPL(atomic_notifier_call_chain);

static int unregister_blocking(void *nh, struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(nh, nb);
}

int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	int ret = note_block(nb, nh, unregister_blocking);

	if (ret)
		return ret;
	down_write(&nh->rwsem);
	ret = chain_register(&nh->head, nb);
	up_write(&nh->rwsem);
	if (ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(blocking_notifier_chain_register);

int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	down_write(&nh->rwsem);
	ret = chain_unregister(&nh->head, nb);
	up_write(&nh->rwsem);
	if (!ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(blocking_notifier_chain_unregister);

int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long val, void *v)
{
	int ret = NOTIFY_DONE;

	/* Most chains are empty: spare the semaphore. */
	if (!rcu_access_pointer(nh->head))
		return ret;
	down_read(&nh->rwsem);
	ret = chain_call(&nh->head, val, v);
	up_read(&nh->rwsem);
	return ret;
}
EXPORT_SYMBOL_GPL(blocking_notifier_call_chain);

static int unregister_raw(void *nh, struct notifier_block *nb)
{
	return raw_notifier_chain_unregister(nh, nb);
}

int raw_notifier_chain_register(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	int ret = note_block(nb, nh, unregister_raw);

	if (ret)
		return ret;
	ret = chain_register(&nh->head, nb);
	if (ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(raw_notifier_chain_register);

int raw_notifier_chain_unregister(struct raw_notifier_head *nh, struct notifier_block *nb)
{
	int ret = chain_unregister(&nh->head, nb);

	if (!ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(raw_notifier_chain_unregister);

int raw_notifier_call_chain(struct raw_notifier_head *nh, unsigned long val, void *v)
{
	return chain_call(&nh->head, val, v);
}
EXPORT_SYMBOL_GPL(raw_notifier_call_chain);

void srcu_init_notifier_head(struct srcu_notifier_head *nh)
{
	mutex_init(&nh->mutex);
	init_srcu_struct(&nh->srcu);
	nh->head = NULL;
}
EXPORT_SYMBOL_GPL(srcu_init_notifier_head);

static int unregister_srcu(void *nh, struct notifier_block *nb)
{
	return srcu_notifier_chain_unregister(nh, nb);
}

int srcu_notifier_chain_register(struct srcu_notifier_head *nh, struct notifier_block *nb)
{
	int ret = note_block(nb, nh, unregister_srcu);

	if (ret)
		return ret;
	mutex_lock(&nh->mutex);
	ret = chain_register(&nh->head, nb);
	mutex_unlock(&nh->mutex);
	if (ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(srcu_notifier_chain_register);

int srcu_notifier_chain_unregister(struct srcu_notifier_head *nh, struct notifier_block *nb)
{
	int ret;

	mutex_lock(&nh->mutex);
	ret = chain_unregister(&nh->head, nb);
	mutex_unlock(&nh->mutex);
	synchronize_srcu(&nh->srcu);
	if (!ret)
		forget_block(nb, nh);
	return ret;
}
EXPORT_SYMBOL_GPL(srcu_notifier_chain_unregister);

int srcu_notifier_call_chain(struct srcu_notifier_head *nh, unsigned long val, void *v)
{
	int ret, idx = srcu_read_lock(&nh->srcu);

	ret = chain_call(&nh->head, val, v);
	srcu_read_unlock(&nh->srcu, idx);
	return ret;
}
EXPORT_SYMBOL_GPL(srcu_notifier_call_chain);
