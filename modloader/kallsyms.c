// SPDX-License-Identifier: MIT
/*
 * Which symbol of a module lies at an address: for stack traces, %pS and /proc/kallsyms.
 *
 * At load the symbols that lie in loaded sections are copied out of the file into one array, sorted
 * by address, and one pool of names. The array never changes while the module is on the list;
 * after init those of the freed part are skipped because their region is gone.
 *
 * Readers run in any context, oops included: they walk the list of modules by RCU and take no lock.
 */
#include <linux/kallsyms.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <paddock/isolation.h>
#include "internal.h"
#include "order.h"

/* Labels of the compiler and marks of the assembler say nothing to people. */
static bool is_worth_naming(const struct load_info *info, unsigned int i)
{
	const struct elf_image *img = &info->img;
	const char *name = elf_symbol_name(img, i);
	int section = elf_symbol_section(img, i);
	unsigned int type = ELF64_ST_TYPE(img->syms[i].st_info);

	if (section <= 0 || type == STT_SECTION || type == STT_FILE || info->section_region[section] == NO_REGION)
		return false;
	if (!name[0] || name[0] == '$' || (name[0] == '.' && name[1] == 'L') ||
	    (name[0] == '_' && !strncmp(name, "__kstrtab_", 10)))
		return false;
	return layout_region_of(info->priv, info->symbol_value[i]) != NO_REGION;
}

static char type_letter(const struct load_info *info, unsigned int i)
{
	const struct elf_image *img = &info->img;
	int section = elf_symbol_section(img, i);
	unsigned int bind = ELF64_ST_BIND(img->syms[i].st_info);
	char c;

	switch (info->section_region[section]) {
	case CORE_TEXT:
	case INIT_TEXT:
		c = 't';
		break;
	case CORE_RODATA:
	case INIT_RODATA:
		c = 'r';
		break;
	default:
		c = img->sections[section].sh_type == SHT_NOBITS ? 'b' : 'd';
		break;
	}
	if (bind == STB_WEAK)
		return 'W';
	return bind == STB_GLOBAL ? c - 'a' + 'A' : c;
}

/* Which symbols are kept, by address; those at one address in the file's order. NULL: no memory; else free *@room. */
static struct order *choose_symbols(struct load_info *info, struct order **room, unsigned int *count, size_t *names_len)
{
	unsigned int i, n = 0;

	/* Room for sorting, too. Most of a file's symbols are kept. */
	*room = kvmalloc_array(2UL * info->img.nr_syms, sizeof(**room), GFP_KERNEL);
	if (!*room)
		return NULL;
	*names_len = 0;
	for (i = 1; i < info->img.nr_syms; i++) {
		if (!is_worth_naming(info, i))
			continue;
		(*room)[n++] = (struct order){ info->symbol_value[i], i };
		*names_len += strnlen(elf_symbol_name(&info->img, i), KSYM_NAME_LEN - 1) + 1;
	}
	*count = n;
	return order_sort(*room, n);
}

static void fill_symbols(struct load_info *info, const struct order *chosen, unsigned int n)
{
	struct module_private *priv = info->priv;
	char *pool = priv->symbol_names;
	unsigned int k;

	for (k = 0; k < n; k++) {
		struct module_symbol *s = &priv->symbols[k];
		unsigned int i = chosen[k].index;
		const char *name = elf_symbol_name(&info->img, i);
		size_t len = strnlen(name, KSYM_NAME_LEN - 1);

		s->addr = chosen[k].key;
		s->size = min_t(u64, info->img.syms[i].st_size, U32_MAX);
		s->type = type_letter(info, i);
		s->name = pool - priv->symbol_names;
		memcpy(pool, name, len);
		pool[len] = 0;
		pool += len + 1;
	}
	priv->nr_symbols = n;
}

