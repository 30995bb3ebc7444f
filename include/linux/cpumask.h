/* SPDX-License-Identifier: MIT */
/*
 * Sets of CPUs. NR_CPUS fits one word, so every operation is a few instructions.
 *
 *   possible: found by the firmware's tables and allowed by maxcpus=; constant after boot
 *   present:  the same here
 *   online:   runs threads and takes interrupts
 *   active:   the same as online here
 */
#pragma once

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/bits.h>
#include <linux/atomic.h>
#include <arch/smp.h>

typedef struct cpumask {
	DECLARE_BITMAP(bits, NR_CPUS);
} cpumask_t;

_Static_assert(NR_CPUS <= BITS_PER_LONG, "cpumask operations work on one word");

extern struct cpumask __cpu_possible_mask, __cpu_online_mask;
extern const struct cpumask cpu_mask_none, cpu_mask_all_bits;
extern const unsigned long cpu_bit_words[NR_CPUS];
extern unsigned int nr_cpu_ids;		/* one more than the highest possible CPU */
#define cpu_possible_mask ((const struct cpumask *)&__cpu_possible_mask)
#define cpu_present_mask cpu_possible_mask
#define cpu_online_mask	((const struct cpumask *)&__cpu_online_mask)
#define cpu_active_mask	cpu_online_mask
#define cpu_all_mask	(&cpu_mask_all_bits)
#define cpu_none_mask	(&cpu_mask_none)
#define nr_cpumask_bits	nr_cpu_ids

#define cpumask_bits(maskp) ((maskp)->bits)
#define cpumask_pr_args(maskp) nr_cpu_ids, cpumask_bits(maskp)
#define CPU_BITS_NONE	{ 0 }
#define CPU_MASK_NONE	((cpumask_t){ .bits = { 0 } })
#define CPU_MASK_ALL	((cpumask_t){ .bits = { GENMASK(NR_CPUS - 1, 0) } })
#define CPU_MASK_CPU0	((cpumask_t){ .bits = { 1 } })

static inline const struct cpumask *cpumask_of(unsigned int cpu)
{
	return (const struct cpumask *)&cpu_bit_words[cpu];
}

static inline unsigned int cpumask_first(const struct cpumask *m)
{
	unsigned long w = READ_ONCE(m->bits[0]);

	return w ? __builtin_ctzl(w) : nr_cpu_ids;
}

/* The next one after @n (-1: from the start), or >= nr_cpu_ids. */
static inline unsigned int cpumask_next(int n, const struct cpumask *m)
{
	unsigned long w = n + 1 >= NR_CPUS ? 0 : READ_ONCE(m->bits[0]) & (~0UL << (n + 1));

	return w ? __builtin_ctzl(w) : nr_cpu_ids;
}

static inline unsigned int cpumask_next_zero(int n, const struct cpumask *m)
{
	struct cpumask inverse = { { ~READ_ONCE(m->bits[0]) & GENMASK(NR_CPUS - 1, 0) } };

	return cpumask_next(n, &inverse);
}

static inline unsigned int cpumask_last(const struct cpumask *m)
{
	unsigned long w = READ_ONCE(m->bits[0]);

	return w ? BITS_PER_LONG - 1 - __builtin_clzl(w) : nr_cpu_ids;
}

static inline unsigned int cpumask_first_and(const struct cpumask *a, const struct cpumask *b)
{
	struct cpumask both = { { READ_ONCE(a->bits[0]) & READ_ONCE(b->bits[0]) } };

	return cpumask_first(&both);
}

static inline unsigned int cpumask_next_and(int n, const struct cpumask *a, const struct cpumask *b)
{
	struct cpumask both = { { READ_ONCE(a->bits[0]) & READ_ONCE(b->bits[0]) } };

	return cpumask_next(n, &both);
}

static inline unsigned int cpumask_next_wrap(int n, const struct cpumask *m)
{
	unsigned int next = cpumask_next(n, m);

	return next < nr_cpu_ids ? next : cpumask_first(m);
}

#define cpumask_any(m)			cpumask_first(m)
#define cpumask_any_and(a, b)		cpumask_first_and(a, b)
#define cpumask_any_and_distribute(a, b) cpumask_first_and(a, b)
#define cpumask_any_but(m, cpu) ({ struct cpumask __but = *(m); cpumask_clear_cpu(cpu, &__but); cpumask_first(&__but); })

