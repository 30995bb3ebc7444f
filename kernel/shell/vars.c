// SPDX-License-Identifier: MIT
/*
 * Variables, positional arguments and the life of a shell environment.
 *
 * Variables are a plain list: a shell holds a few dozen, and a list is easy to copy for a subshell. A function's local
 * variable takes the place of the one from outside, which waits in the call's frame: whoever looks a name up sees one.
 */
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <paddock/fs.h>
#include "shell.h"

struct var *var_find(struct shell *sh, const char *name, size_t len)
{
	struct var *v;

	for (v = sh->vars; v; v = v->next)
		if (!strncmp(v->name, name, len) && !v->name[len])
			return v;
	return NULL;
}

const char *var_get(struct shell *sh, const char *name)
{
	struct var *v = var_find(sh, name, strlen(name));

	if (!v)
		return NULL;
	if (v->is_array)
		return v->nr_elems ? v->elems[0] : NULL;
	return v->value;
}

static struct var *new_var(const char *name)
{
	struct var *v = kzalloc(sizeof(*v) + strlen(name) + 1, GFP_KERNEL);

	if (v)
		strcpy(v->name, name);
	return v;
}

static struct var *var_make(struct shell *sh, const char *name)
{
	struct var *v = var_find(sh, name, strlen(name));

	if (v)
		return v;
	v = new_var(name);
	if (!v)
		return NULL;
	v->next = sh->vars;
	sh->vars = v;
	return v;
}

static void free_elems(char **elems, unsigned int n)
{
	while (n--)
		kvfree(elems[n]);
	kvfree(elems);
}

static char *dup_text(const char *s)
{
	size_t len = strlen(s) + 1;
	char *p = kvmalloc(len, GFP_KERNEL);

	return p ? memcpy(p, s, len) : NULL;
}

/* The old contents go only when the new ones are there: a failed assignment changes nothing. */
int var_set(struct shell *sh, const char *name, const char *value)
{
	struct var *v = var_make(sh, name);
	char *text = v ? dup_text(value) : NULL;

	if (!text)
		return -ENOMEM;
	if (v->is_array)
		free_elems(v->elems, v->nr_elems);
	v->is_array = false;
	v->elems = NULL;
	v->nr_elems = 0;
	kvfree(v->value);
	v->value = text;
	return 0;
}

int var_set_array(struct shell *sh, const char *name, char **elems, unsigned int nr)
{
	struct var *v = var_make(sh, name);
	char **copy = v ? kvcalloc(nr + 1, sizeof(*copy), GFP_KERNEL) : NULL;
	unsigned int i;

	if (!copy)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		copy[i] = dup_text(elems[i]);
		if (!copy[i]) {
			free_elems(copy, i);
			return -ENOMEM;
		}
	}
	if (v->is_array)
		free_elems(v->elems, v->nr_elems);
	kvfree(v->value);
	v->value = NULL;
	v->is_array = true;
	v->elems = copy;
	v->nr_elems = nr;
	return 0;
}

#define MAX_ELEMS 65536		/* of an array that is indexed one by one */

int var_set_elem(struct shell *sh, const char *name, unsigned int index, const char *value)
{
	struct var *v = var_make(sh, name);
	unsigned int old, n, i;
	char **all;
	int err;

	if (!v)
		return -ENOMEM;
	if (index >= MAX_ELEMS)
		return -EINVAL;
	old = v->is_array ? v->nr_elems : v->value ? 1 : 0;
	n = max(old, index + 1);
	all = kvcalloc(n, sizeof(*all), GFP_KERNEL);
	if (!all)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		all[i] = i == index ? (char *)value : i >= old ? "" :
			v->is_array ? v->elems[i] : v->value;
	err = var_set_array(sh, name, all, n);
	kvfree(all);
	return err;
}

static void free_var(struct var *v)
{
	free_elems(v->elems, v->nr_elems);
	kvfree(v->value);
	kfree(v);
}

void var_unset(struct shell *sh, const char *name)
{
	struct var **pp, *v;

	for (pp = &sh->vars; (v = *pp); pp = &v->next) {
		if (!strcmp(v->name, name)) {
			*pp = v->next;
			free_var(v);
			return;
		}
	}
}

/* ---- Local variables ---- */

