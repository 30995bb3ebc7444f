// SPDX-License-Identifier: MIT
/*
 * Restart and power-off: whoever registered is told, then the machine is asked to go.
 */
#include <arch/cpu.h>
#include <linux/export.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <linux/reboot.h>

BLOCKING_NOTIFIER_HEAD(reboot_notifier_list);

/* A machine that stays on is one that goes on: the caller gets back control as it was. */
static void leave_by(void (*means)(void))
{
	unsigned long flags;

	local_irq_save(flags);
	means();
	local_irq_restore(flags);
}

int register_reboot_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&reboot_notifier_list, nb);
}
EXPORT_SYMBOL(register_reboot_notifier);

int unregister_reboot_notifier(struct notifier_block *nb)
{
	return blocking_notifier_chain_unregister(&reboot_notifier_list, nb);
}
EXPORT_SYMBOL(unregister_reboot_notifier);

void kernel_restart(char *cmd)
{
	blocking_notifier_call_chain(&reboot_notifier_list, SYS_RESTART, cmd);
	if (cmd)
		pr_emerg("reboot: Restarting system with command '%s'\n", cmd);
	else
		pr_emerg("reboot: Restarting system\n");
	leave_by(arch_reboot);
}
EXPORT_SYMBOL_GPL(kernel_restart);

void kernel_power_off(void)
{
	blocking_notifier_call_chain(&reboot_notifier_list, SYS_POWER_OFF, NULL);
	pr_emerg("reboot: Power down\n");
	leave_by(arch_power_off);
}
EXPORT_SYMBOL_GPL(kernel_power_off);

/* A halted machine that nobody can reach is worth nothing here: it goes off. */
void kernel_halt(void)
{
	blocking_notifier_call_chain(&reboot_notifier_list, SYS_HALT, NULL);
	pr_emerg("reboot: System halted\n");
	leave_by(arch_power_off);
}
EXPORT_SYMBOL_GPL(kernel_halt);

void emergency_restart(void)
{
	arch_reboot();
}
EXPORT_SYMBOL_GPL(emergency_restart);

void orderly_poweroff(bool force)
{
	kernel_power_off();
}
EXPORT_SYMBOL_GPL(orderly_poweroff);

void orderly_reboot(void)
{
	kernel_restart(NULL);
}
EXPORT_SYMBOL_GPL(orderly_reboot);
