/* SPDX-License-Identifier: MIT */
/*
 * Inside the module loader: what one load knows (struct load_info), what stays with a loaded module
 * (struct module_private), and how the files divide the work.
 *
 *   load.c      the order of things: from bytes to running code, and back on failure
 *   link.c      from the file to linked bytes
 *   elf.c       is this file sound?                reloc_*.c   write addresses into code
 *   layout.c    where does each section go; protection by region
 *   symbols.c   who exports a name; explanations   kallsyms.c  which symbol is at an address
 *   versions.c  version magic and CRCs             isolate.c   which names an isolated module gets elsewhere
 *   verdict.c   what an isolated module has and    isolate_options.c, name_list.c   what else can be asked for
 *               leaves behind                      isolated modules, in lists of names
 *   constants.c what never changes of a module, sealed
 *   unload.c    references, holders, exit          sysfs.c     /sys/module/<name>, /proc/modules
 *   leftover.c  what would still run its code      params.c    is its table of parameters sound?
 */
#pragma once

#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/completion.h>
#include <paddock/module.h>
#include "elf.h"
#include "reloc.h"

/*
 * The regions of a loaded module, each with one kind of access, each of whole pages. Core and init
 * are two allocations; init is freed when the init function has returned 0.
 */
enum region {
	CORE_TEXT,		/* R-X */
	CORE_RODATA,		/* R-- */
	CORE_RO_AFTER_INIT,	/* RW-, R-- after init */
	CORE_DATA,		/* RW- */
	INIT_TEXT,		/* R-X */
	INIT_RODATA,		/* R-- */
	INIT_DATA,		/* RW- */
	NR_REGIONS,
	NO_REGION = NR_REGIONS,
};
#define FIRST_INIT_REGION INIT_TEXT

struct module_region {
	unsigned long start;	/* page-aligned; 0: not there (any more) */
	unsigned long bytes;	/* used; the pages are these rounded up */
};

/* A symbol for traces and /proc/kallsyms; sorted by address. */
struct module_symbol {
	unsigned long addr;
	u32 size;		/* 0: up to the next one */
	u32 name;		/* offset into symbol_names */
	char type;		/* letter of nm */
	bool exported;
};

/* One use of another module's symbols: keeps @target loaded, shows up in its holders. */
struct module_use {
	struct list_head of_user;	/* [M] in user->uses */
	struct list_head of_target;	/* [M] in target->priv->users */
	struct module_private *user;
	struct module *target;
};

struct module_sections;

/* Field key: [I] set while unformed, then constant  [M] module_mutex */
struct module_private {
	struct module *mod;
	struct module_region region[NR_REGIONS];	/* [I]; init ones are cleared after init */
	unsigned long init_text;			/* [I] where INIT_TEXT is, or was */
	struct module_symbol *symbols;			/* [I] */
	unsigned int nr_symbols;
	char *symbol_names;				/* [I] */
	struct list_head uses;				/* [M] whom it uses */
	struct list_head users;				/* [M] who uses it */
	int oot_slot;					/* [I] isolation slot, or -1 */
	bool lingering;					/* gone but for code that still runs: leftover.c */
	struct task_struct *loader;			/* [M] the thread that runs init or exit; NULL while live */
	char *version, *srcversion, *args;		/* [I] owned; struct module points here */
	void __percpu *percpu;				/* [I] its per-CPU variables, or NULL */
	size_t percpu_bytes;
	unsigned long wr_start, wr_bytes;		/* [I] its __wr_after_init data, in CORE_RO_AFTER_INIT */
	bool alias_sealed;				/* CORE_RO_AFTER_INIT is read-only in the linear map, too */
	struct module_sections *sections;		/* [I] sysfs.c */
	struct kobject *holders_dir;
	u8 build_id[20];
	unsigned int build_id_len;
};

/* What one load knows; on the heap, for one call of module_load(). */
struct load_info {
	struct elf_image img;
	const char *name;		/* modinfo's; "?" until known */
	const char *args;
	unsigned int flags;
	struct module_errbuf *err;
	const struct reloc_machine *machine;
	unsigned int this_module;	/* section indexes; 0: none */
	unsigned int percpu;
	void __percpu *percpu_area;	/* address of section percpu */
	u8 *percpu_image;		/* its contents, relocated; copied to each CPU at the end */
	const struct modversion_info *versions;	/* section __versions, in the file */
	unsigned int nr_versions;
	u32 *version_slots, version_mask;	/* versions.c: names by hash */
	bool told_no_version;
	bool gpl;			/* its license gives access to EXPORT_SYMBOL_GPL */
	bool forced;			/* a check was waived by the flags */
	unsigned long *section_addr;	/* [nr_sections]: final address, 0: not loaded */
	u8 *section_region;		/* [nr_sections]: enum region */
	unsigned long *symbol_value;	/* [nr_syms]: resolved address */
	u32 *slot_of;			/* [nr_syms]: slot number + 1, 0: none; see reloc.h */
	unsigned int nr_slots;
	unsigned long slots;		/* address of slot 0 */
	struct module *mod;		/* in its final place once layout is done */
	struct module_private *priv;
};

extern const struct reloc_machine *const native_machine;	/* link.c */
int link_open(struct load_info *info, const void *image, size_t len);	/* 0, -ENOEXEC, -EINVAL, -ENOMEM */
int link_module(struct load_info *info);	/* on failure what was made is in info->priv, for module_free() */

/* load.c */

/*
 * module_mutex guards the list of modules, states, uses, and the tables of isolation. Order: taken
 * first; under it kobject, vmalloc and slab locks. Readers in any context walk `modules` by RCU.
 */