int var_make_local(struct shell *sh, const char *name)
{
	struct hidden_var *h;
	struct var **pp, *v;

	for (h = sh->frame->hidden; h; h = h->next)
		if (!strcmp(h->name, name))
			return 0;
	h = kzalloc(sizeof(*h) + strlen(name) + 1, GFP_KERNEL);
	v = new_var(name);
	if (!h || !v) {
		kfree(h);
		kfree(v);
		return -ENOMEM;
	}
	strcpy(h->name, name);
	for (pp = &sh->vars; *pp; pp = &(*pp)->next) {
		if (!strcmp((*pp)->name, name)) {
			h->old = *pp;
			*pp = h->old->next;
			v->exported = h->old->exported;
			break;
		}
	}
	h->next = sh->frame->hidden;
	sh->frame->hidden = h;
	v->next = sh->vars;
	sh->vars = v;
	return 0;
}

void vars_leave(struct shell *sh, struct call_frame *frame)
{
	struct hidden_var *h;

	while ((h = frame->hidden)) {
		frame->hidden = h->next;
		var_unset(sh, h->name);
		if (h->old) {
			h->old->next = sh->vars;
			sh->vars = h->old;
		}
		kfree(h);
	}
}

/* ---- Arguments, environments ---- */

void free_args(struct shell *sh)
{
	if (sh->args)
		free_elems(sh->args, sh->nr_args);
	sh->args = NULL;
	sh->nr_args = 0;
}

int set_args(struct shell *sh, int argc, char **argv)
{
	char **copy = kvcalloc(argc + 1, sizeof(*copy), GFP_KERNEL);
	int i;

	if (!copy)
		return -ENOMEM;
	for (i = 0; i < argc; i++) {
		copy[i] = dup_text(argv[i]);
		if (!copy[i]) {
			free_elems(copy, i);
			return -ENOMEM;
		}
	}
	free_args(sh);
	sh->args = copy;
	sh->nr_args = argc;
	return 0;
}

int shell_init(struct shell *sh, struct file *in, struct file *out, struct file *err)
{
	memset(sh, 0, sizeof(*sh));
	sh->std[0] = in;
	sh->std[1] = out;
	sh->std[2] = err;
	sh->name = "sh";
	sh->cpu = -1;
	sh->cwd = path_lookup_dir(NULL, "/");
	if (IS_ERR(sh->cwd)) {
		sh->cwd = NULL;
		return -ENOENT;
	}
	if (set_args(sh, 0, NULL) || var_set(sh, "PATH", "/bin") || var_set(sh, "PWD", "/") ||
	    var_set(sh, "HOME", "/")) {
		shell_destroy(sh);
		return -ENOMEM;
	}
	return 0;
}

int shell_copy(struct shell *sh, struct shell *from)
{
	struct func *f, **ftail = &sh->funcs;
	struct var *v;

	*sh = *from;
	sh->vars = NULL;
	sh->funcs = NULL;
	sh->args = NULL;
	sh->nr_args = 0;
	sh->own_frame.hidden = NULL;
	sh->frame = from->frame ? &sh->own_frame : NULL;
	sh->interactive = false;
	sh->cwd = dget(from->cwd);
	if (set_args(sh, from->nr_args, from->args))
		goto fail;
	for (v = from->vars; v; v = v->next) {
		if (v->is_array ? var_set_array(sh, v->name, v->elems, v->nr_elems) :
		    v->value ? var_set(sh, v->name, v->value) : var_make(sh, v->name) ? 0 : -ENOMEM)
			goto fail;
		sh->vars->exported = v->exported;
	}
	for (f = from->funcs; f; f = f->next) {
		struct func *copy = kzalloc(sizeof(*copy) + strlen(f->name) + 1, GFP_KERNEL);

		if (!copy)
			goto fail;
		strcpy(copy->name, f->name);
		*ftail = copy;
		ftail = &copy->next;
		copy->text = dup_text(f->text);
		if (!copy->text)
			goto fail;
	}
	return 0;
fail:
	shell_destroy(sh);
	return -ENOMEM;
}

void shell_destroy(struct shell *sh)
{
	vars_leave(sh, &sh->own_frame);
	while (sh->vars) {
		struct var *v = sh->vars;

		sh->vars = v->next;
		free_var(v);
	}
	while (sh->funcs) {
		struct func *f = sh->funcs;

		sh->funcs = f->next;
		kvfree(f->text);
		kfree(f);
	}
	if (sh->args)
		free_elems(sh->args, sh->nr_args);
	sh->args = NULL;
	if (sh->cwd)
		dput(sh->cwd);
	sh->cwd = NULL;
}
