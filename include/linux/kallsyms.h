/* SPDX-License-Identifier: MIT */
/*
 * Names of addresses: the kernel's own table (tools/mksymbols) and, through a hook, modules'.
 * Context of all: any; they take no lock that an oops could hold.
 */
#pragma once

#include <linux/types.h>

#define KSYM_NAME_LEN	512
#define KSYM_SYMBOL_LEN	(KSYM_NAME_LEN + 80)

/* 0 when there is no such symbol. Modules' are searched too, as name or mod:name. */
unsigned long kallsyms_lookup_name(const char *name);
/*
 * kallsyms_lookup - the symbol that holds @addr.
 * @modname: set to the module's name, or NULL for the kernel. @namebuf: KSYM_NAME_LEN bytes.
 * Returns: the name (in @namebuf or constant), or NULL. Out-parameters may be NULL.
 */
const char *kallsyms_lookup(unsigned long addr, unsigned long *symbolsize, unsigned long *offset,
			    char **modname, char *namebuf);
bool kallsyms_lookup_size_offset(unsigned long addr, unsigned long *size, unsigned long *offset);
int lookup_symbol_name(unsigned long addr, char *symname);

/* "name+0xoff/0xsize [mod]", or "0xaddr" when unknown. Return the length. */
int sprint_symbol(char *buffer, unsigned long address);
int sprint_symbol_no_offset(char *buffer, unsigned long address);
/* For return addresses: names the function of the call before @address. */
int sprint_backtrace(char *buffer, unsigned long address);

int kallsyms_on_each_symbol(int (*fn)(void *data, const char *name, void *mod, unsigned long addr),
			    void *data);

/* The n-th symbol, in order of address, for /proc/kallsyms; false behind the last. */
bool kallsyms_get(unsigned int n, unsigned long *addr, char *type, const char **name);

/*
 * The module loader's side, registered by it at boot. Called from any context, oops included.
 * lookup: as kallsyms_lookup; NULL when @addr is in no module.
 */
struct kallsyms_module_ops {
	const char *(*lookup)(unsigned long addr, unsigned long *size, unsigned long *offset,
			      char **modname, char *namebuf);
	unsigned long (*lookup_name)(const char *name);
	bool (*is_text)(unsigned long addr);
};
void kallsyms_set_module_ops(const struct kallsyms_module_ops *ops);
