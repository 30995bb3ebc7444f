// SPDX-License-Identifier: MIT
/*
 * Exports: finding who has a name, and binding a module's undefined symbols.
 *
 * The kernel's table and each module's are sorted by name, so a name is found by binary search in
 * one table after the other: no index to build at boot or at load.
 *
 * What cannot be bound is collected first and told together: Linux's line for each in the log, and
 * for the person a list by cause, with the nearest existing name where one is near.
 */
#include <linux/kernel.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include "internal.h"

extern const struct kernel_symbol __start___ksymtab[], __stop___ksymtab[];

/* Why a symbol was not bound. */
enum cause { UNKNOWN, GPL_ONLY, OTHER_VERSION, OWNER_NOT_READY, NR_CAUSES };

struct refusal {
	struct list_head list;
	enum cause cause;
	char name[96];			/* cut, and printable */
	const char *owner;		/* OWNER_NOT_READY */
};

static const struct kernel_symbol *search(const struct kernel_symbol *syms, unsigned int n, const char *name)
{
	unsigned int low = 0;

	while (n > low) {
		unsigned int mid = low + (n - low) / 2;
		int c = strcmp(name, syms[mid].name);

		if (!c)
			return &syms[mid];
		if (c < 0)
			n = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

bool symbols_find(const char *name, struct symbol_owner *out)
{
	struct module *mod;

	out->owner = NULL;
	out->sym = search(__start___ksymtab, __stop___ksymtab - __start___ksymtab, name);
	if (out->sym)
		return true;
	list_for_each_entry_rcu(mod, &modules, list) {
		out->sym = search(mod->syms, mod->num_syms, name);
		if (out->sym) {
			/* By the table that it was linked with, whatever struct module says by now. */
			struct module_hooks hooks = constants_hooks(mod);

			if (hooks.syms != mod->syms)
				out->sym = search(hooks.syms, hooks.num_syms, name);
		}
		if (out->sym) {
			out->owner = mod;
			return true;
		}
	}
	return false;
}

/* ---- Nearest name ---- */

/*
 * Edit distance of @a and @b, or @limit when it is at least that. Two rows of the usual table;
 * names longer than the rows are not compared.
 */
static unsigned int distance(const char *a, const char *b, unsigned int limit)
{
	unsigned int la = strlen(a), lb = strlen(b), i, j;
	u8 row[64];

	if (lb >= sizeof(row) || (la > lb ? la - lb : lb - la) >= limit)
		return limit;
	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		unsigned int diagonal = row[0], best = i;

		row[0] = min(i, 255u);
		for (j = 1; j <= lb; j++) {
			unsigned int cost = min3(row[j] + 1u, row[j - 1] + 1u,
						 diagonal + (a[i - 1] != b[j - 1]));

			diagonal = row[j];
			row[j] = min(cost, 255u);
			best = min(best, cost);
		}
		if (best >= limit)
			return limit;
	}
	return min_t(unsigned int, row[lb], limit);
}

static void nearest_in(const struct kernel_symbol *syms, unsigned int n, const char *name,
		       const char **best, unsigned int *best_distance)
{
	for (; n--; syms++) {
		unsigned int d = distance(name, syms->name, *best_distance);

		if (d < *best_distance) {
			*best = syms->name;
			*best_distance = d;
		}
	}
}

/* An export whose name differs from @name by little, or NULL. */
static const char *nearest_name(const char *name)
{
	unsigned int best_distance = min_t(unsigned int, strlen(name) / 3 + 1, 5);
	const char *best = NULL;
	struct module *mod;

	nearest_in(__start___ksymtab, __stop___ksymtab - __start___ksymtab, name, &best, &best_distance);
	list_for_each_entry(mod, &modules, list)
		nearest_in(mod->syms, mod->num_syms, name, &best, &best_distance);
	return best;
}

/* ---- Binding ---- */

static int refuse(struct list_head *refusals, enum cause cause, const char *name, const char *owner)
{
	struct refusal *r = kmalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	*r = (struct refusal){ .cause = cause, .owner = owner };
	strscpy(r->name, name, sizeof(r->name));
	make_printable(r->name);
	list_add_tail(&r->list, refusals);
	return 0;
}

/*
 * Bind one undefined symbol.
 * Returns: 0, or an errno that ends the load; what is merely refused goes to @refusals.
 */
static int bind_undefined(struct load_info *info, unsigned int i, struct list_head *refusals)
{
	const char *name = elf_symbol_name(&info->img, i);
	bool weak = ELF64_ST_BIND(info->img.syms[i].st_info) == STB_WEAK;
	struct symbol_owner found;
	unsigned long private;

	if (!symbols_find(name, &found))
		return weak ? 0 : refuse(refusals, UNKNOWN, name, NULL);
	if ((found.sym->flags & KSYM_GPL) && !info->gpl)
		return refuse(refusals, GPL_ONLY, name, NULL);
	if (!versions_check_symbol(info, name, found.sym->crc))
		return refuse(refusals, OTHER_VERSION, name, NULL);
	if (found.owner) {
		int err = module_use_target(info, found.owner);

		if (err == -EBUSY)
			return refuse(refusals, OWNER_NOT_READY, name, found.owner->name);
		if (err)
			return err;
	}
	/* Checked under its public name; an isolated module gets its own instead. */
	private = isolate_symbol(info, name, NULL);
	info->symbol_value[i] = private ? private : found.sym->value;
	return 0;
}

static int bind_symbol(struct load_info *info, unsigned int i, struct list_head *refusals)
{
	const Elf64_Sym *sym = &info->img.syms[i];
	int section = elf_symbol_section(&info->img, i);

	switch (section) {
	case ELF_SYM_UNDEF:
		return bind_undefined(info, i, refusals);
	case ELF_SYM_ABS:
		info->symbol_value[i] = sym->st_value;
		return 0;
	case ELF_SYM_COMMON:
		/* GCC's link-time optimizer marks objects by a common symbol that nothing uses. */
		if (!strncmp(elf_symbol_name(&info->img, i), "__gnu_lto", 9))
			return 0;
		load_complain(info, "please compile with -fno-common (symbol %s)",
			      elf_symbol_name(&info->img, i));
		return -ENOEXEC;
	default:
		/* Of a section that is not loaded: the offset alone, as for debug information. */
		info->symbol_value[i] = sym->st_value +
			((u32)section == info->percpu ? (unsigned long)info->percpu_area : info->section_addr[section]);
		return 0;
	}
}

/* The person's list of one cause; at most a screenful. */
static void explain_cause(struct load_info *info, struct list_head *refusals, enum cause cause)
{
	static const char *const titles[NR_CAUSES] = {
		[UNKNOWN] = "%s: unknown symbols, exported by neither the kernel nor a loaded module (%u):\n",
		[GPL_ONLY] = "%s: symbols only for modules with a GPL-compatible MODULE_LICENSE (%u):\n",
		[OTHER_VERSION] = "%s: symbols whose declaration differs from the exporter's (%u); rebuild the module against this tree:\n",
		[OWNER_NOT_READY] = "%s: symbols of modules that are not ready (%u):\n",
	};
	unsigned int n = 0, shown = 0;
	struct refusal *r;

	list_for_each_entry(r, refusals, list)
		n += r->cause == cause;
	if (!n)
		return;
	module_err(info->err, titles[cause], info->name, n);
	list_for_each_entry(r, refusals, list) {
		const char *near;

		if (r->cause != cause)
			continue;
		if (++shown > 24) {
			module_err(info->err, "  ... and %u more\n", n - 24);
			return;
		}
		near = cause == UNKNOWN ? nearest_name(r->name) : NULL;
		module_err(info->err, "  %.60s%s%s%s%s%s\n", r->name, near ? "  (is it " : "", near ? near : "",
			   near ? "?)" : "", r->owner ? "  of " : "", r->owner ? r->owner : "");
	}
}

/* Modules that it says it depends on and that are not there: the likeliest reason for unknown symbols. */
static void explain_depends(struct load_info *info)
{
	const char *list = elf_modinfo(&info->img, "depends", NULL);
	char name[MODULE_NAME_LEN];

	while (list && *list) {
		size_t n = strcspn(list, ",");

		strscpy(name, list, min(n + 1, sizeof(name)));
		if (n && !find_module(name))
			module_err(info->err, "%s: it depends on %s, which is not loaded (modprobe loads both)\n",
				   info->name, name);
		list += n + (list[n] == ',');
	}
}

/* Log, explain and free the list. Returns the errno for the whole. */
static int tell_refusals(struct load_info *info, struct list_head *refusals)
{
	static const int errnos[NR_CAUSES] = {
		[UNKNOWN] = -ENOENT, [GPL_ONLY] = -ENOENT, [OTHER_VERSION] = -EINVAL, [OWNER_NOT_READY] = -EBUSY,
	};
	bool has[NR_CAUSES] = { };
	struct refusal *r, *next;
	enum cause cause;
	int err = 0;

	list_for_each_entry(r, refusals, list) {
		has[r->cause] = true;
		pr_warn("%s: Unknown symbol %s (err %d)\n", info->name, r->name, errnos[r->cause]);
		err = errnos[r->cause];
	}
	for (cause = 0; cause < NR_CAUSES; cause++)
		explain_cause(info, refusals, cause);
	if (has[UNKNOWN])
		explain_depends(info);
	if (has[OTHER_VERSION])
		versions_explain_origin(info);
	if (has[UNKNOWN] || has[GPL_ONLY] || has[OTHER_VERSION])
		isolate_describe(info, false);
	list_for_each_entry_safe(r, next, refusals, list)
		kfree(r);
	return err;
}

int symbols_resolve(struct load_info *info)
{
	LIST_HEAD(refusals);
	unsigned int i;
	int err = 0, refused;

	info->symbol_value = kvcalloc(info->img.nr_syms, sizeof(unsigned long), GFP_KERNEL);
	if (!info->symbol_value)
		return -ENOMEM;
	for (i = 1; i < info->img.nr_syms && !err; i++)
		err = bind_symbol(info, i, &refusals);
	refused = tell_refusals(info, &refusals);
	return err ? err : refused;
}

int symbols_check_exports(struct load_info *info)
{
	struct module *mod = info->mod;
	struct symbol_owner found;
	unsigned int i;

	for (i = 0; i < mod->num_syms; i++) {
		const struct kernel_symbol *s = &mod->syms[i];

		if (!module_has_string(info->priv, s->name) ||
		    (i && strcmp(s[-1].name, s->name) >= 0)) {
			load_complain(info, "export table is not sorted or has bad names (entry %u)", i);
			return -ENOEXEC;
		}
		if (symbols_find(s->name, &found)) {
			load_complain(info, "exports duplicate symbol %s (owned by %s)", s->name,
				      found.owner ? found.owner->name : "kernel");
			return -ENOEXEC;
		}
	}
	return 0;
}

/* ---- symbol_get() ---- */

void *__symbol_get(const char *symbol)
{
	struct symbol_owner found;
	void *addr = NULL;

	rcu_read_lock();
	if (symbols_find(symbol, &found) && try_module_get(found.owner))
		addr = (void *)found.sym->value;
	rcu_read_unlock();
	return addr;
}
EXPORT_SYMBOL_GPL(__symbol_get);

void __symbol_put(const char *symbol)
{
	struct symbol_owner found;

	rcu_read_lock();
	if (symbols_find(symbol, &found))
		module_put(found.owner);
	rcu_read_unlock();
}
EXPORT_SYMBOL(__symbol_put);
