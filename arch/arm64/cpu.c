// SPDX-License-Identifier: MIT
/*
 * One CPU's features and protections, what it is, and the power calls of the contract.
 */
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <arch/cpu.h>
#include <arch/smp.h>
#include <arch/time.h>
#include <arch/trap.h>
#include <paddock/fdt.h>
#include "arm64.h"
#include "../../boot/arm64/boot.h"

/* What a CPU says of itself; kept per CPU since cores may differ. */
struct cpu_id {
	u64 midr, isar0, isar1, pfr0, pfr1, mmfr1, mmfr2;
};
static DEFINE_PER_CPU(struct cpu_id, cpu_id);

static void read_id(struct cpu_id *id)
{
	id->midr = read_sysreg(midr_el1);
	id->isar0 = read_sysreg(id_aa64isar0_el1);
	id->isar1 = read_sysreg(id_aa64isar1_el1);
	id->pfr0 = read_sysreg(id_aa64pfr0_el1);
	id->pfr1 = read_sysreg(id_aa64pfr1_el1);
	id->mmfr1 = read_sysreg(id_aa64mmfr1_el1);
	id->mmfr2 = read_sysreg(s3_0_c0_c7_2);	/* ID_AA64MMFR2_EL1 */
}

/*
 * PXN and W^X are in the tables (and WXN, see head.S). Here:
 * PAN: kernel accesses to pages that EL0 may reach fault; set again by each exception entry (SPAN 0).
 * CPACR 0: floating point, SVE trap: the kernel uses none, and there is nobody else.
 * Debug: the OS lock, closed at reset, would block software step.
 */
void arch_cpu_init(unsigned int cpu)
{
	read_id(this_cpu_ptr(&cpu_id));
	if (id_field(this_cpu_ptr(&cpu_id)->mmfr1, 20)) {
		write_sysreg(read_sysreg(sctlr_el1) & ~(u64)SCTLR_SPAN, sctlr_el1);
		arm64_isb();
		asm volatile(".inst 0xd500419f" : : : "memory");	/* msr pan, #1 (Armv8.1) */
	}
	write_sysreg(0, cpacr_el1);
	write_sysreg(0, mdscr_el1);
	write_sysreg(0, oslar_el1);
	write_sysreg(0, cntkctl_el1);
	arm64_isb();
	asm volatile("msr daifclr, #12" : : : "memory");	/* D and A: steps and SErrors get through */
}

void arch_cpu_halt_forever(void)
{
	arch_irq_disable();
	for (;;)
		asm volatile("dsb sy\n\twfi" : : : "memory");
}

void arch_sync_code(const void *start, size_t len_bytes)
{
	if (!len_bytes)
		return;
	/* The instructions broadcast; other CPUs synchronise by the exception or lock that sends them there. */
	icache_sync_range(start, (const char *)start + len_bytes);
}

/*
 * FEAT_RNG, or else the firmware's seed from /chosen, each word of it once.
 * Source: Arm ARM, "RNDR"; NZCV.Z set means that none was ready. Devicetree /chosen "rng-seed".
 */
bool arch_random_seed(u64 *out)
{
	static u32 seed_used;
	struct fdt_node chosen;
	const u8 *seed;
	u32 len, at;
	bool ok;

	if (id_field(read_sysreg(id_aa64isar0_el1), 60)) {
		asm volatile("mrs %0, s3_3_c2_c4_0" : "=r"(*out), "=@ccne"(ok) : : "memory");
		return ok;
	}
	if (!fdt_find_path(&boot_fdt, "/chosen", &chosen))
		return false;
	seed = fdt_prop(&boot_fdt, &chosen, "rng-seed", &len);
	at = __atomic_fetch_add(&seed_used, 8, __ATOMIC_RELAXED);
	if (!seed || len < 8 || at > len - 8)
		return false;
	memcpy(out, seed + at, 8);
	return true;
}

static const struct feature {
	const char *name;
	u8 reg_offset, shift, min;
	bool is_signed;		/* 0xf: not there */
} features[] = {
#define F(name, reg, shift, min, sign) { name, offsetof(struct cpu_id, reg), shift, min, sign }
	F("fp", pfr0, 16, 0, true), F("asimd", pfr0, 20, 0, true), F("aes", isar0, 4, 1, false),
	F("pmull", isar0, 4, 2, false), F("sha1", isar0, 8, 1, false), F("sha2", isar0, 12, 1, false),
	F("crc32", isar0, 16, 1, false), F("atomics", isar0, 20, 2, false), F("fphp", pfr0, 16, 1, true),
	F("asimdhp", pfr0, 20, 1, true), F("asimdrdm", isar0, 28, 1, false), F("jscvt", isar1, 12, 1, false),
	F("fcma", isar1, 16, 1, false), F("lrcpc", isar1, 20, 1, false), F("dcpop", isar1, 0, 1, false),
	F("sha3", isar0, 32, 1, false), F("sm3", isar0, 36, 1, false), F("sm4", isar0, 40, 1, false),
	F("asimddp", isar0, 44, 1, false), F("sha512", isar0, 12, 2, false), F("sve", pfr0, 32, 1, false),
	F("asimdfhm", isar0, 48, 1, false), F("dit", pfr0, 48, 1, false), F("uscat", mmfr2, 32, 1, false),
	F("ilrcpc", isar1, 20, 2, false), F("flagm", isar0, 52, 1, false), F("ssbs", pfr1, 4, 2, false),
	F("sb", isar1, 36, 1, false), F("dcpodp", isar1, 0, 2, false), F("flagm2", isar0, 52, 2, false),
	F("frint", isar1, 32, 1, false), F("i8mm", isar1, 52, 1, false), F("bf16", isar1, 44, 1, false),
	F("rng", isar0, 60, 1, false), F("bti", pfr1, 0, 1, false),
#undef F
};

void arch_show_cpuinfo(struct seq_file *m, unsigned int cpu)
{
	const struct cpu_id *id = per_cpu_ptr(&cpu_id, cpu);
	u64 hz = arch_cycles_hz();

	seq_printf(m, "processor\t: %u\n", cpu);
	seq_printf(m, "BogoMIPS\t: %llu.%02llu\n", hz / 500000, hz / 5000 % 100);
	seq_puts(m, "Features\t:");
	for (unsigned int i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];
		unsigned int v = id_field(*(const u64 *)((const char *)id + f->reg_offset), f->shift);

		if (f->is_signed ? v != 0xf && v >= f->min : v >= f->min)
			seq_printf(m, " %s", f->name);
	}
	seq_printf(m, "\nCPU implementer\t: 0x%02llx\n", id->midr >> 24 & 0xff);
	seq_puts(m, "CPU architecture: 8\n");
	seq_printf(m, "CPU variant\t: 0x%llx\n", id->midr >> 20 & 0xf);
	seq_printf(m, "CPU part\t: 0x%03llx\n", id->midr >> 4 & 0xfff);
	seq_printf(m, "CPU revision\t: %llu\n\n", id->midr & 0xf);
}

void arch_power_off(void)
{
	psci_system_off();
}

void arch_reboot(void)
{
	psci_system_reset();
}

const char *arch_hardware_name(void)
{
	static char name[64];
	struct fdt_node root;
	const char *model;

	if (name[0])
		return name;
	if (!fdt_first(&boot_fdt, &root))
		return NULL;
	model = fdt_string(&boot_fdt, &root, "model");
	if (!model)
		model = fdt_string(&boot_fdt, &root, "compatible");
	if (!model)
		return NULL;
	/* Two CPUs at once write the same bytes. */
	snprintf(name, sizeof(name), "%s (DT)", model);
	return name;
}
