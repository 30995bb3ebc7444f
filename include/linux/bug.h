/* SPDX-License-Identifier: MIT */
/*
 * BUG and WARN: a claim that does not hold.
 *
 * Each use is one trapping instruction and one entry in __bug_table, so the checks cost a compare
 * and a branch where they hold. kernel/oops.c's handle_bug_trap() looks the address up.
 */
#pragma once

#include <asm/bug.h>		/* ARCH_BUG_INSN: the trapping instruction */
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/instruction_pointer.h>
#include <linux/once_lite.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/stddef.h>

#define BUGFLAG_WARNING		(1 << 0)
#define BUGFLAG_NO_CUT_HERE	(1 << 3)	/* printed already, with the message */

/* Read-only: that a _ONCE has happened is kept beside the check. */
struct bug_entry {
	s32 addr_offset;	/* the instruction, relative to this field */
	s32 file_offset;	/* the file name, relative to this field */
	u16 line;
	u16 flags;
};

#define __BUG_ENTRY(bug_flags) do { \
		__asm__ __volatile__( \
			"1:	" ARCH_BUG_INSN "\n" \
			".pushsection __bug_table,\"a\"\n" \
			"	.balign 4\n" \
			"2:	.long 1b - 2b\n" \
			"3:	.long %c0 - 3b\n" \
			"	.short %c1\n" \
			"	.short %c2\n" \
			".popsection\n" \
			:: "i"(__FILE__), "i"(__LINE__), "i"(bug_flags)); \
	} while (0)

#define BUG() do { \
		__BUG_ENTRY(0); \
		__builtin_unreachable(); \
	} while (0)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)

#define __WARN_FLAGS(bug_flags)	__BUG_ENTRY(BUGFLAG_WARNING | (bug_flags))
#define __WARN()		__WARN_FLAGS(0)
/* The message first, then the trap that prints the rest. */
void __warn_printk(const char *fmt, ...) __printf(1, 2) __cold;
#define __WARN_printf(fmt...) do { \
		__warn_printk(fmt); \
		__WARN_FLAGS(BUGFLAG_NO_CUT_HERE); \
	} while (0)

#define WARN_ON(condition) ({ \
	int __ret_warn_on = !!(condition); \
	if (unlikely(__ret_warn_on)) \
		__WARN(); \
	unlikely(__ret_warn_on); })
#define WARN(condition, format...) ({ \
	int __ret_warn_on = !!(condition); \
	if (unlikely(__ret_warn_on)) \
		__WARN_printf(format); \
	unlikely(__ret_warn_on); })
#define WARN_ON_ONCE(condition)	DO_ONCE_LITE_IF(condition, WARN_ON, 1)
#define WARN_ONCE(condition, format...)	DO_ONCE_LITE_IF(condition, WARN, 1, format)
#define WARN_TAINT(condition, taint, format...)	({ (void)(taint); WARN(condition, format); })
#define WARN_TAINT_ONCE(condition, taint, format...) ({ (void)(taint); WARN_ONCE(condition, format); })
#define WARN_ON_SMP(x)		WARN_ON(x)
#define CHECK_DATA_CORRUPTION(condition, fmt, ...) ({ \
	bool corruption = unlikely(condition); \
	if (corruption) \
		WARN(1, fmt, ##__VA_ARGS__); \
	corruption; })

enum bug_trap_type {
	BUG_TRAP_TYPE_NONE = 0,
	BUG_TRAP_TYPE_WARN = 1,
	BUG_TRAP_TYPE_BUG = 2,
};

struct pt_regs;
/* The entry for an instruction, or NULL. Modules' are found by module_find_bug(). */
struct bug_entry *find_bug(unsigned long addr);
enum bug_trap_type report_bug(unsigned long addr, struct pt_regs *regs);
static inline unsigned long bug_addr(const struct bug_entry *bug)
{
	return (unsigned long)offset_to_ptr(&bug->addr_offset);
}
