// SPDX-License-Identifier: MIT
/*
 * Isolated modules' memory: per slot a set of kmalloc caches, and the kmalloc family again, bound to them.
 *
 * A slot's functions differ from the general ones in one thing: which array of caches they name.
 * That is a constant of the code, so there is one copy of the small functions per slot, made by the
 * macros below, and an isolated module's kmalloc() runs as many instructions as anybody's. The
 * loader binds a module's undefined symbols to one slot's copies; see modloader/isolate.c.
 *
 * Only KMALLOC_NORMAL requests of up to KMALLOC_MAX_CACHE_SIZE bytes are the slot's: larger ones are
 * pages of their own, DMA ones are rare. The arrays have the shape of kmalloc_caches, because
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

typedef struct kmem_cache *cache_set[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];

static cache_set slot_caches[OOT_SLOTS_MAX];
static bool slot_is_open[OOT_SLOTS_MAX];
static unsigned long page_limit = ULONG_MAX;

extern char _srodata[], _erodata[];

/* ---- The family, for any set of caches ---- */

static noinline void *set_dup(cache_set set, const void *src, size_t len, size_t room, gfp_t gfp)
{
	char *p = __kmalloc_from(set, room, gfp, NUMA_NO_NODE);

	if (p) {
		memcpy(p, src, len);
		if (room > len)
			p[len] = 0;
	}
	return p;
}

static noinline char *set_strdup(cache_set set, const char *s, size_t max, gfp_t gfp)
{
	size_t len = s ? strnlen(s, max) : 0;

	return s ? set_dup(set, s, len, len + 1, gfp) : NULL;
}

static noinline const char *set_strdup_const(cache_set set, const char *s, gfp_t gfp)
{
	return s >= _srodata && s < _erodata ? s : set_strdup(set, s, SIZE_MAX, gfp);
}

static noinline void *set_krealloc_array(cache_set set, void *p, size_t count, size_t size, gfp_t gfp)
{
	size_t bytes;

	return check_mul_overflow(count, size, &bytes) ? NULL : __krealloc_from(set, p, bytes, gfp);
}

static noinline void *set_kvmalloc(cache_set set, size_t size, gfp_t gfp, int node)
{
	void *p;

	if (size > KMALLOC_MAX_CACHE_SIZE)
		return kvmalloc_node(size, gfp, node);
	p = __kmalloc_from(set, size, gfp, node);
	return p;
}

static noinline void *set_kvrealloc(cache_set set, const void *old, size_t old_size, size_t size, gfp_t gfp)
{
	void *p;

	if (old_size >= size)
		return (void *)old;
	p = set_kvmalloc(set, size, gfp, NUMA_NO_NODE);
	if (p) {
		memcpy(p, old, old_size);
		kvfree(old);
	}
	return p;
}

static noinline char *set_kvasprintf(cache_set set, gfp_t gfp, const char *fmt, va_list ap)
{
	va_list again;
	int len;
	char *p;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	p = __kmalloc_from(set, len + 1, gfp, NUMA_NO_NODE);
	if (p)
		vsnprintf(p, len + 1, fmt, ap);
	return p;
}

/* An isolated module's own caches are never shared with another's, however alike. */
static struct kmem_cache *oot_kmem_cache_create(const char *name, unsigned int size, unsigned int align,
						slab_flags_t flags, void (*ctor)(void *))
{
	return kmem_cache_create(name, size, align, flags | SLAB_NO_MERGE, ctor);
}

static struct kmem_cache *oot_kmem_cache_create_usercopy(const char *name, unsigned int size, unsigned int align,
							 slab_flags_t flags, unsigned int offset,
							 unsigned int bytes, void (*ctor)(void *))
{
	return kmem_cache_create(name, size, align, flags | SLAB_NO_MERGE, ctor);
}

/* ---- One copy per slot ---- */

#define FOR_EACH_SLOT(X) \
	X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
	X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31) \
	X(32) X(33) X(34) X(35) X(36) X(37) X(38) X(39) X(40) X(41) X(42) X(43) X(44) X(45) X(46) X(47) \
	X(48) X(49) X(50) X(51) X(52) X(53) X(54) X(55) X(56) X(57) X(58) X(59) X(60) X(61) X(62) X(63)

