/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/compiler.h>

/* 1; the build stops when @x is not of @type. */
#define typecheck(type, x) \
	({ _Static_assert(__same_type(type, x), "wrong type"); 1; })
#define typecheck_fn(type, function)	({ typeof(type) __fn_check = (function); (void)__fn_check; })
#define typecheck_pointer(x)		({ typeof(x) __pt_check; (void)sizeof(*__pt_check); 1; })