static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *m)
{
	__atomic_fetch_or(&m->bits[0], BIT(cpu), __ATOMIC_RELAXED);
}
static inline void cpumask_clear_cpu(int cpu, struct cpumask *m)
{
	__atomic_fetch_and(&m->bits[0], ~BIT(cpu), __ATOMIC_RELAXED);
}
static inline void __cpumask_set_cpu(unsigned int cpu, struct cpumask *m) { m->bits[0] |= BIT(cpu); }
static inline void __cpumask_clear_cpu(int cpu, struct cpumask *m) { m->bits[0] &= ~BIT(cpu); }
static inline bool cpumask_test_cpu(int cpu, const struct cpumask *m)
{
	return READ_ONCE(m->bits[0]) >> cpu & 1;
}
static inline bool cpumask_test_and_set_cpu(int cpu, struct cpumask *m)
{
	return __atomic_fetch_or(&m->bits[0], BIT(cpu), __ATOMIC_SEQ_CST) >> cpu & 1;
}
static inline bool cpumask_test_and_clear_cpu(int cpu, struct cpumask *m)
{
	return __atomic_fetch_and(&m->bits[0], ~BIT(cpu), __ATOMIC_SEQ_CST) >> cpu & 1;
}

static inline void cpumask_clear(struct cpumask *m) { m->bits[0] = 0; }
static inline void cpumask_setall(struct cpumask *m) { m->bits[0] = GENMASK(nr_cpu_ids - 1, 0); }
static inline void cpumask_copy(struct cpumask *d, const struct cpumask *s) { *d = *s; }
static inline bool cpumask_and(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	return (d->bits[0] = a->bits[0] & b->bits[0]) != 0;
}
static inline void cpumask_or(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	d->bits[0] = a->bits[0] | b->bits[0];
}
static inline void cpumask_xor(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	d->bits[0] = a->bits[0] ^ b->bits[0];
}
static inline bool cpumask_andnot(struct cpumask *d, const struct cpumask *a, const struct cpumask *b)
{
	return (d->bits[0] = a->bits[0] & ~b->bits[0]) != 0;
}
static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b) { return a->bits[0] == b->bits[0]; }
static inline bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b)
{
	return (a->bits[0] & b->bits[0]) != 0;
}
static inline bool cpumask_subset(const struct cpumask *a, const struct cpumask *b)
{
	return !(a->bits[0] & ~b->bits[0]);
}
static inline bool cpumask_empty(const struct cpumask *m) { return !READ_ONCE(m->bits[0]); }
static inline bool cpumask_full(const struct cpumask *m) { return m->bits[0] == GENMASK(nr_cpu_ids - 1, 0); }
static inline unsigned int cpumask_weight(const struct cpumask *m) { return __builtin_popcountl(READ_ONCE(m->bits[0])); }
static inline unsigned int cpumask_size(void) { return sizeof(struct cpumask); }

#define for_each_cpu(cpu, m) \
	for ((cpu) = cpumask_first(m); (cpu) < nr_cpu_ids; (cpu) = cpumask_next((cpu), (m)))
#define for_each_cpu_and(cpu, a, b) \
	for ((cpu) = cpumask_first_and(a, b); (cpu) < nr_cpu_ids; (cpu) = cpumask_next_and((cpu), (a), (b)))
#define for_each_cpu_not(cpu, m) \
	for ((cpu) = cpumask_next_zero(-1, m); (cpu) < nr_cpu_ids; (cpu) = cpumask_next_zero((cpu), (m)))
/* Every CPU of @m once, starting at @start. */
#define for_each_cpu_wrap(cpu, m, start) \
	for (unsigned int __i = 0, __n = cpumask_weight(m); \
	     __i < __n && ((cpu) = __i ? cpumask_next_wrap(cpu, m) : cpumask_next_wrap((int)(start) - 1, m), true); __i++)
#define for_each_possible_cpu(cpu) for_each_cpu((cpu), cpu_possible_mask)
#define for_each_present_cpu(cpu) for_each_cpu((cpu), cpu_present_mask)
#define for_each_online_cpu(cpu) for_each_cpu((cpu), cpu_online_mask)

#define num_possible_cpus()	cpumask_weight(cpu_possible_mask)
#define num_present_cpus()	cpumask_weight(cpu_present_mask)
#define num_online_cpus()	cpumask_weight(cpu_online_mask)
#define num_active_cpus()	cpumask_weight(cpu_active_mask)
#define cpu_possible(cpu)	((cpu) < nr_cpu_ids && cpumask_test_cpu((cpu), cpu_possible_mask))
#define cpu_present(cpu)	cpu_possible(cpu)
#define cpu_online(cpu)		((cpu) < nr_cpu_ids && cpumask_test_cpu((cpu), cpu_online_mask))
#define cpu_active(cpu)		cpu_online(cpu)

/* Masks too large for the stack elsewhere; one word here. */
typedef struct cpumask cpumask_var_t[1];
#define alloc_cpumask_var(mask, flags)		({ (void)(mask); (void)(flags); true; })
#define zalloc_cpumask_var(mask, flags)		({ cpumask_clear(*(mask)); true; })
#define free_cpumask_var(mask)			((void)(mask))

/* "0-2,5", "" for none. Returns: 0 or -EINVAL, -ERANGE. */
int cpulist_parse(const char *buf, struct cpumask *dstp);
int cpumask_parse(const char *buf, struct cpumask *dstp);
