// SPDX-License-Identifier: MIT
/*
 * Taking one page's translation from all CPUs, from any context.
 *
 * KFENCE closes a page inside kfree(), which may be called with interrupts masked, or with a lock held that
 * another CPU is waiting for with interrupts masked. Waiting for an ordinary cross-call could deadlock
 * there: the other CPU would not take it. So this asks by NMI, which nothing masks but another NMI's
 * handler, and that does not wait for anybody.
 *
 *	requester                          every other CPU
 *	  take the lock, set the page
 *	  set a pending bit per CPU
 *	  send NMIs             ──────▶    handler: INVLPG, clear own bit
 *	  wait until all bits are clear
 *
 * A CPU that waits for the lock, or for bits, with interrupts masked can still be asked itself.
 * Locks: shootdown_lock, a leaf, taken with interrupts masked; not in NMI handlers.
 */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <paddock/log.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <asm/apic.h>
#include <asm/x86.h>

static DEFINE_RAW_SPINLOCK(shootdown_lock);
static unsigned long shootdown_va;	/* [shootdown_lock]; read by handlers while their bit is set */
static struct cpumask shootdown_pending;	/* bits set under the lock, each cleared by its CPU */

bool x86_shootdown_nmi(unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, &shootdown_pending))
		return false;
	arch_tlb_flush_page_local(shootdown_va);
	/* Behind the flush: the requester goes on when it sees the bit gone. */
	smp_mb__before_atomic();
	cpumask_clear_cpu(cpu, &shootdown_pending);
	return true;
}

/*
 * A late answer is a slow host's, and to go on without it would leave a freed page open there: that is told, and waited
 * for. In a panic it is not: a CPU that it has stopped does answer, for HLT with interrupts masked still takes NMIs, but one
 * that stands still, or hangs in an NMI handler, would take the panic's report with it. This CPU is then the only one that
 * runs the kernel (another that panics halts), so nobody uses the page that stays open, and no handler that comes late
 * can be fooled by the next request: it finds its bit clear, or set with the address that is asked for then.
 */
static void wait_for_all(void)
{
	u64 deadline = arch_clock_ns() + NSEC_PER_SEC;
	struct cpumask late;

	while (!cpumask_empty(&shootdown_pending)) {
		arch_cpu_relax();
		if (arch_clock_ns() <= deadline)
			continue;
		if (panic_in_progress()) {
			cpumask_clear(&shootdown_pending);
			break;
		}
		late = shootdown_pending;	/* as it is now: they may answer while we say so */
		if (!cpumask_empty(&late))
			pr_warn_once("smp: CPUs %*pbl are late to answer a TLB shootdown\n", cpumask_pr_args(&late));
	}
}

void arch_tlb_shootdown_page(unsigned long va)
{
	unsigned long flags;
	unsigned int cpu, here;

	local_irq_save(flags);
	arch_tlb_flush_page_local(va);
	if (num_online_cpus() > 1) {
		here = raw_smp_processor_id();
		raw_spin_lock(&shootdown_lock);
		shootdown_va = va;
		for_each_online_cpu(cpu) {
			if (cpu == here)
				continue;
			smp_mb__before_atomic();	/* the page first */
			cpumask_set_cpu(cpu, &shootdown_pending);
			lapic_send_nmi(arch_cpu_hwid(cpu));
		}
		wait_for_all();
		raw_spin_unlock(&shootdown_lock);
	}
	local_irq_restore(flags);
}
