// SPDX-License-Identifier: MIT
/*
 * The processor itself: what it can do, its protections, its translations, who it is.
 */
#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <asm/msr.h>
#include <asm/x86.h>

DEFINE_PER_CPU_FIRST(unsigned long, this_cpu_off);
EXPORT_PER_CPU_SYMBOL(this_cpu_off);
DEFINE_PER_CPU_FIRST(struct task_struct *, current_task) = &init_task;
EXPORT_PER_CPU_SYMBOL(current_task);

struct x86_features x86_features __ro_after_init;
bool x86_has_1g_pages __ro_after_init;

/* CPUID bits. Source: Intel SDM vol 2A, CPUID. */
#define LEAF1_ECX_X2APIC	(1u << 21)
#define LEAF1_ECX_TSC_DEADLINE	(1u << 24)
#define LEAF1_ECX_RDRAND	(1u << 30)
#define LEAF1_ECX_HYPERVISOR	(1u << 31)
#define LEAF1_EDX_MCE		(1u << 7)
#define LEAF7_EBX_SMEP		(1u << 7)
#define LEAF7_EBX_RDSEED	(1u << 18)
#define LEAF7_EBX_SMAP		(1u << 20)
#define LEAF7_ECX_UMIP		(1u << 2)
#define EXT1_EDX_1G_PAGES	(1u << 26)
#define EXT7_EDX_INVARIANT_TSC	(1u << 8)

static void __init find_features(void)
{
	struct cpuid_regs r = cpuid(1, 0);
	struct x86_features *f = &x86_features;

	f->max_leaf = cpuid(0, 0).eax;
	f->max_ext_leaf = cpuid(0x80000000, 0).eax;
	f->x2apic = r.ecx & LEAF1_ECX_X2APIC;
	f->tsc_deadline = r.ecx & LEAF1_ECX_TSC_DEADLINE;
	f->rdrand = r.ecx & LEAF1_ECX_RDRAND;
	f->hypervisor = r.ecx & LEAF1_ECX_HYPERVISOR;
	if (f->max_leaf >= 7)
		f->rdseed = cpuid(7, 0).ebx & LEAF7_EBX_RDSEED;
	if (f->max_ext_leaf >= 0x80000007)
		f->tsc_invariant = cpuid(0x80000007, 0).edx & EXT7_EDX_INVARIANT_TSC;
	x86_has_1g_pages = cpuid(0x80000001, 0).edx & EXT1_EDX_1G_PAGES;
}

void arch_cpu_init(unsigned int cpu)
{
	unsigned long cr4 = read_cr4() | CR4_PGE | CR4_DE;

	if (cpu == 0)
		find_features();

	if (cpuid(1, 0).edx & LEAF1_EDX_MCE)
		cr4 |= CR4_MCE;
	if (x86_features.max_leaf >= 7) {
		struct cpuid_regs r = cpuid(7, 0);

		/* No user pages exist, so SMEP and SMAP guard against tables that went wrong. */
		if (r.ebx & LEAF7_EBX_SMEP)
			cr4 |= CR4_SMEP;
		if (r.ebx & LEAF7_EBX_SMAP)
			cr4 |= CR4_SMAP;
		if (r.ecx & LEAF7_ECX_UMIP)
			cr4 |= CR4_UMIP;
	}
	write_cr4(cr4);
	/* TS: the kernel uses no floating point, so an instruction that does is a bug and traps. */
	write_cr0((read_cr0() | CR0_WP | CR0_NE | CR0_MP | CR0_TS) & ~(CR0_EM | CR0_AM));
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
}

u32 x86_own_apic_id(void)
{
	/* Leaf 0BH says all 32 bits; where it is missing or empty, leaf 1 says 8. */
	if (x86_features.max_leaf >= 0xb) {
		struct cpuid_regs r = cpuid(0xb, 0);

		if (r.ebx)
			return r.edx;
	}
	return cpuid(1, 0).ebx >> 24;
}

void arch_cpu_halt_forever(void)
{
	for (;;)
		asm volatile("cli; hlt" : : : "memory");
}

void arch_sync_code(const void *start, size_t len_bytes)
{
	/* Instruction fetch snoops stores; the jump to the new code serialises (SDM vol 3A 8.1.3). */
	asm volatile("" : : : "memory");
}

bool arch_random_seed(u64 *out)
{
	/* Ten tries, as Intel's DRNG guide advises: running dry is rare and short. */
	for (int i = 0; i < 10; i++) {
		bool ok = false;

		if (x86_features.rdseed)
			asm volatile("rdseed %0" : "=r"(*out), "=@ccc"(ok));
		if (!ok && x86_features.rdrand)
			asm volatile("rdrand %0" : "=r"(*out), "=@ccc"(ok));
		if (ok)
			return true;
	}
	return false;
}

/* ---- Translations ---- */

/* From this many pages on, dropping everything is cheaper than one INVLPG each. */
#define FLUSH_ALL_PAGES	33

struct flush_range {
	unsigned long start, end;
};

void arch_tlb_flush_all_local(void)
{
	unsigned long flags = arch_irq_save(), cr4 = read_cr4();

	/* Writing CR3 spares global entries; changing CR4.PGE does not. */
	write_cr4(cr4 & ~CR4_PGE);
	write_cr4(cr4);
	arch_irq_restore(flags);
}

static void flush_range(void *info)
{
	const struct flush_range *r = info;

	if (r->end - r->start >= FLUSH_ALL_PAGES * 4096) {
		arch_tlb_flush_all_local();
		return;
	}
	for (unsigned long va = r->start & ~4095ul; va < r->end; va += 4096)
		arch_tlb_flush_page_local(va);
}

unsigned long arch_tlb_nr_flushes;

