// SPDX-License-Identifier: MIT
/*
 * Executing the tree: control flow, and whole texts. Simple commands are in exec_simple.c; threads and files in run.c.
 * Source: POSIX.1-2017, Shell Command Language 2.8 (exit status) and 2.9 (commands).
 */
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

bool shell_leaving(struct shell *sh)
{
	return sh->leave_loops || sh->returning || sh->exiting || shell_check_interrupt(sh);
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
	return !shell_leaving(sh);
}

static int exec_while(struct shell *sh, struct node *n)
{
	int status = 0;

	while (!shell_leaving(sh)) {
		bool yes = !condition(sh, n->kids[0]);

		if (shell_leaving(sh) || yes != (n->kind == N_WHILE))
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
	while (!shell_leaving(sh)) {
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
		if (shell_leaving(sh))
			break;
	}
	return sh->status;
}

static bool is_and_or(const struct node *n)
{
	return n->kind == N_AND || n->kind == N_OR;
}

/*
 * a && b || c … is a tree that leans to the left, as long as the list is. So it is not walked by recursion: the
 * operators are collected from the right, then run from the left. All but the last command are conditions.
 */
static int exec_and_or(struct shell *sh, struct node *n)
{
	struct node *few[8], *m, **ops = few;	/* few: so that the list as one writes it wants no memory */
	struct arena a = { 0 };
	unsigned int count = 0, i;
	int status;

	for (m = n; is_and_or(m); m = m->kids[0])
		count++;
	if (count > ARRAY_SIZE(few))
		ops = arena_alloc(&a, count * sizeof(*ops));
	if (!ops) {
		shell_error(sh, "%s", errno_text(-ENOMEM));
		return 126;
	}
	i = count;
	for (m = n; is_and_or(m); m = m->kids[0])
		ops[--i] = m;
	status = condition(sh, m);
	for (; i < count && !shell_leaving(sh); i++) {
		if (!status == (ops[i]->kind == N_AND))
			status = ops[i] == n ? exec_node(sh, n->kids[1]) : condition(sh, ops[i]->kids[1]);
	}
	arena_free(&a);
	return status;
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
	case N_OR:
		return exec_and_or(sh, n);
	case N_SEQ:
	case N_GROUP:
		return exec_seq(sh, n);
	case N_BACKGROUND:
		return run_background(sh, n);
	case N_SUBSHELL:
		return run_subshell(sh, n->kids[0]);
	case N_IF:
		if (!condition(sh, n->kids[0]))
			return shell_leaving(sh) ? sh->status : exec_node(sh, n->kids[1]);
		return shell_leaving(sh) ? sh->status : n->kids[2] ? exec_node(sh, n->kids[2]) : 0;
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
		return exec_define_function(sh, n);
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
		status = exec_with_redirections(sh, &a, n->redirs, exec_kind, n);
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
	while (got == 1 && !shell_leaving(sh)) {
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
	char *lines = kasprintf(GFP_KERNEL, "%s\n", text);	/* a backslash continues a line only before its end */
	struct arena a = { 0 };
	struct parse_error err;
	struct parser ps;
	struct node *n;
	int got;

	if (!lines)
		return false;
	parser_init(&ps, lines, &a, &err);
	do
		got = parse_line(&ps, &n);
	while (got == 1);
	arena_free(&a);
	kfree(lines);
	return got != -ENOMEM && err.incomplete;
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
