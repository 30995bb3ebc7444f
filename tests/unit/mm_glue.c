// SPDX-License-Identifier: MIT
/*
 * The hosted machine's half with the kernel's headers: it boots the memory managers as kmain() does, and stands
 * in for what they need of the rest of the kernel. See mm/hosted.h.
 *
 * Nothing of the code under test is replaced. KFENCE counts how often it is asked and never guards.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/kobject.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/panic.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/stackdepot.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <arch/boot.h>
#include <arch/time.h>
#include <paddock/init.h>
#include <paddock/alloc_watch.h>
#include <paddock/pmalloc.h>
#include <paddock/numa.h>
#include <paddock/page.h>
#include <paddock/pgtable.h>
#include <paddock/slab.h>
#include "../../mm/oot.h"
#include "mm/hosted.h"

/* ---- Failing, random numbers ---- */

unsigned long long host_seed = 1;

void host_fail(const char *fmt, ...)
{
	char text[512], line[640];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	snprintf(line, sizeof(line), "FAILED (SEED=%llu): %s", host_seed, text);
	host_die(line);
}

unsigned int host_random(void)
{
	static u64 state;

	if (!state)
		state = host_seed * 0x9e3779b97f4a7c15ull | 1;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 2685821657736338717ull >> 32;
}

unsigned int host_random_below(unsigned int limit)
{
	return (u64)host_random() * limit >> 32;
}

/* ---- The log ---- */

#define LOG_BYTES (256 * 1024)

int host_verbose;
static char log_text[LOG_BYTES];
static size_t log_len;

static void log_write(const char *fmt, va_list args)
{
	char text[1024];
	const char *plain;
	size_t len;

	vsnprintf(text, sizeof(text), fmt, args);
	plain = printk_skip_headers(text);
	len = strlen(plain);
	if (log_len + len < LOG_BYTES) {
		memcpy(log_text + log_len, plain, len + 1);
		log_len += len;
	}
	if (host_verbose)
		host_print(plain);
}

int _printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_write(fmt, args);
	va_end(args);
	return 0;
}

unsigned int host_logged(const char *text)
{
	unsigned int count = 0;

	for (const char *p = log_text; (p = strstr(p, text)); p++)
		count++;
	return count;
}

void host_forget_log(void)
{
	log_len = 0;
	log_text[0] = '\0';
}

/* ---- BUG(), WARN(), panic() ---- */

extern const struct bug_entry __start___bug_table[], __stop___bug_table[];

int host_bug_trap(unsigned long pc)
{
	for (const struct bug_entry *b = __start___bug_table; b < __stop___bug_table; b++) {
		if (bug_addr(b) != pc)
			continue;
		if (!(b->flags & BUGFLAG_WARNING))
			host_fail("BUG() at %s:%u", (const char *)offset_to_ptr(&b->file_offset), b->line);
		_printk("WARNING: at %s:%u\n", (const char *)offset_to_ptr(&b->file_offset), b->line);
		return ARCH_BUG_INSN_BYTES;
	}
	return 0;
}

void __warn_printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	log_write(fmt, args);
	va_end(args);
}

void panic(const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	host_fail("panic: %s", text);
}

const char *print_tainted(void)
{
	return "Not tainted";
}

void add_taint(unsigned int flag, enum lockdep_ok lockdep_ok)
{
}

void dump_stack(void)
{
	_printk("Call Trace:\n");
}

unsigned int stack_trace_save(unsigned long *store, unsigned int size, unsigned int skipnr)
{
	store[0] = (unsigned long)__builtin_return_address(0);
	return 1;
}

void stack_trace_print(const unsigned long *trace, unsigned int nr, int spaces)
{
	for (unsigned int i = 0; i < nr; i++)
		_printk("%*c%pS\n", 1 + spaces, ' ', (void *)trace[i]);
}

int sprint_symbol(char *buf, unsigned long addr)
{
	return sprintf(buf, "0x%lx", addr);
}

