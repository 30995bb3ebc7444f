// SPDX-License-Identifier: MIT
/*
 * The hosted machine's half that talks to the host: memory, faults, traps. See hosted.h.
 * Compiled with the C library's headers.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "hosted.h"
#include "include/asm/layout.h"

static int ram_file;

void host_map(unsigned long va, unsigned long long pa, unsigned long size, int present, int writable)
{
	int prot = !present ? PROT_NONE : writable ? PROT_READ | PROT_WRITE : PROT_READ;

	if (mmap((void *)va, size, prot, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, ram_file, pa) != (void *)va) {
		perror("mmap");
		host_die("the host does not map the machine's memory");
	}
}

void *host_alloc(unsigned long size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		host_die("no memory for the model");
	return p;
}

void host_print(const char *text)
{
	fputs(text, stdout);
}

void host_die(const char *text)
{
	fflush(stdout);
	fprintf(stderr, "%s\n", text);
	_exit(99);
}

unsigned long host_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ul + ts.tv_nsec;
}

/* ---- Faults and traps ---- */

static unsigned long *context_pc(ucontext_t *uc)
{
#ifdef __x86_64__
	return (unsigned long *)&uc->uc_mcontext.gregs[REG_RIP];
#else
	return (unsigned long *)&uc->uc_mcontext.pc;
#endif
}

static int fault_is_write(ucontext_t *uc)
{
#ifdef __x86_64__
	return uc->uc_mcontext.gregs[REG_ERR] >> 1 & 1;
#else
	return 1;	/* where the host does not say, expect the worse */
#endif
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	if (host_page_fault((unsigned long)info->si_addr, fault_is_write(uc)))
		return;
	fflush(stdout);
	fprintf(stderr, "fault at %p, pc %#lx\n", info->si_addr, *context_pc(uc));
	signal(sig, SIG_DFL);	/* once more, for the core or the sanitizer */
}

static void on_trap(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	int bytes = host_bug_trap(*context_pc(uc));

	if (!bytes)
		host_die("an illegal instruction that is no WARN()");
	*context_pc(uc) += bytes;
}

void host_machine_init(unsigned long long phys_end)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };
	struct sigaction trap = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER };

	ram_file = memfd_create("ram", MFD_CLOEXEC);
	if (ram_file < 0 || ftruncate(ram_file, phys_end)) {
		perror("memfd_create");
		host_die("no memory file for the machine's RAM");
	}
	host_map(PAGE_OFFSET, 0, phys_end, 1, 1);
	sigaction(SIGSEGV, &fault, NULL);
	sigaction(SIGBUS, &fault, NULL);
	sigaction(SIGILL, &trap, NULL);
	sigaction(SIGTRAP, &trap, NULL);
}
