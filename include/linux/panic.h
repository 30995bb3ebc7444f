/* SPDX-License-Identifier: MIT */
/* The end of the system, and marks that it is no longer what it was. */
#pragma once

#include <stdarg.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct pt_regs;
struct atomic_notifier_head;

/*
 * panic - stop the system with a message.
 * Context: any. Other CPUs are stopped, the log is flushed, panic_notifier_list is called.
 */
void panic(const char *fmt, ...) __noreturn __cold __printf(1, 2);
void check_panic_on_warn(const char *origin);
/* In an oops or a panic: consoles print from any context. */
extern int oops_in_progress;
extern int panic_timeout;	/* panic=: seconds until reboot; 0: power off; < 0: at once */
extern int panic_on_oops;
extern int panic_on_warn;
extern bool crash_kexec_post_notifiers;
/* Brackets of a report that may be the last one. */
void oops_enter(void);
void oops_exit(void);
bool oops_may_print(void);

/* Why the kernel is not to be trusted any more; letters as in /proc/sys/kernel/tainted's manual. */
#define TAINT_PROPRIETARY_MODULE	0
#define TAINT_FORCED_MODULE		1
#define TAINT_CPU_OUT_OF_SPEC		2
#define TAINT_FORCED_RMMOD		3
#define TAINT_MACHINE_CHECK		4
#define TAINT_BAD_PAGE			5
#define TAINT_USER			6
#define TAINT_DIE			7
#define TAINT_OVERRIDDEN_ACPI_TABLE	8
#define TAINT_WARN			9
#define TAINT_CRAP			10
#define TAINT_FIRMWARE_WORKAROUND	11
#define TAINT_OOT_MODULE		12
#define TAINT_UNSIGNED_MODULE		13
#define TAINT_SOFTLOCKUP		14
#define TAINT_LIVEPATCH			15
#define TAINT_AUX			16
#define TAINT_RANDSTRUCT		17
#define TAINT_TEST			18
#define TAINT_FLAGS_COUNT		19

struct taint_flag {
	char c_true;		/* shown when set */
	char c_false;		/* and when not */
	bool module;		/* also shown per module */
};
extern const struct taint_flag taint_flags[TAINT_FLAGS_COUNT];

enum lockdep_ok {
	LOCKDEP_STILL_OK,
	LOCKDEP_NOW_UNRELIABLE,
};

/* "Not tainted" or "Tainted: G    B      O     ". The text lasts until the next call. */
const char *print_tainted(void);
void add_taint(unsigned int flag, enum lockdep_ok lockdep_ok);
int test_taint(unsigned int flag);
unsigned long get_taint(void);
