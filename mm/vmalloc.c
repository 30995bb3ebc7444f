// SPDX-License-Identifier: MIT
/*
 * vmalloc: pages from anywhere, side by side in virtual addresses.
 *
 *   vmalloc(n)  =  addresses (vaspace.c)  +  pages (page_alloc.c)  +  a mapping (pgtable.c)
 *
 *   [ page | page | page | page |guard]     four pages from anywhere; a touch of the fifth faults
 *
 * From 2 MiB on, whole 2 MiB parts are order-9 blocks mapped by one entry each, as far as such blocks are to be had.
 * An area remembers a struct page pointer for each 4 KiB, since vmalloc_to_page() is asked for any.
 *
 * Freed pages go back at once, the addresses only after a TLB flush. Until then, a stale pointer used on another CPU
 * may still reach the old pages; used on this one, it faults.
 *
 * vmalloc_init() comes after slab_init(); module_alloc() serves module code from a space of its own,
 * near the image.
 */
#include <linux/align.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleloader.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/init.h>
#include <paddock/memblock.h>
#include <paddock/page.h>
#include <paddock/pmalloc.h>
#include "pgtable.h"
#include "vaspace.h"

#define HUGE_ORDER	9
#define HUGE_PAGES	(1u << HUGE_ORDER)
#define HUGE_SIZE	PT_LEVEL_SIZE(1)

static struct va_space vmalloc_space, module_space;
static unsigned long nr_pages_mapped;	/* atomic */
static bool vmalloc_is_up;

static struct va_space *space_of(unsigned long addr)
{
	if (addr >= VMALLOC_START && addr < VMALLOC_END)
		return &vmalloc_space;
	if (addr >= MODULES_START && addr < MODULES_END)
		return &module_space;
	return NULL;
}

/* ---- Pages of an area ---- */

static void free_area_pages(struct vm_struct *area)
{
	unsigned int i = 0;

	for (unsigned int huge = 0; huge < area->nr_huge; huge++, i += HUGE_PAGES)
		__free_pages(area->pages[i], HUGE_ORDER);
	for (; i < area->nr_pages; i++) {
		if (area->flags & VM_MODULE)
			module_page_free(area->pages[i]);
		else
			__free_page(area->pages[i]);
	}
	__atomic_fetch_sub(&nr_pages_mapped, area->nr_pages, __ATOMIC_RELAXED);
}

static bool add_huge_page(struct vm_struct *area, gfp_t gfp, int node)
{
	struct page *page = alloc_pages_node(node, gfp | __GFP_NOWARN | __GFP_NORETRY, HUGE_ORDER);

	if (!page)
		return false;
	for (unsigned int i = 0; i < HUGE_PAGES; i++)
		area->pages[area->nr_pages++] = page + i;
	area->nr_huge++;
	return true;
}

/* All @count pages, or what could be had: area->nr_pages tells. */
static void alloc_area_pages(struct vm_struct *area, unsigned int count, gfp_t gfp, int node, bool huge)
{
	area->nr_pages = area->nr_huge = 0;
	while (huge && count - area->nr_pages >= HUGE_PAGES)
		huge = add_huge_page(area, gfp, node);
	while (area->nr_pages < count) {
		struct page *page = area->flags & VM_MODULE ? module_page_alloc(gfp) :
				    node == NUMA_NO_NODE ? alloc_pages(gfp, 0) : alloc_pages_node(node, gfp, 0);

		if (!page)
			break;
		area->pages[area->nr_pages++] = page;
	}
	__atomic_fetch_add(&nr_pages_mapped, area->nr_pages, __ATOMIC_RELAXED);
}

static int map_area(struct vm_struct *area, pgprot_bits_t prot)
{
	unsigned long va = (unsigned long)area->addr;
	unsigned int i = 0;
	int err = 0;

	for (unsigned int huge = 0; !err && huge < area->nr_huge; huge++, i += HUGE_PAGES, va += HUGE_SIZE)
		err = kernel_map_range(va, page_to_phys(area->pages[i]), HUGE_SIZE, prot);
	if (!err && i < area->nr_pages)
		err = kernel_map_pages(va, area->pages + i, area->nr_pages - i, prot);
	return err;
}

/* ---- vmalloc ---- */

static void report_failure(unsigned long size, gfp_t gfp, const char *what)
{
	if (!(gfp & __GFP_NOWARN))
		pr_warn_ratelimited("%s: vmalloc error: size %lu, %s\n", current->comm, size, what);
}

