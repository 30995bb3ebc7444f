// SPDX-License-Identifier: MIT
/*
 * A fault in KFENCE's pages: whose it is, the report, and how the access goes on: the page opens until a neighbour is freed,
 * or with kfence.rearm=1 for the one instruction.
 */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <arch/trap.h>
#include "kfence.h"
#include "object.h"

/* Pages that are open for one instruction of this CPU (rearm=1); interrupts are masked until it is done. */
struct step {
	unsigned long pc;
	unsigned int nr;
	unsigned long pages[4];		/* an instruction touches at most two, each may straddle a boundary */
};
static DEFINE_PER_CPU(struct step, steps);

/* Close @page again unless its object has come to life meanwhile. */
static void reclose_page(unsigned long page)
{
	struct kfence_area *area;
	struct kfence_object *obj;
	unsigned long flags = 0;
	bool live = false;

	rcu_read_lock();
	area = kfence_area_of(page);
	if (area) {
		obj = object_in_page((void *)page, &area);
		if (obj) {
			flags = kfence_object_lock(obj);
			live = kfence_state_is_live(obj->state);
		}
		if (!live)
			page_close_entry(area, page);
		if (obj)
			kfence_object_unlock(obj, flags);
		if (!live)
			arch_tlb_shootdown_page(page);
	}
	rcu_read_unlock();
}

static void end_step(struct step *step)
{
	while (step->nr)
		reclose_page(step->pages[--step->nr]);
}

bool kfence_step_done(struct pt_regs *regs)
{
	struct step *step = this_cpu_ptr(&steps);

	if (!step->nr)
		return false;
	end_step(step);
	arch_single_step(regs, false);
	return true;
}

/*
 * Open @page for the one instruction at regs_pc(). False: this instruction cannot be stepped over:
 * an exclusive load, whose reservation the step's exception would clear, so that its loop never ends.
 */
static bool open_for_step(const struct kfence_area *area, unsigned long page, struct pt_regs *regs)
{
	struct step *step = this_cpu_ptr(&steps);
	struct insn_access access;

	if (!arch_decode_access(regs, page, &access) && strstr(access.text, "xr"))
		return false;
	if (step->nr && step->pc != regs_pc(regs))
		end_step(step);		/* the stepped instruction died of another fault */
	if (step->nr == ARRAY_SIZE(step->pages))
		return false;
	/* From here to the end of the step nothing may come in between: the caller masked interrupts. */
	if (!step->nr)
		arch_single_step(regs, true);
	step->pc = regs_pc(regs);
	step->pages[step->nr++] = page;
	kfence_page_open(area, page);
	return true;
}

/* Let the access, and what follows it, go on. A guard closes again when a neighbour is freed. */
static void open_for_good(struct kfence_area *area, unsigned long addr)
{
	unsigned long page = (addr - area->start) / PAGE_SIZE, flags;
	struct kfence_object *right;

	if (page && page % 2 == 0) {
		kfence_page_open(area, addr);
		return;
	}
	/* Its flag is with the object to the right; there is one behind the last, for this. */
	right = &area->objects[page ? (page - 1) / 2 : 0];
	flags = kfence_object_lock(right);
	kfence_page_open(area, addr);
	right->flags |= page ? KFENCE_OPEN_GUARD : KFENCE_OPEN_FIRST;
	kfence_object_unlock(right, flags);
}

bool kfence_handle_page_fault(unsigned long addr, bool is_write, struct pt_regs *regs)
{
	struct kfence_incident in = { .addr = addr, .write = is_write, .regs = regs };
	struct kfence_area *area;
	struct kfence_object *obj;
	bool stepping = false;

	rcu_read_lock();
	area = kfence_area_of(addr);
	if (!area || page_is_open(area, addr)) {
		/* Open: it came to life, or another CPU's report opened it, while we were on our way here. */
		rcu_read_unlock();
		return area;
	}
	obj = object_in_page((void *)addr, &area);
	if (obj) {
		in.error = KFENCE_ERROR_UAF;
	} else if ((addr - area->start) / PAGE_SIZE % 2 && (obj = nearest_live(area, addr))) {
		in.error = KFENCE_ERROR_OOB;
	} else {
		in.error = KFENCE_ERROR_INVALID;
	}
	if (obj)
		note_object(&in, area, obj);
	kfence_report(&in);
	/*
	 * For an oops the page stays closed: nobody goes on, and the next to come is reported as well. If fault= has
	 * changed just now the access is tried again.
	 */
	if (READ_ONCE(kfence_fault_action) != KFENCE_FAULT_REPORT) {
		rcu_read_unlock();
		kfence_act_on_fault(regs);
		return true;
	}
	/*
	 * Stay masked until the return from the exception; its frame knows what was. Otherwise another thread could free a
	 * neighbour before the access is tried again: the guard would be closed, and the one access reported twice.
	 */
	local_irq_disable();
	if (READ_ONCE(kfence_rearm))
		stepping = open_for_step(area, addr & PAGE_MASK, regs);
	if (!stepping)
		open_for_good(area, addr);
	rcu_read_unlock();
	return true;
}
