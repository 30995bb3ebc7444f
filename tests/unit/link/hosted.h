/* SPDX-License-Identifier: MIT */
/* Between link_glue.c, which builds module files and links them, and tables.c: a file, whose parts tests break. */
#pragma once

#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/module.h>
#include <linux/modversions.h>
#include <asm/elf.h>
#include "../../../modloader/internal.h"

#define R_ABS64		(ELF_ARCH == EM_X86_64 ? R_X86_64_64 : R_AARCH64_ABS64)

enum { S_NULL, S_TEXT, S_INIT, S_RODATA, S_DATA, S_RELA_DATA, S_MODULE, S_RELA_MODULE, S_PARAM, S_RELA_PARAM,
	S_SUITES, S_RELA_SUITES, S_BUG, S_VERSIONS, S_MODINFO, S_SYMTAB, S_STRTAB, S_SHSTRTAB, NR_S };
enum { Y_NULL, Y_TEXT, Y_INIT, Y_RODATA, Y_DATA, Y_INT, Y_CHARP, Y_PRINTK, NR_Y };

/* The module's data: variables, a suite and its cases. */
struct contents {
	int number;
	char *text;
	struct kunit_suite suite;
	struct kunit_case cases[2];
};

struct file {
	Elf64_Ehdr hdr;
	u8 text[64], init[32];
	char rodata[32];
	struct contents data __aligned(64);
	struct module module;
	Elf64_Rela rela_module[2];
	struct kernel_param_raw { u64 name, mod, ops; u16 perm; s8 level; u8 flags; u64 arg; } param[2] __aligned(8);
	Elf64_Rela rela_param[6];
	u64 suites[1];
	Elf64_Rela rela_suites[1], rela_data[2];
	struct bug_entry bug[1] __aligned(8);
	struct modversion_info versions[2];
	char modinfo[128];
	Elf64_Sym sym[NR_Y];
	char str[64], shstr[256];
	Elf64_Shdr section[NR_S];
};

/* A sound module. */
void file_build(struct file *f);
/* Its .modinfo anew; @magic may be NULL. */
void file_modinfo(struct file *f, const char *name, const char *magic);

extern char said[512];			/* the last complaint */
extern struct module_errbuf words;	/* ... and what the person is told besides */

/* As module_load(), up to the linked module, which stays until unlink_file(). @size: of the file. */
int link_bytes(const void *bytes, size_t size);
void unlink_file(void);
/* @f is linked and forgotten. Returns: NULL, or what happened instead of @err with @complaint (NULL: any). */
const char *expect(struct file *f, int err, const char *complaint);
