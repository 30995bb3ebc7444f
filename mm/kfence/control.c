// SPDX-License-Identifier: MIT
/*
 * KFENCE on and off: at boot, and at run time through the sample_interval parameter.
 *
 * On: all areas of the pool are made first, privately; only when each is there are they published and
 * the allocators told. So enabling either succeeds whole or leaves nothing behind.
 * Off: the allocators stop asking, areas drain in their own time (pool.c), and KFENCE can be switched
 * on again meanwhile, with new areas.
 *
 * Locks: kfence_mutex around all of it. Outermost of KFENCE's; taken inside the parameter lock.
 */
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/stackdepot.h>
#include <paddock/init.h>
#include <paddock/memblock.h>
#include "kfence.h"
#include "params.h"

#undef pr_fmt
#define pr_fmt(fmt) "kfence: " fmt

DEFINE_MUTEX(kfence_mutex);
bool kfence_enabled;

bool kfence_is_enabled(void)
{
	return READ_ONCE(kfence_enabled);
}

static void destroy_all(struct list_head *areas)
{
	struct kfence_area *area, *next;

	list_for_each_entry_safe(area, next, areas, list) {
		list_del(&area->list);
		kfence_area_destroy(area);
	}
}

/* Add @plan's areas from @node (NUMA_NO_NODE: any) to @areas. */
static int create_areas(struct list_head *areas, struct kfence_plan plan, int node, unsigned long *number)
{
	for (unsigned long i = 0; i < plan.nr_areas; i++) {
		struct kfence_area *area = kfence_area_create(plan.objects_per_area, *number, node);

		if (!area) {
			pr_err("cannot enable: no %lu bytes of contiguous free memory%s for area %lu of %lu\n",
			       kfence_area_bytes(plan.objects_per_area),
			       node == NUMA_NO_NODE ? "" : " on one node", i + 1, plan.nr_areas);
			return -ENOMEM;
		}
		list_add_tail(&area->list, areas);
		*number += plan.objects_per_area;
	}
	return 0;
}

static void announce(struct list_head *areas)
{
	struct kfence_area *area;
	int node;

	for_each_online_node(node) {
		unsigned long bytes = 0, objects = 0;

		list_for_each_entry(area, areas, list) {
			if (area->node != node)
				continue;
			bytes += area->end - area->start;
			objects += area->nr_objects;
		}
		if (objects)
			pr_info("initialized - using %lu bytes for %lu objects on node %d\n",
				bytes, objects, node);
	}
}

int kfence_enable(long interval_ms, unsigned long nr_objects, bool per_node)
{
	struct kfence_plan plan = kfence_plan(nr_objects);
	unsigned long number = 0, nodes = per_node ? num_online_nodes() : 1;
	u64 ram = memblock_ram_bytes();
	LIST_HEAD(areas);
	int node, err;

	/* Before trying: a pool that cannot be would take all large blocks there are, and fail. */
	if (plan.nr_areas > ram / kfence_area_bytes(plan.objects_per_area) / nodes) {
		pr_err("cannot enable: %lu objects%s need more than the %llu MiB of this machine\n",
		       nr_objects, per_node ? " per node" : "", ram >> 20);
		return -ENOMEM;
	}
	err = stack_depot_init();
	if (err)
		return err;

	if (per_node) {
		for_each_online_node(node) {
			err = create_areas(&areas, plan, node, &number);
			if (err)
				goto destroy_areas;
		}
	} else {
		err = create_areas(&areas, plan, NUMA_NO_NODE, &number);
		if (err)
			goto destroy_areas;
	}
	announce(&areas);
	kfence_pool_publish(&areas, per_node);
	WRITE_ONCE(kfence_enabled, true);
	err = kfence_sample_start(interval_ms, number);
	if (err) {
		WRITE_ONCE(kfence_enabled, false);
		kfence_pool_drain();
	}
	return err;

destroy_areas:
	destroy_all(&areas);
	return err;
}

void kfence_disable(void)
{
	WRITE_ONCE(kfence_enabled, false);
	kfence_sample_stop();
	kfence_pool_drain();
}

unsigned long kfence_boot_limit(char *text, size_t size, u64 total)
{
	const char *bad;
	size_t bad_len;
	u64 bytes;
	int err;

	err = kfence_booting_max_parse(text, total, &bytes, &bad, &bad_len);
	if (err == -EINVAL) {
		pr_warn("booting_max: bad segment \"%.*s\", using the default " KFENCE_BOOTING_MAX_DEFAULT "\n",
			(int)bad_len, bad);
		strscpy(text, KFENCE_BOOTING_MAX_DEFAULT, size);
		err = kfence_booting_max_parse(text, total, &bytes, &bad, &bad_len);
	}
	return err ? ULONG_MAX : kfence_objects_in_bytes(bytes);
}

/*
 * The boot step. From here on the parameter files may switch KFENCE on and off; what the command line
 * asked for is done first.
 */
void __init kfence_init(void)
{
	unsigned long limit;
	int err;

	kfence_pool_init();
	mutex_lock(&kfence_mutex);
	kfence_params_ready = true;
	if (!kfence_sample_interval)
		goto unlock;
	/* Firmware keeps a little below the round number for itself: 128M is to count as 128 MiB. */
	limit = kfence_boot_limit(kfence_booting_max, sizeof(kfence_booting_max), ALIGN(memblock_ram_bytes(), 4ull << 20));
	if (!limit) {
		pr_info("off: booting_max allows no memory for it on this machine\n");
		kfence_sample_interval = 0;
		goto unlock;
	}
	if (kfence_per_node)
		limit = max(1ul, limit / num_online_nodes());
	if (kfence_num_objects > limit) {
		pr_info("booting_max limits num_objects from %lu to %lu\n", kfence_num_objects, limit);
		kfence_num_objects = limit;
	}
	err = kfence_enable(kfence_sample_interval, kfence_num_objects, kfence_per_node);
	if (err)
		kfence_sample_interval = 0;
unlock:
	kfence_seal_if_locked();
	mutex_unlock(&kfence_mutex);
}
