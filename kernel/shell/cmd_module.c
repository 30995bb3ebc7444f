// SPDX-License-Identifier: MIT
/*
 * Commands for modules: insmod, rmmod, modprobe, lsmod, modinfo. Options and messages are kmod's.
 *
 * They run in a thread of their own like every command, so a module whose init or exit oopses takes
 * only that thread along.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/fs.h>
#include <paddock/module.h>
#include "shell.h"

#define MODULE_DIR "/lib/modules/"

/* Where kmod's words differ from strerror()'s. */
static const char *insmod_text(int err)
{
	switch (-err) {
	case ENOENT:
		return "Unknown symbol in module";
	case ENOEXEC:
		return "Invalid module format";
	case ESRCH:
		return "Module has wrong symbol version";
	case EINVAL:
		return "Invalid parameters";
	default:
		return errno_text(err);
	}
}

/*
 * Find a module's file: a path as given, or a bare name in /lib/modules, with or without ".ko",
 * with '-' for '_' or the other way round.
 * Returns: the path that was found, kmalloc()ed, or NULL.
 */
static char *find_module_file(struct cmd *c, const char *name)
{
	static const char *const forms[] = { "%s%s", "%s%s.ko" };
	struct file_stat st;
	char *path, *p;

	if (!path_stat(c->sh->cwd, name, &st) && S_ISREG(st.mode))
		return kstrdup(name, GFP_KERNEL);
	if (strchr(name, '/'))
		return NULL;
	for (unsigned int swap = 0; swap < 3; swap++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(forms); i++) {
			path = kasprintf(GFP_KERNEL, forms[i], MODULE_DIR, name);
			if (!path)
				return NULL;
			for (p = path + strlen(MODULE_DIR); swap && *p; p++) {
				if (swap == 1 && *p == '-')
					*p = '_';
				else if (swap == 2 && *p == '_')
					*p = '-';
			}
			if (!path_stat(NULL, path, &st) && S_ISREG(st.mode))
				return path;
			kfree(path);
		}
	}
	return NULL;
}

/* Join parameters "a=1" "b=x y" as the kernel reads them: values with blanks in quotes. */
static char *join_args(int argc, char **argv)
{
	struct strbuf b = { };

	for (int i = 0; i < argc; i++) {
		const char *value = strchr(argv[i], '=');

		if (i)
			sb_addc(&b, ' ');
		if (value && strpbrk(value, " \t\n") && !strchr(value, '"')) {
			sb_add(&b, argv[i], value + 1 - argv[i]);
			sb_addc(&b, '"');
			sb_puts(&b, value + 1);
			sb_addc(&b, '"');
		} else {
			sb_puts(&b, argv[i]);
		}
	}
	if (b.oom) {
		sb_free(&b);
		return NULL;
	}
	return b.s ? b.s : kstrdup("", GFP_KERNEL);
}

/* Print what the loader explains, to standard error. */
static void show_explanation(struct cmd *c, const struct module_errbuf *err)
{
	if (err->len)
		file_write_all(c->err, err->text, err->len);
}

/* Load the file at @path. Returns 0 or -errno; *told: the reason has been printed. */
static int load_file(struct cmd *c, const char *path, const char *args, unsigned int flags,
		     struct module_errbuf *err)
{
	void *image;
	size_t len;
	int status = read_whole_file(c->sh->cwd, path, &image, &len);

	if (status)
		return status;
	err->len = 0;
	err->text[0] = '\0';
	status = module_load(image, len, args, flags, err);
	kvfree(image);
	return status;
}

static int cmd_insmod(struct cmd *c)
{
	struct cmd_opts o = { };
	struct module_errbuf *err;
	unsigned int flags = 0;
	char *path, *args;
	int opt, status;

	while ((opt = cmd_getopt(c, &o, "fn")) != -1) {
		switch (opt) {
		case 'f':
			flags |= MODULE_LOAD_IGNORE_MODVERSIONS | MODULE_LOAD_IGNORE_VERMAGIC;
			break;
		case 'n':
			flags |= MODULE_LOAD_DRY_RUN;
			break;
		case OPT_HELP:
			return 0;
		default:
			return cmd_usage(c);
		}
	}
	if (o.index >= c->argc)
		return cmd_error(c, "ERROR: missing filename.");
	path = find_module_file(c, c->argv[o.index]);
	if (!path)
		return cmd_error(c, "ERROR: could not load module %s: No such file or directory",
				 c->argv[o.index]);
	args = join_args(c->argc - o.index - 1, c->argv + o.index + 1);
	err = kzalloc(sizeof(*err), GFP_KERNEL);
	status = args && err ? load_file(c, path, args, flags, err) : -ENOMEM;
	if (status)
		cmd_error(c, "ERROR: could not insert module %s: %s", path, insmod_text(status));
	if (err && (status || flags & MODULE_LOAD_DRY_RUN))
		show_explanation(c, err);
	kfree(err);
	kfree(args);
	kfree(path);
	return status ? 1 : 0;
}

