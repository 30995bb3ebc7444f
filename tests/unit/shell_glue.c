// SPDX-License-Identifier: MIT
/*
 * Kernel side of test_shell.c: compiled with the kernel's headers, it offers the shell's pure parts in plain C types, and
 * stands in for the file tree (a fixed list of paths) and for command execution ($(…) gives back its text).
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/dcache.h>
#include <paddock/fs.h>
#include "../../kernel/shell/parse.h"
#include "../../kernel/shell/regex.h"
#include "shell_glue.h"

static char errors[512];

void shell_error(struct shell *sh, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(errors, sizeof(errors), fmt, args);
	va_end(args);
}

const char *errno_text(int err)
{
	return "error";
}

bool shell_stack_low(void)
{
	static char *top;
	char here;

	if (!top || &here > top)
		top = &here;
	return top - &here > 200000;	/* sanitizers make frames larger than the kernel's */
}

int exec_substitution(struct shell *sh, const char *text, size_t len, struct strbuf *b)
{
	sb_add(b, text, len);
	return 0;
}

/* ---- A file tree ---- */

static const char *const tree[] = { "/bin", "/bin/b.sh", "/bin/a.sh", "/bin/.hidden", "/lib", "/lib/x", "/lib/x/one.ko", "/lib/y",
				    "/lib/y/two.ko", "/lib/file" };

static const char *absolute(const char *path)
{
	static char buf[256];

	if (!strcmp(path, "."))
		path = "";
	snprintf(buf, sizeof(buf), "%s%s", path[0] == '/' ? "" : "/", path);
	while (strlen(buf) > 1 && buf[strlen(buf) - 1] == '/')
		buf[strlen(buf) - 1] = '\0';
	return buf;
}

static bool is_dir(const char *path)
{
	unsigned int i;
	size_t len = strlen(path);

	if (len == 1)
		return true;
	for (i = 0; i < ARRAY_SIZE(tree); i++)
		if (!strncmp(tree[i], path, len) && tree[i][len] == '/')
			return true;
	return false;
}

int path_lstat(struct dentry *cwd, const char *path, struct file_stat *st)
{
	unsigned int i;

	path = absolute(path);
	memset(st, 0, sizeof(*st));
	st->mode = is_dir(path) ? S_IFDIR : S_IFREG;
	if (!strcmp(path, "/"))
		return 0;
	for (i = 0; i < ARRAY_SIZE(tree); i++)
		if (!strcmp(tree[i], path))
			return 0;
	return -ENOENT;
}

int path_stat(struct dentry *cwd, const char *path, struct file_stat *st)
{
	return path_lstat(cwd, path, st);
}

int list_dir(struct dentry *cwd, const char *path, int (*fn)(void *arg, const char *name, unsigned int d_type), void *arg)
{
	unsigned int i;
	size_t len;
	int err = 0;

	path = absolute(path);
	len = strlen(path);
	if (len == 1)
		len = 0;
	for (i = 0; i < ARRAY_SIZE(tree) && !err; i++)
		if (!strncmp(tree[i], path, len) && tree[i][len] == '/' && !strchr(tree[i] + len + 1, '/'))
			err = fn(arg, tree[i] + len + 1, 0);
	return err;
}

struct dentry *path_lookup_dir(struct dentry *cwd, const char *path)
{
	return (struct dentry *)path;	/* never looked into */
}

struct dentry *dget(struct dentry *d)
{
	return d;
}

void dput(struct dentry *d)
{
}

/* ---- For the tests ---- */

static struct shell *shell_with(char *const *vars)
{
	static struct shell sh;

	errors[0] = '\0';
	if (shell_init(&sh, NULL, NULL, NULL))
		return NULL;
	for (; vars && *vars; vars += 2)
		var_set(&sh, vars[0], vars[1]);
	return &sh;
}

const char *glue_errors(void)
{
	return errors;
}

/* Fields joined by '|', or "!" and the message. */
char *glue_expand(const char *word, char *const *vars, int nargs, char **args)
{
	struct shell *sh = shell_with(vars);
	struct arena a = { 0 };
	struct fields f = { 0 };
	struct strbuf out = { 0 };
	unsigned int i;
	int err = -ENOMEM;

	if (sh) {
		char *elems[] = { "n", "n0=5", "n1=7" };

		err = set_args(sh, nargs, args);
		if (!err)
			err = var_set_array(sh, "arr", elems, 3);
		if (!err)
			err = expand_word(sh, &a, word, &f);
	}
	if (err) {
		sb_puts(&out, "!");
		sb_puts(&out, err == -ENOMEM ? "no memory" : errors);
	}
	for (i = 0; !err && i < f.n; i++) {
		if (i)
			sb_addc(&out, '|');
		sb_puts(&out, f.v[i]);
	}
	if (!out.s)
		sb_puts(&out, "");
	arena_free(&a);
	if (sh)
		shell_destroy(sh);
	return out.s;
}

static void dump_words(struct strbuf *b, char **w, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		sb_addc(b, ' ');
		sb_puts(b, w[i]);
	}
}

