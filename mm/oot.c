// SPDX-License-Identifier: MIT
/*
 * Isolated modules' memory: per slot a set of kmalloc caches, and the kmalloc family again, bound to them.
 *
 * A slot's functions differ from the general ones in one thing: which array of caches they name.
 * That is a constant of the code, so there is one copy of the small functions per slot, made by the
 * macros below, and an isolated module's kmalloc() runs as many instructions as anybody's. The
 * loader binds a module's undefined symbols to one slot's copies; see modloader/isolate.c.
 *
 * Only KMALLOC_NORMAL requests of up to KMALLOC_MAX_CACHE_SIZE bytes come from the slot's caches: larger ones are
 * pages of their own (but counted as the slot's), DMA ones are rare. The arrays have the shape of kmalloc_caches, because
 * the code that the module's compiler inlined indexes them.
 *
 * The caches have SLAB_KEEP_PAGES: a slab that becomes empty stays, so that a page that stale pointers
 * may still point into is never handed to anybody else (mm/slab.c keeps that promise). They
 * are made at the slot's first use and stay for ever; only the slot's owner may change.
 */
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/isolation.h>
#include <paddock/slab.h>
#include "oot.h"
#include "slab.h"

kmalloc_cache_set slot_caches[OOT_SLOTS_MAX];

/* ---- One copy per slot ---- */

#define FOR_EACH_SLOT(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31) \
	X(32) X(33) X(34) X(35) X(36) X(37) X(38) X(39) X(40) X(41) X(42) X(43) X(44) X(45) X(46) X(47) \
	X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56) X(57) X(58) X(59) X(60) X(61) X(62) X(63)

/* This one cannot leave by a jump, and whoever walks the stack must still see its caller. */
#define OOT_FRAME __attribute__((optimize("no-omit-frame-pointer")))

#define SLOT_FUNCTIONS(n)								\
static __slab_fast void *oot___kmalloc_##n(size_t size, gfp_t flags)			\
{											\
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))				\
		return slot_alloc(n, size, flags, NUMA_NO_NODE);			\
	return slab_alloc_fast(kmalloc_cache_in(slot_caches[n], size, flags), flags, size); \
}											\
static void *oot___kmalloc_node_##n(size_t size, gfp_t flags, int node)			\
{ return slot_alloc(n, size, flags, node); }						\
static void *oot___kmalloc_track_caller_##n(size_t size, gfp_t flags, unsigned long caller) \
{ return slot_alloc(n, size, flags, NUMA_NO_NODE); }					\
static void *oot___kmalloc_node_track_caller_##n(size_t size, gfp_t flags, int node, unsigned long caller) \
{ return slot_alloc(n, size, flags, node); }						\
static void *oot_kmalloc_large_##n(size_t size, gfp_t flags)				\
{ return slot_alloc(n, size, flags, NUMA_NO_NODE); }					\
static void *oot_kmalloc_large_node_##n(size_t size, gfp_t flags, int node)		\
{ return slot_alloc(n, size, flags, node); }						\
static void *oot_krealloc_##n(const void *p, size_t size, gfp_t flags)			\
{ return slot_krealloc(n, p, size, flags); }						\
static void *oot_krealloc_array_##n(void *p, size_t count, size_t size, gfp_t flags)	\
{ return slot_krealloc_array(n, p, count, size, flags); }				\
static void *oot_kvmalloc_node_##n(size_t size, gfp_t flags, int node)			\
{ return slot_kvmalloc(n, size, flags, node); }						\
static void *oot_kvrealloc_##n(const void *p, size_t old, size_t size, gfp_t flags)	\
{ return slot_kvrealloc(n, p, old, size, flags); }					\
static void *oot_kmemdup_##n(const void *src, size_t len, gfp_t gfp)			\
{ return slot_dup(n, src, len, len, gfp); }						\
static char *oot_kmemdup_nul_##n(const char *s, size_t len, gfp_t gfp)			\
{ return s ? slot_dup(n, s, len, len + 1, gfp) : NULL; }				\
static char *oot_kstrdup_##n(const char *s, gfp_t gfp)					\
{ return slot_strdup(n, s, SIZE_MAX, gfp); }						\
static const char *oot_kstrdup_const_##n(const char *s, gfp_t gfp)			\
{ return slot_strdup_const(n, s, gfp); }						\
static char *oot_kstrndup_##n(const char *s, size_t max, gfp_t gfp)			\
{ return slot_strdup(n, s, max, gfp); }							\
static __printf(2, 0) char *oot_kvasprintf_##n(gfp_t gfp, const char *fmt, va_list ap)	\
{ return slot_kvasprintf(n, gfp, fmt, ap); }						\
static OOT_FRAME __printf(2, 3) char *oot_kasprintf_##n(gfp_t gfp, const char *fmt, ...)		\
{											\
	va_list ap;									\
	char *p;									\
											\
	va_start(ap, fmt);								\
	p = slot_kvasprintf(n, gfp, fmt, ap);						\
	va_end(ap);									\
	return p;									\
}											\
static struct kmem_cache *oot_kmem_cache_create_##n(const char *name, unsigned int size, unsigned int align, \
		slab_flags_t flags, void (*ctor)(void *))				\
{ return slot_cache_create(n, name, size, align, flags, ctor); }			\
static struct kmem_cache *oot_kmem_cache_create_usercopy_##n(const char *name, unsigned int size, \
		unsigned int align, slab_flags_t flags, unsigned int from, unsigned int bytes, void (*ctor)(void *)) \
{ return slot_cache_create(n, name, size, align, flags, ctor); }
FOR_EACH_SLOT(SLOT_FUNCTIONS)

