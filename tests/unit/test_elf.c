// SPDX-License-Identifier: MIT
/* modloader/elf.c: what it accepts, what it refuses and why, and that nothing gets past it (E1…E8 in elf.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <time.h>

#include "../../modloader/elf.h"
#include "elf_build.h"
#include "elf_walk.h"

static const struct reloc_machine *machine_of(u16 machine)
{
	return machine == EM_X86_64 ? &reloc_x86_64 : &reloc_arm64;
}

/* The image must be refused, and the reason must contain @why. */
static void refused(const void *data, size_t len, u16 machine, const char *why)
{
	struct elf_image img;
	int err = elf_open(&img, data, len, machine);

	if (err != -ENOEXEC || !strstr(img.why, why))
		fail_msg("expected '%s', got %d '%s'", why, err, img.why);
}

static void accepts_a_sound_file(void **state)
{
	static const u16 machines[] = { EM_X86_64, EM_AARCH64 };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		struct tiny_elf *f = elf_build(machines[i]);
		struct elf_image img;

		assert_int_equal(elf_open(&img, f, sizeof(*f), machines[i]), 0);
		assert_int_equal(img.nr_sections, NR_S);
		assert_int_equal(img.nr_syms, NR_Y);
		assert_string_equal(elf_symbol_name(&img, Y_PRINTK), "_printk");
		assert_int_equal(elf_symbol_section(&img, Y_PRINTK), ELF_SYM_UNDEF);
		assert_int_equal(elf_symbol_section(&img, Y_ABS), ELF_SYM_ABS);
		assert_int_equal(elf_symbol_section(&img, Y_DATA), S_DATA);
		assert_int_equal(elf_find_section(&img, ".bss"), S_BSS);
		assert_null(elf_section_data(&img, S_BSS));
		assert_true(elf_is_applied_rela(&img, S_RELA));
		elf_walk(&img, machine_of(machines[i]));
		free(f);
	}
}

static void reads_modinfo(void **state)
{
	struct tiny_elf *f = elf_build(EM_X86_64);
	struct elf_image img;

	assert_int_equal(elf_open(&img, f, sizeof(*f), EM_X86_64), 0);
	assert_string_equal(elf_modinfo(&img, "license", NULL), "GPL");
	assert_string_equal(elf_modinfo(&img, "name", NULL), "tiny");
	assert_string_equal(elf_modinfo(&img, "empty", NULL), "");
	assert_null(elf_modinfo(&img, "nam", NULL));
	assert_null(elf_modinfo(&img, "name", elf_modinfo(&img, "name", NULL)));
	free(f);
}

static void refuses_every_truncation(void **state)
{
	struct tiny_elf *f = elf_build(EM_X86_64);
	size_t len;

	for (len = 0; len < sizeof(*f); len++) {
		void *part = malloc(len ? len : 1);

		memcpy(part, f, len);
		refused(part, len, EM_X86_64, "");
		free(part);
	}
	free(f);
}

/* One change to the sound file, and the reason that it must be refused for. */
#define REFUSES(name, why, ...)						\
static void refuses_##name(void **state)				\
{									\
	struct tiny_elf *f = elf_build(EM_X86_64);			\
	__VA_ARGS__;							\
	refused(f, sizeof(*f), EM_X86_64, why);				\
	free(f);							\
}

