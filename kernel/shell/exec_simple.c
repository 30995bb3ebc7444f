// SPDX-License-Identifier: MIT
/*
 * Executing a simple command: its assignments, its words, and what they name: a function, a command, a script.
 * Source: POSIX.1-2017, Shell Command Language 2.9.1, "Simple Commands".
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "run.h"

/* ---- Assignments ---- */

static int assign_array(struct shell *sh, struct arena *a, char *name, char *list)
{
	struct fields f = { 0 };
	struct parse_error err;
	struct parser ps;
	struct node *n;
	char *text;

	/* The words between the parentheses are those of a command line. */
	list[strlen(list) - 1] = '\0';
	text = arena_alloc(a, strlen(list) + 3);
	if (!text)
		return -ENOMEM;
	sprintf(text, ": %s", list + 1);
	for (char *p = text; *p; p++)
		if (*p == '\n')
			*p = ' ';
	parser_init(&ps, text, a, &err);
	if (parse_line(&ps, &n) != 1 || !n || n->nr_kids != 1 || n->kids[0]->kind != N_SIMPLE) {
		shell_error(sh, "%s", err.text);
		return -EINVAL;
	}
	for (unsigned int i = 1; i < n->kids[0]->nr_words; i++) {
		int e = expand_word(sh, a, n->kids[0]->words[i], &f);

		if (e)
			return e;
	}
	return var_set_array(sh, name, f.v, f.n);
}

static int assign(struct shell *sh, struct arena *a, const char *raw)
{
	const char *p = raw, *why, *old;
	char *name, *value, *index = NULL;
	bool append;

	while (isalnum(*p) || *p == '_')
		p++;
	name = arena_strndup(a, raw, p - raw);
	if (*p == '[') {
		const char *close = strchr(p, ']');

		index = arena_strndup(a, p + 1, close - p - 1);
		index = index ? expand_single(sh, a, index) : NULL;
		if (!index)
			return -EINVAL;
		p = close + 1;
	}
	append = *p == '+';
	p += append ? 2 : 1;
	if (!name)
		return -ENOMEM;
	if (*p == '(' && !index) {
		value = arena_strdup(a, p);
		return value ? assign_array(sh, a, name, value) : -ENOMEM;
	}
	value = expand_single(sh, a, p);
	if (!value)
		return -EINVAL;
	old = append ? var_get(sh, name) : NULL;
	if (old) {
		char *joined = arena_alloc(a, strlen(old) + strlen(value) + 1);

		if (!joined)
			return -ENOMEM;
		sprintf(joined, "%s%s", old, value);
		value = joined;
	}
	if (index) {
		s64 i = arith_eval(sh, index, &why);

		if (why || i < 0 || i > 1000000) {
			shell_error(sh, "%s: bad array subscript", raw);
			return -EINVAL;
		}
		return var_set_elem(sh, name, i, value);
	}
	return var_set(sh, name, value);
}

static int assign_all(struct shell *sh, struct arena *a, struct node *n)
{
	unsigned int i;

	for (i = 0; i < n->nr_assigns; i++) {
		int err = assign(sh, a, n->assigns[i]);

		if (err) {
			if (err == -ENOMEM)
				shell_error(sh, "%s", errno_text(err));
			return err;
		}
	}
	return 0;
}

/* ---- Functions ---- */

static struct func *find_function(struct shell *sh, const char *name)
{
	struct func *f;