void arch_tlb_flush_range_all(unsigned long start, unsigned long end)
{
	struct flush_range r = { start, end };

	__atomic_fetch_add(&arch_tlb_nr_flushes, 1, __ATOMIC_RELAXED);
	if (num_online_cpus() > 1)
		on_each_cpu(flush_range, &r, 1);
	else
		flush_range(&r);
}

phys_addr_t x86_kernel_cr3 __ro_after_init;	/* or the window could be made to leave for other tables */

/* A private root is a whole one: its upper half points at the tables that the kernel's points at. */
void arch_private_root_init(phys_addr_t root_pa)
{
	const pte_t *kernel = __va(x86_kernel_cr3);
	pte_t *root = __va(root_pa);

	for (unsigned int i = PT_ENTRIES / 2; i < PT_ENTRIES; i++)
		if (root[i] != kernel[i])
			arch_pt_set(&root[i], kernel[i]);
}

void arch_pt_activate(phys_addr_t root_pa)
{
	x86_kernel_cr3 = root_pa;
	write_cr3(root_pa);
	arch_tlb_flush_all_local();
}

phys_addr_t arch_pt_active(void)
{
	return read_cr3() & X86_PTE_ADDR;
}

void arch_pt_set_live(pte_t *slot, pte_t e, unsigned long va)
{
	arch_pt_set(slot, e);
}

bool arch_pt_needs_stop(void)
{
	return false;
}

unsigned int arch_phys_bits(void)
{
	return x86_features.max_ext_leaf >= 0x80000008 ? cpuid(0x80000008, 0).eax & 0xff : 36;
}

/* ---- /proc/cpuinfo ---- */

static void show_flags(struct seq_file *m)
{
	static const char *const leaf1_edx[32] = {
		"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", NULL, "sep",
		"mtrr", "pge", "mca", "cmov", "pat", "pse36", "pn", "clflush", NULL, "dts", "acpi",
		"mmx", "fxsr", "sse", "sse2", "ss", "ht", "tm", "ia64", "pbe",
	};
	static const char *const leaf1_ecx[32] = {
		"pni", "pclmulqdq", "dtes64", "monitor", "ds_cpl", "vmx", "smx", "est", "tm2",
		"ssse3", "cid", "sdbg", "fma", "cx16", "xtpr", "pdcm", NULL, "pcid", "dca", "sse4_1",
		"sse4_2", "x2apic", "movbe", "popcnt", "tsc_deadline_timer", "aes", "xsave", NULL,
		"avx", "f16c", "rdrand", "hypervisor",
	};
	struct cpuid_regs r = cpuid(1, 0), ext = cpuid(0x80000001, 0);

	for (int i = 0; i < 32; i++) {
		if (leaf1_edx[i] && (r.edx >> i & 1))
			seq_printf(m, " %s", leaf1_edx[i]);
	}
	if (ext.edx >> 20 & 1)
		seq_puts(m, " nx");
	if (ext.edx >> 26 & 1)
		seq_puts(m, " pdpe1gb");
	if (ext.edx >> 29 & 1)
		seq_puts(m, " lm");
	for (int i = 0; i < 32; i++) {
		if (leaf1_ecx[i] && (r.ecx >> i & 1))
			seq_printf(m, " %s", leaf1_ecx[i]);
	}
	if (x86_features.max_leaf >= 7) {
		r = cpuid(7, 0);
		if (r.ebx & LEAF7_EBX_SMEP)
			seq_puts(m, " smep");
		if (r.ebx & LEAF7_EBX_RDSEED)
			seq_puts(m, " rdseed");
		if (r.ebx & LEAF7_EBX_SMAP)
			seq_puts(m, " smap");
		if (r.ecx & LEAF7_ECX_UMIP)
			seq_puts(m, " umip");
	}
}

/* All CPUs of a machine are taken to be alike: CPUID is asked on the one that runs this. */
void arch_show_cpuinfo(struct seq_file *m, unsigned int cpu)
{
	struct cpuid_regs vendor = cpuid(0, 0), r = cpuid(1, 0);
	unsigned int family = r.eax >> 8 & 15, model = r.eax >> 4 & 15;
	u32 name[13] = { 0 };
	u64 khz = arch_cycles_hz() / 1000;

	if (family == 6 || family == 15)
		model |= r.eax >> 12 & 0xf0;
	if (family == 15)
		family += r.eax >> 20 & 0xff;
	if (x86_features.max_ext_leaf >= 0x80000004) {
		for (u32 i = 0; i < 3; i++) {
			struct cpuid_regs n = cpuid(0x80000002 + i, 0);

			name[4 * i] = n.eax;
			name[4 * i + 1] = n.ebx;
			name[4 * i + 2] = n.ecx;
			name[4 * i + 3] = n.edx;
		}
	}

	seq_printf(m, "processor\t: %u\n", cpu);
	seq_printf(m, "vendor_id\t: %.4s%.4s%.4s\n", (char *)&vendor.ebx, (char *)&vendor.edx,
		   (char *)&vendor.ecx);
	seq_printf(m, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n", family,
		   model, (char *)name, r.eax & 15);
	seq_printf(m, "cpu MHz\t\t: %llu.%03llu\n", khz / 1000, khz % 1000);
	seq_printf(m, "apicid\t\t: %llu\n", arch_cpu_hwid(cpu));
	seq_puts(m, "flags\t\t:");
	show_flags(m);
	seq_printf(m, "\nclflush size\t: %u\n", (r.ebx >> 8 & 0xff) * 8);
	seq_printf(m, "address sizes\t: %u bits physical, 48 bits virtual\n", arch_phys_bits());
	seq_puts(m, "power management:\n\n");
}
