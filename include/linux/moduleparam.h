/* SPDX-License-Identifier: MIT */
/*
 * Parameters of modules and of the kernel's own parts.
 *
 * module_param(name, type, perm) puts one struct kernel_param into the section __param. For
 * built-in code its name carries the prefix "<file or subject>.", for a module it has none. The
 * registry, the parser and the types are kernel/params.c; the files under
 * /sys/module/<prefix>/parameters are made from the same entries.
 *
 * @perm: mode of the file: 0 for none, 0444 to read, 0644 to change at run time.
 */
#pragma once

#include <linux/types.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/compiler.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>

struct module;
struct kernel_param;

#define MAX_PARAM_PREFIX_LEN (64 - sizeof(unsigned long))

/* A file may #undef this and give its own, e.g. "kfence.". */
#ifdef MODULE
#define MODULE_PARAM_PREFIX	/* the module's name says it already */
#else
#ifndef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX KBUILD_MODNAME "."
#endif
#endif

#ifdef MODULE
#define __MODULE_INFO(tag, name, info)						\
	static const char __UNIQUE_ID(name)[]					\
		__attribute__((used, section(".modinfo"), aligned(1)))		\
		= __stringify(tag) "=" info
#else
/* Built-in code has nobody to tell; the empty structure only takes the semicolon. */
#define __MODULE_INFO(tag, name, info)						\
	struct __UNIQUE_ID(name) {}
#endif
#define __MODULE_PARM_TYPE(name, _type)						\
	__MODULE_INFO(parmtype, name##type, #name ":" _type)
#define MODULE_PARM_DESC(_parm, desc)						\
	__MODULE_INFO(parm, _parm, #_parm ":" desc)

enum {
	KERNEL_PARAM_OPS_FL_NOARG = 1 << 0,	/* "name" alone is allowed: set() gets NULL */
};

/*
 * How a type is read and written.
 *
 * @set:  parse @val; 0 or -errno (-EINVAL, -ERANGE…), the old value stays on failure.
 *        Context: thread; under kernel_param_lock() for writes through the file.
 * @get:  print into @buffer, a page long, ending in a newline; bytes written or -errno.
 * @free: the module goes away; may be NULL.
 */
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *val, const struct kernel_param *kp);
	int (*get)(char *buffer, const struct kernel_param *kp);
	void (*free)(void *arg);
};

enum {
	KERNEL_PARAM_FL_UNSAFE = 1 << 0,	/* setting it taints the kernel */
	KERNEL_PARAM_FL_HWPARAM = 1 << 1,
};

struct kernel_param {
	const char *name;
	struct module *mod;
	const struct kernel_param_ops *ops;
	const u16 perm;
	s8 level;		/* -1: module_param; 0..7: core, with the initcall level */
	u8 flags;		/* KERNEL_PARAM_FL_* */
	union {
		void *arg;
		const struct kparam_string *str;
		const struct kparam_array *arr;
	};
};

struct kparam_string {
	unsigned int maxlen;
	char *string;
};

struct kparam_array {
	unsigned int max;	/* elements that fit */
	unsigned int elemsize;
	unsigned int *num;	/* elements given; may be NULL */
	const struct kernel_param_ops *ops;
	void *elem;
};

/* Readable and writable modes only, and nobody but the owner writes. Evaluates to @perms. */
#define VERIFY_OCTAL_PERMISSIONS(perms)						\
	(BUILD_BUG_ON_ZERO((perms) < 0) +					\
	 BUILD_BUG_ON_ZERO((perms) > 0777) +					\
	 BUILD_BUG_ON_ZERO((perms) & 2) +					\
	 (perms))

#define __module_param_call(prefix, name, ops, arg, perm, level, flags)		\
	static const char __param_str_##name[] = prefix #name;			\
	static struct kernel_param const __param_##name				\
		__attribute__((used, section("__param"), aligned(sizeof(void *))))	\
		= { __param_str_##name, THIS_MODULE, ops,			\
		    VERIFY_OCTAL_PERMISSIONS(perm), level, flags, { arg } }

#define module_param(name, type, perm)						\
	module_param_named(name, name, type, perm)
#define module_param_unsafe(name, type, perm)					\
	module_param_named_unsafe(name, name, type, perm)