REFUSES(bad_magic, "not an ELF file", f->hdr.e_ident[0] = 'M')
REFUSES(elf32, "not a 64-bit", f->hdr.e_ident[EI_CLASS] = ELFCLASS32)
REFUSES(big_endian, "not a 64-bit", f->hdr.e_ident[EI_DATA] = ELFDATA2MSB)
REFUSES(executable, "not a relocatable file", f->hdr.e_type = ET_EXEC)
REFUSES(other_machine, "built for another machine: ELF machine 183 (arm64)", f->hdr.e_machine = EM_AARCH64)
REFUSES(section_header_size, "section header size", f->hdr.e_shentsize = 63)
REFUSES(section_table_outside, "section headers at offset", f->hdr.e_shoff = sizeof(*f) + 8)
REFUSES(section_table_wrapping, "section headers at offset", f->hdr.e_shoff = ~7ull)
REFUSES(section_table_misaligned, "section headers at offset", f->hdr.e_shoff += 4)
REFUSES(too_many_sections, "do not fit", f->hdr.e_shnum = 0x7fff)
REFUSES(huge_section_count, "do not fit", f->hdr.e_shnum = 0; f->section[0].sh_size = ~0ull)
REFUSES(no_sections, "do not fit", f->hdr.e_shnum = 0)
REFUSES(used_section_0, "section 0 is not empty", f->section[0].sh_type = SHT_PROGBITS)
REFUSES(names_nowhere, "section names are in section", f->hdr.e_shstrndx = NR_S)
REFUSES(names_of_another_kind, "not a string table", f->hdr.e_shstrndx = S_TEXT)
REFUSES(names_without_end, "not a string table", f->shstr[sizeof(f->shstr) - 1] = 'x')
REFUSES(name_outside, "is outside the names", f->section[S_TEXT].sh_name = sizeof(f->shstr))
REFUSES(section_outside, "is outside the file", f->section[S_TEXT].sh_size = sizeof(*f))
REFUSES(section_wrapping, "is outside the file", f->section[S_TEXT].sh_offset = 8; f->section[S_TEXT].sh_size = ~0ull - 3)
REFUSES(odd_alignment, "not a power of two", f->section[S_TEXT].sh_addralign = 24)
REFUSES(large_alignment, "more than a page", f->section[S_DATA].sh_addralign = 8192)
REFUSES(huge_bss, "more than a module may have", f->section[S_BSS].sh_size = ~0ull)
REFUSES(large_sum, "together more than", f->section[S_BSS].sh_size = ELF_ALLOC_MAX_BYTES)
REFUSES(writable_code, "both writable and executable", f->section[S_TEXT].sh_flags |= SHF_WRITE)
REFUSES(compressed, "compressed", f->section[S_DATA].sh_flags |= SHF_COMPRESSED)
REFUSES(overlap, "overlap", f->section[S_DATA].sh_offset -= 8)
REFUSES(overlap_with_header, "overlap", f->section[S_DATA].sh_offset = 8)
REFUSES(overlap_with_table, "overlap", f->section[S_DATA].sh_offset = offsetof(struct tiny_elf, section) + 16)
REFUSES(no_symbols, "stripped", f->section[S_SYMTAB].sh_type = SHT_PROGBITS)
REFUSES(two_symbol_tables, "two symbol tables", f->section[S_DATA].sh_type = SHT_SYMTAB)
REFUSES(symbol_entry_size, "symbol table: entry size", f->section[S_SYMTAB].sh_entsize = 16)
REFUSES(part_of_a_symbol, "symbol table: entry size", f->section[S_SYMTAB].sh_size -= 1)
REFUSES(symbol_names_nowhere, "symbol names are in section", f->section[S_SYMTAB].sh_link = 77)
REFUSES(symbol_names_elsewhere, "not a NUL-terminated string table", f->section[S_SYMTAB].sh_link = S_TEXT)
REFUSES(symbol_names_without_end, "not a NUL-terminated string table", f->str[sizeof(f->str) - 1] = 'x')
REFUSES(symbol_name_outside, "is outside the names", f->sym[Y_DATA].st_name = 1000)
REFUSES(symbol_section_outside, "in section", f->sym[Y_DATA].st_shndx = NR_S)
REFUSES(symbol_section_reserved, "reserved section index", f->sym[Y_DATA].st_shndx = 0xff10)
REFUSES(large_index_without_table, "without a table", f->sym[Y_DATA].st_shndx = SHN_XINDEX)
REFUSES(relocation_target_outside, "relocates section", f->section[S_RELA].sh_info = NR_S)
REFUSES(relocation_entry_size, "entry size", f->section[S_RELA].sh_entsize = 16)
REFUSES(relocation_other_symbols, "symbols in section", f->section[S_RELA].sh_link = S_STRTAB)
REFUSES(relocation_of_bss, "without bytes", f->section[S_RELA].sh_info = S_BSS)
REFUSES(relocation_symbol_outside, "uses symbol", f->rela[1].r_info = ELF64_R_INFO(NR_Y, 1))
REFUSES(relocations_without_addend, "SHT_REL", f->section[S_RELA].sh_type = SHT_REL)
REFUSES(modinfo_without_end, ".modinfo does not end", f->section[S_MODINFO].sh_size = 5)

/* Relocations of what is not loaded are not looked at. */
static void passes_over_debug_relocations(void **state)
{
	struct tiny_elf *f = elf_build(EM_X86_64);
	struct elf_image img;

	f->section[S_TEXT].sh_flags = 0;
	f->rela[0].r_info = ~0ull;
	assert_int_equal(elf_open(&img, f, sizeof(*f), EM_X86_64), 0);
	assert_false(elf_is_applied_rela(&img, S_RELA));
	free(f);
}

/* Nor are those of section 0, whatever its header says of itself. */
static void passes_over_relocations_of_section_0(void **state)
{
	struct tiny_elf *f = elf_build(EM_X86_64);
	struct elf_image img;

	f->section[S_RELA].sh_info = 0;
	f->section[0].sh_flags = SHF_ALLOC;
	f->rela[0].r_info = ~0ull;
	assert_int_equal(elf_open(&img, f, sizeof(*f), EM_X86_64), 0);
	assert_false(elf_is_applied_rela(&img, S_RELA));
	f->section[S_RELA].sh_type = SHT_REL;
	assert_int_equal(elf_open(&img, f, sizeof(*f), EM_X86_64), 0);
	free(f);
}

