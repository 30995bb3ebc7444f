// SPDX-License-Identifier: MIT
/*
 * Memory: the ways to ask for it, and what they promise.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kref.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/io.h>

static bool all_are(const void *p, int c, size_t n)
{
	return !memchr_inv(p, c, n);
}

static void try_kmalloc(void)
{
	char *p, *q;

	p = kmalloc(100, GFP_KERNEL);
	pr_info("kmalloc(100): %zu usable, aligned to 8: %d\n", ksize(p), IS_ALIGNED((unsigned long)p, 8));
	memset(p, 'x', 100);
	q = krealloc(p, 1000, GFP_KERNEL | __GFP_ZERO);
	pr_info("krealloc: kept %d, %zu usable\n", all_are(q, 'x', 100), ksize(q));
	kfree(q);
	p = kzalloc(4096, GFP_KERNEL);
	pr_info("kzalloc(4096): zero %d, page aligned %d\n", all_are(p, 0, 4096), IS_ALIGNED((unsigned long)p, PAGE_SIZE));
	kfree_sensitive(p);
	pr_info("kmalloc_array of too many: %s\n", kmalloc_array(SIZE_MAX / 2, 4, GFP_KERNEL | __GFP_NOWARN) ? "memory" : "NULL");
	pr_info("kmalloc(0): %s\n", ZERO_OR_NULL_PTR(kmalloc(0, GFP_KERNEL)) ? "no memory" : "memory");
	kfree(NULL);
	p = kmemdup("copied", 7, GFP_KERNEL);
	pr_info("kmemdup: %s\n", p);
	kfree(p);
	p = kcalloc(3, 7, GFP_ATOMIC);
	pr_info("kcalloc: zero %d\n", all_are(p, 0, 21));
	kfree(p);
}

static void try_pages(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 2);
	unsigned long one = get_zeroed_page(GFP_KERNEL);
	void *exact = alloc_pages_exact(3 * PAGE_SIZE, GFP_KERNEL);
	void *address = page_address(page);

	pr_info("alloc_pages: zero %d, same page %d %d, count %d\n", all_are(address, 0, 4 * PAGE_SIZE), virt_to_page(address) == page,
		pfn_to_page(page_to_pfn(page)) == page, page_count(page));
	pr_info("aligned to its size: %d, physical and back: %d\n", IS_ALIGNED((unsigned long)address, 4 * PAGE_SIZE),
		phys_to_virt(virt_to_phys(address)) == address);
	pr_info("get_order %d %d, exact %s\n", get_order(PAGE_SIZE), get_order(5 * PAGE_SIZE), exact ? "yes" : "no");
	get_page(page);
	put_page(page);
	__free_pages(page, 2);
	free_page(one);
	free_pages_exact(exact, 3 * PAGE_SIZE);
}

static void try_vmalloc(void)
{
	char *v = vzalloc(3 * PAGE_SIZE + 1), *kv;
	struct page *pages[2];
	void *map;

	pr_info("vzalloc: zero %d, is_vmalloc_addr %d\n", all_are(v, 0, 3 * PAGE_SIZE + 1), is_vmalloc_addr(v));
	pages[0] = vmalloc_to_page(v + PAGE_SIZE);
	pages[1] = vmalloc_to_page(v);
	map = vmap(pages, 2, VM_MAP, PAGE_KERNEL);
	strcpy(v, "page 0");
	strcpy(v + PAGE_SIZE, "page 1");
	pr_info("vmap: %s, %s\n", (char *)map, (char *)map + PAGE_SIZE);
	vunmap(map);
	vfree(v);
	kv = kvmalloc(64, GFP_KERNEL);
	pr_info("kvmalloc(64) from vmalloc: %d\n", is_vmalloc_addr(kv));
	kvfree(kv);
	kv = kvzalloc(8 << 20, GFP_KERNEL);
	pr_info("kvzalloc(8M) from vmalloc: %d\n", is_vmalloc_addr(kv));
	kvfree(kv);
}

struct counted {
	struct kref ref;
	const char *name;
};

static void last_one(struct kref *ref)
{
	struct counted *c = container_of(ref, struct counted, ref);

	pr_info("%s is freed\n", c->name);
	kfree(c);
}

static void try_kref(void)
{
	struct counted *c = kmalloc(sizeof(*c), GFP_KERNEL);

	c->name = "the object";
	kref_init(&c->ref);
	kref_get(&c->ref);
	pr_info("references: %u\n", kref_read(&c->ref));
	pr_info("freed %d\n", kref_put(&c->ref, last_one));
	pr_info("freed %d\n", kref_put(&c->ref, last_one));
}

static int __init memory_init(void)
{
	try_kmalloc();
	try_pages();
	try_vmalloc();
	try_kref();
	return 0;
}

static void __exit memory_exit(void)
{
}

module_init(memory_init);
module_exit(memory_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("The ways to ask for memory");
