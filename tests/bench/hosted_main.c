// SPDX-License-Identifier: MIT
/* The clock of the hosted allocator benchmark; see hosted_alloc.c. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef __x86_64__
#include <sys/syscall.h>
#include <unistd.h>
#define ARCH_SET_GS 0x1001	/* asm/prctl.h */
#endif
#include "hosted_alloc.h"

/* The hosted machine's per-CPU base: the very register that the kernel uses, free in programs of this host. */
void host_set_percpu_base(unsigned long offset);
void host_set_percpu_base(unsigned long offset)
{
#ifdef __x86_64__
	syscall(SYS_arch_prctl, ARCH_SET_GS, offset);
#endif
}

static double thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 300;
	const char *name;

	for (unsigned int n = 0; (name = bench_prepare(n)); n++) {
		double best = 1e18;

		for (int r = 0; r < rounds; r++) {
			double t = thread_ns();
			unsigned int ops = bench_run(n);

			t = (thread_ns() - t) / ops;
			if (t < best)
				best = t;
		}
		printf("%s %.2f\n", name, best);
	}
	return 0;
}
