// SPDX-License-Identifier: MIT
/* What the loader reads of a module's tables: version magic, CRCs, parameters; and whole files, mutated. */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vermagic.h>
#include <paddock/params.h>
#include "../../fuzz/elf_mutate.h"
#include "../link_glue.h"
#include "hosted.h"

static struct file built;

/* ---- Version magic ---- */

const char *link_vermagic(void)
{
	static const struct { const char *magic; bool crcs; int err; const char *words; } cases[] = {
		{ VERMAGIC_STRING, true, 0, NULL }, { VERMAGIC_STRING, false, 0, NULL },
		{ NULL, true, -ENOEXEC, "no version magic" },
		/* With CRCs the release may differ, nothing else. */
		{ "5.10.0 SMP preempt mod_unload modversions " MODULE_ARCH_VERMAGIC, true, 0, NULL },
		{ "5.10.0 SMP preempt mod_unload modversions " MODULE_ARCH_VERMAGIC, false, -ENOEXEC,
		  "word 1 differs: the module has '5.10.0', this kernel '" UTS_RELEASE "' (built for another release)\n" },
		{ UTS_RELEASE " SMP mod_unload modversions " MODULE_ARCH_VERMAGIC, true, -ENOEXEC,
		  "word 3 differs: the module has 'mod_unload', this kernel 'preempt'\n" },
		{ "", true, -ENOEXEC, "word 1 differs: the module has '', this kernel" },
		{ UTS_RELEASE, true, -ENOEXEC, "word 2 differs: the module has '', this kernel 'SMP'\n" },
		{ VERMAGIC_STRING " more", true, -ENOEXEC, "differs: the module has 'more', this kernel ''\n" },
	};
	const char *wrong;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		file_build(&built);
		file_modinfo(&built, "built", cases[i].magic);
		if (!cases[i].crcs) {
			built.section[S_VERSIONS].sh_size = 0;
			built.sym[Y_PRINTK].st_name = built.sym[Y_INT].st_name;	/* has no CRC */
		}
		wrong = expect(&built, cases[i].err, cases[i].words);
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* ---- Random tables ---- */

static u32 pick(unsigned int n)
{
	return next() % n;
}

/* Names that often agree in a prefix, some as long as the field, without a NUL. */
static void random_name(char *name, size_t size)
{
	size_t len = pick(4) ? 1 + pick(3) : size - pick(2);

	memset(name, 0, size);
	for (size_t i = 0; i < len; i++)
		name[i] = 'a' + (len > 3 ? i > size - 4 ? pick(2) : 0 : pick(3));
}

const char *link_version_table(unsigned int seed)
{
	struct load_info table = { .name = "table", .err = &words };
	static struct modversion_info v[40];
	const char *wrong = NULL;
	static Elf64_Shdr sections[2];
	unsigned int n, i;

	elf_mutate_rng = seed;
	for (n = 1 + pick(ARRAY_SIZE(v)), i = 0; i < n; i++) {
		random_name(v[i].name, sizeof(v[i].name));
		v[i].crc = 1 + pick(3);
	}
	/* A file of one section, __versions. */
	sections[1] = (Elf64_Shdr){ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_size = n * sizeof(v[0]) };
	table.flags = MODULE_LOAD_IGNORE_VERMAGIC;
	table.img = (struct elf_image){ .data = (const u8 *)v, .len = sizeof(v), .sections = sections, .nr_sections = 2,
					.section_names = "\0__versions", .section_names_len = 12 };
	if (versions_check_vermagic(&table) || table.nr_versions != n)
		wrong = "the table was not taken";
	for (i = 0; !wrong && i < 100; i++) {
		char name[sizeof(v[0].name) + 1] = "";
		u32 crc = pick(4);
		unsigned int k;
		bool agrees;

		random_name(name, sizeof(v[0].name));
		for (k = 0; k < n && strncmp(v[k].name, name, sizeof(v[k].name)); k++)
			;
		agrees = !crc || k == n || v[k].crc == crc;
		if (versions_check_symbol(&table, name, crc) != agrees)
			wrong = agrees ? "a version was refused that agrees" : "a version was taken that differs";
	}
	kvfree(table.version_slots);
	return wrong;
}

/*
 * Parameters, their types and variables at random places in and around a module's data and rodata; what is accepted is used, with
 * the regions from malloc(): whatever a setter or getter touches outside is a sanitizer's finding.
 */
#define REGION_BYTES 96

static const struct kernel_param_ops *const plain[] = { &param_ops_byte, &param_ops_short, &param_ops_ushort, &param_ops_int,
	&param_ops_uint, &param_ops_long, &param_ops_ulong, &param_ops_ullong, &param_ops_hexint, &param_ops_bool,
	&param_ops_invbool, &param_ops_bool_enable_only, &param_ops_bint, &param_ops_string, &param_array_ops };
static const char *const values[] = { "", "1", "0", "-1", "y", "255", "65535", "4294967295", "18446744073709551615", "1,2,3",
	"1,2,3,4,5,6,7,8,9", "abcdefghijklmnopqrstuvwxyz", ",", "0x", "1,", " 7", "99999999999999999999999" };

static void *place_near(u8 *region)
{
	int at = pick(4) ? (int)pick(REGION_BYTES / 8) * 8 : (int)pick(REGION_BYTES + 32) - 16;

	return region + at;
}

const char *link_parameter_tables(unsigned int seed)
{
	struct module_private priv = {};
	struct module mod = {};
	struct load_info load = { .name = "params", .err = &words, .mod = &mod, .priv = &priv };
	static char page[PAGE_SIZE];
	u8 *data = kzalloc(REGION_BYTES, GFP_KERNEL), *ro = kzalloc(REGION_BYTES, GFP_KERNEL);
	struct kernel_param *kp;
	char value[64];

	elf_mutate_rng = seed * 2654435761u;
	next();
	for (unsigned int i = 0; i < REGION_BYTES; i++)
		data[i] = pick(3) == 0;		/* a bool holds nothing else */
	priv.region[CORE_DATA] = (struct module_region){ (unsigned long)data, REGION_BYTES };
	priv.region[CORE_RODATA] = (struct module_region){ (unsigned long)ro, REGION_BYTES };
	kp = kzalloc(sizeof(*kp), GFP_KERNEL);
	strcpy((char *)ro + REGION_BYTES - 8, "param");
	kp->name = (char *)ro + REGION_BYTES - 8;
	kp->ops = plain[pick(ARRAY_SIZE(plain))];
	if (kp->ops == &param_ops_string) {
		struct kparam_string s = { pick(REGION_BYTES + 8), place_near(pick(4) ? data : ro) };

		memcpy(ro + 8, &s, sizeof(s));
		kp->str = (void *)(pick(8) ? ro + 8 : place_near(ro));
	} else if (kp->ops == &param_array_ops) {
		struct kparam_array a = { pick(12), 1 << pick(5), pick(2) ? place_near(data) : NULL,
					  plain[pick(ARRAY_SIZE(plain) - 2)], place_near(pick(4) ? data : ro) };

		memcpy(ro + 8, &a, sizeof(a));
		kp->arr = (void *)(pick(8) ? ro + 8 : place_near(ro));
	} else {
		kp->arg = place_near(pick(4) ? data : ro);
	}
	mod.kp = kp;
	mod.num_kp = 1;
	/* A plain variable in the middle of the data is fine: not everything may be refused. */
	if (!params_check(&load)) {
		for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
			strcpy(value, values[i]);
			kp->ops->set(value, kp);
			if (kp->ops->get && kp->ops->get(page, kp) > (int)PAGE_SIZE)
				return "more than a page was printed";
		}
	} else if (kp->ops != &param_ops_string && kp->ops != &param_array_ops && (u8 *)kp->arg >= data &&
		   (u8 *)kp->arg <= data + REGION_BYTES - 8 && (unsigned long)kp->arg % 8 == 0) {
		return "a sound parameter was refused";
	}
	kfree(kp);
	kfree(data);
	kfree(ro);
	return NULL;
}

