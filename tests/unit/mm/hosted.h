/* SPDX-License-Identifier: MIT */
/*
 * The hosted machine, between its halves: mm_glue.c, compiled with the kernel's headers, and machine.c,
 * compiled with the C library's. Plain C types only.
 *
 * Its RAM is a memory file that the linear map shows from PAGE_OFFSET on, sparse, so that it may lie at
 * 5 GiB. Its CPUs are the caller's choice of the moment (host_run_on()), or threads of the host.
 */
#pragma once

#define HOST_MAX_RANGES	8
#define HOST_MAX_CPUS	8

struct host_config {
	unsigned int cpus;
	struct {
		unsigned long long base, size;
		int node;
	} ram[HOST_MAX_RANGES];		/* size 0 ends the list */
	const char *slub_debug;		/* NULL: not given */
};

/* ---- machine.c ---- */

void host_machine_init(unsigned long long phys_end);
/* Show physical [pa, pa + size) at @va; not @present: any touch faults. */
void host_map(unsigned long va, unsigned long long pa, unsigned long size, int present, int writable);
/* Zeroed, sparse, for ever: the models' own memory, none of the machine's. */
void *host_alloc(unsigned long size);
void host_print(const char *text);
void host_die(const char *text) __attribute__((noreturn));
unsigned long host_now_ns(void);
int host_page_fault(unsigned long addr, int is_write);		/* mm_glue.c's answers */
int host_bug_trap(unsigned long pc);	/* instructions' bytes to skip, 0: not ours */

/* ---- mm_glue.c ---- */

/* Boot: memblock, zones, per-CPU areas, slab. Once per process. */
void host_boot(const struct host_config *config);
/* From now on this thread is @cpu. */
void host_run_on(unsigned int cpu);
/* Messages that contain @text, since the last host_forget_log(). */
unsigned int host_logged(const char *text);
void host_forget_log(void);
/* Print what is logged, too. */
extern int host_verbose;

/* The property is broken: say so, with the seed, and end the process. */
void host_fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
#define HOST_EXPECT(cond) \
	do { if (!(cond)) host_fail("%s:%d: %s does not hold", __FILE__, __LINE__, #cond); } while (0)

/* Repeatable random numbers, from the seed that was printed. */
extern unsigned long long host_seed;
unsigned int host_random(void);
unsigned int host_random_below(unsigned int limit);

/* Count-downs that the stand-in for KFENCE keeps: how often it was asked. */
extern unsigned long host_kfence_asked, host_kfence_page_asked;

/* ---- Properties: prop_*.c ---- */

void prop_pages(unsigned int steps);
void prop_pages_exhaust(unsigned int steps);
void prop_slab(unsigned int steps);
void prop_slab_short_of_memory(unsigned int steps);
void prop_slab_gate(unsigned int steps);
void prop_slab_mistakes(unsigned int steps);
void prop_depot(unsigned int steps);
void prop_pmalloc(unsigned int steps);