void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start, unsigned long end,
			   gfp_t gfp, pgprot_t prot, unsigned long vm_flags, int node, const void *caller)
{
	struct va_space *space = space_of(start);
	unsigned int count = PAGE_ALIGN(size) / PAGE_SIZE;
	bool huge = vm_flags & VM_ALLOW_HUGE_VMAP && size >= HUGE_SIZE;
	struct vm_struct *area;

	if (!size || !space || size > space->end - space->start || count > totalram_pages()) {
		report_failure(size, gfp, size ? "exceeds total pages" : "not a size");
		return NULL;
	}
	if (huge)
		align = max(align, HUGE_SIZE);
	area = va_alloc(space, (unsigned long)count * PAGE_SIZE, align, vm_flags | VM_ALLOC, gfp & ~__GFP_ZERO);
	if (!area) {
		report_failure(size, gfp, "no address space");
		return NULL;
	}
	area->caller = caller;
	if (!area->pages)
		area->pages = kvmalloc_node(count * sizeof(*area->pages), gfp & ~__GFP_ZERO, NUMA_NO_NODE);
	if (!area->pages) {
		area->nr_pages = area->nr_huge = 0;
		report_failure(size, gfp, "no memory for the page array");
		goto free_area;
	}
	alloc_area_pages(area, count, gfp, node, huge);
	if (area->nr_pages < count) {
		report_failure(size, gfp, "failed to allocate pages");
		goto free_pages;
	}
	if (map_area(area, prot.bits)) {
		report_failure(size, gfp, "failed to map pages");
		goto free_pages;
	}
	return area->addr;

free_pages:
	kernel_unmap_range((unsigned long)area->addr, area->size);
	free_area_pages(area);
free_area:
	va_free(space, area);
	return NULL;
}

