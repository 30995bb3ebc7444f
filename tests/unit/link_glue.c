// SPDX-License-Identifier: MIT
/*
 * Kernel side of test_link.c. A module file is built in memory (file_build()), broken or not, and taken through
 * link_open() and link_module(), as module_load() does; what stands around them (symbols, isolation, protection) is
 * short here. The module's memory comes from malloc(), so that the sanitizers see who leaves it.
 */
#include <kunit/test.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/moduleloader.h>
#include <linux/moduleparam.h>
#include <linux/set_memory.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vermagic.h>
#include <paddock/isolation.h>
#include <paddock/params.h>
#include <paddock/percpu.h>
#include <paddock/pgtable.h>
#include <paddock/pmalloc.h>
#include "link_glue.h"
#include "link/hosted.h"

/* ---- The kernel around ---- */

char said[512];

int _printk(const char *fmt, ...)
{
	return 0;
}

void module_err(struct module_errbuf *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err->len += vscnprintf(err->text + err->len, sizeof(err->text) - err->len, fmt, args);
	va_end(args);
}

void load_complain(struct load_info *info, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vscnprintf(said, sizeof(said), fmt, args);
	va_end(args);
}

/* Pages; in front of them stands what to free. */
void *module_alloc(unsigned long size)
{
	char *p = kzalloc(size + 2 * PAGE_SIZE, GFP_KERNEL), *area;

	if (!p)
		return NULL;
	area = (char *)(((unsigned long)p + 2 * PAGE_SIZE - 1) & PAGE_MASK);
	((void **)area)[-1] = p;
	return area;
}

void module_memfree(void *area)
{
	if (area)
		kfree(((void **)area)[-1]);
}

static int ok_pages(unsigned long addr, int n)
{
	return addr && n > 0 ? 0 : -EINVAL;
}

int set_memory_rox(unsigned long addr, int n) { return ok_pages(addr, n); }
int set_memory_ro(unsigned long addr, int n) { return ok_pages(addr, n); }
int isolate_module(struct load_info *info) { return 0; }
int symbols_check_exports(struct load_info *info) { return 0; }
int kallsyms_add_module(struct load_info *info) { return 0; }
char *module_boot_params(const char *name) { return kstrdup("", GFP_KERNEL); }
const char *oot_rewritten_name(unsigned int i, const char **target) { return NULL; }
void arch_sync_code(const void *start, size_t len) { }
void *percpu_alloc_module(size_t size, size_t align) { return kzalloc(size, GFP_KERNEL); }
int kernel_change_prot_alias(unsigned long va, unsigned long size, pgprot_bits_t set, pgprot_bits_t clear) { return 0; }
void kernel_restore_alias(unsigned long addr, unsigned long bytes) { }
int pmalloc_allow_wr(struct module *mod, unsigned long start, unsigned long end) { return 0; }
const char *kstrdup_const(const char *s, gfp_t gfp) { return kstrdup(s, gfp); }
void __warn_printk(const char *fmt, ...) { }
int core_kernel_text(unsigned long addr) { return addr == (unsigned long)_printk; }
void mutex_lock(struct mutex *lock) { }
void mutex_unlock(struct mutex *lock) { }
void add_taint(unsigned int flag, enum lockdep_ok ok) { }
int sprint_symbol(char *buf, unsigned long addr) { return sprintf(buf, "0x%lx", addr); }
int sprint_symbol_no_offset(char *buf, unsigned long addr) { return sprint_symbol(buf, addr); }
int sprint_backtrace(char *buf, unsigned long addr) { return sprint_symbol(buf, addr); }

/* One CPU. */
unsigned int nr_cpu_ids = 1;
struct cpumask __cpu_possible_mask = { .bits = { 1 } };
unsigned long __per_cpu_offset[NR_CPUS];

/* What modules may use here, and the CRCs. */
static const struct { const char *name; const void *addr; u32 crc; } exports[] = {
	{ "_printk", _printk, 0x1111 }, { "param_ops_int", &param_ops_int, 0 }, { "param_ops_charp", &param_ops_charp, 0 },
	{ "param_ops_bool", &param_ops_bool, 0 },
};

bool symbols_find(const char *name, struct symbol_owner *out)
{
	return false;		/* no module_layout: any struct module will do */
}

