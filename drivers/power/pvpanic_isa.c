// SPDX-License-Identifier: MIT
/*
 * pvpanic: telling the hypervisor that the guest has panicked, so that the host's tools see it at once.
 * Source: QEMU, docs/specs/pvpanic.txt: one port; reading gives the events it takes, writing sends one.
 */
#include <linux/init.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <asm/io.h>
#include <asm/x86.h>

#define PVPANIC_PORT		0x505
#define PVPANIC_PANICKED	0x01
#define NO_DEVICE		0xff

static int pvpanic_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	outb(PVPANIC_PANICKED, PVPANIC_PORT);
	return NOTIFY_DONE;
}

/* Last of all callbacks: the host may end the machine at once. */
static struct notifier_block pvpanic_block = { .notifier_call = pvpanic_notify, .priority = INT_MIN };

void __init pvpanic_init(void)
{
	u8 events = inb(PVPANIC_PORT);

	if (x86_features.hypervisor && events != NO_DEVICE && (events & PVPANIC_PANICKED))
		atomic_notifier_chain_register(&panic_notifier_list, &pvpanic_block);
}
