/* SPDX-License-Identifier: MIT */
/*
 * A small relocatable file, made in memory, for tests to break: section and symbol numbers are
 * constants, so that a test can say which field it changes.
 */
#pragma once

#include <elf.h>
#include <stdlib.h>
#include <string.h>

enum { S_NULL, S_TEXT, S_RELA, S_DATA, S_BSS, S_MODINFO, S_MODULE, S_SYMTAB, S_STRTAB, S_SHSTRTAB, NR_S };
enum { Y_NULL, Y_INIT, Y_DATA, Y_PRINTK, Y_ABS, NR_Y };

static const char elf_build_shstr[] = "\0.text\0.rela.text\0.data\0.bss\0.modinfo\0.gnu.linkonce.this_module\0"
	".symtab\0.strtab\0.shstrtab";
static const char elf_build_str[] = "\0init_module\0some_data\0_printk\0absolute";
static const char elf_build_modinfo[] = "license=GPL\0\0\0name=tiny\0empty=\0vermagic=6.1.0";

struct tiny_elf {
	Elf64_Ehdr hdr;
	unsigned char text[16];
	unsigned char data[16];
	unsigned char module[64];
	Elf64_Rela rela[2];
	Elf64_Sym sym[NR_Y];
	char modinfo[(sizeof(elf_build_modinfo) + 7) / 8 * 8];
	char str[(sizeof(elf_build_str) + 7) / 8 * 8];
	char shstr[(sizeof(elf_build_shstr) + 7) / 8 * 8];
	Elf64_Shdr section[NR_S];
};

static unsigned int elf_build_name(const char *name)
{
	size_t i;

	for (i = 0; i + strlen(name) < sizeof(elf_build_shstr); i++)
		if (!memcmp(elf_build_shstr + i, name, strlen(name) + 1))
			return i;
	abort();
}

/* Owner: caller; free(). Of exactly its size, so that a sanitizer sees a read behind it. */
static struct tiny_elf *elf_build(unsigned short machine)
{
	struct tiny_elf *f = calloc(1, sizeof(*f));
	Elf64_Shdr *s = f->section;

	memcpy(f->hdr.e_ident, ELFMAG, SELFMAG);
	f->hdr.e_ident[EI_CLASS] = ELFCLASS64;
	f->hdr.e_ident[EI_DATA] = ELFDATA2LSB;
	f->hdr.e_ident[EI_VERSION] = EV_CURRENT;
	f->hdr.e_type = ET_REL;
	f->hdr.e_machine = machine;
	f->hdr.e_version = EV_CURRENT;
	f->hdr.e_shoff = offsetof(struct tiny_elf, section);
	f->hdr.e_ehsize = sizeof(f->hdr);
	f->hdr.e_shentsize = sizeof(Elf64_Shdr);
	f->hdr.e_shnum = NR_S;
	f->hdr.e_shstrndx = S_SHSTRTAB;
	memcpy(f->str, elf_build_str, sizeof(elf_build_str));
	memcpy(f->shstr, elf_build_shstr, sizeof(elf_build_shstr));
	memcpy(f->modinfo, elf_build_modinfo, sizeof(elf_build_modinfo));

#define SECTION(n, nm, type, flags, field, entsize, link, info) \
	s[n] = (Elf64_Shdr){ elf_build_name(nm), type, flags, 0, offsetof(struct tiny_elf, field), \
		sizeof(f->field), link, info, 8, entsize }
	SECTION(S_TEXT, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text, 0, 0, 0);
	SECTION(S_RELA, ".rela.text", SHT_RELA, SHF_INFO_LINK, rela, sizeof(Elf64_Rela), S_SYMTAB, S_TEXT);
	SECTION(S_DATA, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data, 0, 0, 0);
	SECTION(S_BSS, ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, section, 0, 0, 0);
	SECTION(S_MODINFO, ".modinfo", SHT_PROGBITS, SHF_ALLOC, modinfo, 0, 0, 0);
	SECTION(S_MODULE, ".gnu.linkonce.this_module", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, module, 0, 0, 0);
	SECTION(S_SYMTAB, ".symtab", SHT_SYMTAB, 0, sym, sizeof(Elf64_Sym), S_STRTAB, 1);
	SECTION(S_STRTAB, ".strtab", SHT_STRTAB, 0, str, 0, 0, 0);
	SECTION(S_SHSTRTAB, ".shstrtab", SHT_STRTAB, 0, shstr, 0, 0, 0);
#undef SECTION
	f->sym[Y_INIT] = (Elf64_Sym){ 1, ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, S_TEXT, 0, 8 };
	f->sym[Y_DATA] = (Elf64_Sym){ 13, ELF64_ST_INFO(STB_LOCAL, STT_OBJECT), 0, S_DATA, 8, 8 };
	f->sym[Y_PRINTK] = (Elf64_Sym){ 23, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 0, SHN_UNDEF, 0, 0 };
	f->sym[Y_ABS] = (Elf64_Sym){ 31, ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE), 0, SHN_ABS, 42, 0 };
	f->rela[0] = (Elf64_Rela){ 4, ELF64_R_INFO(Y_PRINTK, machine == EM_X86_64 ? R_X86_64_PLT32 : R_AARCH64_CALL26), 0 };
	f->rela[1] = (Elf64_Rela){ 8, ELF64_R_INFO(Y_DATA, machine == EM_X86_64 ? R_X86_64_64 : R_AARCH64_ABS64), 0 };
	return f;
}
