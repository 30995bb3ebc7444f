/* SPDX-License-Identifier: MIT */
/*
 * Generated KFENCE programs: what their files offer each other.
 *
 *	kfence_gen.c          programs with one crime each
 *	kfence_gen_judge.c    is the report what it has to be?
 *	kfence_gen_model.c    what has to be reported: the rules of docs/kfence.md, written down a second time
 *	kfence_gen_context.c  running a function in threads, interrupts, timers, work items, on other CPUs
 *	kfence_gen_correct.c  programs without a crime
 *
 * Seeds are printed and accepted: kfence_gen.seed=, kfence_gen.programs=. A suite runs in one thread: no locks.
 */
#pragma once

#include <kunit/test.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/types.h>
#include "kfence_kunit.h"

extern unsigned int kfence_gen_seed;
unsigned int kfence_gen_programs(void);

/* ---- Contexts ---- */

enum gen_context {
	GEN_THREAD,
	GEN_IRQS_OFF,
	GEN_PREEMPT_OFF,
	GEN_SPINLOCK,		/* preemption off, and a lock that reports must not want */
	GEN_TIMER,		/* softirq */
	GEN_HRTIMER,		/* hard interrupt */
	GEN_IPI,		/* cross-call to the last CPU: hard interrupt there */
	GEN_WORK,
	GEN_OTHER_CPU,		/* thread bound to another CPU, if there is one */
	GEN_CONTEXTS
};

/* Who ran it, to be found again in the report. */
struct gen_actor {
	pid_t pid;
	int cpu;
	bool pinned;		/* it could not move to another CPU meanwhile */
	char comm[TASK_COMM_LEN];
};

/*
 * gen_run_in - @fn(@arg) in @context; returns when it is over.
 * The stack in @fn is @fn, gen_call, then what belongs to the context. Context: thread.
 */
void gen_run_in(struct kunit *test, enum gen_context context, void (*fn)(void *), void *arg,
		struct gen_actor *who);

/* ---- The model ---- */

struct gen_object {
	char *p;			/* NULL: never handed out */
	unsigned int size;
	const char *cache;
	bool live;
	struct gen_actor alloc, free;
};

struct gen_model {
	unsigned long base;		/* of the area */
	unsigned int nr;		/* objects in it */
	struct gen_object *objects;
	bool *open;			/* per page: present */
	u8 *shadow;			/* per object a page: what its page holds while it lives */
};

/* One report that has to come. */
struct gen_expected {
	char kind[32];			/* as in the title */
	unsigned long addr;
	int object;			/* number in the area; -1: none is named */
	char damage[128];		/* memory corruption: between the brackets */
	unsigned int width;		/* faults: bytes of the access, */
	bool write;
	u64 value;			/* and what was written */
};
#define GEN_MAX_EXPECTED 2

/* Everything closed, nothing allocated. Returns false: no memory. gen_model_free() may follow in any case. */
bool gen_model_init(struct gen_model *m, unsigned long base, unsigned int nr);
void gen_model_free(struct gen_model *m);

static inline unsigned int gen_page(const struct gen_model *m, const void *addr)
{
	return ((unsigned long)addr - m->base) / PAGE_SIZE;
}

/* The number of the object in whose page @addr lies, or -1: a guard, page 0, outside. */
int gen_model_object(const struct gen_model *m, const void *addr);

/* Each does what the kernel is about to do. Returns: the number of reports that follow, filled in. */
unsigned int gen_model_alloc(struct gen_model *m, char *p, unsigned int size, const char *cache,
			     const struct gen_actor *who);
unsigned int gen_model_access(struct gen_model *m, unsigned long addr, unsigned int width, bool write, u64 value,
			      struct gen_expected *out);
/* A right free also needs gen_object.free, which the caller sets when it knows. */
unsigned int gen_model_free_at(struct gen_model *m, char *p, struct gen_expected *out);

/* ---- The judge ---- */

/* A report that is due, and what it has to say. */
struct gen_due {
	struct gen_expected e;
	struct gen_object object;	/* as it was then; live: nobody has freed it */
	struct gen_actor who;
	const char *fn, *by;		/* first frames of the stack */
};

/* Expectations of @test fail where @r is not what @d says. */
void gen_judge(struct kunit *test, const struct gen_due *d, const struct kfence_seen *r);