int symbols_resolve(struct load_info *info)
{
	struct elf_image *img = &info->img;

	info->symbol_value = kvcalloc(img->nr_syms, sizeof(unsigned long), GFP_KERNEL);
	if (!info->symbol_value)
		return -ENOMEM;
	for (unsigned int i = 1; i < img->nr_syms; i++) {
		const char *name = elf_symbol_name(img, i);
		int section = elf_symbol_section(img, i);
		unsigned int k;

		if (section > 0)
			info->symbol_value[i] = img->syms[i].st_value + info->section_addr[section];
		else if (section == ELF_SYM_UNDEF) {
			for (k = 0; k < ARRAY_SIZE(exports) && strcmp(exports[k].name, name); k++)
				;
			if (k == ARRAY_SIZE(exports))
				return -ENOENT;
			if (!versions_check_symbol(info, name, exports[k].crc))
				return -EINVAL;
			info->symbol_value[i] = (unsigned long)exports[k].addr;
		}
	}
	return 0;
}

/* ---- A file ---- */

static const char rodata[] = "number\0text\0a_case";
static const char shstr[] = "\0.text\0.init.text\0.rodata\0.data\0.rela.data\0.gnu.linkonce.this_module\0.rela.gnu.linkonce.this_module\0"
	"__param\0.rela__param\0__kunit_suites\0.rela__kunit_suites\0__bug_table\0__versions\0.modinfo\0.symtab\0.strtab\0.shstrtab";
static const char str[] = "\0param_ops_int\0param_ops_charp\0_printk";

static u32 name_at(const char *table, size_t size, const char *name)
{
	for (size_t i = 0; i + strlen(name) < size; i++)
		if (!memcmp(table + i, name, strlen(name) + 1))
			return i;
	BUG();
}

void file_modinfo(struct file *f, const char *name, const char *magic)
{
	char *p = f->modinfo;

	memset(p, 0, sizeof(f->modinfo));
	p += sprintf(p, "name=%s", name) + 1;
	p += sprintf(p, "license=GPL") + 1;
	if (magic)
		sprintf(p, "vermagic=%s", magic);
}

#define RELA(place, symbol, add) (Elf64_Rela){ place, ELF64_R_INFO((u64)(symbol), R_ABS64), add }

