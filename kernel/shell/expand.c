// SPDX-License-Identifier: MIT
/*
 * Word expansion: a raw word becomes fields.
 *
 * The word is first rewritten into two parallel strings, characters and what is known of each: quoted, typed
 * plainly, or the result of an unquoted expansion. Field splitting, globs and quote removal then only
 * look at those.
 * Source: POSIX.1-2017, Shell Command Language 2.6, "Word Expansions".
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "expand.h"

void expand_emit(struct expansion *x, char c, char kind)
{
	sb_addc(&x->text, c);
	sb_addc(&x->kind, kind);
}

void expand_emit_value(struct expansion *x, const char *s, bool quoted)
{
	for (; s && *s; s++)
		expand_emit(x, *s, quoted ? CHAR_QUOTED : CHAR_RESULT);
}

int expand_fail(struct expansion *x, int err)
{
	if (!x->err)
		x->err = err;
	return err;
}

/* "$@", "${a[@]}": one field per element; otherwise joined by blanks, and split again if unquoted. */
void expand_emit_list(struct expansion *x, char **v, unsigned int n, bool quoted, bool at)
{
	unsigned int i;

	if (quoted && at)
		x->at_list = true;
	for (i = 0; i < n; i++) {
		if (i) {
			if (quoted && at && !x->no_split)
				expand_emit(x, ' ', CHAR_BREAK);
			else
				expand_emit(x, ' ', quoted ? CHAR_QUOTED : CHAR_RESULT);
		}
		if (quoted)
			expand_emit(x, ' ', CHAR_EMPTY);
		expand_emit_value(x, v[i], quoted);
	}
}

char *expand_sub_single(struct expansion *x, const char *s, size_t len)
{
	char *raw = arena_strndup(x->arena, s, len), *out;

	out = raw ? expand_single(x->sh, x->arena, raw) : NULL;
	if (!out)
		expand_fail(x, -EINVAL);
	return out;
}

/* ---- $(…) and $((…)) ---- */

static void arithmetic(struct expansion *x, const char *p, size_t len, bool quoted)
{
	char *text = expand_sub_single(x, p, len), buf[24];
	const char *why;
	s64 v;

	if (!text)
		return;
	v = arith_eval(x->sh, text, &why);
	if (why) {
		shell_error(x->sh, "%s: %s", text, why);
		expand_fail(x, -EINVAL);
		return;
	}
	snprintf(buf, sizeof(buf), "%lld", (long long)v);
	expand_emit_value(x, buf, quoted);
}

static void substitution(struct expansion *x, const char *p, size_t len, bool quoted)
{
	struct strbuf b = { 0 };
	int err = exec_substitution(x->sh, p, len, &b);

	while (b.len && b.s[b.len - 1] == '\n')
		b.s[--b.len] = '\0';
	expand_emit_value(x, b.s, quoted);
	if (err || b.oom)
		expand_fail(x, err ? err : -ENOMEM);
	sb_free(&b);
}

/* `…`: backslashes before ` $ \ go away first. */
static void backquotes(struct expansion *x, const char *p, const char *end, bool quoted)
{
	char *text = arena_strndup(x->arena, p, end - p), *o = text, *s = text;

	if (!text) {
		expand_fail(x, -ENOMEM);
		return;
	}
	for (; *s; s++) {
		if (*s == '\\' && s[1] && strchr("`$\\", s[1]))
			s++;
		*o++ = *s;
	}
	*o = '\0';
	substitution(x, text, o - text, quoted);
}

static const char *dollar(struct expansion *x, const char *p, bool quoted)
{
	const char *end = skip_dollar(p);
	char buf[24];

	if (shell_stack_low()) {	/* ${x:-${x:-… */
		if (!x->err)
			shell_error(x->sh, "expansion nested too deeply");
		expand_fail(x, -EINVAL);
		return p + strlen(p);
	}
	if (!end) {		/* the parser has seen the whole word: only in text made at run time */
		shell_error(x->sh, "unterminated `%.20s'", p);
		expand_fail(x, -EINVAL);
		return p + strlen(p);
	}
	if (end == p + 1)
		expand_emit(x, '$', quoted ? CHAR_QUOTED : CHAR_TYPED);
	else if (p[1] == '(' && p[2] == '(' && end - p >= 5 && end[-2] == ')')
		arithmetic(x, p + 3, end - 2 - (p + 3), quoted);
	else if (p[1] == '(')
		substitution(x, p + 2, end - 1 - (p + 2), quoted);
	else if (p[1] == '{')
		expand_braces(x, p + 2, end - 1, quoted);
	else if (p[1] == '@' || p[1] == '*')
		expand_emit_list(x, x->sh->args, x->sh->nr_args, quoted, p[1] == '@');
	else
		expand_emit_value(x, expand_parameter(x, p + 1, end - p - 1, buf, sizeof(buf)), quoted);
	return end;
}