/* ---- Binding ---- */

struct binding {
	const char *name;		/* what the module's object file asks for, */
	unsigned int length;		/* and how long that is: most other names differ in this already */
	const char *target;		/* what it gets, as people are told */
	const void *entry[OOT_SLOTS_MAX];
};

#define NAMES(name) name, sizeof(name) - 1, "oot_" name
#define PER_SLOT(function) { NAMES(#function), { FOR_EACH_SLOT(SLOT_ENTRY_##function) } }
#define ENTRY(function, n) [n] = oot_##function##_##n,
#define SLOT_ENTRY___kmalloc(n)			ENTRY(__kmalloc, n)
#define SLOT_ENTRY___kmalloc_node(n)		ENTRY(__kmalloc_node, n)
#define SLOT_ENTRY___kmalloc_node_track_caller(n) ENTRY(__kmalloc_node_track_caller, n)
#define SLOT_ENTRY_kmalloc_large(n)		ENTRY(kmalloc_large, n)
#define SLOT_ENTRY_kmalloc_large_node(n)	ENTRY(kmalloc_large_node, n)
#define SLOT_ENTRY_krealloc(n)			ENTRY(krealloc, n)
#define SLOT_ENTRY_krealloc_array(n)		ENTRY(krealloc_array, n)
#define SLOT_ENTRY_kvmalloc_node(n)		ENTRY(kvmalloc_node, n)
#define SLOT_ENTRY_kvrealloc(n)			ENTRY(kvrealloc, n)
#define SLOT_ENTRY_kmemdup(n)			ENTRY(kmemdup, n)
#define SLOT_ENTRY_kmemdup_nul(n)		ENTRY(kmemdup_nul, n)
#define SLOT_ENTRY_kstrdup(n)			ENTRY(kstrdup, n)
#define SLOT_ENTRY_kstrdup_const(n)		ENTRY(kstrdup_const, n)
#define SLOT_ENTRY_kstrndup(n)			ENTRY(kstrndup, n)
#define SLOT_ENTRY_kvasprintf(n)		ENTRY(kvasprintf, n)
#define SLOT_ENTRY_kasprintf(n)			ENTRY(kasprintf, n)
#define SLOT_TRACK_CALLER(n)			[n] = oot___kmalloc_track_caller_##n,
#define SLOT_CACHES(n)				[n] = slot_caches[n],
#define SLOT_ENTRY_kmem_cache_create(n)		ENTRY(kmem_cache_create, n)
#define SLOT_ENTRY_kmem_cache_create_usercopy(n) ENTRY(kmem_cache_create_usercopy, n)

