// SPDX-License-Identifier: MIT
/*
 * Kernel memory faults: who is asked, in which order, before one becomes an oops.
 *
 *   1. the exception table: instructions that are allowed to fault (arch_probe_read() and kin).
 *      First, so that a probe of a guarded object is an answer (-EFAULT) and not a report.
 *   2. the vmemmap: the struct page of RAM that nobody has needed so far.
 *   3. KFENCE: the address lies in one of its areas. Quarantine: in a slab that an unloaded module left.
 *   4. spurious: the page tables allow the access by now. Another CPU opened the page between the
 *      fault and here, or this CPU had not yet seen the entry become valid.
 *   5. pmalloc: a write to sealed memory, which ends the thread.
 *   6. the guard page below this thread's stack.
 *   7. oops.
 *
 * Invariant: nothing here allocates or sleeps; a fault may come with any lock held.
 * Each step is a question with a yes that resumes at regs_pc(); only the last does not return.
 */
#include <linux/types.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <arch/trap.h>
#include <paddock/extable.h>
#include <paddock/isolation.h>
#include <paddock/page.h>
#include <paddock/pmalloc.h>
#include <paddock/pgtable.h>

/* What the linker gathered: instructions of the kernel image that may fault. */
extern const struct exception_table_entry __start___ex_table[], __stop___ex_table[];

static unsigned long extable_insn(const struct exception_table_entry *e)
{
	return (unsigned long)&e->insn + e->insn;
}

const struct exception_table_entry *search_extable(const struct exception_table_entry *first,
						   size_t count, unsigned long pc)
{
	/* A handful of entries: sorting them would cost more than all searches will. */
	for (size_t i = 0; i < count; i++)
		if (extable_insn(&first[i]) == pc)
			return &first[i];
	return NULL;
}

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e;

	e = search_extable(__start___ex_table, __stop___ex_table - __start___ex_table, regs_pc(regs));
	if (!e)
		return false;
	regs_set_pc(regs, (unsigned long)&e->fixup + e->fixup);
	return true;
}

/* Do the tables allow by now what was refused? Then the CPU has to look again, that is all. */
static bool is_spurious(const struct fault_info *fault)
{
	pte_t *slot;
	unsigned int level;
	pgprot_bits_t prot;

	if (fault->reserved)
		return false;
	slot = kernel_page_entry(fault->addr, &level);
	if (!slot)
		return false;
	prot = arch_pt_prot(READ_ONCE(*slot), level);
	return prot & PT_PRESENT && (!fault->write || prot & PT_WRITE) && (!fault->exec || prot & PT_EXEC);
}

/* The page below the stack is never mapped; a frame larger than what was left reaches into it. */
static bool hits_stack_guard(unsigned long addr)
{
	unsigned long stack = (unsigned long)task_stack_page(current);

	return stack && addr < stack && addr >= stack - PAGE_SIZE;
}

void handle_page_fault(struct pt_regs *regs, const struct fault_info *fault)
{
	const char *what;

	if (!fault->exec && fixup_exception(regs))
		return;
	if (!fault->exec && !fault->present && !fault->reserved &&
	    (vmemmap_handle_fault(fault->addr, fault->write) ||
	     kfence_handle_page_fault(fault->addr, fault->write, regs) ||
	     quarantine_handle_fault(fault->addr, fault->write, regs)))
		return;
	if (is_spurious(fault))
		return;
	pmalloc_handle_fault(regs, fault);
	if (hits_stack_guard(fault->addr))
		handle_stack_overflow(regs, fault->addr);

	what = arch_describe_fault(regs, fault);
	die(what, regs, fault->code);
}

bool step_trap(struct pt_regs *regs)
{
	return kfence_step_done(regs);
}