/* More sections than a 16-bit index can name: counts in section 0, a symbol through SHT_SYMTAB_SHNDX. */
static void accepts_thousands_of_sections(void **state)
{
	const unsigned int n = 70000, shstr = n - 1, shndx = n - 2, symtab = n - 3, strtab = n - 4;
	const size_t table = (size_t)n * sizeof(Elf64_Shdr);
	static const char names[] = "\0s";
	const size_t at_names = sizeof(Elf64_Ehdr), at_syms = at_names + 8, at_shndx = at_syms + 48, at_table = at_shndx + 8;
	u8 *file = calloc(1, at_table + table);
	Elf64_Ehdr *h = (Elf64_Ehdr *)file;
	Elf64_Shdr *s = (Elf64_Shdr *)(file + at_table);
	Elf64_Sym *y = (Elf64_Sym *)(file + at_syms);
	struct elf_image img;
	unsigned int i;

	memcpy(h->e_ident, ELFMAG "\2\1\1", 7);
	h->e_type = ET_REL;
	h->e_machine = EM_X86_64;
	h->e_shoff = at_table;
	h->e_shentsize = sizeof(Elf64_Shdr);
	h->e_shstrndx = SHN_XINDEX;
	s[0].sh_size = n;
	s[0].sh_link = shstr;
	memcpy(file + at_names, names, sizeof(names));
	for (i = 1; i < n; i++)
		s[i] = (Elf64_Shdr){ 1, SHT_NOBITS, SHF_ALLOC, 0, 0, 8, 0, 0, 8, 0 };
	s[shstr] = (Elf64_Shdr){ 1, SHT_STRTAB, 0, 0, at_names, 4, 0, 0, 1, 0 };
	s[strtab] = (Elf64_Shdr){ 1, SHT_STRTAB, 0, 0, at_names + 4, 4, 0, 0, 1, 0 };
	s[symtab] = (Elf64_Shdr){ 1, SHT_SYMTAB, 0, 0, at_syms, 48, strtab, 1, 8, sizeof(Elf64_Sym) };
	s[shndx] = (Elf64_Shdr){ 1, SHT_SYMTAB_SHNDX, 0, 0, at_shndx, 8, symtab, 0, 4, 4 };
	y[1].st_shndx = SHN_XINDEX;
	set_le32(file + at_shndx + 4, 69000);
	assert_int_equal(elf_open(&img, file, at_table + table, EM_X86_64), 0);
	assert_int_equal(elf_symbol_section(&img, 1), 69000);
	elf_walk(&img, &reloc_x86_64);
	set_le32(file + at_shndx + 4, n);
	refused(file, at_table + table, EM_X86_64, "in section 70000");
	free(file);
}

/* ---- Random changes ---- */

static u64 random_state;

static u64 random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static u64 interesting(void)
{
	static const u64 values[] = { 0, 1, 2, 4, 8, 0x7f, 0x80, 0xff, 0xff00, 0xffff, 0x7fffffff, 0x80000000,
		0xffffffff, 1ull << 32, 1ull << 63, ~0ull, ~0ull - 7 };

	return random_next() % 3 ? values[random_next() % (sizeof(values) / sizeof(values[0]))] : random_next() >> random_next() % 64;
}

/* Change one to four fields, mostly of section headers, symbols and relocations. */
static void mutate(u8 *data, size_t len, size_t table, size_t table_len)
{
	unsigned int n = 1 + random_next() % 4;

	while (n--) {
		bool in_table = random_next() % 3 && table_len >= 8;
		size_t size = 1u << random_next() % 4;
		size_t at = in_table ? table + random_next() % (table_len - 7) : random_next() % (len - 8);
		u64 v = interesting();

		if (random_next() % 4)
			at &= ~(size - 1);
		memcpy(data + at, &v, size);
	}
}

static void try_mutants(const u8 *data, size_t len, u16 machine, unsigned int count)
{
	const Elf64_Ehdr *h = (const Elf64_Ehdr *)data;
	unsigned int accepted = 0, i;

	for (i = 0; i < count; i++) {
		u8 *copy = malloc(len);
		struct elf_image img;

		memcpy(copy, data, len);
		mutate(copy, len, h->e_shoff, (size_t)h->e_shnum * sizeof(Elf64_Shdr));
		if (!elf_open(&img, copy, len, machine)) {
			accepted++;
			elf_walk(&img, machine_of(machine));
		}
		free(copy);
	}
	/* A mutator that only makes rubbish tests the header check alone. */
	assert_true(accepted > count / 20);
}