int sprint_symbol_no_offset(char *buf, unsigned long addr)
{
	return sprint_symbol(buf, addr);
}

int sprint_backtrace(char *buf, unsigned long addr)
{
	return sprint_symbol(buf, addr);
}

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	return 1;
}

/* ---- CPUs ---- */

extern char __per_cpu_start[], __per_cpu_end[];

#define PERCPU_ROOM (256 * 1024)	/* for alloc_percpu(), behind the static variables */

DEFINE_PER_CPU(unsigned long, this_cpu_off);
DEFINE_PER_CPU(unsigned int, cpu_number);
__thread unsigned long host_percpu_offset;
__thread unsigned long host_irqs_masked;
__thread struct task_struct *host_current;
unsigned long __per_cpu_offset[NR_CPUS];
struct cpumask __cpu_possible_mask, __cpu_online_mask;
unsigned int nr_cpu_ids;
static struct task_struct cpu_task[HOST_MAX_CPUS];

void host_set_percpu_base(unsigned long offset);	/* the host program's: %gs, or nothing */

void host_run_on(unsigned int cpu)
{
	host_percpu_offset = __per_cpu_offset[cpu];
	host_set_percpu_base(__per_cpu_offset[cpu]);
	host_current = &cpu_task[cpu];
}

static void setup_cpus(unsigned int cpus)
{
	static u8 areas[HOST_MAX_CPUS][1 << 20] __aligned(4096);
	size_t bytes = __per_cpu_end - __per_cpu_start;

	if (bytes + PERCPU_ROOM > sizeof(areas[0]))
		host_die("mm_glue: per-CPU areas are too small");
	nr_cpu_ids = cpus;
	for (unsigned int cpu = 0; cpu < cpus; cpu++) {
		memcpy(areas[cpu], __per_cpu_start, bytes);
		__per_cpu_offset[cpu] = (unsigned long)areas[cpu] - (unsigned long)__per_cpu_start;
		cpumask_set_cpu(cpu, &__cpu_possible_mask);
		cpumask_set_cpu(cpu, &__cpu_online_mask);
		per_cpu(cpu_number, cpu) = cpu;
		per_cpu(this_cpu_off, cpu) = __per_cpu_offset[cpu];
		cpu_task[cpu].no_resched = 1;
		snprintf(cpu_task[cpu].comm, sizeof(cpu_task[cpu].comm), "cpu%u", cpu);
	}
	host_run_on(0);
}

/* Objects are never split or merged, only used again when the size fits: caches come and go. */
static struct percpu_object {
	void *ptr;
	size_t size;
	bool used;
} percpu_objects[2048];
static unsigned int nr_percpu_objects;
static size_t percpu_used;

void __percpu *__alloc_percpu(size_t size, size_t align)
{
	struct percpu_object *o = percpu_objects, *end = o + nr_percpu_objects;

	size = ALIGN(size, 64);
	while (o < end && (o->used || o->size != size))
		o++;
	if (o == end) {
		if (percpu_used + size > PERCPU_ROOM || nr_percpu_objects == ARRAY_SIZE(percpu_objects))
			return NULL;
		*o = (struct percpu_object){ __per_cpu_end + percpu_used, size };
		percpu_used += size;
		nr_percpu_objects++;
	}
	o->used = true;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		memset(per_cpu_ptr(o->ptr, cpu), 0, size);
	return o->ptr;
}

void free_percpu(void __percpu *ptr)
{
	for (unsigned int i = 0; ptr && i < nr_percpu_objects; i++)
		if (percpu_objects[i].ptr == ptr)
			percpu_objects[i].used = false;
}

void on_each_cpu(smp_call_func_t func, void *info, int wait)
{
	unsigned int here = raw_smp_processor_id();

	HOST_EXPECT(!host_irqs_masked);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		host_run_on(cpu);
		host_irqs_masked = 1;
		func(info);
		host_irqs_masked = 0;
	}
	host_run_on(here);
}