void file_build(struct file *f)
{
	Elf64_Shdr *s = f->section;

	memset(f, 0, sizeof(*f));
	memcpy(f->hdr.e_ident, ELFMAG "\2\1\1", 7);
	f->hdr.e_type = ET_REL;
	f->hdr.e_machine = ELF_ARCH;
	f->hdr.e_version = EV_CURRENT;
	f->hdr.e_shoff = offsetof(struct file, section);
	f->hdr.e_ehsize = sizeof(f->hdr);
	f->hdr.e_shentsize = sizeof(Elf64_Shdr);
	f->hdr.e_shnum = NR_S;
	f->hdr.e_shstrndx = S_SHSTRTAB;
	memcpy(f->rodata, rodata, sizeof(rodata));
	memcpy(f->shstr, shstr, sizeof(shstr));
	memcpy(f->str, str, sizeof(str));
	file_modinfo(f, "built", VERMAGIC_STRING);
	strcpy(f->module.name, "built");
	strcpy((char *)f->data.suite.name, "suite");
	f->data.number = 7;
	f->versions[0] = (struct modversion_info){ 0x1111, "_printk" };
	f->versions[1] = (struct modversion_info){ 0x2222, "other" };

#define SECTION(n, nm, type, flags, field, entsize, link, info) \
	s[n] = (Elf64_Shdr){ name_at(shstr, sizeof(shstr), nm), type, flags, 0, offsetof(struct file, field), \
		sizeof(f->field), link, info, __alignof__(f->field) < 8 ? 8 : __alignof__(f->field), entsize }
	SECTION(S_TEXT, ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, text, 0, 0, 0);
	SECTION(S_INIT, ".init.text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, init, 0, 0, 0);
	SECTION(S_RODATA, ".rodata", SHT_PROGBITS, SHF_ALLOC, rodata, 0, 0, 0);
	SECTION(S_DATA, ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, data, 0, 0, 0);
	SECTION(S_RELA_DATA, ".rela.data", SHT_RELA, SHF_INFO_LINK, rela_data, 24, S_SYMTAB, S_DATA);
	SECTION(S_MODULE, ".gnu.linkonce.this_module", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, module, 0, 0, 0);
	SECTION(S_RELA_MODULE, ".rela.gnu.linkonce.this_module", SHT_RELA, SHF_INFO_LINK, rela_module, 24, S_SYMTAB, S_MODULE);
	SECTION(S_PARAM, "__param", SHT_PROGBITS, SHF_ALLOC, param, 0, 0, 0);
	SECTION(S_RELA_PARAM, ".rela__param", SHT_RELA, SHF_INFO_LINK, rela_param, 24, S_SYMTAB, S_PARAM);
	SECTION(S_SUITES, "__kunit_suites", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, suites, 0, 0, 0);
	SECTION(S_RELA_SUITES, ".rela__kunit_suites", SHT_RELA, SHF_INFO_LINK, rela_suites, 24, S_SYMTAB, S_SUITES);
	SECTION(S_BUG, "__bug_table", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, bug, 0, 0, 0);
	SECTION(S_VERSIONS, "__versions", SHT_PROGBITS, SHF_ALLOC, versions, 0, 0, 0);
	SECTION(S_MODINFO, ".modinfo", SHT_PROGBITS, SHF_ALLOC, modinfo, 0, 0, 0);
	SECTION(S_SYMTAB, ".symtab", SHT_SYMTAB, 0, sym, sizeof(Elf64_Sym), S_STRTAB, Y_INT);
	SECTION(S_STRTAB, ".strtab", SHT_STRTAB, 0, str, 0, 0, 0);
	SECTION(S_SHSTRTAB, ".shstrtab", SHT_STRTAB, 0, shstr, 0, 0, 0);
#undef SECTION
	/* The table of bugs is empty as long as nobody fills it in. */
	s[S_BUG].sh_size = 0;
	for (unsigned int i = Y_TEXT; i <= Y_DATA; i++)
		f->sym[i] = (Elf64_Sym){ 0, ELF64_ST_INFO(STB_LOCAL, STT_SECTION), 0, S_TEXT + i - Y_TEXT, 0, 0 };
	f->sym[Y_INT] = (Elf64_Sym){ name_at(str, sizeof(str), "param_ops_int"), ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };
	f->sym[Y_CHARP] = (Elf64_Sym){ name_at(str, sizeof(str), "param_ops_charp"), ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };
	f->sym[Y_PRINTK] = (Elf64_Sym){ name_at(str, sizeof(str), "_printk"), ELF64_ST_INFO(STB_GLOBAL, STT_NOTYPE) };

	f->rela_module[0] = RELA(offsetof(struct module, init), Y_INIT, 8);
	f->rela_module[1] = RELA(offsetof(struct module, exit), Y_TEXT, 16);
	for (unsigned int i = 0; i < 2; i++) {
		size_t at = i * sizeof(struct kernel_param);

		f->param[i].perm = 0644;
		f->param[i].level = -1;
		f->rela_param[3 * i] = RELA(at + offsetof(struct kernel_param, name), Y_RODATA, i ? 7 : 0);
		f->rela_param[3 * i + 1] = RELA(at + offsetof(struct kernel_param, ops), i ? Y_CHARP : Y_INT, 0);
		f->rela_param[3 * i + 2] = RELA(at + offsetof(struct kernel_param, arg), Y_DATA,
						i ? offsetof(struct contents, text) : offsetof(struct contents, number));
	}
	f->rela_suites[0] = RELA(0, Y_DATA, offsetof(struct contents, suite));
	f->rela_data[0] = RELA(offsetof(struct contents, suite.test_cases), Y_DATA, offsetof(struct contents, cases));
	f->rela_data[1] = RELA(offsetof(struct contents, cases[0].name), Y_RODATA, 12);
}

/* ---- One load ---- */

static struct load_info *info;
struct module_errbuf words;

int link_bytes(const void *bytes, size_t size)
{
	int err;

	info = kzalloc(sizeof(*info), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	said[0] = '\0';
	words.len = 0;
	words.text[0] = '\0';
	info->args = "";
	info->err = &words;
	info->machine = &ELF_RELOC;
	err = link_open(info, bytes, size);
	return err ?: link_module(info);
}

void unlink_file(void)
{
	struct module_private *priv = info ? info->priv : NULL;

	if (priv) {
		layout_free(priv);
		kfree(priv->percpu);
		kfree(priv->version);
		kfree(priv->srcversion);
		kfree(priv->args);
		kfree(priv);
	}
	if (info) {
		kvfree(info->section_addr);
		kvfree(info->section_region);
		kvfree(info->symbol_value);
		kvfree(info->slot_of);
		kvfree(info->version_slots);
		kvfree(info->percpu_image);
	}
	kfree(info);
	info = NULL;
}

const char *expect(struct file *f, int err, const char *complaint)
{
	static char text[800];
	int got;

	got = link_bytes(f, sizeof(*f));
	unlink_file();
	if (got == err && (!complaint || strstr(said, complaint) || strstr(words.text, complaint)))
		return NULL;
	snprintf(text, sizeof(text), "got %d, \"%.250s\" \"%.250s\"; expected %d, \"%s\"", got, said, words.text, err,
		 complaint ? complaint : "");
	return text;
}

static struct file built;

const char *link_sound_module(void)
{
	const struct module *mod;
	const char *wrong = NULL;
	const unsigned long *text_start;

	file_build(&built);
	if (link_bytes(&built, sizeof(built)))
		wrong = "not linked";
	if (!wrong) {
		struct contents *data = (void *)info->section_addr[S_DATA];

		mod = info->mod;
		text_start = &info->section_addr[S_TEXT];
		if ((unsigned long)mod->init != info->section_addr[S_INIT] + 8 || (unsigned long)mod->exit != *text_start + 16)
			wrong = "init or exit is somewhere else";
		else if (mod->num_kp != 2 || mod->kp[0].ops != &param_ops_int || mod->kp[0].arg != &data->number ||
			 strcmp(mod->kp[1].name, "text") || mod->num_kunit_suites != 1 || mod->kunit_suites[0] != &data->suite)
			wrong = "a table is wrong";
		else if (layout_region_of(info->priv, (unsigned long)data) != CORE_DATA ||
			 layout_region_of(info->priv, *text_start) != CORE_TEXT ||
			 layout_region_of(info->priv, info->section_addr[S_INIT]) != INIT_TEXT ||
			 layout_region_of(info->priv, (unsigned long)mod->kp) != CORE_RODATA)
			wrong = "a section is in the wrong region";
		else if (info->section_addr[S_VERSIONS] || info->section_addr[S_MODINFO])
			wrong = "__versions or .modinfo was loaded";
		else if (strcmp(mod->name, "built") || data->number != 7 || !info->gpl)
			wrong = "name, license or contents";
	}
	unlink_file();
	return wrong;
}

const char *link_each_allocation_fails(void)
{
	static struct file copy;

	file_build(&built);
	for (int n = 0;; n++) {
		int err;

		host_fail_after = n;
		err = link_bytes(&built, sizeof(built));
		host_fail_after = -1;
		unlink_file();
		if (!err)
			return n > 6 ? NULL : "too few allocations were tried";
		if (err != -ENOMEM)
			return "another error than ENOMEM";
		if (host_allocations)
			return "something is left";
		memcpy(&copy, &built, sizeof(copy));
	}
}

/* ---- Broken files ---- */

static void init_in_data(struct file *f) { f->rela_module[0] = RELA(offsetof(struct module, init), Y_DATA, 0); }
static void exit_in_init(struct file *f) { f->rela_module[1] = RELA(offsetof(struct module, exit), Y_INIT, 0); }
static void init_behind(struct file *f) { f->rela_module[0].r_addend = 32; }
static void bad_name(struct file *f) { file_modinfo(f, "a/b", VERMAGIC_STRING); }
static void other_name(struct file *f) { file_modinfo(f, "other", VERMAGIC_STRING); }
static void endless_name(struct file *f) { memset(f->module.name, 'b', sizeof(f->module.name)); }
static void small_module(struct file *f) { f->section[S_MODULE].sh_size -= 64; }
static void readonly_module(struct file *f) { f->section[S_MODULE].sh_flags = SHF_ALLOC; }
static void unaligned_module(struct file *f) { f->section[S_MODULE].sh_addralign = 8; }
static void no_module(struct file *f) { f->section[S_MODULE].sh_name = name_at(shstr, sizeof(shstr), ".data"); }
static void two_modules(struct file *f) { f->section[S_DATA].sh_name = f->section[S_MODULE].sh_name; }
static void odd_params(struct file *f) { f->section[S_PARAM].sh_size -= 8; f->section[S_RELA_PARAM].sh_size = 0; }
static void nobits_params(struct file *f) { odd_params(f); f->section[S_PARAM].sh_type = SHT_NOBITS; }
static void param_name_outside(struct file *f) { f->rela_param[0] = RELA(0, Y_PRINTK, 0); }
static void param_name_endless(struct file *f) { memset(f->init, 'x', sizeof(f->init)); f->rela_param[0] = RELA(0, Y_INIT, 0); }
static void param_in_rodata(struct file *f) { f->rela_param[2] = RELA(offsetof(struct kernel_param, arg), Y_RODATA, 0); }
static void param_over_the_end(struct file *f) { f->rela_param[5].r_addend = sizeof(struct contents) - 4; }
static void suite_outside(struct file *f) { f->rela_suites[0] = RELA(0, Y_RODATA, 0); }
static void suite_at_the_end(struct file *f) { f->rela_suites[0].r_addend = sizeof(struct contents) - 8; }
static void suite_name_endless(struct file *f) { memset((char *)f->data.suite.name, 'x', sizeof(f->data.suite.name)); }
static void cases_outside(struct file *f) { f->rela_data[0].r_addend = 1 << 20; }
static void case_without_name(struct file *f) { f->data.cases[0].run_case = (void *)1; f->rela_data[1].r_addend = -1; }
static void cases_without_end(struct file *f) { f->data.cases[0].run_case = f->data.cases[1].run_case = (void *)1;
	f->data.cases[1].name = NULL; f->section[S_DATA].sh_size = sizeof(f->data); }
static void bug_outside(struct file *f) { f->section[S_BUG].sh_size = sizeof(f->bug); }
static void versions_odd(struct file *f) { f->section[S_VERSIONS].sh_size -= 8; }
static void crc_differs(struct file *f) { f->versions[0].crc++; }
static void relocation_behind(struct file *f) { f->rela_module[0].r_offset = sizeof(struct module) - 4; }
static void relocation_far_behind(struct file *f) { f->rela_module[0].r_offset = ~0ull; }
static void relocation_unknown(struct file *f) { f->rela_module[0].r_info = ELF64_R_INFO((u64)Y_INIT, 0xffff); }

const char *link_bad_files(void)
{
	static const struct { void (*break_it)(struct file *f); int err; const char *complaint; } bad[] = {
		{ init_in_data, -ENOEXEC, "init or exit function is not in the module's code" },
		{ exit_in_init, -ENOEXEC, "init or exit function is not in the module's code" },
		{ init_behind, -ENOEXEC, "init or exit function is not in the module's code" },
		{ bad_name, -ENOEXEC, "it has no valid name in .modinfo" },
		{ other_name, -ENOEXEC, "name in .modinfo and in struct module differ" },
		{ endless_name, -ENOEXEC, "name in .modinfo and in struct module differ" },
		{ small_module, -ENOEXEC, "section size must match the kernel's built struct module size" },
		{ readonly_module, -ENOEXEC, "is not writable data" },
		{ unaligned_module, -ENOEXEC, "section size must match the kernel's built struct module size" },
		{ no_module, -ENOEXEC, "it has no .gnu.linkonce.this_module section" },
		{ two_modules, -ENOEXEC, "more than one section .gnu.linkonce.this_module" },
		{ odd_params, -ENOEXEC, "section __param: not a table of 40-byte entries" },
		{ nobits_params, -ENOEXEC, "section __param: not a table of 40-byte entries" },
		{ param_name_outside, -ENOEXEC, "parameter 0 has a bad name" },
		{ param_name_endless, -ENOEXEC, "parameter 0 has a bad name" },
		{ param_in_rodata, -ENOEXEC, "parameter number: its type or its variable is not in the module" },
		{ param_over_the_end, -ENOEXEC, "parameter text: its type or its variable is not in the module" },
		{ suite_outside, -ENOEXEC, "KUnit suite 0" }, { suite_at_the_end, -ENOEXEC, "KUnit suite 0" },
		{ suite_name_endless, -ENOEXEC, "KUnit suite 0" },
		{ cases_outside, -ENOEXEC, "KUnit suite 0" }, { case_without_name, -ENOEXEC, "KUnit suite 0" },
		{ cases_without_end, -ENOEXEC, "KUnit suite 0" },
		{ bug_outside, -ENOEXEC, "exception or bug table points outside the module's code" },
		{ versions_odd, -ENOEXEC, "section __versions is not a table of 64-byte entries" },
		{ crc_differs, -EINVAL, NULL },
		{ relocation_behind, -ENOEXEC, "place outside the section in relocation type" },
		{ relocation_far_behind, -ENOEXEC, "place outside the section in relocation type" },
		{ relocation_unknown, -ENOEXEC, "unknown relocation type 65535" },
	};
	static char text[900];

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *wrong;

		file_build(&built);
		bad[i].break_it(&built);
		wrong = expect(&built, bad[i].err, bad[i].complaint);
		if (wrong) {
			snprintf(text, sizeof(text), "bad[%u]: %s", i, wrong);
			return text;
		}
	}
	return NULL;
}