int kallsyms_add_module(struct load_info *info)
{
	struct module_private *priv = info->priv;
	struct order *room, *chosen;
	unsigned int n;
	size_t names_len;
	int err = -ENOMEM;

	chosen = choose_symbols(info, &room, &n, &names_len);
	if (!chosen)
		return -ENOMEM;
	if (n && names_len <= U32_MAX) {
		priv->symbols = kvmalloc_array(n, sizeof(*priv->symbols), GFP_KERNEL);
		priv->symbol_names = kvmalloc(names_len, GFP_KERNEL);
	}
	if (priv->symbols && priv->symbol_names)
		fill_symbols(info, chosen, n);
	if (!n || priv->nr_symbols)
		err = 0;
	kvfree(room);
	return err;
}

void kallsyms_free(struct module_private *priv)
{
	kvfree(priv->symbols);
	kvfree(priv->symbol_names);
}

static bool symbol_is_there(const struct module_private *priv, const struct module_symbol *s)
{
	return layout_region_of(priv, s->addr) != NO_REGION;
}

/*
 * The last symbol at or below @addr, or NULL. Of several at one address the first one of the file that has a size: the
 * function's own name, static ones first, not the alias init_module.
 */
static const struct module_symbol *last_symbol_at(const struct module_private *priv, unsigned long addr)
{
	unsigned int low = 0, high = priv->nr_symbols;
	const struct module_symbol *s, *best;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (priv->symbols[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	s = best = &priv->symbols[low - 1];
	for (; s >= priv->symbols && s->addr == best->addr; s--)
		if (s->size || !best->size)
			best = s;
	return best;
}

/* The same, of those in @addr's region. */
static const struct module_symbol *symbol_at(const struct module_private *priv, unsigned long addr)
{
	const struct module_symbol *s = last_symbol_at(priv, addr);

	return s && layout_region_of(priv, s->addr) == layout_region_of(priv, addr) ? s : NULL;
}

static unsigned long symbol_size(const struct module_private *priv, const struct module_symbol *s)
{
	const struct module_symbol *next = s + 1, *end = priv->symbols + priv->nr_symbols;
	enum region r = layout_region_of(priv, s->addr);

	if (s->size || r == NO_REGION)
		return s->size;
	while (next < end && next->addr == s->addr)
		next++;
	if (next < end && layout_region_of(priv, next->addr) == r)
		return next->addr - s->addr;
	return priv->region[r].start + priv->region[r].bytes - s->addr;
}

/* Symbols of init stay when its text goes, and functions have sizes: they say what was there. */
bool module_sprint_init_symbol(const struct module *mod, unsigned long addr, char *buffer)
{
	const struct module_private *priv = mod->priv;
	const struct module_symbol *s = last_symbol_at(priv, addr);

	if (addr - priv->init_text >= priv->region[INIT_TEXT].bytes || !s || s->addr < priv->init_text)
		return false;
	snprintf(buffer, KSYM_SYMBOL_LEN, "%s+%#lx/%#x [%s]", priv->symbol_names + s->name, addr - s->addr, s->size, mod->name);
	return true;
}

const char *module_address_lookup(unsigned long addr, unsigned long *symbolsize, unsigned long *offset,
				  char **modname, const unsigned char **modbuildid, char *namebuf)
{
	const struct module_symbol *s;
	const char *name = NULL;
	struct module *mod;

	preempt_disable();	/* the module stays in memory meanwhile */
	mod = __module_address(addr);
	if (mod) {
		if (modname)
			*modname = mod->name;
		if (modbuildid)
			*modbuildid = mod->priv->build_id_len ? mod->priv->build_id : NULL;
		s = symbol_at(mod->priv, addr);
		if (s) {
			if (symbolsize)
				*symbolsize = symbol_size(mod->priv, s);
			if (offset)
				*offset = addr - s->addr;
			strscpy(namebuf, mod->priv->symbol_names + s->name, KSYM_NAME_LEN);
			name = namebuf;
		}
	}
	preempt_enable();
	return name;
}

int lookup_module_symbol_name(unsigned long addr, char *symname)
{
	return module_address_lookup(addr, NULL, NULL, NULL, NULL, symname) ? 0 : -ERANGE;
}

int module_get_kallsym(unsigned int symnum, unsigned long *value, char *type, char *name, char *module_name,
		       int *exported)
{
	struct symbol_owner found;
	struct module *mod;
	int err = -ERANGE;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &modules, list) {
		const struct module_private *priv = mod->priv;
		const struct module_symbol *s;

		if (symnum >= priv->nr_symbols) {
			symnum -= priv->nr_symbols;
			continue;
		}
		s = &priv->symbols[symnum];
		*value = s->addr;
		*type = symbol_is_there(priv, s) ? s->type : '?';
		strscpy(name, priv->symbol_names + s->name, KSYM_NAME_LEN);
		strscpy(module_name, mod->name, MODULE_NAME_LEN);
		*exported = symbols_find(name, &found) && found.owner == mod;
		err = 0;
		break;
	}
	rcu_read_unlock();
	return err;
}

static unsigned long find_in_module(const struct module *mod, const char *name)
{
	const struct module_private *priv = mod->priv;
	unsigned int i;

	for (i = 0; i < priv->nr_symbols; i++)
		if (!strcmp(priv->symbol_names + priv->symbols[i].name, name) &&
		    symbol_is_there(priv, &priv->symbols[i]))
			return priv->symbols[i].addr;
	return 0;
}

unsigned long module_kallsyms_lookup_name(const char *name)
{
	const char *colon = strchr(name, ':');
	unsigned long addr = 0;
	struct module *mod;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &modules, list) {
		if (colon && (strlen(mod->name) != colon - name || strncmp(mod->name, name, colon - name)))
			continue;
		addr = find_in_module(mod, colon ? colon + 1 : name);
		if (addr)
			break;
	}
	rcu_read_unlock();
	return addr;
}