static void seed(void)
{
	const char *s = getenv("SEED");

	random_state = s ? strtoull(s, NULL, 0) : (u64)time(NULL) | 1;
	print_message("SEED=%llu\n", (unsigned long long)random_state);
}

static void survives_random_changes(void **state)
{
	static const u16 machines[] = { EM_X86_64, EM_AARCH64 };
	unsigned int i;

	seed();
	for (i = 0; i < 2; i++) {
		struct tiny_elf *f = elf_build(machines[i]);

		try_mutants((const u8 *)f, sizeof(*f), machines[i], 100000);
		free(f);
	}
}

/* The fuzzer's corpus, each input as it is; and the real modules of both machines among it, mutated. */
static void survives_random_changes_of_real_modules(void **state)
{
	const char *dir = getenv("CORPUS") ? getenv("CORPUS") : "tests/fuzz/corpus/elf";
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned int files = 0, replayed = 0;

	if (!d)
		skip();
	seed();
	while ((e = readdir(d))) {
		char path[512];
		u8 *data = malloc(1 << 20);
		size_t len;
		FILE *f;

		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		f = e->d_name[0] == '.' ? NULL : fopen(path, "rb");
		len = f ? fread(data, 1, 1 << 20, f) : 0;
		if (f)
			fclose(f);
		if (len > sizeof(Elf64_Ehdr)) {
			struct elf_image img;
			u16 machine = get_le16(data + offsetof(Elf64_Ehdr, e_machine));
			u8 *exact = malloc(len);	/* of exactly this size, for the sanitizer */

			memcpy(exact, data, len);
			if (!elf_open(&img, exact, len, machine == EM_AARCH64 ? EM_AARCH64 : EM_X86_64))
				elf_walk(&img, machine_of(machine));
			else
				assert_true(img.why[0]);
			free(exact);
			replayed++;
			if ((machine == EM_X86_64 || machine == EM_AARCH64) && !elf_open(&img, data, len, machine)) {
				elf_walk(&img, machine_of(machine));
				try_mutants(data, len, machine, 2000);
				files++;
			}
		}
		free(data);
	}
	closedir(d);
	print_message("%u inputs of the corpus replayed, %u of them mutated\n", replayed, files);
	assert_true(files > 0 && replayed >= files);
}

int main(void)
{
#define REFUSAL(name) cmocka_unit_test(refuses_##name)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_a_sound_file),
		cmocka_unit_test(reads_modinfo),
		cmocka_unit_test(refuses_every_truncation),
		REFUSAL(bad_magic), REFUSAL(elf32), REFUSAL(big_endian), REFUSAL(executable), REFUSAL(other_machine),
		REFUSAL(section_header_size), REFUSAL(section_table_outside), REFUSAL(section_table_wrapping),
		REFUSAL(section_table_misaligned), REFUSAL(too_many_sections), REFUSAL(huge_section_count),
		REFUSAL(no_sections), REFUSAL(used_section_0), REFUSAL(names_nowhere), REFUSAL(names_of_another_kind),
		REFUSAL(names_without_end), REFUSAL(name_outside), REFUSAL(section_outside), REFUSAL(section_wrapping),
		REFUSAL(odd_alignment), REFUSAL(large_alignment), REFUSAL(huge_bss), REFUSAL(large_sum),
		REFUSAL(writable_code), REFUSAL(compressed), REFUSAL(overlap), REFUSAL(overlap_with_header),
		REFUSAL(overlap_with_table), REFUSAL(no_symbols), REFUSAL(two_symbol_tables), REFUSAL(symbol_entry_size),
		REFUSAL(part_of_a_symbol), REFUSAL(symbol_names_nowhere), REFUSAL(symbol_names_elsewhere),
		REFUSAL(symbol_names_without_end), REFUSAL(symbol_name_outside), REFUSAL(symbol_section_outside),
		REFUSAL(symbol_section_reserved), REFUSAL(large_index_without_table), REFUSAL(relocation_target_outside),
		REFUSAL(relocation_entry_size), REFUSAL(relocation_other_symbols), REFUSAL(relocation_of_bss),
		REFUSAL(relocation_symbol_outside), REFUSAL(relocations_without_addend), REFUSAL(modinfo_without_end),
		cmocka_unit_test(passes_over_debug_relocations),
		cmocka_unit_test(passes_over_relocations_of_section_0),
		cmocka_unit_test(accepts_thousands_of_sections),
		cmocka_unit_test(survives_random_changes),
		cmocka_unit_test(survives_random_changes_of_real_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