void preempt_schedule(void)
{
	host_fail("preempt_schedule() called, but nobody else can run");
}

void __might_sleep(const char *file, int line)
{
	if (host_irqs_masked || preempt_count())
		host_fail("%s:%d may sleep, with interrupts or preemption off", file, line);
}

void msleep(unsigned int ms)
{
	__might_sleep("msleep", 0);
}

/* ---- Locks ---- */

void raw_spin_lock_slow(raw_spinlock_t *lock)
{
	u32 free = 0;

	if (lock->owner == raw_smp_processor_id() + 1)
		host_fail("a spinlock is taken twice");
	while (!try_cmpxchg_acquire(&lock->word, &free, 1)) {
		free = 0;
		arch_cpu_relax();
	}
}

void raw_spin_unlock_bug(raw_spinlock_t *lock)
{
	host_fail("a spinlock is released by who does not hold it");
}

bool lockdep_spin_held(const spinlock_t *lock)
{
	return raw_spin_is_held(&lock->rlock);
}

static const struct mutex *held;	/* only slab_mutex is ever taken */

void mutex_lock(struct mutex *lock)
{
	__might_sleep("mutex_lock", 0);
	HOST_EXPECT(held != lock);
	held = lock;
}

int mutex_trylock(struct mutex *lock)
{
	if (held == lock)
		return 0;
	held = lock;
	return 1;
}

void mutex_unlock(struct mutex *lock)
{
	HOST_EXPECT(held == lock);
	held = NULL;
}

/* ---- RCU: a grace period ends at rcu_barrier() ---- */

static struct rcu_head *waiting;

void call_rcu(struct rcu_head *head, rcu_callback_t func)
{
	head->func = func;
	head->next = waiting;
	waiting = head;
}

void rcu_barrier(void)
{
	while (waiting) {
		struct rcu_head *head = waiting;

		waiting = head->next;
		head->func(head);
	}
}

/* ---- The rest of the kernel ---- */

int slab_sysfs_add(struct kmem_cache *s)
{
	return 0;
}

void slab_sysfs_add_name(struct kmem_cache *s, const char *name)
{
}

void slab_sysfs_remove(struct kmem_cache *s)
{
}

void kobject_put(struct kobject *kobj)
{
}

bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr - VMALLOC_START < VMALLOC_END - VMALLOC_START;
}

bool is_vmalloc_or_module_addr(const void *addr)
{
	return is_vmalloc_addr(addr);
}

bool vmalloc_dump_obj(void *object)
{
	return false;
}

void vfree(const void *addr)
{
	host_fail("vfree() in a test that has no vmalloc()");
}

void *__vmalloc_node_range(unsigned long size, unsigned long align, unsigned long start, unsigned long end,
			   gfp_t gfp, pgprot_t prot, unsigned long flags, int node, const void *caller)
{
	return NULL;
}

/* The host program's own strings are constants; the models' names are on the stack. */
static bool in_program(const char *s)
{
	extern char __executable_start[], _end[];

	return s >= __executable_start && s < _end;
}

const char *kstrdup_const(const char *s, gfp_t gfp)
{
	char *p = in_program(s) ? NULL : kmalloc(strlen(s) + 1, gfp);

	return in_program(s) ? s : p ? strcpy(p, s) : NULL;
}

void kfree_const(const void *x)
{
	if (!in_program(x))
		kfree(x);
}

u64 arch_clock_ns(void)
{
	return host_now_ns();
}

u64 host_cycles(void)
{
	static u64 cycles;

	return cycles += 1009;
}

unsigned int arch_phys_bits(void)
{
	return 40;
}

/* ---- Page tables: what section.c maps and opens ---- */

static pte_t entry;			/* the one that was asked for last … */
static unsigned long entry_va;		/* … and where it is */