static void dump(struct strbuf *b, struct node *n)
{
	static const char *const names[] = {
		[N_SIMPLE] = "cmd", [N_PIPE] = "pipe", [N_NOT] = "not", [N_AND] = "and", [N_OR] = "or", [N_SEQ] = "seq",
		[N_BACKGROUND] = "bg", [N_SUBSHELL] = "sub", [N_GROUP] = "group", [N_IF] = "if", [N_WHILE] = "while",
		[N_UNTIL] = "until", [N_FOR] = "for", [N_CFOR] = "cfor", [N_CASE] = "case", [N_FUNCTION] = "func",
		[N_ARITH] = "arith", [N_TIME] = "time",
	};
	struct redir *r;
	struct case_item *c;
	unsigned int i;

	if (!n) {
		sb_puts(b, "-");
		return;
	}
	sb_addc(b, '(');
	sb_puts(b, names[n->kind]);
	if (n->name) {
		sb_addc(b, ' ');
		sb_puts(b, n->name);
	}
	dump_words(b, n->assigns, n->nr_assigns);
	dump_words(b, n->words, n->nr_words);
	for (r = n->redirs; r; r = r->next) {
		char text[64];

		snprintf(text, sizeof(text), " {%d %d %s}", r->fd, r->kind, r->word);
		sb_puts(b, text);
	}
	for (c = n->items; c; c = c->next) {
		for (i = 0; c->patterns[i]; i++) {
			sb_puts(b, " :");
			sb_puts(b, c->patterns[i]);
		}
		dump(b, c->body);
	}
	for (i = 0; i < n->nr_kids; i++)
		dump(b, n->kids[i]);
	sb_addc(b, ')');
}

char *glue_parse(const char *text, int *incomplete)
{
	struct arena a = { 0 };
	struct parse_error err;
	struct parser ps;
	struct strbuf b = { 0 };
	struct node *n;
	int got;

	parser_init(&ps, text, &a, &err);
	while ((got = parse_line(&ps, &n)) == 1)
		if (n)
			dump(&b, n);
	if (got < 0) {
		sb_free(&b);
		sb_puts(&b, "!");
		sb_puts(&b, err.text);
	}
	*incomplete = err.incomplete;
	arena_free(&a);
	if (!b.s)
		sb_puts(&b, "");
	return b.s;
}

long long glue_arith(const char *text, const char **err)
{
	char *vars[] = { "x", "5", "neg", "-3", "bad", "zz", NULL };
	struct shell *sh = shell_with(vars);
	long long v = arith_eval(sh, text, err);

	shell_destroy(sh);
	return v;
}

int glue_match(const char *pattern, const char *s)
{
	return match_pattern(pattern, s);
}

/* Start of the match, -1: none, -2: bad pattern; *len its length. */
int glue_regex(const char *pattern, int extended, int ignore_case, const char *s, int *len)
{
	const char *error;
	struct regex *re = regex_compile(pattern, extended, ignore_case, &error);
	size_t start, end;
	int ret = -1;

	if (!re)
		return -2;
	if (regex_search(re, s, &start, &end)) {
		ret = start;
		*len = end - start;
	}
	regex_free(re);
	return ret;
}

/* What the first group matched, or NULL: no match. */
char *glue_regex_group(const char *pattern, int extended, const char *s)
{
	const char *error;
	struct regex *re = regex_compile(pattern, extended, false, &error);
	struct regex_match m;
	char *got = NULL;

	if (re && regex_match(re, s, &m))
		got = kstrndup(s + m.group_start, m.group_end - m.group_start, GFP_KERNEL);
	regex_free(re);
	return got;
}

static void show_var(struct strbuf *b, struct shell *sh, const char *name)
{
	const char *value = var_get(sh, name);
	struct var *v = var_find(sh, name, strlen(name));

	sb_puts(b, name);
	sb_puts(b, !v ? "!" : v->exported ? "^" : "=");
	sb_puts(b, value ? value : "");
	sb_addc(b, ' ');
}

static void show_vars(struct strbuf *b, struct shell *sh)
{
	show_var(b, sh, "x");
	show_var(b, sh, "y");
	show_var(b, sh, "z");
	sb_puts(b, "/ ");
}

/*
 * x=1, y=2 (exported), no z; a function makes x, y and z local and sets two of them; a function that it calls and a
 * subshell in it do so again. What is seen on the way. NULL: no memory, and everything is as it was.
 */
char *glue_locals(void)
{
	char *vars[] = { "x", "1", "y", "2", NULL };
	struct shell *sh = shell_with(vars), sub;
	struct call_frame outer = { }, inner = { };
	struct strbuf b = { 0 };
	int err = -ENOMEM;

	if (!sh)
		return NULL;
	if (!var_find(sh, "y", 1))
		goto out;
	var_find(sh, "y", 1)->exported = true;
	sh->frame = &outer;
	if (var_make_local(sh, "x") || var_make_local(sh, "y") || var_make_local(sh, "z"))
		goto out;
	show_vars(&b, sh);
	if (var_set(sh, "x", "11") || var_set(sh, "z", "13") || var_make_local(sh, "x"))
		goto out;
	show_vars(&b, sh);
	sh->frame = &inner;
	if (var_make_local(sh, "x") || var_set(sh, "x", "111"))
		goto out;
	var_unset(sh, "y");
	show_vars(&b, sh);
	if (!shell_copy(&sub, sh)) {
		err = var_make_local(&sub, "z");
		show_vars(&b, &sub);
		shell_destroy(&sub);
	}
out:
	vars_leave(sh, &inner);
	sh->frame = &outer;
	vars_leave(sh, &outer);
	sh->frame = NULL;
	show_vars(&b, sh);
	shell_destroy(sh);
	if (err || b.oom)
		sb_free(&b);
	return b.s;
}
