// SPDX-License-Identifier: MIT
/*
 * Correct, and at the mercy of its neighbours: a linked list whose nodes carry checksums.
 *
 * A work item on each CPU adds nodes all the time, so that memory which others free becomes nodes of
 * this list soon. Each node's checksum covers the node and its link. Every so often, and at unload,
 * the list is walked; a node that somebody has written to is told, once:
 *
 *	victim: node 123 of 2048 at … is corrupted: … instead of …
 *
 * and at unload "2048 nodes, all intact" or how many are not. Load stomper to see it happen.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#define NODES_PER_TICK	64
#define TICK_MS		5

static unsigned int size = 64;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "bytes of each node, 32 to 8192");

static unsigned int max_nodes = 20000;
module_param(max_nodes, uint, 0444);
MODULE_PARM_DESC(max_nodes, "the list grows up to this");

/* The words behind the header, up to size, are filled with the number. */
struct node {
	struct node *next;
	u32 number;
	u32 sum;		/* of everything else */
	u64 word[];
};

static DEFINE_MUTEX(lock);	/* guards the list and the counts */
static struct node *head;
static unsigned int nr_nodes, nr_corrupted;
static bool stopping;

static void grow_here(struct work_struct *work);
static void tick(struct work_struct *work);
static DECLARE_WORK(grow_work, grow_here);
static DECLARE_DELAYED_WORK(tick_work, tick);

static unsigned int nr_words(void)
{
	return (size - sizeof(struct node)) / sizeof(u64);
}

static u32 checksum(const struct node *n)
{
	u64 sum = (u64)(unsigned long)n->next * 31 + n->number;
	unsigned int i;

	for (i = 0; i < nr_words(); i++)
		sum = sum * 31 + n->word[i];
	return sum ^ sum >> 32;
}

static void add_node(void)
{
	struct node *n = kmalloc(size, GFP_KERNEL);
	unsigned int i;

	if (!n)
		return;
	n->next = head;
	n->number = nr_nodes++;
	for (i = 0; i < nr_words(); i++)
		n->word[i] = n->number;
	n->sum = checksum(n);
	head = n;
}

static void grow_here(struct work_struct *work)
{
	unsigned int i;

	mutex_lock(&lock);
	for (i = 0; i < NODES_PER_TICK && nr_nodes < max_nodes; i++)
		add_node();
	mutex_unlock(&lock);
}

/* A link is only followed out of a node whose checksum holds. Returns the nodes that are intact. */
static unsigned int verify(void)
{
	unsigned int intact = 0, i;
	struct node *n;

	for (n = head; n; n = n->next) {
		if (n->sum != checksum(n)) {
			if (nr_corrupted++)
				break;
			for (i = 0; i + 1 < nr_words() && n->word[i] == n->number; i++)
				;
			pr_err("node %u of %u at %px is corrupted: %016llx instead of %016llx\n", n->number,
			       nr_nodes, n, n->word[i], (u64)n->number);
			break;
		}
		intact++;
	}
	return intact;
}

/* One CPU after the other grows the list out of its own free objects. */
static void tick(struct work_struct *work)
{
	int cpu;

	for_each_online_cpu(cpu) {
		queue_work_on(cpu, system_wq, &grow_work);
		flush_work(&grow_work);
	}
	mutex_lock(&lock);
	if (!nr_corrupted)
		verify();
	if (!stopping)
		schedule_delayed_work(&tick_work, msecs_to_jiffies(TICK_MS));
	mutex_unlock(&lock);
}

static int __init victim_init(void)
{
	if (size < 32 || size > 8192 || size % 8)
		return -EINVAL;
	schedule_delayed_work(&tick_work, 0);
	return 0;
}

static void __exit victim_exit(void)
{
	struct node *n, *next;
	unsigned int intact;

	mutex_lock(&lock);
	stopping = true;
	mutex_unlock(&lock);
	cancel_delayed_work_sync(&tick_work);
	intact = verify();
	if (intact == nr_nodes)
		pr_info("%u nodes, all intact\n", nr_nodes);
	else
		pr_err("the list is corrupted: %u of %u nodes can be reached\n", intact, nr_nodes);
	for (n = head; n && intact--; n = next) {
		next = n->next;
		kfree(n);
	}
}

module_init(victim_init);
module_exit(victim_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A list that knows when somebody has written to it");
