// SPDX-License-Identifier: MIT
/*
 * Executing the tree: control flow, assignments, look-up of commands. Threads and files are in run.c.
 * Source: POSIX.1-2017, Shell Command Language 2.8 (exit status) and 2.9 (commands).
 */
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <arch/cpu.h>
#include <paddock/fs.h>
#include <paddock/sched.h>
#include <paddock/shell.h>
#include "run.h"

#define STATUS_INTERRUPTED 130	/* 128 + SIGINT */

static bool leaving(struct shell *sh)
{
	return sh->leave_loops || sh->returning || sh->exiting || shell_check_interrupt(sh);
}

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

/* ---- Simple commands ---- */

static struct func *find_function(struct shell *sh, const char *name)
{
	struct func *f;

	for (f = sh->funcs; f; f = f->next)
		if (!strcmp(f->name, name))
			return f;
	return NULL;
}

static int define_function(struct shell *sh, struct node *n)
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
static int with_redirections(struct shell *sh, struct arena *a, struct redir *redirs,
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

struct function_call {
	struct func *f;
	int argc;
	char **argv;
};

static int call_function(struct shell *sh, void *arg)
{
	struct function_call *fc = arg;
	char **args = sh->args;
	int nr = sh->nr_args, status = 1;
	unsigned int loops = sh->loops;
	char *text;

	/* A copy: the function may redefine itself. */
	text = kstrdup(fc->f->text, GFP_KERNEL);
	sh->args = NULL;
	sh->nr_args = 0;
	sh->loops = 0;
	if (text && !set_args(sh, fc->argc - 1, fc->argv + 1)) {
		status = shell_run_text(sh, text, sh->name);
		free_args(sh);
	} else {
		shell_error(sh, "%s", errno_text(-ENOMEM));
	}
	kfree(text);
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

		return with_redirections(sh, a, redirs, call_function, &fc);
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

static int nothing(struct shell *sh, void *arg)
{
	return 0;
}

int exec_simple(struct shell *sh, struct node *n, bool own_thread)
{
	struct arena a = { 0 };
	struct fields f = { 0 };
	int status = 0, err = 0;
	unsigned int i;

	/* A command that is only assignments has the status of the last $(…) in them. */
	if (!n->nr_words)
		sh->status = 0;
	for (i = 0; !err && i < n->nr_words; i++)
		err = expand_word(sh, &a, n->words[i], &f);
	if (err) {
		if (err == -ENOMEM)
			shell_error(sh, "%s", errno_text(err));
		status = 1;
	} else if (!f.n) {
		status = assign_all(sh, &a, n) ? 1 : sh->status;
		if (!status && n->redirs)
			status = with_redirections(sh, &a, n->redirs, nothing, NULL);
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

/* ---- Compound commands ---- */

static int condition(struct shell *sh, struct node *n)
{
	int status;

	sh->conditions++;
	status = exec_node(sh, n);
	sh->conditions--;
	return status;
}

/* After a turn of a loop body: shall the loop go on? */
static bool next_turn(struct shell *sh)
{
	if (sh->leave_loops) {
		if (--sh->leave_loops)
			return false;
		if (!sh->continue_last)
			return false;
	}
	return !leaving(sh);
}

static int exec_while(struct shell *sh, struct node *n)
{
	int status = 0;

	while (!leaving(sh)) {
		bool yes = !condition(sh, n->kids[0]);

		if (leaving(sh) || yes != (n->kind == N_WHILE))
			break;
		status = exec_node(sh, n->kids[1]);
		if (!next_turn(sh))
			break;
	}
	return status;
}

static int exec_for(struct shell *sh, struct node *n)
{
	struct arena a = { 0 };
	struct fields f = { 0 };
	int status = 0, err = 0;
	unsigned int i;

	if (n->has_in) {
		for (i = 0; !err && i < n->nr_words; i++)
			err = expand_word(sh, &a, n->words[i], &f);
	} else {
		err = expand_word(sh, &a, "\"$@\"", &f);
	}
	if (err)
		status = 1;
	for (i = 0; !err && i < f.n; i++) {
		if (var_set(sh, n->name, f.v[i])) {
			shell_error(sh, "%s", errno_text(-ENOMEM));
			status = 1;
			break;
		}
		status = exec_node(sh, n->kids[0]);
		if (!next_turn(sh))
			break;
	}
	arena_free(&a);
	return status;
}

/* Evaluate one part of for ((…;…;…)) or ((…)). False: an error, which was reported. */
static bool arith_part(struct shell *sh, const char *raw, s64 *value)
{
	struct arena a = { 0 };
	const char *why = NULL;
	char *text, *quoted;

	/* As in $((…)): expanded as if between double quotes. */
	quoted = arena_alloc(&a, strlen(raw) + 3);
	if (quoted)
		sprintf(quoted, "\"%s\"", raw);
	text = quoted ? expand_single(sh, &a, quoted) : NULL;
	if (text)
		*value = arith_eval(sh, text, &why);
	if (text && why)
		shell_error(sh, "((: %s: %s", text, why);
	arena_free(&a);
	return text && !why;
}

static int exec_cfor(struct shell *sh, struct node *n)
{
	s64 v;
	int status = 0;

	if (!arith_part(sh, n->words[0], &v))
		return 1;
	while (!leaving(sh)) {
		if (strspn(n->words[1], " \t\n") != strlen(n->words[1])) {
			if (!arith_part(sh, n->words[1], &v))
				return 1;
			if (!v)
				break;
		}
		status = exec_node(sh, n->kids[0]);
		if (!next_turn(sh))
			break;
		if (!arith_part(sh, n->words[2], &v))
			return 1;
	}
	return status;
}

static int exec_case(struct shell *sh, struct node *n)
{
	struct arena a = { 0 };
	char *word = expand_single(sh, &a, n->words[0]);
	struct case_item *item;
	struct node *body = NULL;
	bool hit = false;
	char **p;

	for (item = n->items; word && item && !hit; item = item->next) {
		for (p = item->patterns; *p && !hit; p++) {
			char *pattern = expand_pattern(sh, &a, *p);

			hit = pattern && match_pattern(pattern, word);
		}
		if (hit)
			body = item->body;
	}
	arena_free(&a);
	return body ? exec_node(sh, body) : word ? 0 : 1;
}

static int exec_time(struct shell *sh, struct node *n)
{
	u64 ns = ktime_get_ns(), cycles = arch_cycles();
	int status = exec_node(sh, n->kids[0]);
	char text[128];

	cycles = arch_cycles() - cycles;
	ns = ktime_get_ns() - ns;
	scnprintf(text, sizeof(text), "real\t%llum%llu.%06llus\ncycles\t%llu\n",
		  (unsigned long long)(ns / 60000000000ULL),
		  (unsigned long long)(ns / 1000000000ULL % 60),
		  (unsigned long long)(ns / 1000 % 1000000), (unsigned long long)cycles);
	file_write_all(sh->std[2], text, strlen(text));
	return status;
}

static int exec_seq(struct shell *sh, struct node *n)
{
	unsigned int i;

	for (i = 0; i < n->nr_kids; i++) {
		exec_node(sh, n->kids[i]);
		if (leaving(sh))
			break;
	}
	return sh->status;
}

static int exec_kind(struct shell *sh, void *arg)
{
	struct node *n = arg;
	s64 v;

	switch (n->kind) {
	case N_SIMPLE:
		return exec_simple(sh, n, false);
	case N_PIPE:
		return run_pipeline(sh, n);
	case N_NOT:
		return !condition(sh, n->kids[0]);
	case N_AND:
	case N_OR: {
		int status = condition(sh, n->kids[0]);

		if (leaving(sh) || !status != (n->kind == N_AND))
			return status;
		return exec_node(sh, n->kids[1]);
	}
	case N_SEQ:
	case N_GROUP:
		return exec_seq(sh, n);
	case N_BACKGROUND:
		return run_background(sh, n);
	case N_SUBSHELL:
		return run_subshell(sh, n->kids[0]);
	case N_IF:
		if (!condition(sh, n->kids[0]))
			return leaving(sh) ? sh->status : exec_node(sh, n->kids[1]);
		return leaving(sh) ? sh->status : n->kids[2] ? exec_node(sh, n->kids[2]) : 0;
	case N_WHILE:
	case N_UNTIL:
	case N_FOR:
	case N_CFOR: {
		int status;

		sh->loops++;
		status = n->kind == N_FOR ? exec_for(sh, n) :
			n->kind == N_CFOR ? exec_cfor(sh, n) : exec_while(sh, n);
		sh->loops--;
		return status;
	}
	case N_CASE:
		return exec_case(sh, n);
	case N_FUNCTION:
		return define_function(sh, n);
	case N_ARITH:
		return arith_part(sh, n->words[0], &v) ? !v : 1;
	case N_TIME:
		return exec_time(sh, n);
	}
	return 1;
}

int exec_node(struct shell *sh, struct node *n)
{
	struct arena a = { 0 };
	int status;

	if (shell_stack_low()) {
		shell_error(sh, "nested too deeply");
		return sh->status = 2;
	}
	if (n->redirs && n->kind != N_SIMPLE)
		status = with_redirections(sh, &a, n->redirs, exec_kind, n);
	else
		status = exec_kind(sh, n);
	arena_free(&a);
	if (sh->interrupted)
		status = STATUS_INTERRUPTED;
	sh->status = status;
	if (status && sh->errexit && !sh->conditions && (n->kind == N_SIMPLE || n->kind == N_PIPE || n->kind == N_SUBSHELL))
		sh->exiting = true;
	return status;
}

/* ---- Texts ---- */

int shell_run_text(struct shell *sh, const char *text, const char *name)
{
	struct arena *a;
	struct parser *ps;
	struct parse_error *err;
	const char *old_name = sh->name;
	bool ran = false;
	int got = 1;

	if (shell_stack_low()) {
		shell_error(sh, "nested too deeply");
		return 2;
	}
	/* Off the stack: texts nest. */
	ps = kzalloc(sizeof(*ps) + sizeof(*err) + sizeof(*a), GFP_KERNEL);
	if (!ps) {
		shell_error(sh, "%s", errno_text(-ENOMEM));
		return 126;
	}
	err = (struct parse_error *)(ps + 1);
	a = (struct arena *)(err + 1);
	parser_init(ps, text, a, err);
	sh->name = name;
	while (got == 1 && !leaving(sh)) {
		struct node *n;

		got = parse_line(ps, &n);
		if (got < 0) {
			shell_error(sh, "%s", err->text);
			sh->status = 2;
			ran = true;
		} else if (n) {
			exec_node(sh, n);
			ran = true;
		}
		/* The tree is gone with its line; the parser keeps only its place in the text. */
		arena_free(a);
	}
	if (!ran)
		sh->status = 0;		/* nothing, successfully */
	sh->name = old_name;
	kfree(ps);
	return sh->status;
}

bool shell_needs_more(const char *text)
{
	struct arena a = { 0 };
	struct parse_error err;
	struct parser ps;
	struct node *n;
	int got;

	parser_init(&ps, text, &a, &err);
	do
		got = parse_line(&ps, &n);
	while (got == 1);
	arena_free(&a);
	return got == -EINVAL && err.incomplete;
}

int shell_run(const char *script, const char *name)
{
	struct file *con = open_path(NULL, "/dev/console", O_RDWR, 0);
	struct foreground fg = { 0 };
	struct shell *sh;
	int status = 126;

	if (IS_ERR(con))
		return 126;
	sh = kzalloc(sizeof(*sh), GFP_KERNEL);
	if (sh && !shell_init(sh, con, con, con)) {
		foreground_enter(&fg);
		status = shell_run_text(sh, script, name);
		foreground_leave(&fg);
		shell_destroy(sh);
	}
	kfree(sh);
	fput(con);
	return status;
}
