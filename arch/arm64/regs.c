// SPDX-License-Identifier: MIT
/*
 * Registers and fault syndromes in words, line for line as Linux prints them on arm64.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched/debug.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <asm/esr.h>
#include <asm/page.h>
#include "arm64.h"

static void print_pstate(u64 p)
{
	printk("pstate: %08llx (%c%c%c%c %c%c%c%c %cPAN %cUAO %cTCO %cDIT %cSSBS BTYPE=%s)\n", p,
	       p & (1ul << 31) ? 'N' : 'n', p & (1 << 30) ? 'Z' : 'z',
	       p & (1 << 29) ? 'C' : 'c', p & (1 << 28) ? 'V' : 'v',
	       p & PSR_D_BIT ? 'D' : 'd', p & PSR_A_BIT ? 'A' : 'a',
	       p & PSR_I_BIT ? 'I' : 'i', p & PSR_F_BIT ? 'F' : 'f',
	       p & PSR_PAN_BIT ? '+' : '-', p & (1 << 23) ? '+' : '-',
	       p & (1 << 25) ? '+' : '-', p & (1 << 24) ? '+' : '-',
	       p & (1 << 12) ? '+' : '-',
	       (const char *const[]){ "--", "jc", "-c", "j-" }[(p >> 10) & 3]);
}

/* "Code: 97ffffe9 b9400000 (f9400001) ": the last instructions, the one at pc in parentheses, each with a blank. */
void arch_show_oops_code(const struct pt_regs *regs)
{
	unsigned long pc = regs->pc;
	char line[64];
	int len = 0;

	for (int i = -4; i <= 0; i++) {
		u32 insn;

		if (arch_probe_read(&insn, (const void *)(pc + 4 * i), 4)) {
			scnprintf(line + len, sizeof(line) - len, "bad PC value");
			break;
		}
		len += scnprintf(line + len, sizeof(line) - len, i ? "%08x " : "(%08x) ", insn);
	}
	printk(KERN_EMERG "Code: %s\n", line);
}

unsigned long regs_return_address(const struct pt_regs *regs)
{
	return regs->regs[30];
}

void arch_show_regs(const struct pt_regs *regs)
{
	char line[80];
	int i = 29, len;

	print_pstate(regs->pstate);
	printk("pc : %pS\n", (void *)regs->pc);
	printk("lr : %pS\n", (void *)regs->regs[30]);
	printk("sp : %016llx\n", regs->sp);
	while (i >= 0) {
		/* A line at a time: other CPUs may print, too. */
		len = scnprintf(line, sizeof(line), "x%-2d: %016llx", i, regs->regs[i]);
		while (i-- % 3)
			len += scnprintf(line + len, sizeof(line) - len, " x%-2d: %016llx", i, regs->regs[i]);
		printk("%s\n", line);
	}
}

const char *fault_status_name(unsigned long esr)
{
	static const char *const by_level[] = {
		"level 0 address size fault", "level 1 address size fault",
		"level 2 address size fault", "level 3 address size fault",
		"level 0 translation fault", "level 1 translation fault",
		"level 2 translation fault", "level 3 translation fault",
		"level 0 access flag fault", "level 1 access flag fault",
		"level 2 access flag fault", "level 3 access flag fault",
		"level 0 permission fault", "level 1 permission fault",
		"level 2 permission fault", "level 3 permission fault",
	};
	unsigned int fsc = ABT_FSC(esr);

	if (fsc < 16)
		return by_level[fsc];
	switch (fsc) {
	case 0x10:	return "synchronous external abort";
	case 0x11:	return "synchronous tag check fault";
	case 0x18:	return "synchronous parity or ECC error";
	case 0x21:	return "alignment fault";
	case 0x30:	return "TLB conflict abort";
	case 0x31:	return "Unsupported atomic hardware update fault";
	case 0x35:	return "implementation fault (unsupported exclusive)";
	default:	return fsc >= 0x14 && fsc < 0x18 ?
				"synchronous external abort (translation table walk)" : "unknown fault";
	}
}

void describe_abort(unsigned long esr)
{
	pr_alert("Mem abort info:\n");
	pr_alert("  ESR = 0x%016lx\n", esr);
	pr_alert("  EC = 0x%02lx: %s, IL = %u bits\n", ESR_EC(esr), esr_class_name(esr),
		 ESR_IL(esr) ? 32 : 16);
	pr_alert("  SET = %lu, FnV = %lu\n", (esr >> 11) & 3, (esr >> 10) & 1);
	pr_alert("  EA = %lu, S1PTW = %lu\n", (esr >> 9) & 1, (esr >> 7) & 1);
	pr_alert("  FSC = 0x%02lx: %s\n", ABT_FSC(esr), fault_status_name(esr));
	if (ESR_EC(esr) != EC_DABT_CUR)
		return;
	pr_alert("Data abort info:\n");
	if (esr & ABT_ISV) {
		pr_alert("  Access size = %u byte(s)\n", 1u << ((esr >> 22) & 3));
		pr_alert("  SSE = %lu, SRT = %lu\n", (esr >> 21) & 1, (esr >> 16) & 0x1f);
		pr_alert("  SF = %lu, AR = %lu\n", (esr >> 15) & 1, (esr >> 14) & 1);
	} else {
		pr_alert("  ISV = 0, ISS = 0x%08lx\n", ESR_ISS(esr));
	}
	pr_alert("  CM = %lu, WnR = %lu\n", (esr >> 8) & 1, (esr >> 6) & 1);
}

/*
 * The entries that the walk of @va meets. Read by physical address through the linear map: where the
 * tables are damaged, each is checked to lie there before it is read.
 */
static void show_entries(unsigned long va)
{
	static const char *const name[PT_LEVELS] = { "pte", "pmd", "pud", "pgd" };
	phys_addr_t table = arch_pt_active();
	char line[160];
	int len;
	pte_t e;

	if (va < PAGE_OFFSET) {
		pr_alert("[%016lx] %s\n", va, va < (1UL << 48) ?
			 "user address, and there is no user space" :
			 "address between user and kernel address ranges");
		return;
	}
	pr_alert("swapper pgtable: 4k pages, 48-bit VAs, pgdp=%016llx\n", table);
	len = scnprintf(line, sizeof(line), "[%016lx]", va);
	for (int level = PT_LEVELS - 1; level >= 0; level--) {
		if (arch_probe_read(&e, (pte_t *)__va(table) + PT_INDEX(va, level), sizeof(e))) {
			len += scnprintf(line + len, sizeof(line) - len, " %s unreadable", name[level]);
			break;
		}
		len += scnprintf(line + len, sizeof(line) - len, "%s %s=%016llx",
				 level == PT_LEVELS - 1 ? "" : ",", name[level], e);
		if (level == PT_LEVELS - 1)
			len += scnprintf(line + len, sizeof(line) - len, ", p4d=%016llx", e);
		if (!arch_pt_is_table(e, level))
			break;
		table = arch_pt_pa(e, level);
	}
	pr_alert("%s\n", line);
}

const char *arch_describe_fault(const struct pt_regs *regs, const struct fault_info *fault)
{
	const char *what = "paging request";

	if (fault->present)
		what = fault->exec ? "execute from non-executable memory" :
			fault->write ? "write to read-only memory" : "read from unreadable memory";
	else if (fault->addr < PAGE_SIZE)
		what = "NULL pointer dereference";
	pr_alert("Unable to handle kernel %s at virtual address %016lx\n", what, fault->addr);
	describe_abort(fault->code);
	show_entries(fault->addr);
	return "Oops";
}
