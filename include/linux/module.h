/* SPDX-License-Identifier: MIT */
/*
 * Loadable modules: what a module's source says about itself, and what the kernel knows of it.
 *
 * A module is an ET_REL file. Its part ".gnu.linkonce.this_module" holds the struct module that
 * THIS_MODULE points at; modpost writes it with the name and the init and exit functions, and
 * the loader fills in the rest. docs/modules.md follows one from source to running code.
 */
#pragma once

#include <linux/list.h>
#include <linux/stat.h>
#include <linux/compiler.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/stringify.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/moduleparam.h>
#include <linux/export.h>
#include <linux/modversions.h>
#include <linux/errno.h>
#include <linux/printk.h>
#include <linux/atomic.h>
#include <linux/err.h>
#ifdef MODULE
/* Linux's module.h brings these along by some way or other, and drivers rely on it. */
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#endif

struct exception_table_entry;
struct bug_entry;
struct kunit_suite;
struct completion;
struct module_private;

/* ---- What a module says about itself ---- */

#define MODULE_INFO(tag, info)		__MODULE_INFO(tag, tag, info)
#define MODULE_ALIAS(_alias)		MODULE_INFO(alias, _alias)
#define MODULE_SOFTDEP(_softdep)	MODULE_INFO(softdep, _softdep)
/* "GPL", "GPL v2", "Dual MIT/GPL"… give access to EXPORT_SYMBOL_GPL; anything else taints (P). */
#define MODULE_LICENSE(_license)	MODULE_INFO(license, _license)
#define MODULE_AUTHOR(_author)		MODULE_INFO(author, _author)
#define MODULE_DESCRIPTION(_description) MODULE_INFO(description, _description)
#define MODULE_FIRMWARE(_firmware)	MODULE_INFO(firmware, _firmware)
#define MODULE_IMPORT_NS(ns)		MODULE_INFO(import_ns, __stringify(ns))
#ifdef MODULE
/* Also the file /sys/module/<name>/version: modpost points struct module's field at it. */
#define MODULE_VERSION(_version)	MODULE_INFO(version, _version)
#else
#define MODULE_VERSION(_version)	MODULE_INFO(version, _version)
#endif
/* The device tables are for a matching that Paddock does not do; the reference keeps them used. */
#define MODULE_DEVICE_TABLE(type, name)						\
	extern typeof(name) __mod_##type##__##name##_device_table		\
		__attribute__((unused, alias(__stringify(name))))

/*
 * module_init/module_exit - name the functions that run at load and at unload.
 *
 * Built-in code: an initcall, and an exit that never runs. The two inline functions check the types.
 */