	for (f = sh->funcs; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

int exec_define_function(struct shell *sh, struct node *n)
{
	struct func *f = find_function(sh, n->name);
	size_t len = strlen(n->words[0]) + 1;
	char *text = kvmalloc(len, GFP_KERNEL);

	if (!text)
		goto no_memory;
	memcpy(text, n->words[0], len);
	if (!f) {
		f = kzalloc(sizeof(*f) + strlen(n->name) + 1, GFP_KERNEL);
		if (!f) {
			kvfree(text);
			goto no_memory;
		}
		strcpy(f->name, n->name);
		f->next = sh->funcs;
		sh->funcs = f;
	}
	kvfree(f->text);
	f->text = text;
	return 0;
no_memory:
	shell_error(sh, "%s", errno_text(-ENOMEM));
	return 1;
}

/* ---- Redirections for what runs in this thread ---- */

struct call {
	struct shell *sh;
	struct arena *arena;
	struct redir *redirs;
	struct stdfiles files;
};

static int open_call_files(void *arg)
{
	struct call *c = arg;

	return redirect(c->sh, c->arena, c->redirs, &c->files);
}

static int close_call_files(void *arg)
{
	close_files(&((struct call *)arg)->files);
	return 0;
}

/* Run fn with the shell's standard files redirected; they are opened and closed where an oops does no harm. */
int exec_with_redirections(struct shell *sh, struct arena *a, struct redir *redirs,
			     int (*fn)(struct shell *sh, void *arg), void *arg)
{
	struct call c = { .sh = sh, .arena = a, .redirs = redirs };
	struct file *saved[3];
	int status = 1;

	if (!redirs)
		return fn(sh, arg);
	memcpy(c.files.f, sh->std, sizeof(saved));
	memcpy(saved, sh->std, sizeof(saved));
	if (!protected(open_call_files, &c, "sh", sh->cpu)) {
		memcpy(sh->std, c.files.f, sizeof(saved));
		status = fn(sh, arg);
		memcpy(sh->std, saved, sizeof(saved));
	}
	/* No memory for a thread: rather run a driver's release here than leave its file open for ever. */
	if (protected(close_call_files, &c, "sh", sh->cpu) == -ENOMEM)
		close_files(&c.files);
	return status;
}

/* ---- Words ---- */

struct function_call {
	struct func *f;
	int argc;
	char **argv;
};

static int call_function(struct shell *sh, void *arg)
{
	struct function_call *fc = arg;
	struct call_frame frame = { }, *outer = sh->frame;
	char **args = sh->args;
	int nr = sh->nr_args, status = 1;
	unsigned int loops = sh->loops;
	char *text;

	/* A copy: the function may redefine itself. */
	text = kstrdup(fc->f->text, GFP_KERNEL);
	sh->args = NULL;
	sh->nr_args = 0;
	sh->loops = 0;
	sh->frame = &frame;
	if (text && !set_args(sh, fc->argc - 1, fc->argv + 1)) {
		status = run_text(sh, text);
		free_args(sh);
	} else {
		shell_error(sh, "%s", errno_text(-ENOMEM));
	}
	kfree(text);
	vars_leave(sh, &frame);
	sh->frame = outer;
	sh->args = args;
	sh->nr_args = nr;
	sh->loops = loops;
	sh->returning = false;
	return status;
}

/* A file that is no command of ours: a script, by path or in /bin. */
static int run_script(struct shell *sh, int argc, char **argv, struct redir *redirs, bool own_thread)
{
	static const struct shell_command *sh_command;
	char path[128];
	struct file_stat st;
	char **args;
	int status;

	if (!sh_command)
		sh_command = shell_command_find("sh");
	scnprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/bin/", argv[0]);
	if (path_stat(sh->cwd, path, &st)) {
		if (strchr(argv[0], '/'))
			shell_error(sh, "%s: No such file or directory", argv[0]);
		else
			shell_error(sh, "%s: command not found", argv[0]);
		return 127;
	}
	if (!S_ISREG(st.mode)) {
		shell_error(sh, "%s: Permission denied", argv[0]);
		return 126;
	}
	args = kcalloc(argc + 2, sizeof(*args), GFP_KERNEL);
	if (!args) {
		shell_error(sh, "%s", errno_text(-ENOMEM));
		return 126;
	}
	args[0] = "sh";
	args[1] = path;
	memcpy(args + 2, argv + 1, (argc - 1) * sizeof(*args));
	status = run_command(sh, sh_command, argc + 1, args, redirs, own_thread);
	kfree(args);
	return status;
}

static int run_words(struct shell *sh, struct arena *a, int argc, char **argv, struct redir *redirs,
		     bool own_thread)
{
	const struct shell_command *cmd;
	struct func *f;

	/* Everybody is root here. */
	while (argc > 1 && !strcmp(argv[0], "sudo")) {
		argv++, argc--;
		while (argc > 1 && argv[0][0] == '-')
			argv++, argc--;
	}
	f = find_function(sh, argv[0]);
	if (f) {
		struct function_call fc = { .f = f, .argc = argc, .argv = argv };

		return exec_with_redirections(sh, a, redirs, call_function, &fc);
	}
	cmd = shell_command_find(argv[0]);
	if (!cmd)
		return run_script(sh, argc, argv, redirs, own_thread);
	return run_command(sh, cmd, argc, argv, redirs, own_thread);
}

static void trace(struct shell *sh, struct fields *f)
{
	struct strbuf b = { 0 };
	unsigned int i;

	sb_addc(&b, '+');
	for (i = 0; i < f->n; i++) {
		sb_addc(&b, ' ');
		sb_puts(&b, f->v[i]);
	}
	sb_addc(&b, '\n');
	if (!b.oom)
		file_write_all(sh->std[2], b.s, b.len);
	sb_free(&b);
}

/* NAME=value before a command is for that command only. */
static int run_with_assignments(struct shell *sh, struct arena *a, struct node *n, struct fields *f, bool own_thread)
{
	char **names = arena_alloc(a, n->nr_assigns * sizeof(*names));
	char **old = arena_alloc(a, n->nr_assigns * sizeof(*old));
	unsigned int i;
	int status;

	if (!names || !old)
		return 126;
	for (i = 0; i < n->nr_assigns; i++) {
		const char *value;

		names[i] = arena_strndup(a, n->assigns[i], strcspn(n->assigns[i], "=+["));
		value = names[i] ? var_get(sh, names[i]) : NULL;
		if (value)
			old[i] = arena_strdup(a, value);
	}
	if (assign_all(sh, a, n))
		return 1;
	status = run_words(sh, a, f->n, f->v, n->redirs, own_thread);
	for (i = 0; i < n->nr_assigns; i++) {
		if (old[i])
			var_set(sh, names[i], old[i]);
		else if (names[i])
			var_unset(sh, names[i]);
	}
	return status;
}

/*
 * A word behind `local` or `export`. NAME=value is an assignment there: one field whatever is in it; a list is assigned
 * here, and its name the field.
 */
static int expand_declared(struct shell *sh, struct arena *a, bool local, const char *word, struct fields *f)
{
	const char *eq = word;
	char *name, *value, *field;
	int err;

	while (isalnum(*eq) || *eq == '_')
		eq++;
	if (*eq != '=' || !is_name(word, eq - word))
		return expand_word(sh, a, word, f);
	name = arena_strndup(a, word, eq - word);
	if (!name)
		return -ENOMEM;
	if (eq[1] == '(') {
		err = !local ? 0 : sh->frame ? var_make_local(sh, name) : -EPERM;
		if (!err)
			err = assign(sh, a, word);
		return err && err != -EPERM ? err : fields_add(f, a, name);	/* `local` tells what is not permitted */
	}
	value = expand_single(sh, a, eq + 1);
	if (!value)
		return -EINVAL;
	field = arena_alloc(a, strlen(name) + strlen(value) + 2);
	if (!field)
		return -ENOMEM;
	sprintf(field, "%s=%s", name, value);
	return fields_add(f, a, field);
}

static int expand_words(struct shell *sh, struct arena *a, struct node *n, struct fields *f)
{
	bool local = n->nr_words && !strcmp(n->words[0], "local");
	bool declares = local || (n->nr_words && !strcmp(n->words[0], "export"));
	int err = 0;

	for (unsigned int i = 0; !err && i < n->nr_words; i++)
		err = declares ? expand_declared(sh, a, local, n->words[i], f) : expand_word(sh, a, n->words[i], f);
	return err;
}

static int nothing(struct shell *sh, void *arg)
{
	return 0;
}

int exec_simple(struct shell *sh, struct node *n, bool own_thread)
{
	struct arena a = { 0 };
	struct fields f = { 0 };
	int status = 0, err;

	/* A command that is only assignments has the status of the last $(…) in them. */
	if (!n->nr_words)
		sh->status = 0;
	err = expand_words(sh, &a, n, &f);
	if (err) {
		if (err == -ENOMEM)
			shell_error(sh, "%s", errno_text(err));
		status = 1;
	} else if (!f.n) {
		status = assign_all(sh, &a, n) ? 1 : sh->status;
		if (!status && n->redirs)
			status = exec_with_redirections(sh, &a, n->redirs, nothing, NULL);
	} else {
		f.v[f.n] = NULL;	/* fields_add() leaves room */
		if (sh->xtrace)
			trace(sh, &f);
		if (n->nr_assigns)
			status = run_with_assignments(sh, &a, n, &f, own_thread);
		else
			status = run_words(sh, &a, f.n, f.v, n->redirs, own_thread);
	}
	arena_free(&a);
	return status;
}

int exec_argv(struct shell *sh, int argc, char **argv)
{
	struct arena a = { 0 };
	int status = run_words(sh, &a, argc, argv, NULL, false);

	arena_free(&a);
	return status;
}
