// SPDX-License-Identifier: MIT
/* /sys/devices/system/node: which nodes there are, and of each its CPUs, distances and memory. Formats: Linux. */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/device.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/sysfs.h>
#include <linux/topology.h>
#include <paddock/page.h>

#define NODE_ATTR(name) static struct kobj_attribute name##_attr = __ATTR_RO(name)

/* ---- All nodes ---- */

static ssize_t online_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return bitmap_print_to_pagebuf(true, buf, node_online_map.bits, MAX_NUMNODES);
}
NODE_ATTR(online);

static ssize_t has_memory_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return bitmap_print_to_pagebuf(true, buf, node_memory_map.bits, MAX_NUMNODES);
}
NODE_ATTR(has_memory);

/* ---- One ---- */

/* The folder is called node<n>. */
static int node_of(const struct kobject *kobj)
{
	int node = 0;

	return kstrtoint(kobject_name(kobj) + 4, 10, &node) ? 0 : node;
}

static ssize_t cpulist_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	cpumask_t cpus = { };
	int cpu;

	for_each_online_cpu(cpu)
		if (cpu_to_node(cpu) == node_of(kobj))
			cpumask_set_cpu(cpu, &cpus);
	return bitmap_print_to_pagebuf(true, buf, cpumask_bits(&cpus), nr_cpu_ids);
}
NODE_ATTR(cpulist);

static ssize_t distance_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	int node, len = 0;

	for_each_online_node(node)
		len += sysfs_emit_at(buf, len, "%s%d", len ? " " : "", node_distance(node_of(kobj), node));
	return len + sysfs_emit_at(buf, len, "\n");
}
NODE_ATTR(distance);

static ssize_t meminfo_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	unsigned long total = 0, free = 0;
	int node = node_of(kobj);

	for (int type = 0; type < MAX_NR_ZONES; type++) {
		const struct zone *zone = &NODE_DATA(node)->node_zones[type];

		total += zone->managed_pages;
		free += READ_ONCE(zone->nr_free) + READ_ONCE(zone->deferred_pages);
	}
	free += page_lists_nr_pages(node);
	return sysfs_emit(buf, "Node %d MemTotal:       %8lu kB\nNode %d MemFree:        %8lu kB\n"
			  "Node %d MemUsed:        %8lu kB\n", node, total * 4, node, free * 4, node, (total - free) * 4);
}
NODE_ATTR(meminfo);

static struct attribute *all_attrs[] = { &online_attr.attr, &has_memory_attr.attr, NULL };
static struct attribute *node_attrs[] = { &cpulist_attr.attr, &distance_attr.attr, &meminfo_attr.attr, NULL };
static const struct attribute_group all_group = { .attrs = all_attrs };
static const struct attribute_group node_group = { .attrs = node_attrs };

static int __init node_files_init(void)
{
	struct kobject *system = kobject_create_and_add("system", &devices_kset->kobj), *nodes, *kobj;
	char name[16];
	int node, err;

	nodes = system ? kobject_create_and_add("node", system) : NULL;
	if (!nodes)
		return -ENOMEM;
	err = sysfs_create_group(nodes, &all_group);
	for_each_online_node(node) {
		scnprintf(name, sizeof(name), "node%d", node);
		kobj = kobject_create_and_add(name, nodes);
		if (!err)
			err = kobj ? sysfs_create_group(kobj, &node_group) : -ENOMEM;
	}
	return err;
}
fs_initcall(node_files_init);
