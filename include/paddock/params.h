/* SPDX-License-Identifier: MIT */
/* Options of the kernel's command line, beyond <linux/moduleparam.h>. */
#pragma once

#include <linux/types.h>

/*
 * module_boot_params - what the command line says for a module: its "name.x=y" as "x=y ".
 * @name: '-' and '_' are the same.
 * Returns: the text, empty when there is nothing; NULL: no memory. Owner: caller; kfree().
 */
char *module_boot_params(const char *name);