/* "hello.ko" and "/lib/modules/hello.ko" mean the module hello. */
static char *module_name_of(const char *arg)
{
	const char *base = strrchr(arg, '/');
	size_t len;
	char *name;

	base = base ? base + 1 : arg;
	len = strlen(base);
	if (len > 3 && !strcmp(base + len - 3, ".ko"))
		len -= 3;
	name = kstrndup(base, len, GFP_KERNEL);
	if (name)
		strreplace(name, '-', '_');
	return name;
}

static int unload(struct cmd *c, const char *arg, unsigned int flags, const char *who)
{
	struct module_errbuf *err = kzalloc(sizeof(*err), GFP_KERNEL);
	char *name = module_name_of(arg);
	int status = err && name ? module_unload(name, flags, err) : -ENOMEM;

	if (status == -ENOENT) {
		cmd_error(c, "ERROR: Module %s is not currently loaded", name);
	} else if (status == -EWOULDBLOCK && err && err->len) {
		/* In use: by whom, as rmmod says it, in the loader's words: one line. */
		err->text[err->len - 1] = '\0';
		cmd_error(c, "ERROR: %s", err->text);
	} else if (status) {
		cmd_error(c, "ERROR: could not remove '%s': %s", name ? name : arg,
			  status == -EWOULDBLOCK ? "Resource temporarily unavailable" : errno_text(status));
		if (err)
			show_explanation(c, err);
	}
	kfree(name);
	kfree(err);
	return status ? 1 : 0;
}

static int cmd_rmmod(struct cmd *c)
{
	struct cmd_opts o = { };
	unsigned int flags = 0;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "f")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt != 'f')
			return cmd_usage(c);
		flags |= MODULE_UNLOAD_FORCE;
	}
	if (o.index >= c->argc)
		return cmd_error(c, "ERROR: missing module name.");
	for (int i = o.index; i < c->argc; i++)
		status |= unload(c, c->argv[i], flags, "rmmod");
	return status;
}

static int cmd_lsmod(struct cmd *c)
{
	char *text, *p, *line;
	size_t len;
	int err = read_whole_file(NULL, "/proc/modules", (void **)&text, &len);

	if (err)
		return cmd_perror(c, "/proc/modules", err);
	/* name size refcount holders state address [(taints)] */
	cmd_printf(c, "%-19s %8s  Used by\n", "Module", "Size");
	p = text;
	while ((line = strsep(&p, "\n")) && *line) {
		char *name = strsep(&line, " "), *size = strsep(&line, " ");
		char *refs = strsep(&line, " "), *holders = strsep(&line, " ");
		char *state = strsep(&line, " ");
		size_t n;

		if (!state)
			continue;
		n = strlen(holders);
		if (n && holders[n - 1] == ',')
			holders[n - 1] = '\0';
		cmd_printf(c, "%-19s %8s  %s", name, size, refs);
		if (strcmp(holders, "-"))
			cmd_printf(c, " %s", holders);
		/* Linux's lsmod hides this; a module that died in its init should be seen. */
		if (strcmp(state, "Live"))
			cmd_printf(c, " (%s)", state);
		cmd_puts(c, "\n");
	}
	kvfree(text);
	return 0;
}

/* ---- modinfo ---- */

struct modinfo_context {
	struct cmd *c;
	const char *field;	/* only this one, or NULL */
	bool found;
	bool parms_only;	/* -p */
};

static int show_info(void *ctx, const char *tag, const char *value)
{
	struct modinfo_context *m = ctx;

	if (m->parms_only)
		return 0;
	if (m->field) {
		if (!strcmp(tag, m->field)) {
			cmd_printf(m->c, "%s\n", value);
			m->found = true;
		}
		return 0;
	}
	cmd_printf(m->c, "%s:%*s%s\n", tag, max(1, 15 - (int)strlen(tag)), "", value);
	return 0;
}

/* parm=name:text and parmtype=name:type come apart in the file; modinfo shows them as one line. */
struct parm {
	struct parm *next;
	const char *text, *type;
	size_t name_len;
	char name[];
};

struct parm_context {
	struct modinfo_context m;
	struct arena arena;
	struct parm *parms, **last;
	bool oom;
};

