/* SPDX-License-Identifier: MIT */
/*
 * The end: drivers are told, then the machine restarts or switches itself off.
 * Context: thread. Each returns only if the machine has no such means.
 */
#pragma once

#include <linux/notifier.h>

/* What a notifier is given as its action. */
#define SYS_DOWN	0x0001
#define SYS_RESTART	SYS_DOWN
#define SYS_HALT	0x0002
#define SYS_POWER_OFF	0x0003

int register_reboot_notifier(struct notifier_block *nb);	/* 0, or -EEXIST */
int unregister_reboot_notifier(struct notifier_block *nb);	/* 0, or -ENOENT */

void kernel_restart(char *cmd);
void kernel_halt(void);
void kernel_power_off(void);
void emergency_restart(void);	/* nobody is told; any context */
void orderly_poweroff(bool force);
void orderly_reboot(void);
