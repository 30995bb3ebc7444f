// SPDX-License-Identifier: MIT
/*
 * Names of addresses. The kernel's own come from the table that tools/mksymbols makes of the linked
 * image (its doc comment has the layout), modules' through functions that the module loader registers.
 *
 * All is constant data and binary search: usable from any context, before anything else is up.
 */
#include <linux/export.h>
#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/string.h>

extern const u32 kallsyms_count;
extern const u64 kallsyms_addresses[];
extern const u8 kallsyms_types[];
extern const u32 kallsyms_offsets[];
extern const u32 kallsyms_by_name[];
extern const char kallsyms_names[];

extern char _stext[], _etext[], _sinittext[], _einittext[], _end[];

/* [I] once the module loader is up; NULL before. */
static const struct kallsyms_module_ops *module_ops;

void kallsyms_set_module_ops(const struct kallsyms_module_ops *ops)
{
	WRITE_ONCE(module_ops, ops);
}

static const char *name_of(unsigned int i)
{
	return kallsyms_names + kallsyms_offsets[i];
}

/* The last symbol at or below @addr; the caller knows that there is one. */
static unsigned int find_index(unsigned long addr)
{
	unsigned int low = 0, high = kallsyms_count;

	while (high - low > 1) {
		unsigned int mid = low + (high - low) / 2;

		if (kallsyms_addresses[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	return low;
}

/*
 * Of several names for one address, the plainest: the linker script's marks and the compiler's
 * aliases begin with underscores.
 */
static unsigned int best_alias(unsigned int last)
{
	unsigned int best = last;
	size_t best_score = strspn(name_of(last), "_");

	for (unsigned int i = last; i && kallsyms_addresses[i - 1] == kallsyms_addresses[last]; i--) {
		size_t score = strspn(name_of(i - 1), "_");

		if (score <= best_score) {
			best_score = score;
			best = i - 1;
		}
	}
	return best;
}

static bool in_image(unsigned long addr)
{
	return addr >= (unsigned long)_stext && addr < (unsigned long)_end && kallsyms_count &&
	       addr >= kallsyms_addresses[0];
}

const char *kallsyms_lookup(unsigned long addr, unsigned long *size, unsigned long *offset,
			    char **modname, char *namebuf)
{
	unsigned int i;
	unsigned long end;

	if (!in_image(addr))
		return module_ops ? module_ops->lookup(addr, size, offset, modname, namebuf) : NULL;
	i = find_index(addr);
	end = i + 1 < kallsyms_count ? kallsyms_addresses[i + 1] : (unsigned long)_end;
	if (size)
		*size = end - kallsyms_addresses[i];
	if (offset)
		*offset = addr - kallsyms_addresses[i];
	if (modname)
		*modname = NULL;
	return name_of(best_alias(i));
}

bool kallsyms_lookup_size_offset(unsigned long addr, unsigned long *size, unsigned long *offset)
{
	char namebuf[KSYM_NAME_LEN];

	return kallsyms_lookup(addr, size, offset, NULL, namebuf) != NULL;
}

int lookup_symbol_name(unsigned long addr, char *symname)
{
	const char *name = kallsyms_lookup(addr, NULL, NULL, NULL, symname);

	if (!name)
		return -ERANGE;
	if (name != symname)
		strscpy(symname, name, KSYM_NAME_LEN);
	return 0;
}

unsigned long kallsyms_lookup_name(const char *name)
{
	unsigned int low = 0, high = kallsyms_count;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;
		int cmp = strcmp(name, name_of(kallsyms_by_name[mid]));

		if (cmp == 0)
			return kallsyms_addresses[kallsyms_by_name[mid]];
		if (cmp < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return module_ops ? module_ops->lookup_name(name) : 0;
}

bool kallsyms_get(unsigned int n, unsigned long *addr, char *type, const char **name)
{
	if (n >= kallsyms_count)
		return false;
	*addr = kallsyms_addresses[n];
	*type = kallsyms_types[n];
	*name = name_of(n);
	return true;
}

int kallsyms_on_each_symbol(int (*fn)(void *data, const char *name, void *mod, unsigned long addr),
			    void *data)
{
	for (unsigned int i = 0; i < kallsyms_count; i++) {
		int ret = fn(data, name_of(i), NULL, kallsyms_addresses[i]);

		if (ret)
			return ret;
	}
	return 0;
}

/* ---- As text ---- */

/* @back: how far before @address to look; 1 for return addresses. */
static int sprint(char *buf, unsigned long address, unsigned int back, bool with_offset)
{
	char namebuf[KSYM_NAME_LEN];
	unsigned long size, offset;
	char *modname = NULL;
	const char *name = kallsyms_lookup(address - back, &size, &offset, &modname, namebuf);
	int len;

	if (!name)
		return scnprintf(buf, KSYM_SYMBOL_LEN, "0x%lx", address);
	len = scnprintf(buf, KSYM_SYMBOL_LEN, "%s", name);
	if (with_offset)
		len += scnprintf(buf + len, KSYM_SYMBOL_LEN - len, "+0x%lx/0x%lx", offset + back, size);
	if (modname)
		len += scnprintf(buf + len, KSYM_SYMBOL_LEN - len, " [%s]", modname);
	return len;
}

int sprint_symbol(char *buffer, unsigned long address)
{
	return sprint(buffer, address, 0, true);
}
EXPORT_SYMBOL_GPL(sprint_symbol);

int sprint_symbol_no_offset(char *buffer, unsigned long address)
{
	return sprint(buffer, address, 0, false);
}
EXPORT_SYMBOL_GPL(sprint_symbol_no_offset);

int sprint_backtrace(char *buffer, unsigned long address)
{
	return sprint(buffer, address, 1, true);
}

/* ---- Is it code? ---- */

int core_kernel_text(unsigned long addr)
{
	return (addr >= (unsigned long)_stext && addr < (unsigned long)_etext) ||
	       (system_state < SYSTEM_RUNNING && addr >= (unsigned long)_sinittext &&
		addr < (unsigned long)_einittext);
}

int __kernel_text_address(unsigned long addr)
{
	return core_kernel_text(addr) || (module_ops && module_ops->is_text(addr));
}

int kernel_text_address(unsigned long addr)
{
	return __kernel_text_address(addr);
}

int func_ptr_is_kernel_text(void *ptr)
{
	return kernel_text_address((unsigned long)ptr);
}