/* ---- Text ---- */

static char told[256];

static void tell(void *ctx, const char *line)
{
	strscpy(told, line, sizeof(told));
}

const char *link_parameter_text(void)
{
	static int number;
	static bool flag;
	static unsigned int count;
	static short list[3];
	static const struct kparam_array arr = { ARRAY_SIZE(list), sizeof(list[0]), &count, &param_ops_short, list };
	static const struct kernel_param params[] = {
		{ .name = "number", .ops = &param_ops_int, .arg = &number }, { .name = "flag", .ops = &param_ops_bool, .arg = &flag },
		{ .name = "list", .ops = &param_array_ops, .arr = &arr },
	};
	static const struct { const char *text; int err, number; bool flag; unsigned int count; const char *told; } cases[] = {
		{ "", 0, 1, false, 9, "" },
		{ "number=5 flag", 0, 5, true, 9, "" },
		{ "  number=-0x10   flag=n  ", 0, -16, false, 9, "" },
		{ "number=\"7\" list=1,2", 0, 7, false, 2, "" },
		{ "list=1,2,3,4", -EINVAL, 1, false, 9, "hosted: `1,2,3,4' invalid for parameter `list'" },
		{ "list=70000", -ERANGE, 1, false, 9, "hosted: `70000' invalid for parameter `list'" },
		{ "number", -EINVAL, 1, false, 9, "hosted: `' invalid for parameter `number'" },
		{ "number=", -EINVAL, 1, false, 9, "hosted: `' invalid for parameter `number'" },
		{ "number=99999999999", -ERANGE, 1, false, 9, "hosted: `99999999999' invalid for parameter `number'" },
		{ "nobody=1 number=3", -ENOENT, 3, false, 9, "hosted: Unknown parameter `nobody'" },
		{ "flag=maybe number=4", -EINVAL, 4, false, 9, "hosted: `maybe' invalid for parameter `flag'" },
		{ "=", -ENOENT, 1, false, 9, "hosted: Unknown parameter `'" },
		{ "\"", -ENOENT, 1, false, 9, "hosted: Unknown parameter `" },
		{ "number=2 -- flag", 0, 2, false, 9, "" },
	};
	static char text[400];

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		char *copy = kstrdup(cases[i].text, GFP_KERNEL), *rest;
		int err;

		number = 1, flag = false, count = 9, told[0] = '\0';
		rest = params_parse("hosted", copy, params, ARRAY_SIZE(params), -32768, 32767, NULL, NULL, tell, NULL);
		err = IS_ERR(rest) ? PTR_ERR(rest) : 0;
		kfree(copy);
		if (err != cases[i].err || number != cases[i].number || flag != cases[i].flag || count != cases[i].count ||
		    strncmp(told, cases[i].told, strlen(cases[i].told)) || !cases[i].told[0] != !told[0]) {
			snprintf(text, sizeof(text), "\"%s\": %d, number %d, flag %d, count %u, \"%s\"", cases[i].text, err, number,
				 flag, count, told);
			return text;
		}
	}
	return NULL;
}

/* ---- Mutants ---- */

const char *link_mutants(unsigned int seed, unsigned int n, unsigned int *linked)
{
	for (unsigned int i = 0; i < n; i++) {
		/* Of exactly this size, and aligned. */
		struct file *f = kzalloc(sizeof(*f), GFP_KERNEL);
		int err;

		file_build(f);
		elf_mutate((u8 *)f, sizeof(*f), seed * 1000003ull + i);
		err = link_bytes(f, sizeof(*f));
		*linked += !err;
		unlink_file();
		kfree(f);
		if (err && err != -ENOEXEC && err != -ENOENT && err != -EINVAL && err != -ENOMEM)
			return "an error of its own";
		if (err == -ENOEXEC && !said[0])
			return "refused without a word";
	}
	return NULL;
}