#define MAX_MAPPINGS 256
static struct mapping {
	unsigned long va, size;
	phys_addr_t pa;
} mappings[MAX_MAPPINGS];
static unsigned int nr_mappings;
static bool zero_page_shown;

int kernel_map_range(unsigned long va, phys_addr_t pa, unsigned long size, pgprot_bits_t prot)
{
	/* The image's page of zeroes is not in the memory file: a page of RAM that nobody gets stands in for it. */
	if (va >= VMEMMAP_START && size == PAGE_SIZE && !(prot & PT_WRITE)) {
		zero_page_shown = true;
		host_map(va, 0, size, true, false);
		return 0;
	}
	if (nr_mappings == MAX_MAPPINGS)
		return -ENOMEM;
	mappings[nr_mappings++] = (struct mapping){ va, size, pa };
	host_map(va, pa, size, prot & PT_PRESENT, prot & PT_WRITE);
	return 0;
}

pte_t *kernel_page_entry(unsigned long va, unsigned int *level)
{
	for (unsigned int i = 0; i < nr_mappings; i++) {
		const struct mapping *m = &mappings[i];

		if (va - m->va >= m->size)
			continue;
		*level = !(va & (PT_LEVEL_SIZE(1) - 1)) && va + PT_LEVEL_SIZE(1) <= m->va + m->size;
		entry_va = va;
		entry = m->pa + (va - m->va);
		return &entry;
	}
	return NULL;
}

void host_pt_set(pte_t *slot, pte_t e)
{
	bool large = !(entry_va & (PT_LEVEL_SIZE(1) - 1));
	unsigned long size = PAGE_SIZE;

	for (unsigned int i = 0; large && i < nr_mappings; i++)
		if (entry_va - mappings[i].va < mappings[i].size &&
		    entry_va + PT_LEVEL_SIZE(1) <= mappings[i].va + mappings[i].size)
			size = PT_LEVEL_SIZE(1);
	HOST_EXPECT(slot == &entry);
	host_map(entry_va, arch_pt_pa(e, 0), size, arch_pt_prot(e, 0) & PT_PRESENT, arch_pt_prot(e, 0) & PT_WRITE);
}

int host_page_fault(unsigned long addr, int is_write)
{
	return vmemmap_handle_fault(addr, is_write);
}

/* ---- Boot ---- */

struct boot_info boot_info;
unsigned long max_pfn, linear_bytes;
void *high_memory;

void host_boot(const struct host_config *config)
{
	extern const struct obs_kernel_param __start___setup[], __stop___setup[];
	u64 end = 0, lowest = ~0ull;

	for (unsigned int i = 0; i < HOST_MAX_RANGES && config->ram[i].size; i++) {
		boot_info.ranges[boot_info.nr_ranges++] =
			(struct boot_range){ config->ram[i].base, config->ram[i].size, BOOT_RAM };
		end = max(end, config->ram[i].base + config->ram[i].size);
		lowest = min(lowest, config->ram[i].base);
	}
	host_machine_init(end);
	boot_info.kernel_start = lowest + PAGE_SIZE;
	boot_info.kernel_end = boot_info.kernel_start + SZ_2M - 123;
	for (const struct obs_kernel_param *p = __start___setup; p < __stop___setup; p++)
		if (config->slub_debug && !strcmp(p->str, "slub_debug"))
			p->setup_func((char *)config->slub_debug);
	setup_cpus(config->cpus);
	memblock_init();
	for (unsigned int i = 0; i < HOST_MAX_RANGES && config->ram[i].size; i++)
		numa_add_memory(config->ram[i].node, config->ram[i].base, config->ram[i].size);
	for (unsigned int cpu = 0; cpu < config->cpus; cpu++) {
		int nodes = 0;

		for (unsigned int i = 0; i < HOST_MAX_RANGES && config->ram[i].size; i++)
			nodes = max(nodes, config->ram[i].node + 1);
		numa_set_cpu_node(cpu, cpu * nodes / config->cpus);
	}
	buddy_init();
	slab_init();
}