#define module_param_named(name, value, type, perm)				\
	param_check_##type(name, &(value));					\
	module_param_cb(name, &param_ops_##type, &value, perm);			\
	__MODULE_PARM_TYPE(name, #type)
#define module_param_named_unsafe(name, value, type, perm)			\
	param_check_##type(name, &(value));					\
	module_param_cb_unsafe(name, &param_ops_##type, &value, perm);		\
	__MODULE_PARM_TYPE(name, #type)
#define module_param_hw(name, type, hwtype, perm)				\
	module_param(name, type, perm)
#define module_param_hw_named(name, value, type, hwtype, perm)			\
	module_param_named(name, value, type, perm)
#define module_param_hw_array(name, type, hwtype, nump, perm)			\
	module_param_array(name, type, nump, perm)

#define module_param_cb(name, ops, arg, perm)					\
	__module_param_call(MODULE_PARAM_PREFIX, name, ops, arg, perm, -1, 0)
#define module_param_cb_unsafe(name, ops, arg, perm)				\
	__module_param_call(MODULE_PARAM_PREFIX, name, ops, arg, perm, -1,	\
			    KERNEL_PARAM_FL_UNSAFE)
#define module_param_call(name, _set, _get, arg, perm)				\
	static const struct kernel_param_ops __param_ops_##name =		\
		{ .flags = 0, .set = _set, .get = _get };			\
	__module_param_call(MODULE_PARAM_PREFIX, name, &__param_ops_##name, arg, perm, -1, 0)

/* Like module_param(), but without prefix, for options of the kernel as a whole: "loglevel". */
#ifndef MODULE
#define core_param(name, var, type, perm)					\
	param_check_##type(name, &(var));					\
	__module_param_call("", name, &param_ops_##type, &var, perm, -1, 0)
#define core_param_cb(name, ops, arg, perm)					\
	__module_param_call("", name, ops, arg, perm, -1, 0)
#endif

#define module_param_string(name, string, len, perm)				\
	static const struct kparam_string __param_string_##name			\
		= { len, string };						\
	__module_param_call(MODULE_PARAM_PREFIX, name, &param_ops_string,	\
			    .str = &__param_string_##name, perm, -1, 0);	\
	__MODULE_PARM_TYPE(name, "string")

#define module_param_array(name, type, nump, perm)				\
	module_param_array_named(name, name, type, nump, perm)
#define module_param_array_named(name, array, type, nump, perm)			\
	param_check_##type(name, &(array)[0]);					\
	static const struct kparam_array __param_arr_##name			\
		= { .max = sizeof(array) / sizeof((array)[0]), .num = nump,	\
		    .ops = &param_ops_##type,					\
		    .elemsize = sizeof((array)[0]), .elem = array };		\
	__module_param_call(MODULE_PARAM_PREFIX, name, &param_array_ops,	\
			    .arr = &__param_arr_##name, perm, -1, 0);		\
	__MODULE_PARM_TYPE(name, "array of " #type)

/*
 * The parameter lock of @mod (NULL: built-in parts): held around set() and get() by the files.
 * A module that reads a charp parameter that may change takes it.
 */
void kernel_param_lock(struct module *mod);
void kernel_param_unlock(struct module *mod);

/* param_check_<type>: the variable has the type that the parameter says. */
#define __param_check(name, p, type)						\
	static inline type __attribute__((unused)) *__check_##name(void) { return (p); }

extern const struct kernel_param_ops param_ops_byte;
extern int param_set_byte(const char *val, const struct kernel_param *kp);
extern int param_get_byte(char *buffer, const struct kernel_param *kp);
#define param_check_byte(name, p) __param_check(name, p, unsigned char)

extern const struct kernel_param_ops param_ops_short;
extern int param_set_short(const char *val, const struct kernel_param *kp);
extern int param_get_short(char *buffer, const struct kernel_param *kp);
#define param_check_short(name, p) __param_check(name, p, short)

extern const struct kernel_param_ops param_ops_ushort;
extern int param_set_ushort(const char *val, const struct kernel_param *kp);
extern int param_get_ushort(char *buffer, const struct kernel_param *kp);
#define param_check_ushort(name, p) __param_check(name, p, unsigned short)

extern const struct kernel_param_ops param_ops_int;
extern int param_set_int(const char *val, const struct kernel_param *kp);
extern int param_get_int(char *buffer, const struct kernel_param *kp);
#define param_check_int(name, p) __param_check(name, p, int)

extern const struct kernel_param_ops param_ops_uint;
extern int param_set_uint(const char *val, const struct kernel_param *kp);
extern int param_get_uint(char *buffer, const struct kernel_param *kp);
int param_set_uint_minmax(const char *val, const struct kernel_param *kp,
			  unsigned int min, unsigned int max);
#define param_check_uint(name, p) __param_check(name, p, unsigned int)

extern const struct kernel_param_ops param_ops_long;
extern int param_set_long(const char *val, const struct kernel_param *kp);
extern int param_get_long(char *buffer, const struct kernel_param *kp);
#define param_check_long(name, p) __param_check(name, p, long)

extern const struct kernel_param_ops param_ops_ulong;
extern int param_set_ulong(const char *val, const struct kernel_param *kp);
extern int param_get_ulong(char *buffer, const struct kernel_param *kp);
#define param_check_ulong(name, p) __param_check(name, p, unsigned long)

extern const struct kernel_param_ops param_ops_ullong;
extern int param_set_ullong(const char *val, const struct kernel_param *kp);
extern int param_get_ullong(char *buffer, const struct kernel_param *kp);
#define param_check_ullong(name, p) __param_check(name, p, unsigned long long)

extern const struct kernel_param_ops param_ops_hexint;
extern int param_set_hexint(const char *val, const struct kernel_param *kp);
extern int param_get_hexint(char *buffer, const struct kernel_param *kp);
#define param_check_hexint(name, p) param_check_uint(name, p)

/* A string of its own, allocated when set at run time. */
extern const struct kernel_param_ops param_ops_charp;
extern int param_set_charp(const char *val, const struct kernel_param *kp);
extern int param_get_charp(char *buffer, const struct kernel_param *kp);
extern void param_free_charp(void *arg);
#define param_check_charp(name, p) __param_check(name, p, char *)

extern const struct kernel_param_ops param_ops_bool;
extern int param_set_bool(const char *val, const struct kernel_param *kp);
extern int param_get_bool(char *buffer, const struct kernel_param *kp);
#define param_check_bool(name, p) __param_check(name, p, bool)

/* A bool that can be turned on but not off. */
extern const struct kernel_param_ops param_ops_bool_enable_only;
extern int param_set_bool_enable_only(const char *val, const struct kernel_param *kp);
#define param_check_bool_enable_only param_check_bool

extern const struct kernel_param_ops param_ops_invbool;
extern int param_set_invbool(const char *val, const struct kernel_param *kp);
extern int param_get_invbool(char *buffer, const struct kernel_param *kp);
#define param_check_invbool(name, p) __param_check(name, p, bool)

/* An int that holds a boolean, and its words. */
extern const struct kernel_param_ops param_ops_bint;
extern int param_set_bint(const char *val, const struct kernel_param *kp);
#define param_get_bint param_get_int
#define param_check_bint param_check_int

extern const struct kernel_param_ops param_array_ops;
extern const struct kernel_param_ops param_ops_string;
extern int param_set_copystring(const char *val, const struct kernel_param *kp);
extern int param_get_string(char *buffer, const struct kernel_param *kp);

/* True when both names are the same but for '-' and '_'. */
extern bool parameq(const char *name1, const char *name2);
extern bool parameqn(const char *name1, const char *name2, size_t n);

typedef int (*parse_unknown_fn)(char *param, char *val, const char *doing, void *arg);

/*
 * parse_args - set parameters from text like `a=1 b="two words" c`.
 * @name:   who is asked, for the messages ("Booting kernel", a module's name).
 * @args:   the text; changed by the parsing, must outlive it.
 * @params, @num: entries to match; levels outside @min_level..@max_level are passed over.
 * @unknown: called for what matches none of them; NULL: that is -ENOENT.
 *
 * Context: thread.
 * Returns: NULL when all was read, the rest of the text when "--" ended it, or ERR_PTR: -ENOENT
 *          (unknown), -ENOSPC (too long), or what set() said; the message is in the log.
 */
extern char *parse_args(const char *name, char *args, const struct kernel_param *params,
			unsigned int num, s16 min_level, s16 max_level, void *arg,
			parse_unknown_fn unknown);

/* Files under /sys/module/<mod>/parameters for a loaded module; kernel/params.c. */
extern int module_param_sysfs_setup(struct module *mod, const struct kernel_param *kparam,
				    unsigned int num_params);
extern void module_param_sysfs_remove(struct module *mod);
/* Call ops->free for each: the module's memory goes away. */
extern void destroy_params(const struct kernel_param *params, unsigned int num);
