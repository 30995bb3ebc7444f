// SPDX-License-Identifier: MIT
/*
 * A module's table of parameters, checked before the kernel writes through its pointers.
 *
 * The table is the file's (and the relocations'), but it is the kernel that reads and writes where it
 * points, through the types of kernel/params.c. So a parameter of such a type must be a variable in the
 * module's own writable memory, large enough. Types that a module makes itself must have their functions
 * in code; what those do is the module's affair.
 */
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include "internal.h"

/* The kernel's types, and the bytes that each writes. */
static const struct param_type {
	const struct kernel_param_ops *ops;
	size_t bytes;
} types[] = {
	{ &param_ops_byte, 1 }, { &param_ops_short, 2 }, { &param_ops_ushort, 2 }, { &param_ops_int, 4 },
	{ &param_ops_uint, 4 }, { &param_ops_long, 8 }, { &param_ops_ulong, 8 }, { &param_ops_ullong, 8 },
	{ &param_ops_hexint, 4 }, { &param_ops_charp, 8 }, { &param_ops_bool, 1 }, { &param_ops_invbool, 1 },
	{ &param_ops_bool_enable_only, 1 }, { &param_ops_bint, 4 },
};

/* Bytes that a plain type of the kernel writes; 0: it is none. */
static size_t bytes_of(const struct kernel_param_ops *ops)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].ops == ops)
			return types[i].bytes;
	return 0;
}

static bool in_module(const struct load_info *info, const void *p, u64 bytes, bool writable)
{
	enum region r = layout_region_of(info->priv, (unsigned long)p);

	if (r == NO_REGION || (unsigned long)p % min_t(u64, bytes, 8))
		return false;
	if (writable && r != CORE_DATA && r != CORE_RO_AFTER_INIT && r != INIT_DATA)
		return false;
	return bytes <= info->priv->region[r].start + info->priv->region[r].bytes - (unsigned long)p;
}

static bool string_is_sound(const struct load_info *info, const struct kparam_string *s)
{
	return in_module(info, s, sizeof(*s), false) && s->maxlen && in_module(info, s->string, 1, true) &&
	       in_module(info, s->string + s->maxlen - 1, 1, true) &&
	       layout_region_of(info->priv, (unsigned long)s->string) ==
	       layout_region_of(info->priv, (unsigned long)s->string + s->maxlen - 1);
}

static bool array_is_sound(const struct load_info *info, const struct kparam_array *a)
{
	size_t bytes;

	if (!in_module(info, a, sizeof(*a), false) || (a->num && !in_module(info, a->num, sizeof(*a->num), true)))
		return false;
	bytes = bytes_of(a->ops);
	/* How many are there before any is given: read by whoever looks at the file. */
	if (a->num && *a->num > a->max)
		return false;
	if (bytes)
		return a->elemsize >= bytes && a->elemsize % bytes == 0 && in_module(info, a->elem, bytes, true) &&
		       (!a->max || in_module(info, a->elem, (u64)a->max * a->elemsize, true));
	return in_module(info, a->ops, sizeof(*a->ops), false) && a->elemsize &&
	       in_module(info, a->elem, (u64)a->max * a->elemsize, false);
}

static bool is_code(const struct load_info *info, const void *function)
{
	unsigned long addr = (unsigned long)function;

	return core_kernel_text(addr) || layout_region_of(info->priv, addr) == CORE_TEXT;
}

/* A type of the module's own. */
static bool ops_are_sound(const struct load_info *info, const struct kernel_param_ops *ops)
{
	return in_module(info, ops, sizeof(*ops), false) && (!ops->set || is_code(info, ops->set)) &&
	       (!ops->get || is_code(info, ops->get)) && (!ops->free || is_code(info, ops->free));
}

static bool param_is_sound(const struct load_info *info, const struct kernel_param *kp)
{
	size_t bytes = bytes_of(kp->ops);

	if (bytes)
		return in_module(info, kp->arg, bytes, true);
	if (kp->ops == &param_ops_string)
		return string_is_sound(info, kp->str);
	if (kp->ops == &param_array_ops)
		return array_is_sound(info, kp->arr);
	return ops_are_sound(info, kp->ops);
}

int params_check(struct load_info *info)
{
	const struct module *mod = info->mod;
	unsigned int i;

	for (i = 0; i < mod->num_kp; i++) {
		const struct kernel_param *kp = &mod->kp[i];

		if (!module_has_string(info->priv, kp->name) || !kp->name[0] || strchr(kp->name, '/')) {
			load_complain(info, "parameter %u has a bad name", i);
			return -ENOEXEC;
		}
		if (!param_is_sound(info, kp)) {
			load_complain(info, "parameter %.40s: its type or its variable is not in the module", kp->name);
			return -ENOEXEC;
		}
	}
	return 0;
}