#define SLOT_FUNCTIONS(n)								\
static __slab_fast void *oot___kmalloc_##n(size_t size, gfp_t flags)			\
{											\
	if (unlikely(size - 1 >= KMALLOC_MAX_CACHE_SIZE))				\
		return __kmalloc_from(slot_caches[n], size, flags, NUMA_NO_NODE);	\
	return slab_alloc_fast(kmalloc_cache_in(slot_caches[n], size, flags), flags, size); \
}											\
static void *oot___kmalloc_node_##n(size_t size, gfp_t flags, int node)		\
{ return __kmalloc_from(slot_caches[n], size, flags, node); }				\
static void *oot___kmalloc_track_caller_##n(size_t size, gfp_t flags, unsigned long caller) \
{ return __kmalloc_from(slot_caches[n], size, flags, NUMA_NO_NODE); }			\
static void *oot___kmalloc_node_track_caller_##n(size_t size, gfp_t flags, int node, unsigned long caller) \
{ return __kmalloc_from(slot_caches[n], size, flags, node); }				\
static void *oot_krealloc_##n(const void *p, size_t size, gfp_t flags)			\
{ return __krealloc_from(slot_caches[n], p, size, flags); }				\
static void *oot_krealloc_array_##n(void *p, size_t count, size_t size, gfp_t flags)	\
{ return set_krealloc_array(slot_caches[n], p, count, size, flags); }			\
static void *oot_kvmalloc_node_##n(size_t size, gfp_t flags, int node)			\
{ return set_kvmalloc(slot_caches[n], size, flags, node); }				\
static void *oot_kvrealloc_##n(const void *p, size_t old, size_t size, gfp_t flags)	\
{ return set_kvrealloc(slot_caches[n], p, old, size, flags); }				\
static void *oot_kmemdup_##n(const void *src, size_t len, gfp_t gfp)			\
{ return set_dup(slot_caches[n], src, len, len, gfp); }				\
static char *oot_kmemdup_nul_##n(const char *s, size_t len, gfp_t gfp)			\
{ return s ? set_dup(slot_caches[n], s, len, len + 1, gfp) : NULL; }			\
static char *oot_kstrdup_##n(const char *s, gfp_t gfp)					\
{ return set_strdup(slot_caches[n], s, SIZE_MAX, gfp); }				\
static const char *oot_kstrdup_const_##n(const char *s, gfp_t gfp)			\
{ return set_strdup_const(slot_caches[n], s, gfp); }					\
static char *oot_kstrndup_##n(const char *s, size_t max, gfp_t gfp)			\
{ return set_strdup(slot_caches[n], s, max, gfp); }					\
static __printf(2, 0) char *oot_kvasprintf_##n(gfp_t gfp, const char *fmt, va_list ap)	\
{ return set_kvasprintf(slot_caches[n], gfp, fmt, ap); }				\
static __printf(2, 3) char *oot_kasprintf_##n(gfp_t gfp, const char *fmt, ...)		\
{											\
	va_list ap;									\
	char *p;									\
											\
	va_start(ap, fmt);								\
	p = set_kvasprintf(slot_caches[n], gfp, fmt, ap);				\
	va_end(ap);									\
	return p;									\
}
FOR_EACH_SLOT(SLOT_FUNCTIONS)

/* ---- Binding ---- */

struct binding {
	const char *name;		/* what the module's object file asks for */
	const char *target;		/* what it gets, as people are told */
	const void *entry[OOT_SLOTS_MAX];
};

#define PER_SLOT(function) { #function, "oot_" #function, { FOR_EACH_SLOT(SLOT_ENTRY_##function) } }
#define ENTRY(function, n) [n] = oot_##function##_##n,
#define SLOT_ENTRY___kmalloc(n)			ENTRY(__kmalloc, n)
#define SLOT_ENTRY___kmalloc_node(n)		ENTRY(__kmalloc_node, n)
#define SLOT_ENTRY___kmalloc_node_track_caller(n) ENTRY(__kmalloc_node_track_caller, n)
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
#define SLOT_CACHE_CREATE(n)			[n] = oot_kmem_cache_create,
#define SLOT_CACHE_CREATE_USERCOPY(n)		[n] = oot_kmem_cache_create_usercopy,

