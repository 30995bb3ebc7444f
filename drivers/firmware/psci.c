// SPDX-License-Identifier: MIT
/*
 * PSCI: the firmware's (or hypervisor's) calls for power and for starting CPUs.
 *
 * The device tree says by which instruction it is called. Version 0.2 fixed the function numbers;
 * older trees name them one by one ("cpu_on" properties).
 * Source: Arm DEN 0022F "Power State Coordination Interface"; DEN 0028 "SMC Calling Convention".
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <paddock/fdt.h>
#include "../../arch/arm64/arm64.h"

#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_CPU_ON_64		0xc4000003

#define PSCI_ALREADY_ON		-4

static enum { NO_PSCI, BY_HVC, BY_SMC } conduit __ro_after_init;
static u32 cpu_on __ro_after_init = PSCI_CPU_ON_64;
static bool has_system_calls __ro_after_init;

static s64 call(u32 function, u64 a, u64 b, u64 c)
{
	register u64 x0 asm("x0") = function;
	register u64 x1 asm("x1") = a;
	register u64 x2 asm("x2") = b;
	register u64 x3 asm("x3") = c;

	/* x4..x17 may be changed by the callee (SMCCC 1.0). */
#define CLOBBERS "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", \
		"x17", "memory"
	if (conduit == BY_HVC)
		asm volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERS);
	else
		asm volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : : CLOBBERS);
#undef CLOBBERS
	return x0;
}

void psci_init(const struct fdt *fdt)
{
	struct fdt_node n;
	const char *method;

	if (fdt_find_compatible(fdt, "arm,psci-1.0", &n) || fdt_find_compatible(fdt, "arm,psci-0.2", &n))
		has_system_calls = true;
	else if (!fdt_find_compatible(fdt, "arm,psci", &n) || !fdt_u32(fdt, &n, "cpu_on", &cpu_on))
		return;
	method = fdt_string(fdt, &n, "method");
	if (method && !strcmp(method, "hvc"))
		conduit = BY_HVC;
	else if (method && !strcmp(method, "smc"))
		conduit = BY_SMC;
	else
		pr_warn("psci: method \"%s\" is neither hvc nor smc\n", method ?: "");
}

int psci_cpu_on(u64 mpidr, phys_addr_t entry, u64 context)
{
	s32 status;

	if (conduit == NO_PSCI)
		return -EIO;
	status = call(cpu_on, mpidr, entry, context);
	if (status && status != PSCI_ALREADY_ON)
		pr_warn("psci: CPU_ON of %#llx refused (%d)\n", mpidr, status);
	return status ? -EIO : 0;
}

/* Both return only when the firmware does not know the call. */
void psci_system_off(void)
{
	if (conduit != NO_PSCI && has_system_calls)
		call(PSCI_SYSTEM_OFF, 0, 0, 0);
}

void psci_system_reset(void)
{
	if (conduit != NO_PSCI && has_system_calls)
		call(PSCI_SYSTEM_RESET, 0, 0, 0);
}
