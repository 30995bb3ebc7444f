/* SPDX-License-Identifier: MIT */
/*
 * Exporting symbols to modules.
 *
 * EXPORT_SYMBOL(f) puts one struct kernel_symbol into a section of its own name, "__ksymtab.f".
 * The linker (linker.ld for the kernel, tools/module.lds for a module) sorts these sections by
 * name into one table, so that modloader/symbols.c finds a symbol by binary search.
 *
 * The CRC is the value of the weak absolute symbol __crc_f. genksyms makes it at build time
 * (tools/genksyms.mk); where nobody defined it, it is 0: "no version known".
 */
#pragma once

#ifndef __ASSEMBLY__

#include <linux/types.h>

struct module;

#define KSYM_GPL	1u	/* only for modules with a GPL-compatible MODULE_LICENSE */

struct kernel_symbol {
	unsigned long value;
	const char *name;
	u32 crc;		/* of the declaration, types included; 0: unknown */
	u32 flags;		/* KSYM_* */
};

#ifdef MODULE
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#else
#define THIS_MODULE ((struct module *)0)
#endif

#if defined(PADDOCK_HOSTED)	/* a host program has no loader to export to */
#define ___EXPORT_SYMBOL(sym, gpl) extern typeof(sym) sym
#elif defined(__GENKSYMS__)
/* genksyms looks for this word in the preprocessed source. */
#define ___EXPORT_SYMBOL(sym, gpl) __GENKSYMS_EXPORT_SYMBOL(sym)
#else
#define ___EXPORT_SYMBOL(sym, gpl)						\
	extern typeof(sym) sym;							\
	asm(".pushsection \"__ksymtab_strings\",\"aMS\",%progbits,1\n"		\
	    "__kstrtab_" #sym ": .asciz \"" #sym "\"\n"				\
	    ".popsection\n"							\
	    ".pushsection \"__ksymtab." #sym "\",\"a\"\n"			\
	    ".balign 8\n"							\
	    ".weak __crc_" #sym "\n"						\
	    ".quad " #sym ", __kstrtab_" #sym "\n"				\
	    ".long __crc_" #sym ", " #gpl "\n"					\
	    ".popsection\n")
#endif

/* One more level, so that a macro given as the name is expanded first. */
#define __EXPORT_SYMBOL(sym, gpl)	___EXPORT_SYMBOL(sym, gpl)
#define EXPORT_SYMBOL(sym)		__EXPORT_SYMBOL(sym, 0)
#define EXPORT_SYMBOL_GPL(sym)		__EXPORT_SYMBOL(sym, 1)
/* Namespaces are accepted and not enforced: MODULE_IMPORT_NS() is always enough. */
#define EXPORT_SYMBOL_NS(sym, ns)	__EXPORT_SYMBOL(sym, 0)
#define EXPORT_SYMBOL_NS_GPL(sym, ns)	__EXPORT_SYMBOL(sym, 1)

#endif /* __ASSEMBLY__ */