/* ---- The walk over the raw word ---- */

static const char *double_quotes(struct expansion *x, const char *p, const char *end)
{
	size_t before = x->text.len;

	x->at_list = false;
	while (p < end && *p != '"') {
		if (*p == '\\' && p + 1 < end && strchr("$`\"\\\n", p[1])) {
			if (p[1] != '\n')
				expand_emit(x, p[1], CHAR_QUOTED);
			p += 2;
		} else if (*p == '$') {
			p = dollar(x, p, true);
		} else if (*p == '`') {
			const char *q = p + 1;

			while (q < end && *q != '`')
				q += *q == '\\' && q + 1 < end ? 2 : 1;
			backquotes(x, p + 1, q, true);
			p = q + 1;
		} else {
			expand_emit(x, *p++, CHAR_QUOTED);
		}
	}
	if (x->text.len == before && !x->at_list)
		expand_emit(x, ' ', CHAR_EMPTY);
	return p < end ? p + 1 : p;
}

void expand_text(struct expansion *x, const char *p, const char *end, bool quoted)
{
	while (p < end && !x->err) {
		const char *q;

		switch (*p) {
		case '\\':
			if (p + 1 < end && p[1] != '\n')
				expand_emit(x, p[1], CHAR_QUOTED);
			p += 2;
			break;
		case '\'':
			if (quoted) {		/* inside "${x:-'…'}" it is a plain character */
				expand_emit(x, *p++, CHAR_QUOTED);
				break;
			}
			q = memchr(p + 1, '\'', end - p - 1);
			q = q ? q : end;
			if (q == p + 1)
				expand_emit(x, ' ', CHAR_EMPTY);
			for (p++; p < q; p++)
				expand_emit(x, *p, CHAR_QUOTED);
			p = q + 1;
			break;
		case '"':
			p = double_quotes(x, p + 1, end);
			break;
		case '$':
			if (p + 1 < end && p[1] == '"' && !quoted)
				p++;
			else
				p = dollar(x, p, quoted);
			break;
		case '`':
			for (q = p + 1; q < end && *q != '`'; q++)
				if (*q == '\\' && q + 1 < end)
					q++;
			backquotes(x, p + 1, min(q, end), quoted);
			p = q + 1;
			break;
		default:
			expand_emit(x, *p++, quoted ? CHAR_QUOTED : CHAR_TYPED);
		}
	}
}

/* ~ and ~/… at the start of a word. */
static const char *tilde(struct expansion *x, const char *p)
{
	if (*p != '~' || (p[1] && p[1] != '/'))
		return p;
	expand_emit_value(x, var_get(x->sh, "HOME"), true);
	return p + 1;
}

static int begin(struct expansion *x, struct shell *sh, struct arena *a, const char *word, bool no_split)
{
	memset(x, 0, sizeof(*x));
	x->sh = sh;
	x->arena = a;
	x->no_split = no_split;
	word = tilde(x, word);
	expand_text(x, word, word + strlen(word), false);
	if (x->text.oom || x->kind.oom)
		expand_fail(x, -ENOMEM);
	return x->err;
}

static void end(struct expansion *x)
{
	sb_free(&x->text);
	sb_free(&x->kind);
}

/* ---- Fields ---- */

int fields_add(struct fields *f, struct arena *a, char *s)
{
	if (f->n == f->cap) {
		unsigned int cap = f->cap ? f->cap * 2 : 8;
		char **v = arena_alloc(a, (cap + 1) * sizeof(*v));	/* + 1: room for a NULL behind */

		if (!v)
			return -ENOMEM;
		if (f->n)
			memcpy(v, f->v, f->n * sizeof(*v));
		f->v = v;
		f->cap = cap;
	}
	f->v[f->n++] = s;
	return 0;
}