static const struct binding bindings[] = {
	/* What the eight functions of <linux/slab.h> compile to. */
	{ NAMES("kmalloc_caches"), { FOR_EACH_SLOT(SLOT_CACHES) } },
	PER_SLOT(__kmalloc),
	PER_SLOT(__kmalloc_node),
	/* Caches of the module's own. */
	PER_SLOT(kmem_cache_create),
	PER_SLOT(kmem_cache_create_usercopy),
	/* Those that allocate on the caller's behalf. */
	{ NAMES("__kmalloc_track_caller"), { FOR_EACH_SLOT(SLOT_TRACK_CALLER) } },
	PER_SLOT(__kmalloc_node_track_caller),
	PER_SLOT(krealloc),
	PER_SLOT(krealloc_array),
	PER_SLOT(kvmalloc_node),
	PER_SLOT(kvrealloc),
	PER_SLOT(kmemdup),
	PER_SLOT(kmemdup_nul),
	PER_SLOT(kstrdup),
	PER_SLOT(kstrdup_const),
	PER_SLOT(kstrndup),
	PER_SLOT(kvasprintf),
	PER_SLOT(kasprintf),
	/* Not from the slot's caches, but the slot's: larger ones. */
	PER_SLOT(kmalloc_large),
	PER_SLOT(kmalloc_large_node),
};

/* The lengths of all names, a bit each. */
static unsigned long known_lengths(void)
{
	static unsigned long known;	/* any number of CPUs may find the same */
	unsigned long lengths = READ_ONCE(known);

	for (unsigned int i = 0; !known && i < ARRAY_SIZE(bindings); i++)
		lengths |= 1ul << bindings[i].length;
	WRITE_ONCE(known, lengths);
	return lengths;
}

unsigned long oot_slot_symbol(unsigned int slot, const char *name, const char **target)
{
	unsigned int i, length;

	/* This is asked for each undefined symbol, and most begin otherwise, or are of another length. */
	if (name[0] != 'k' && (name[0] != '_' || name[1] != '_' || name[2] != 'k'))
		return 0;
	length = strlen(name);
	if (length >= BITS_PER_LONG || !(known_lengths() & 1ul << length))
		return 0;
	for (i = 0; i < ARRAY_SIZE(bindings); i++) {
		if (bindings[i].length != length || strcmp(bindings[i].name, name))
			continue;
		if (target)
			*target = bindings[i].target;
		return (unsigned long)bindings[i].entry[slot];
	}
	return 0;
}

const char *oot_rewritten_name(unsigned int n, const char **target)
{
	if (n >= ARRAY_SIZE(bindings))
		return NULL;
	*target = bindings[n].target;
	return bindings[n].name;
}

/* ---- Making a slot's caches ---- */

static unsigned int index_size(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1u << index;
}

static void close_slot(unsigned int slot)
{
	for (unsigned int i = 1; i <= KMALLOC_SHIFT_HIGH; i++) {
		kmem_cache_destroy(slot_caches[slot][KMALLOC_NORMAL][i]);
		slot_caches[slot][KMALLOC_NORMAL][i] = NULL;
	}
}

/* 8k, as the general cache is called; below a kilobyte in bytes. */
static struct kmem_cache *create_cache(unsigned int slot, unsigned int size)
{
	char name[32];

	snprintf(name, sizeof(name), size >= 1024 ? "oot-kmalloc-%u-%uk" : "oot-kmalloc-%u-%u", slot,
		 size >= 1024 ? size / 1024 : size);
	/* Aligned as kmalloc()'s own are. */
	return slab_create_for(&oot_slots[slot], name, size, is_power_of_2(size) ?
			       min_t(unsigned int, size, PAGE_SIZE) : ARCH_KMALLOC_MINALIGN,
			       SLAB_KEEP_PAGES | SLAB_NO_MERGE | SLAB_KMALLOC, NULL);
}

int oot_slot_open(unsigned int slot)
{
	unsigned int i, type;

	if (oot_slots[slot].open)
		return 0;
	oot_slot_init(slot);
	for (type = 0; type < NR_KMALLOC_TYPES; type++)
		if (type != KMALLOC_NORMAL)
			memcpy(slot_caches[slot][type], kmalloc_caches[type], sizeof(kmalloc_caches[type]));
	for (i = 1; i <= KMALLOC_SHIFT_HIGH; i++) {
		struct kmem_cache *s = create_cache(slot, index_size(i));

		if (!s) {
			close_slot(slot);
			return -ENOMEM;
		}
		slot_caches[slot][KMALLOC_NORMAL][i] = s;
	}
	oot_slots[slot].open = true;
	return 0;
}