#ifndef MODULE
#define module_init(x)	__initcall(x)
#define module_exit(x)	__exitcall(x)
#else
#define module_init(initfn)							\
	static inline initcall_t __attribute__((unused)) __inittest(void)	\
		{ return initfn; }						\
	int init_module(void) __attribute__((copy(initfn), alias(#initfn)))
#define module_exit(exitfn)							\
	static inline exitcall_t __attribute__((unused)) __exittest(void)	\
		{ return exitfn; }						\
	void cleanup_module(void) __attribute__((copy(exitfn), alias(#exitfn)))
extern int init_module(void);
extern void cleanup_module(void);
#endif

/* ---- What the kernel knows of it ---- */

enum module_state {
	MODULE_STATE_LIVE,	/* init returned 0 */
	MODULE_STATE_COMING,	/* linked; init runs */
	MODULE_STATE_GOING,	/* exit runs, or init failed (or died) */
	MODULE_STATE_UNFORMED,	/* name taken, being linked */
};

/* The folder /sys/module/<name>, of a loaded module or of built-in code that has parameters. */
struct module_kobject {
	struct kobject kobj;
	struct module *mod;			/* NULL: built in */
	struct completion *kobj_completion;	/* completed by the type's release(), if set */
};

struct module_attribute {
	struct attribute attr;
	ssize_t (*show)(struct module_attribute *, struct module_kobject *, char *);
	ssize_t (*store)(struct module_attribute *, struct module_kobject *, const char *, size_t);
};

/* kernel/params.c: /sys/module, and the type of the folders in it. */
extern struct kset *module_kset;
extern const struct kobj_type module_ktype;

/*
 * Field key: [B] set by the build (the .mod.c)     [I] set while unformed, then constant
 *            [M] module_mutex                       [A] atomic
 * Everything the loader alone needs is behind priv.
 */
struct module {
	enum module_state state;		/* [M] read without it where stale is harmless */
	struct list_head list;			/* [M] on the list of all modules */
	char name[MODULE_NAME_LEN];		/* [B] */
	struct module_kobject mkobj;		/* [I] /sys/module/<name> */
	const char *version;			/* [I] MODULE_VERSION, or NULL */
	const char *srcversion;			/* [I] or NULL */
	int (*init)(void);			/* [B] or NULL */
	void (*exit)(void);			/* [B] NULL: can never be unloaded, if it has an init */
	const struct kernel_symbol *syms;	/* [I] exports, sorted by name */
	unsigned int num_syms;			/* [I] */
	const struct kernel_param *kp;		/* [I] */
	unsigned int num_kp;			/* [I] */
	const char *args;			/* [I] parameter text, referred to by charp parameters */
	bool using_gplonly_symbols;		/* [I] */
	unsigned long taints;			/* [I] bits TAINT_* that it brought */
	unsigned int num_exentries;		/* [I] */
	const struct exception_table_entry *extable;
	unsigned int num_bugs;			/* [I] */
	const struct bug_entry *bug_table;
	unsigned int num_kunit_suites;		/* [I] kernel/kunit.c runs them once it is live */
	struct kunit_suite **kunit_suites;
	/* One for being loaded, one per holder and per module_get(). 0: unloading, no more gets. */
	atomic_t refcnt;			/* [A] */
	struct module_private *priv;		/* [I] modloader/internal.h */
} __attribute__((aligned(64)));

/*
 * try_module_get - keep @module loaded.
 * Context: any. Returns: false when it is on its way out: do not call into it. NULL (built in) is true.
 */
bool try_module_get(struct module *module);
/* __module_get - the same for callers that know it is loaded and in use. */
void __module_get(struct module *module);
void module_put(struct module *module);
/* module_refcount - users, not counting the load itself; -1 while it unloads. */
int module_refcount(struct module *mod);
void __module_put_and_kthread_exit(struct module *mod, long code) __attribute__((noreturn));
#define module_put_and_kthread_exit(code) __module_put_and_kthread_exit(THIS_MODULE, code)

static inline bool module_is_live(struct module *mod)
{
	return mod->state != MODULE_STATE_GOING;
}

#define module_name(mod)						\
({									\
	struct module *__mod = (mod);					\
	__mod ? __mod->name : "kernel";					\
})

/* The notifier chain that tells of COMING, LIVE and GOING. */
struct notifier_block;
int register_module_notifier(struct notifier_block *nb);
int unregister_module_notifier(struct notifier_block *nb);

struct module *find_module(const char *name);	/* Locking: module_mutex or RCU */

/*
 * Addresses. The module stays only while something keeps it (a reference, RCU, or the fact that
 * the address was met in its running code). Context: any, oops included; no locks.
 * __module_address: any part of it. __module_text_address: its code, init code included.
 */
struct module *__module_address(unsigned long addr);
struct module *__module_text_address(unsigned long addr);
bool is_module_address(unsigned long addr);
bool is_module_text_address(unsigned long addr);
bool is_module_percpu_address(unsigned long addr);

static inline bool within_module_of(const struct module *mod, unsigned long addr)
{
	return __module_address(addr) == mod;
}
#define within_module(addr, mod) within_module_of(mod, addr)

/*
 * Symbols of modules, for kernel/symbols.c. All: context any; a module that is being unloaded is
 * passed over.
 *
 * module_address_lookup - the symbol that @addr lies in.
 * @namebuf: KSYM_NAME_LEN bytes; receives the name. @modname: the module's, valid under RCU.
 * Returns: @namebuf, or NULL when no module covers @addr.
 */
const char *module_address_lookup(unsigned long addr, unsigned long *symbolsize,
				  unsigned long *offset, char **modname,
				  const unsigned char **modbuildid, char *namebuf);
int lookup_module_symbol_name(unsigned long addr, char *symname);
/*
 * module_get_kallsym - the @symnum-th symbol over all modules, for /proc/kallsyms.
 * @type: the letter of nm, upper case if exported or global. Returns: 0, or -ERANGE after the last.
 */
int module_get_kallsym(unsigned int symnum, unsigned long *value, char *type, char *name,
		       char *module_name, int *exported);
/* @name may be "module:symbol". 0: none. */
unsigned long module_kallsyms_lookup_name(const char *name);

/* mm/fault.c and kernel/oops.c: tables of modules. NULL: none. */
const struct exception_table_entry *search_module_extables(unsigned long addr);
struct bug_entry *module_find_bug(unsigned long bugaddr);

/* The oops line "Modules linked in: hello(O) …". Context: any. */
void print_modules(void);

/* __symbol_get - address of an export, its module kept loaded; NULL: none. */
void *__symbol_get(const char *symbol);
void __symbol_put(const char *symbol);
#define symbol_get(x)	((typeof(&x))(__symbol_get(__stringify(x))))
#define symbol_put(x)	__symbol_put(__stringify(x))

static inline int request_module_is_absent(void)
{
	return -ENOSYS;
}
/* There is no user space to ask: a module that needs another says so by using its symbols. */
#define request_module(...)		request_module_is_absent()
#define request_module_nowait(...)	request_module_is_absent()