/* ---- Addresses ---- */

struct module *__module_address(unsigned long addr)
{
	struct module *mod;

	list_for_each_entry_rcu(mod, &modules, list)
		if (layout_region_of(mod->priv, addr) != NO_REGION)
			return mod;
	return NULL;
}

struct module *__module_text_address(unsigned long addr)
{
	struct module *mod = __module_address(addr);
	enum region r = mod ? layout_region_of(mod->priv, addr) : NO_REGION;

	return r == CORE_TEXT || r == INIT_TEXT ? mod : NULL;
}

bool is_module_address(unsigned long addr)
{
	bool yes;

	preempt_disable();
	yes = __module_address(addr) != NULL;
	preempt_enable();
	return yes;
}

bool is_module_text_address(unsigned long addr)
{
	bool yes;

	preempt_disable();
	yes = __module_text_address(addr) != NULL;
	preempt_enable();
	return yes;
}

bool is_module_percpu_address(unsigned long addr)
{
	struct module *mod;
	unsigned int cpu;
	bool found = false;

	rcu_read_lock();
	list_for_each_entry_rcu(mod, &modules, list)
		for_each_possible_cpu(cpu)
			found |= mod->priv->percpu &&
				addr - (unsigned long)per_cpu_ptr(mod->priv->percpu, cpu) < mod->priv->percpu_bytes;
	rcu_read_unlock();
	return found;
}

static const char *lookup_for_kallsyms(unsigned long addr, unsigned long *size, unsigned long *offset,
				       char **modname, char *namebuf)
{
	return module_address_lookup(addr, size, offset, modname, NULL, namebuf);
}

static const struct kallsyms_module_ops kallsyms_ops = {
	.lookup = lookup_for_kallsyms,
	.lookup_name = module_kallsyms_lookup_name,
	.is_text = is_module_text_address,
};

static int __init kallsyms_modules_init(void)
{
	kallsyms_set_module_ops(&kallsyms_ops);
	return 0;
}
core_initcall(kallsyms_modules_init);