extern struct mutex module_mutex;
extern struct list_head modules;

/* load.c */
/* One line for the log at error level, "name: …", and the same for the person. */
void load_complain(struct load_info *info, const char *fmt, ...) __printf(2, 3);
/* Does @s point at a NUL-terminated string inside the module? */
bool module_has_string(const struct module_private *priv, const char *s);
/* The thread that ran its init or exit has died. */
bool module_is_dead(const struct module *mod);
void module_set_state(struct module *mod, enum module_state state);
void module_notify(struct module *mod);

/* layout.c */
int layout_module(struct load_info *info);	/* 0 or -ENOMEM; undone by layout_free() */
void layout_copy(struct load_info *info);	/* bytes of all sections to their places */
int layout_protect(struct module_private *priv);	/* W^X from here on */
int layout_protect_after_init(struct module_private *priv);
void layout_free_init(struct module_private *priv);
void layout_free(struct module_private *priv);
enum region layout_region_of(const struct module_private *priv, unsigned long addr);	/* any context */
unsigned long layout_bytes(const struct module_private *priv, bool init);	/* whole pages */
const char *layout_region_name(enum region r);

/* symbols.c */
struct symbol_owner {
	const struct kernel_symbol *sym;
	struct module *owner;		/* NULL: the kernel */
};
bool symbols_find(const char *name, struct symbol_owner *out);	/* Locking: module_mutex or RCU */
/* Fill info->symbol_value; tells all refusals together. 0, -ENOENT, -ENOEXEC, -EINVAL, -EBUSY, -ENOMEM. */
int symbols_resolve(struct load_info *info);
int symbols_check_exports(struct load_info *info);	/* -ENOEXEC: a name is taken, or the table is broken */

/* params.c */
int params_check(struct load_info *info);	/* 0 or -ENOEXEC: a parameter is not in the module */

/* kallsyms.c */
int kallsyms_add_module(struct load_info *info);
void kallsyms_free(struct module_private *priv);

/* versions.c */
int versions_check_vermagic(struct load_info *info);	/* 0, -ENOEXEC, -ENOMEM */
int versions_check_layout(struct load_info *info);	/* 0 or -ENOEXEC */
void versions_explain_origin(struct load_info *info);	/* for the person: which tree, which compiler */
/* Does the module's CRC of @name agree with the exporter's @crc? A mismatch is logged. */
bool versions_check_symbol(struct load_info *info, const char *name, u32 crc);

/* isolate.c; Locking: module_mutex */
int isolate_module(struct load_info *info);	/* chooses the slot; 0, -ENOMEM, -ENOSPC */
void isolate_announce(struct load_info *info);	/* the slot is its now, and the log says so */
unsigned long isolate_symbol(struct load_info *info, const char *name, const char **target);
void isolate_describe(struct load_info *info, bool linked);	/* for the person: insmod -n, refused symbols */
bool isolate_settings_locked(void);		/* module.oot_lock: no setting may change any more */
/* isolate_options.c; Locking: module_mutex */
struct oot_options;
bool isolate_is_named(const char *name);	/* in a parameter that asks for more than isolation */
void isolate_options(const char *name, struct oot_options *out);
/* verdict.c: an isolated module's code does not run any more; tells which objects it leaves. Context: thread, no locks. */
void verdict_deliver(struct module *mod);
void verdict_init_done(struct module *mod);	/* its init text is about to be freed */
int verdict_memory_show(const struct module *mod, char *buf);	/* a page; bytes */
/* name_list.c */
bool module_names_equal(const char *a, const char *b);	/* '-' and '_' alike */

/* unload.c */
int module_use_target(struct load_info *info, struct module *target);	/* 0, -EBUSY, -ENOMEM */
void module_drop_uses(struct module_private *priv);
void module_free(struct module_private *priv);
/*
 * The way out of a module whose code nobody calls any more: ends what would still run it, takes it
 * off the list and frees it. Returns: 0, or -EBUSY: it lingers, and @err says why.
 */
int module_retire(struct module *mod, struct module_errbuf *err);

/* leftover.c */
/*
 * End the timers, work, threads… that would run the module's code; each is named in the log and in @err.
 * Context: thread, may sleep some seconds. Returns: how many are still there (then it is lingering).
 */
unsigned int module_drain(struct module *mod, struct module_errbuf *err);
/*
 * Init is done and its memory about to be freed: the same for what would run code there, or read data. Context: as above.
 * Returns: false when something is still there: then the memory has to stay.
 */
bool module_drain_init(struct module *mod);

/* constants.c; Locking: module_mutex. The constant part of struct module, in sealed memory. */
struct module_hooks {
	void (*exit)(void);
	const struct kernel_symbol *syms;
	const struct kernel_param *kp;
	const struct exception_table_entry *extable;
	const struct bug_entry *bug_table;
	struct module_private *priv;
	unsigned int num_syms, num_kp, num_exentries, num_bugs;
};
int constants_seal(const struct module *mod);		/* 0 or -ENOMEM; mod is linked */
void constants_release(const struct module *mod);	/* NULL, and one that was not sealed, are fine */
/* As they were when the module was linked; a struct module that differs by now is reported. */
struct module_hooks constants_hooks(const struct module *mod);

/* sysfs.c */
int module_sysfs_prepare(struct load_info *info);	/* remembers the sections' addresses */
int module_sysfs_add(struct module *mod);		/* makes the folder */
void module_sysfs_remove(struct module *mod);
void module_sysfs_free(struct module_private *priv);
