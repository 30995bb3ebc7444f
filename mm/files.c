// SPDX-License-Identifier: MIT
/*
 * What can be seen of memory as a whole: /proc/meminfo and buddyinfo in Linux's formats, and the page
 * tables in debugfs: page_tables lists every mapping of the kernel half, wx_check counts those that are writable and
 * executable, alias_check read-only ones of modules and image that the linear map lets write (of both there
 * must be none).
 */
#include <linux/debugfs.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/sysctl.h>
#include <linux/vmalloc.h>
#include <paddock/alloc_watch.h>
#include <paddock/magazine.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>

#define KIB(pages)	((unsigned long)(pages) << (PAGE_SHIFT - 10))

/* ---- /proc/meminfo ---- */

static int meminfo_show(struct seq_file *m, void *unused)
{
	unsigned long by_4k, by_2m, by_1g, free = nr_free_pages();

	kernel_direct_map_bytes(&by_4k, &by_2m, &by_1g);
	seq_printf(m, "MemTotal:       %8lu kB\n", KIB(totalram_pages()));
	seq_printf(m, "MemFree:        %8lu kB\n", KIB(free));
	seq_printf(m, "MemAvailable:   %8lu kB\n", KIB(free));
	seq_printf(m, "Buffers:        %8lu kB\n", 0UL);
	seq_printf(m, "Cached:         %8lu kB\n", 0UL);
	seq_printf(m, "Slab:           %8lu kB\n", KIB(slab_nr_pages()));
	seq_printf(m, "SReclaimable:   %8lu kB\n", 0UL);
	seq_printf(m, "SUnreclaim:     %8lu kB\n", KIB(slab_nr_pages()));
	seq_printf(m, "Magazines:      %8lu kB\n", magazine_bytes() / 1024);
	seq_printf(m, "PageTables:     %8lu kB\n", KIB(pt_nr_pages()));
	seq_printf(m, "VmallocTotal:   %8lu kB\n", (VMALLOC_END - VMALLOC_START) / 1024);
	seq_printf(m, "VmallocUsed:    %8lu kB\n", KIB(vmalloc_nr_pages()));
	seq_printf(m, "DirectMap4k:    %8lu kB\n", by_4k / 1024);
	seq_printf(m, "DirectMap2M:    %8lu kB\n", by_2m / 1024);
	seq_printf(m, "DirectMap1G:    %8lu kB\n", by_1g / 1024);
	return 0;
}

/* ---- /proc/buddyinfo ---- */

static int buddyinfo_show(struct seq_file *m, void *unused)
{
	for (int node = 0; node < MAX_NUMNODES; node++) {
		for (int type = 0; type < MAX_NR_ZONES; type++) {
			const struct zone *zone = &NODE_DATA(node)->node_zones[type];

			if (!zone->managed_pages)
				continue;
			seq_printf(m, "Node %d, zone %8s ", node, zone_names[type]);
			for (unsigned int order = 0; order < MAX_ORDER; order++) {
				unsigned long blocks = READ_ONCE(zone->free_area[order].nr_free);

				/* Sections that nobody has needed yet are free in blocks of the top order. */
				if (order == MAX_ORDER - 1)
					blocks += READ_ONCE(zone->deferred_pages) >> order;
				seq_printf(m, "%6lu ", blocks);
			}
			seq_putc(m, '\n');
		}
	}
	return 0;
}

/* ---- debugfs: page_tables, wx_check ---- */

static const struct {
	unsigned long start;
	const char *name;
} regions[] = {
	{ PAGE_OFFSET, "Linear Mapping" },
	{ VMALLOC_START, "vmalloc() Area" },
	{ VMEMMAP_START, "Vmemmap" },
	{ MODULES_START, "Modules" },
	{ IMAGE_BASE, "Kernel Image" },
	{ FIXMAP_START, "Fixmap" },
};

/* The region with the highest start that is not above @va. */
static int region_of(unsigned long va)
{
	int best = -1;

	for (int i = 0; i < ARRAY_SIZE(regions); i++)
		if (regions[i].start <= va && (best < 0 || regions[i].start > regions[best].start))
			best = i;
	return best;
}

struct table_printer {
	struct seq_file *m;
	int region;
};

static void print_run(void *ctx, unsigned long va, unsigned long size, pgprot_bits_t prot, unsigned int level)
{
	static const char *const level_names[] = { "4K", "2M", "1G" };
	struct table_printer *p = ctx;

	if (region_of(va) != p->region) {
		p->region = region_of(va);
		seq_printf(p->m, "---[ %s ]---\n", p->region < 0 ? "?" : regions[p->region].name);
	}
	seq_printf(p->m, "0x%016lx-0x%016lx %12luK %s%s%s%s%s %s\n", va, va + size, size / 1024,
		   prot & PT_PRESENT ? "r" : "-", prot & PT_WRITE ? "w" : "-", prot & PT_EXEC ? "x" : "-",
		   prot & PT_GLOBAL ? "g" : "-", prot & PT_UNCACHED ? "u" : "-", level_names[level]);
}

static int page_tables_show(struct seq_file *m, void *unused)
{
	struct table_printer printer = { .m = m, .region = -1 };

	kernel_walk(PAGE_OFFSET, ~0UL, print_run, &printer);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(page_tables);

static int wx_check_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%lu\n", kernel_count_wx(true));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(wx_check);

static int alias_check_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%lu\n", kernel_count_writable_aliases(true));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(alias_check);

/* ---- /proc/sys/vm ---- */

static int drop_value, compact_value;
static int one = 1, four = 4;

/* Both: what is kept for later goes back to the zones, where it merges. Numbers as in Linux. */
static int settle_handler(struct ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	int err = proc_dointvec_minmax(table, write, buffer, lenp, ppos);

	if (!err && write)
		mm_settle();
	return err;
}

static struct ctl_table vm_table[] = {
	{ .procname = "drop_caches", .data = &drop_value, .maxlen = sizeof(int), .mode = 0200,
	  .proc_handler = settle_handler, .extra1 = &one, .extra2 = &four },
	{ .procname = "compact_memory", .data = &compact_value, .maxlen = sizeof(int), .mode = 0200,
	  .proc_handler = settle_handler, .extra1 = &one, .extra2 = &one },
	{ }
};

static int __init mm_files_init(void)
{
	register_sysctl_init("vm", vm_table);
	proc_create_single("meminfo", 0, NULL, meminfo_show);
	proc_create_single("buddyinfo", 0444, NULL, buddyinfo_show);
	debugfs_create_file("page_tables", 0400, NULL, NULL, &page_tables_fops);
	debugfs_create_file("wx_check", 0400, NULL, NULL, &wx_check_fops);
	debugfs_create_file("alias_check", 0400, NULL, NULL, &alias_check_fops);
	return 0;
}
fs_initcall(mm_files_init);