static int show_or_keep(void *ctx, const char *tag, const char *value)
{
	struct parm_context *p = ctx;
	bool is_type = !strcmp(tag, "parmtype");
	const char *colon = strchr(value, ':');
	struct parm *parm;
	size_t len;

	if (p->m.field || (!is_type && strcmp(tag, "parm")) || !colon)
		return show_info(&p->m, tag, value);
	len = colon - value;
	for (parm = p->parms; parm; parm = parm->next) {
		if (parm->name_len == len && !memcmp(parm->name, value, len))
			break;
	}
	if (!parm) {
		parm = arena_alloc(&p->arena, sizeof(*parm) + len + 1);
		if (!parm)
			return -ENOMEM;
		memcpy(parm->name, value, len);
		parm->name_len = len;
		*p->last = parm;
		p->last = &parm->next;
	}
	if (is_type)
		parm->type = arena_strdup(&p->arena, colon + 1);
	else
		parm->text = arena_strdup(&p->arena, colon + 1);
	return 0;
}

static int show_rewrite(void *ctx, const char *symbol, const char *target)
{
	cmd_printf(ctx, "%-32s -> %s\n", symbol, target);
	return 0;
}

static int modinfo_file(struct cmd *c, const char *path, const char *field, bool parms_only, bool rewrites)
{
	struct parm_context p = { .m = { .c = c, .field = field, .parms_only = parms_only } };
	struct module_errbuf *err = kzalloc(sizeof(*err), GFP_KERNEL);
	void *image = NULL;
	size_t len;
	int status = err ? read_whole_file(c->sh->cwd, path, &image, &len) : -ENOMEM;

	p.last = &p.parms;
	if (status) {
		kfree(err);
		return cmd_perror(c, path, status);
	}
	if (rewrites) {
		status = module_show_rewrites(image, len, show_rewrite, c, err);
	} else {
		if (!field && !parms_only)
			cmd_printf(c, "filename:       %s\n", path);
		status = module_modinfo(image, len, show_or_keep, &p, err);
		for (struct parm *parm = p.parms; parm; parm = parm->next) {
			cmd_printf(c, "%s%s:%s", parms_only ? "" : "parm:           ", parm->name,
				   parm->text ? parm->text : "");
			if (parm->type)
				cmd_printf(c, "%s(%s)", parm->text ? " " : "", parm->type);
			cmd_puts(c, "\n");
		}
	}
	if (status) {
		cmd_flush(c);
		cmd_error(c, "ERROR: could not get modinfo from '%s': %s", path, insmod_text(status));
		show_explanation(c, err);
	}
	arena_free(&p.arena);
	kvfree(image);
	kfree(err);
	return status ? 1 : 0;
}

static int cmd_modinfo(struct cmd *c)
{
	struct cmd_opts o = { };
	const char *field = NULL;
	bool rewrites = false, parms_only = false;
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "F:radlpn")) != -1) {
		switch (opt) {
		case 'F':
			field = o.arg;
			break;
		case 'r':
			rewrites = true;
			break;
		case 'a':
			field = "author";
			break;
		case 'd':
			field = "description";
			break;
		case 'l':
			field = "license";
			break;
		case 'p':
			parms_only = true;
			break;
		case 'n':
			field = "filename";
			break;
		case OPT_HELP:
			return 0;
		default:
			return cmd_usage(c);
		}
	}
	if (o.index >= c->argc)
		return cmd_error(c, "ERROR: missing module or filename.");
	for (int i = o.index; i < c->argc; i++) {
		char *path = find_module_file(c, c->argv[i]);

		if (!path) {
			status = cmd_error(c, "ERROR: Module %s not found.", c->argv[i]);
			continue;
		}
		if (field && !strcmp(field, "filename"))
			cmd_printf(c, "%s\n", path);
		else
			status |= modinfo_file(c, path, field, parms_only, rewrites);
		kfree(path);
	}
	return status;
}

/* ---- modprobe ---- */

static bool is_loaded(const char *name)
{
	char path[128];
	struct file_stat st;

	/* Built-in parts have a folder there, too, but no initstate. */
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return !path_stat(NULL, path, &st);
}

struct depends_context {
	char *list;
};

static int take_depends(void *ctx, const char *tag, const char *value)
{
	struct depends_context *d = ctx;

	if (!strcmp(tag, "depends") && !d->list) {
		d->list = kstrdup(value, GFP_KERNEL);
		return d->list ? 0 : -ENOMEM;
	}
	return 0;
}

#define DEPTH_MAX 8	/* of modules that need modules */

