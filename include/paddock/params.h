/* SPDX-License-Identifier: MIT */
/* Options of the kernel's command line, beyond <linux/moduleparam.h>. */
#pragma once

#include <linux/moduleparam.h>
#include <linux/types.h>

/*
 * module_boot_params - what the command line says for a module: its "name.x=y" as "x=y ".
 * @name: '-' and '_' are the same.
 * Returns: the text, empty when there is nothing; NULL: no memory. Owner: caller; kfree().
 */
char *module_boot_params(const char *name);

/*
 * params_parse - parse_args(), and @tell is handed each error's line as it stands in the log, without the newline.
 * @tell may be NULL.
 */
typedef void (*params_tell_fn)(void *ctx, const char *line);
char *params_parse(const char *doing, char *args, const struct kernel_param *params, unsigned int num,
		   s16 min_level, s16 max_level, void *arg, parse_unknown_fn unknown,
		   params_tell_fn tell, void *tell_ctx);