/* Characters [from, to) as a string; with @keep_quotes, quoted ones that a pattern would see get a backslash. */
static char *take(struct expansion *x, size_t from, size_t to, bool keep_quotes)
{
	char *out = arena_alloc(x->arena, (to - from) * 2 + 1), *o = out;
	size_t i;

	for (i = from; out && i < to; i++) {
		char c = x->text.s[i], kind = x->kind.s[i];

		if (kind == CHAR_EMPTY || kind == CHAR_BREAK)
			continue;
		if (keep_quotes && kind == CHAR_QUOTED && strchr("*?[]\\-!^", c))
			*o++ = '\\';
		*o++ = c;
	}
	if (!out)
		expand_fail(x, -ENOMEM);
	return out;
}

static int add_field(struct expansion *x, size_t from, size_t to, struct fields *out)
{
	unsigned int before = out->n;
	char *pattern, *plain;
	bool glob = false;
	size_t i;
	int err;

	for (i = from; i < to && !glob; i++)
		glob = (x->kind.s[i] == CHAR_TYPED || x->kind.s[i] == CHAR_RESULT) && strchr("*?[", x->text.s[i]);
	plain = take(x, from, to, false);
	if (!plain)
		return -ENOMEM;
	if (glob) {
		pattern = take(x, from, to, true);
		if (!pattern)
			return -ENOMEM;
		err = glob_paths(x->sh, x->arena, pattern, out);
		if (err == -ENOMEM)
			return err;
		if (out->n > before)
			return 0;
	}
	return fields_add(out, x->arena, plain);
}

static bool splits_at(struct expansion *x, size_t i, const char *ifs)
{
	return x->kind.s[i] == CHAR_BREAK || (x->kind.s[i] == CHAR_RESULT && strchr(ifs, x->text.s[i]));
}

int expand_word(struct shell *sh, struct arena *a, const char *word, struct fields *out)
{
	const char *ifs = var_get(sh, "IFS");
	struct expansion x;
	size_t i = 0, n;
	int err = begin(&x, sh, a, word, false);

	if (!ifs)
		ifs = " \t\n";
	for (n = x.text.len; !err && i < n; ) {
		size_t start = i;

		if (splits_at(&x, i, ifs)) {
			bool blank = x.kind.s[i] == CHAR_BREAK || isspace(x.text.s[i]);

			/* A separator that is no blank also ends an empty field. */
			if (!blank)
				err = fields_add(out, a, "");
			i++;
			continue;
		}
		while (i < n && !splits_at(&x, i, ifs))
			i++;
		err = add_field(&x, start, i, out);
		if (i < n)
			i++;
	}
	end(&x);
	return err ? err : x.err;
}

char *expand_single(struct shell *sh, struct arena *a, const char *word)
{
	struct expansion x;
	char *out = NULL;

	if (!begin(&x, sh, a, word, true))
		out = take(&x, 0, x.text.len, false);
	end(&x);
	return out;
}

char *expand_pattern(struct shell *sh, struct arena *a, const char *word)
{
	struct expansion x;
	char *out = NULL;

	if (!begin(&x, sh, a, word, true))
		out = take(&x, 0, x.text.len, true);
	end(&x);
	return out;
}

char *expand_heredoc(struct shell *sh, struct arena *a, const char *text)
{
	struct expansion x = { .sh = sh, .arena = a, .no_split = true };
	const char *p = text, *stop = text + strlen(text);
	char *out = NULL;

	while (p < stop && !x.err) {
		if (*p == '\\' && p[1] && strchr("$`\\\n", p[1])) {
			if (p[1] != '\n')
				expand_emit(&x, p[1], CHAR_QUOTED);
			p += 2;
		} else if (*p == '$') {
			p = dollar(&x, p, true);
		} else {
			expand_emit(&x, *p++, CHAR_QUOTED);
		}
	}
	if (!x.err && !x.text.oom && !x.kind.oom)
		out = take(&x, 0, x.text.len, false);
	end(&x);
	return out;
}
