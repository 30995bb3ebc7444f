// SPDX-License-Identifier: MIT
/*
 * Restartable sequences: see <arch/percpu.h> for what they are.
 *
 * The table __restart_ranges holds pairs of addresses. It is short, and most traps do not come from
 * the section .text.restart at all, which is what the first comparison finds out.
 */
#include <arch/percpu.h>
#include <arch/trap.h>
#include <linux/compiler.h>
#include <linux/types.h>

struct restart_range {
	unsigned long start;	/* first instruction */
	unsigned long end;	/* the one after the committing store */
};

extern const struct restart_range __start___restart_ranges[], __stop___restart_ranges[];
extern char __restart_text_start[], __restart_text_end[];

void restart_fixup(struct pt_regs *regs)
{
	unsigned long pc = regs_pc(regs);

	if (likely(pc - (unsigned long)__restart_text_start >=
		   (unsigned long)(__restart_text_end - __restart_text_start)))
		return;
	for (const struct restart_range *r = __start___restart_ranges; r < __stop___restart_ranges; r++) {
		/* At the start nothing is done yet; at the end the store is. */
		if (pc > r->start && pc < r->end) {
			regs_set_pc(regs, r->start);
			return;
		}
	}
}
