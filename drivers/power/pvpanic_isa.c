// SPDX-License-Identifier: MIT
/*
 * pvpanic: telling the hypervisor that the guest has panicked, so that the host's tools see it at once.
 * Source: QEMU's document "PVPANIC DEVICE": one port; reading gives the events it takes, writing sends one.
 */
#include <arch/cpu.h>
#include <asm/io.h>
#include <asm/x86.h>

#define PVPANIC_PORT		0x505
#define PVPANIC_PANICKED	0x01
#define NO_DEVICE		0xff

/* Looked for only now: a panic may come before any device is set up. */
void arch_panic_notify(void)
{
	u8 events = inb(PVPANIC_PORT);

	if (x86_features.hypervisor && events != NO_DEVICE && (events & PVPANIC_PANICKED))
		outb(PVPANIC_PANICKED, PVPANIC_PORT);
}