/* Load @name after all that it depends on. Returns 0 or -errno, reported. */
static int probe(struct cmd *c, const char *name, const char *args, unsigned int depth)
{
	struct depends_context d = { };
	struct module_errbuf *err;
	char *path, *plain, *rest, *dep;
	void *image = NULL;
	size_t len;
	int status = -ENOMEM;

	plain = module_name_of(name);
	err = kzalloc(sizeof(*err), GFP_KERNEL);
	path = find_module_file(c, name);
	if (!plain || !err)
		goto out;
	status = 0;
	if (is_loaded(plain))
		goto out;
	if (!path) {
		cmd_error(c, "FATAL: Module %s not found in directory %.*s", name,
			  (int)strlen(MODULE_DIR) - 1, MODULE_DIR);
		status = -ENOENT;
		goto out;
	}
	status = read_whole_file(c->sh->cwd, path, &image, &len);
	if (!status)
		status = module_modinfo(image, len, take_depends, &d, err);
	rest = d.list;
	while (!status && (dep = strsep(&rest, ",")) && *dep) {
		if (depth == DEPTH_MAX)
			status = -ELOOP;
		else
			status = probe(c, dep, "", depth + 1);
		if (status)
			goto out;
	}
	if (!status)
		status = module_load(image, len, args, 0, err);
	if (status == -EEXIST)		/* another modprobe was faster */
		status = 0;
	if (status) {
		cmd_error(c, "ERROR: could not insert '%s': %s", plain,
			  status == -ENOENT ? "Unknown symbol in module, or unknown parameter (see dmesg)"
					    : insmod_text(status));
		show_explanation(c, err);
	}
out:
	if (status == -ENOMEM && (!plain || !err))
		cmd_error(c, "%s", errno_text(status));
	kvfree(image);
	kfree(d.list);
	kfree(path);
	kfree(plain);
	kfree(err);
	return status;
}

/* Is it loaded, and by nobody used? */
static bool is_unused(const char *name)
{
	char path[128];
	char *text;
	size_t len;
	bool unused;

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	if (read_whole_file(NULL, path, (void **)&text, &len))
		return false;
	unused = len && text[0] == '0';
	kvfree(text);
	return unused;
}

/* Unload @name, then what it depends on as far as nobody else uses that. Returns 0 or 1, reported. */
static int probe_remove(struct cmd *c, const char *name, unsigned int depth)
{
	struct depends_context d = { };
	char *plain = module_name_of(name), *path = find_module_file(c, name), *rest, *dep;
	void *image;
	size_t len;
	int status;

	if (!plain) {
		kfree(path);
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	}
	/* What it depends on is in its file, and known only as long as that is there. */
	if (path && !read_whole_file(c->sh->cwd, path, &image, &len)) {
		module_modinfo(image, len, take_depends, &d, NULL);
		kvfree(image);
	}
	status = unload(c, plain, 0, "modprobe");
	rest = d.list;
	while (!status && depth < DEPTH_MAX && (dep = strsep(&rest, ",")) && *dep)
		if (is_unused(dep))
			status = probe_remove(c, dep, depth + 1);
	kfree(d.list);
	kfree(path);
	kfree(plain);
	return status;
}

static int cmd_modprobe(struct cmd *c)
{
	struct cmd_opts o = { };
	bool remove = false;
	int opt, status = 0;
	char *args;

	while ((opt = cmd_getopt(c, &o, "r")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt != 'r')
			return cmd_usage(c);
		remove = true;
	}
	if (o.index >= c->argc)
		return cmd_error(c, "ERROR: missing parameters. See --help.");
	if (remove) {
		for (int i = o.index; i < c->argc; i++)
			status |= probe_remove(c, c->argv[i], 0);
		return status;
	}
	args = join_args(c->argc - o.index - 1, c->argv + o.index + 1);
	if (!args)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	status = probe(c, c->argv[o.index], args, 0);
	kfree(args);
	return status ? 1 : 0;
}

SHELL_COMMAND(insmod, "insmod", cmd_insmod, 0, "[-fn] FILE|NAME [PARAM=VALUE...]",
	      "Load a module; -n only checks and explains");
SHELL_COMMAND(rmmod, "rmmod", cmd_rmmod, 0, "[-f] NAME...", "Unload modules");
SHELL_COMMAND(lsmod, "lsmod", cmd_lsmod, 0, "", "List the loaded modules");
SHELL_COMMAND(modinfo, "modinfo", cmd_modinfo, 0, "[-adlprn] [-F FIELD] FILE|NAME...",
	      "Show what a module says about itself; -r: where isolation binds its symbols");
SHELL_COMMAND(modprobe, "modprobe", cmd_modprobe, 0, "[-r] NAME [PARAM=VALUE...]",
	      "Load a module and what it depends on, or unload it and what only it used");