static void *vmalloc_caller(unsigned long size, gfp_t gfp, int node, const void *caller)
{
	return __vmalloc_node_range(size, 1, VMALLOC_START, VMALLOC_END, gfp, PAGE_KERNEL, VM_ALLOW_HUGE_VMAP, node,
				    caller);
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return vmalloc_caller(size, gfp, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL(__vmalloc);

void *vmalloc(unsigned long size)
{
	return vmalloc_caller(size, GFP_KERNEL, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL(vmalloc);

void *vzalloc(unsigned long size)
{
	return vmalloc_caller(size, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL(vzalloc);

void *vmalloc_node(unsigned long size, int node)
{
	return vmalloc_caller(size, GFP_KERNEL, node, __builtin_return_address(0));
}
EXPORT_SYMBOL(vmalloc_node);

void *vzalloc_node(unsigned long size, int node)
{
	return vmalloc_caller(size, GFP_KERNEL | __GFP_ZERO, node, __builtin_return_address(0));
}
EXPORT_SYMBOL(vzalloc_node);

void *vmalloc_user(unsigned long size)
{
	return vmalloc_caller(size, GFP_KERNEL | __GFP_ZERO, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL(vmalloc_user);

void *vmalloc_32(unsigned long size)
{
	return vmalloc_caller(size, GFP_DMA32 | GFP_KERNEL, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL(vmalloc_32);

void *vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return vmalloc_caller(size, gfp, NUMA_NO_NODE, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(vmalloc_huge);

void *vmalloc_array(size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __vmalloc(bytes, GFP_KERNEL);
}
EXPORT_SYMBOL(vmalloc_array);

void *vcalloc(size_t n, size_t size)
{
	size_t bytes;

	return check_mul_overflow(n, size, &bytes) ? NULL : __vmalloc(bytes, GFP_KERNEL | __GFP_ZERO);
}
EXPORT_SYMBOL(vcalloc);

/* ---- vfree ---- */

/* A stale pointer shall fault at once on this CPU, where it is likeliest to be used. Others: va_purge(). */
static void flush_local(const struct vm_struct *area)
{
	unsigned long va = (unsigned long)area->addr, end = va + area->size - PAGE_SIZE;

	if (end - va > 32 * PAGE_SIZE) {
		arch_tlb_flush_all_local();
		return;
	}
	for (; va < end; va += PAGE_SIZE)
		arch_tlb_flush_page_local(va);
}

/* Take the area at @addr apart. @pages: its pages are freed, too. */
static void remove_area(const void *addr, bool free_pages, const char *who)
{
	struct va_space *space = space_of((unsigned long)addr);
	struct vm_struct *area = space && PAGE_ALIGNED(addr) ? va_take(space, (unsigned long)addr) : NULL;

	if (!area) {
		WARN(1, KERN_ERR "Trying to %s() nonexistent vm area (%px)\n", who, addr);
		return;
	}
	/* Its alias in the linear map, where its pages are everybody's soon. */
	if (area->flags & VM_FLUSH_RESET_PERMS)
		kernel_change_prot_alias((unsigned long)addr, area->nr_pages * PAGE_SIZE, PT_WRITE, PT_EXEC);
	kernel_unmap_range((unsigned long)addr, area->size);
	flush_local(area);
	if (free_pages && area->pages)
		free_area_pages(area);
	else if (area->pages)
		area->nr_pages = area->nr_huge = 0;
	va_free(space, area);
}

void vfree(const void *addr)
{
	if (addr && !pmalloc_refuses_free(addr, "vfree"))
		remove_area(addr, true, "vfree");
}
EXPORT_SYMBOL(vfree);

void vfree_atomic(const void *addr)
{
	vfree(addr);
}

/* ---- vmap ---- */

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	struct vm_struct *area;

	if (!count || count > totalram_pages())
		return NULL;
	for (unsigned int i = 0; i < count; i++)
		if (pmalloc_refuses_page(pages[i], "vmap"))
			return NULL;
	area = va_alloc(&vmalloc_space, (unsigned long)count * PAGE_SIZE, PAGE_SIZE, flags | VM_MAP, GFP_KERNEL);
	if (!area)
		return NULL;
	area->caller = __builtin_return_address(0);
	/* A left-over array stays for the next vmalloc(); vmap's pages are the caller's to remember. */
	area->nr_pages = area->nr_huge = 0;
	if (kernel_map_pages((unsigned long)area->addr, pages, count, prot.bits)) {
		kernel_unmap_range((unsigned long)area->addr, area->size);
		va_free(&vmalloc_space, area);
		return NULL;
	}
	return area->addr;
}
EXPORT_SYMBOL(vmap);

void vunmap(const void *addr)
{
	if (addr && !pmalloc_refuses_free(addr, "vunmap"))
		remove_area(addr, false, "vunmap");
}
EXPORT_SYMBOL(vunmap);

/* ---- Areas without pages ---- */

struct vm_struct *get_vm_area(unsigned long size, unsigned long flags)
{
	struct vm_struct *area = va_alloc(&vmalloc_space, PAGE_ALIGN(size), PAGE_SIZE, flags, GFP_KERNEL);

	if (area) {
		area->caller = __builtin_return_address(0);
		area->nr_pages = area->nr_huge = 0;
	}
	return area;
}

void free_vm_area(struct vm_struct *area)
{
	remove_area(area->addr, false, "free_vm_area");
}

struct vm_struct *find_vm_area(const void *addr)
{
	struct va_space *space = space_of((unsigned long)addr);

	return space ? va_find(space, (unsigned long)addr) : NULL;
}

bool vmalloc_alias_changes(unsigned long addr)
{
	struct vm_struct *area = find_vm_area((void *)addr);

	if (!area || !(area->flags & VM_ALLOC))
		return false;
	area->flags |= VM_FLUSH_RESET_PERMS;
	return true;
}

void vm_unmap_aliases(void)
{
	va_purge(&vmalloc_space);
	va_purge(&module_space);
}
EXPORT_SYMBOL_GPL(vm_unmap_aliases);

void vmalloc_settle(void)
{
	va_dissolve_all(&vmalloc_space);
	va_dissolve_all(&module_space);
}

/* ---- Device memory ---- */

static void *map_physical(phys_addr_t pa, size_t size, pgprot_bits_t prot, const void *caller)
{
	unsigned long offset = offset_in_page(pa);
	struct vm_struct *area;

	if (!size || pa + size < pa)
		return NULL;
	size = PAGE_ALIGN(size + offset);
	pa -= offset;
	area = va_alloc(&vmalloc_space, size, size >= HUGE_SIZE ? HUGE_SIZE : PAGE_SIZE, VM_IOREMAP, GFP_KERNEL);
	if (!area)
		return NULL;
	area->caller = caller;
	area->phys_addr = pa;
	area->nr_pages = area->nr_huge = 0;
	if (kernel_map_range((unsigned long)area->addr, pa, size, prot)) {
		remove_area(area->addr, false, "iounmap");
		return NULL;
	}
	return area->addr + offset;
}

void __iomem *ioremap(phys_addr_t pa, size_t size)
{
	if (WARN_ONCE(memblock_is_ram(pa), "ioremap on RAM at %#llx\n", pa))
		return NULL;
	if (!vmalloc_is_up)
		return early_ioremap(pa, size);
	return map_physical(pa, size, PT_KERNEL_DEV, __builtin_return_address(0));
}
EXPORT_SYMBOL(ioremap);

void iounmap(volatile void __iomem *addr)
{
	unsigned long va = (unsigned long)addr & PAGE_MASK;

	/* early_ioremap()'s stay. */
	if (va >= VMALLOC_START && va < VMALLOC_END)
		remove_area((void *)va, false, "iounmap");
}
EXPORT_SYMBOL(iounmap);

void *memremap(phys_addr_t pa, size_t size, unsigned long flags)
{
	if (memblock_is_ram(pa))
		return __va(pa);
	if (!vmalloc_is_up)
		return early_ioremap(pa, size);
	return map_physical(pa, size, PT_KERNEL_RW, __builtin_return_address(0));
}
EXPORT_SYMBOL(memremap);

void memunmap(void *addr)
{
	iounmap(addr);
}
EXPORT_SYMBOL(memunmap);

/* ---- Modules ---- */

void *module_alloc(unsigned long size)
{
	return __vmalloc_node_range(size, 1, MODULES_START, MODULES_END, GFP_KERNEL, PAGE_KERNEL, VM_MODULE,
				    NUMA_NO_NODE, __builtin_return_address(0));
}

void module_memfree(void *addr)
{
	vfree(addr);
}

/* ---- Questions ---- */

bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr < VMALLOC_END;
}
EXPORT_SYMBOL(is_vmalloc_addr);

bool is_vmalloc_or_module_addr(const void *addr)
{
	return space_of((unsigned long)addr);
}

struct page *vmalloc_to_page(const void *addr)
{
	phys_addr_t pa = kernel_va_to_pa((unsigned long)addr);

	return pa == PHYS_ADDR_MAX ? NULL : phys_to_page(pa);
}
EXPORT_SYMBOL(vmalloc_to_page);

unsigned long vmalloc_to_pfn(const void *addr)
{
	return page_to_pfn(vmalloc_to_page(addr));
}
EXPORT_SYMBOL(vmalloc_to_pfn);

unsigned long vmalloc_nr_pages(void)
{
	return nr_pages_mapped;
}

bool vmalloc_dump_obj(void *object)
{
	struct vm_struct *area = find_vm_area(object);

	if (!area)
		return false;
	pr_cont(" %u-page vmalloc region starting at 0x%px allocated at %pS\n", area->nr_pages, area->addr,
		area->caller);
	return true;
}

void __init vmalloc_init(void)
{
	va_space_init(&vmalloc_space, "vmalloc", VMALLOC_START, VMALLOC_END);
	va_space_init(&module_space, "modules", MODULES_START, MODULES_END);
	vmalloc_is_up = true;
}

/* ---- /proc/vmallocinfo ---- */

static void show_area(struct seq_file *m, const struct vm_struct *area)
{
	seq_printf(m, "0x%px-0x%px %7lu", area->addr, (char *)area->addr + area->size, area->size);
	if (area->caller)
		seq_printf(m, " %pS", area->caller);
	if (area->nr_pages)
		seq_printf(m, " pages=%u", area->nr_pages);
	if (area->nr_huge)
		seq_printf(m, " huge=%u", area->nr_huge);
	if (area->flags & VM_IOREMAP)
		seq_printf(m, " phys=%#llx ioremap", area->phys_addr);
	if (area->flags & VM_ALLOC)
		seq_puts(m, area->flags & VM_STACK ? " vmalloc stack" : " vmalloc");
	if (area->flags & VM_MAP)
		seq_puts(m, " vmap");
	seq_putc(m, '\n');
}

static void show_space(struct seq_file *m, struct va_space *space)
{
	unsigned long flags;

	/* Under the lock, so that areas stay; seq_printf only writes to memory. */
	spin_lock_irqsave(&space->lock, flags);
	for (struct rb_node *n = rb_first(&space->areas); n; n = rb_next(n)) {
		const struct vm_struct *area = rb_entry(n, struct vm_struct, node);

		if (area->state == VM_BUSY && area->addr)
			show_area(m, area);
	}
	spin_unlock_irqrestore(&space->lock, flags);
}

static int vmallocinfo_show(struct seq_file *m, void *unused)
{
	show_space(m, &vmalloc_space);
	show_space(m, &module_space);
	return 0;
}

static int __init vmallocinfo_init(void)
{
	proc_create_single("vmallocinfo", 0400, NULL, vmallocinfo_show);
	return 0;
}
fs_initcall(vmallocinfo_init);