static const struct binding bindings[] = {
	/* What the eight functions of <linux/slab.h> compile to. */
	{ "kmalloc_caches", "oot_kmalloc_caches", { FOR_EACH_SLOT(SLOT_CACHES) } },
	PER_SLOT(__kmalloc),
	PER_SLOT(__kmalloc_node),
	/* Those that allocate on the caller's behalf. */
	{ "__kmalloc_track_caller", "oot___kmalloc_track_caller", { FOR_EACH_SLOT(SLOT_TRACK_CALLER) } },
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
	{ "kmem_cache_create", "oot_kmem_cache_create", { FOR_EACH_SLOT(SLOT_CACHE_CREATE) } },
	{ "kmem_cache_create_usercopy", "oot_kmem_cache_create_usercopy",
	  { FOR_EACH_SLOT(SLOT_CACHE_CREATE_USERCOPY) } },
};

unsigned long oot_slot_symbol(unsigned int slot, const char *name, const char **target)
{
	unsigned int i;

	/* Most undefined symbols begin otherwise; this is asked for each. */
	if (name[0] != 'k' && name[0] != '_')
		return 0;
	for (i = 0; i < ARRAY_SIZE(bindings); i++) {
		if (strcmp(bindings[i].name, name))
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

/* ---- Slots ---- */

/* Caches of @set that are this slot's own. */
#define for_each_slot_cache(s, i, slot) \
	for (i = 1; i <= KMALLOC_SHIFT_HIGH; i++) \
		if ((s = slot_caches[slot][KMALLOC_NORMAL][i]))

static unsigned int index_size(unsigned int index)
{
	return index == 1 ? 96 : index == 2 ? 192 : 1u << index;
}

static void close_slot(unsigned int slot)
{
	struct kmem_cache *s;
	unsigned int i;

	for_each_slot_cache(s, i, slot) {
		kmem_cache_destroy(s);
		slot_caches[slot][KMALLOC_NORMAL][i] = NULL;
	}
}

int oot_slot_open(unsigned int slot)
{
	struct kmem_cache *s;
	unsigned int i, type;
	char name[32];

	if (slot_is_open[slot])
		return 0;
	for (type = 0; type < NR_KMALLOC_TYPES; type++)
		if (type != KMALLOC_NORMAL)
			memcpy(slot_caches[slot][type], kmalloc_caches[type], sizeof(kmalloc_caches[type]));
	for (i = 1; i <= KMALLOC_SHIFT_HIGH; i++) {
		unsigned int size = index_size(i);

		/* 8k, as the general cache is called; the rest in bytes. */
		snprintf(name, sizeof(name), size >= 1024 ? "oot-kmalloc-%u-%uk" : "oot-kmalloc-%u-%u", slot,
			 size >= 1024 ? size / 1024 : size);
		/* Aligned as kmalloc()'s own are. */
		s = kmem_cache_create(name, size, is_power_of_2(size) ? min_t(unsigned int, size, PAGE_SIZE) :
				      ARCH_KMALLOC_MINALIGN,
				      SLAB_KEEP_PAGES | SLAB_NO_MERGE | SLAB_KMALLOC, NULL);
		if (!s) {
			close_slot(slot);
			return -ENOMEM;
		}
		slab_set_keep_limit(s, page_limit);
		slot_caches[slot][KMALLOC_NORMAL][i] = s;
	}
	slot_is_open[slot] = true;
	return 0;
}

unsigned long oot_slot_pages(unsigned int slot)
{
	unsigned long pages = 0;
	struct slab_stats stats;
	struct kmem_cache *s;
	unsigned int i;

	for_each_slot_cache(s, i, slot) {
		slab_get_stats(s, &stats);
		pages += stats.slabs << s->order;
	}
	return pages;
}

unsigned long oot_slot_objects(unsigned int slot, unsigned long *bytes)
{
	unsigned long objects = 0, total = 0;
	struct slab_stats stats;
	struct kmem_cache *s;
	unsigned int i;

	for_each_slot_cache(s, i, slot) {
		slab_get_stats(s, &stats);
		objects += stats.active_objs;
		total += stats.active_objs * s->object_size;
	}
	if (bytes)
		*bytes = total;
	return objects;
}

void oot_set_page_limit(unsigned long slabs)
{
	struct kmem_cache *s;
	unsigned int slot, i;

	page_limit = slabs;
	for (slot = 0; slot < OOT_SLOTS_MAX; slot++)
		for_each_slot_cache(s, i, slot)
			slab_set_keep_limit(s, slabs);
}
