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
#include "lex.h"

/* What a character is. */
#define QUOTED	'q'	/* stands for itself */
#define TYPED	't'	/* typed without quotes: globs count, splitting does not */
#define RESULT	'r'	/* came out of an unquoted expansion: globs and splitting count */
#define EMPTY	'e'	/* no character, but the field exists: "" */
#define BREAK	'b'	/* no character: a new field begins, as between the elements of "$@" */

struct expansion {
	struct shell *sh;
	struct arena *arena;
	struct strbuf text, kind;
	bool no_split;		/* assignments and the like: "$@" is joined */
	bool at_list;		/* "$@" was seen in the current quotes: no field when it is empty */
	int err;
};

static void expand_text(struct expansion *x, const char *p, const char *end, bool quoted);

static void emit(struct expansion *x, char c, char kind)
{
	sb_addc(&x->text, c);
	sb_addc(&x->kind, kind);
}

static void emit_value(struct expansion *x, const char *s, bool quoted)
{
	for (; s && *s; s++)
		emit(x, *s, quoted ? QUOTED : RESULT);
}

static int fail(struct expansion *x, int err)
{
	if (!x->err)
		x->err = err;
	return err;
}

/* "$@", "${a[@]}": one field per element; otherwise joined by blanks, and split again if unquoted. */
static void emit_list(struct expansion *x, char **v, unsigned int n, bool quoted, bool at)
{
	unsigned int i;

	if (quoted && at)
		x->at_list = true;
	for (i = 0; i < n; i++) {
		if (i) {
			if (quoted && at && !x->no_split)
				emit(x, ' ', BREAK);
			else
				emit(x, ' ', quoted ? QUOTED : RESULT);
		}
		if (quoted)
			emit(x, ' ', EMPTY);
		emit_value(x, v[i], quoted);
	}
}

/* ---- Parameters ---- */

/* The value of $name or a special parameter; in @buf where it must be made. NULL: unset. */
static const char *parameter(struct expansion *x, const char *name, size_t len, char *buf, size_t size)
{
	struct shell *sh = x->sh;
	struct var *v;

	if (len == 1) {
		switch (*name) {
		case '?':
			snprintf(buf, size, "%d", sh->status);
			return buf;
		case '#':
			snprintf(buf, size, "%d", sh->nr_args);
			return buf;
		case '$':
			return "1";
		case '!':
			snprintf(buf, size, "%lu", sh->job_pid);
			return buf;
		case '-':
			return sh->interactive ? "i" : "";
		case '0':
			return sh->name;
		}
	}
	if (isdigit(*name)) {
		unsigned int i = 0;

		while (len-- && i < 100000)
			i = i * 10 + *name++ - '0';
		return i && i <= sh->nr_args ? sh->args[i - 1] : NULL;
	}
	v = var_find(sh, name, len);
	if (!v)
		return NULL;
	if (v->is_array)
		return v->nr_elems ? v->elems[0] : NULL;
	return v->value;
}

static char *sub_single(struct expansion *x, const char *s, size_t len)
{
	char *raw = arena_strndup(x->arena, s, len), *out;

	out = raw ? expand_single(x->sh, x->arena, raw) : NULL;
	if (!out)
		fail(x, -EINVAL);
	return out;
}

/* Length of the part of @s that ${x#pat} or ${x%pat} removes. */
static size_t match_end(struct expansion *x, const char *s, const char *pattern, bool suffix, bool longest)
{
	size_t n = strlen(s), i, best = 0;
	bool found = false;
	char *copy = arena_strndup(x->arena, s, n);

	for (i = 0; copy && i <= n; i++) {
		bool hit;

		if (suffix) {
			hit = match_pattern(pattern, copy + n - i);
		} else {
			char keep = copy[i];

			copy[i] = '\0';
			hit = match_pattern(pattern, copy);
			copy[i] = keep;
		}
		if (hit && (!found || longest)) {
			best = i;
			found = true;
		}
	}
	return best;
}

static void remove_match(struct expansion *x, const char *value, const char *op, const char *end, bool quoted)
{
	bool suffix = *op == '%', longest = op[1] == *op;
	char *raw = arena_strndup(x->arena, op + 1 + longest, end - op - 1 - longest), *pattern, *out;
	size_t n;

	pattern = raw ? expand_pattern(x->sh, x->arena, raw) : NULL;
	if (!pattern) {
		fail(x, -EINVAL);
		return;
	}
	value = value ? value : "";
	n = match_end(x, value, pattern, suffix, longest);
	out = arena_strndup(x->arena, suffix ? value : value + n, strlen(value) - n);
	if (out)
		emit_value(x, out, quoted);
	else
		fail(x, -ENOMEM);
}

/* ${name:offset:length} */
static void substring(struct expansion *x, const char *value, const char *p, const char *end, bool quoted)
{
	const char *colon = memchr(p, ':', end - p), *why;
	char *text = sub_single(x, p, (colon ? colon : end) - p), *out;
	s64 len = value ? strlen(value) : 0, from, count;

	if (!text)
		return;
	from = arith_eval(x->sh, text, &why);
	if (from < 0)
		from = max_t(s64, 0, len + from);
	from = min(from, len);
	count = len - from;
	if (colon && !why) {
		text = sub_single(x, colon + 1, end - colon - 1);
		if (!text)
			return;
		count = clamp_t(s64, arith_eval(x->sh, text, &why), 0, len - from);
	}
	if (why) {
		shell_error(x->sh, "%s: %s", text, why);
		fail(x, -EINVAL);
		return;
	}
	out = value ? arena_strndup(x->arena, value + from, count) : NULL;
	emit_value(x, out, quoted);
}

/* What follows the name in ${name…}: - = ? + with or without ':', # and %. */
static void modified(struct expansion *x, const char *name, size_t len, const char *value,
		     const char *op, const char *end, bool quoted)
{
	bool colon = *op == ':', set = value && (!colon || *value);
	const char *word = op + 1 + colon;
	char *text;

	if (*op == '#' || *op == '%') {
		remove_match(x, value, op, end, quoted);
		return;
	}
	switch (op[colon]) {
	case '-':
		if (set)
			emit_value(x, value, quoted);
		else
			expand_text(x, word, end, quoted);
		return;
	case '+':
		if (set)
			expand_text(x, word, end, quoted);
		return;
	case '=':
		if (set) {
			emit_value(x, value, quoted);
			return;
		}
		text = sub_single(x, word, end - word);
		name = arena_strndup(x->arena, name, len);
		if (text && name && !var_set(x->sh, name, text))
			emit_value(x, text, quoted);
		else
			fail(x, -ENOMEM);
		return;
	case '?':
		if (set) {
			emit_value(x, value, quoted);
			return;
		}
		text = sub_single(x, word, end - word);
		if (text)
			shell_error(x->sh, "%.*s: %s", (int)len, name,
				    *text ? text : "parameter null or not set");
		fail(x, -EINVAL);
		return;
	}
	if (colon) {
		substring(x, value, op + 1, end, quoted);
		return;
	}
	shell_error(x->sh, "${%.*s}: bad substitution", (int)(end - name), name);
	fail(x, -EINVAL);
}

/* ${name[index]}, ${name[@]}, ${#name[@]}; @p at '['. */
static void array_element(struct expansion *x, const char *name, size_t len, const char *p, const char *end,
			  bool count, bool quoted)
{
	const char *close = memchr(p, ']', end - p), *why;
	struct var *v = var_find(x->sh, name, len);
	char *one, **elems;
	unsigned int n;
	s64 i;

	if (!close || close + 1 != end) {
		shell_error(x->sh, "${%.*s}: bad substitution", (int)(end - name), name);
		fail(x, -EINVAL);
		return;
	}
	one = v && !v->is_array ? v->value : NULL;
	elems = v && v->is_array ? v->elems : &one;
	n = v && v->is_array ? v->nr_elems : one ? 1 : 0;
	if (close == p + 2 && (p[1] == '@' || p[1] == '*')) {
		char buf[16];

		snprintf(buf, sizeof(buf), "%u", n);
		if (count)
			emit_value(x, buf, quoted);
		else
			emit_list(x, elems, n, quoted, p[1] == '@');
		return;
	}
	one = sub_single(x, p + 1, close - p - 1);
	if (!one)
		return;
	i = arith_eval(x->sh, one, &why);
	if (why) {
		shell_error(x->sh, "%s: %s", one, why);
		fail(x, -EINVAL);
		return;
	}
	if (i < 0)
		i += n;
	one = i >= 0 && i < n ? elems[i] : "";
	if (count) {
		char buf[16];

		snprintf(buf, sizeof(buf), "%zu", strlen(one));
		emit_value(x, buf, quoted);
	} else {
		emit_value(x, one, quoted);
	}
}

/* The inside of ${…}. */
static void braces(struct expansion *x, const char *p, const char *end, bool quoted)
{
	bool count = *p == '#' && end - p > 1;
	const char *name = p + count, *q = name;
	char buf[24];
	const char *value;

	if (isalpha(*q) || *q == '_')
		while (q < end && (isalnum(*q) || *q == '_'))
			q++;
	else if (isdigit(*q))
		while (q < end && isdigit(*q))
			q++;
	else if (q < end && strchr("?#@*$!-", *q))
		q++;
	if (q == name) {
		shell_error(x->sh, "${%.*s}: bad substitution", (int)(end - p), p);
		fail(x, -EINVAL);
		return;
	}
	if (q < end && *q == '[') {
		array_element(x, name, q - name, q, end, count, quoted);
		return;
	}
	if (q == end && (*name == '@' || *name == '*') && q - name == 1) {
		snprintf(buf, sizeof(buf), "%d", x->sh->nr_args);
		if (count)
			emit_value(x, buf, quoted);
		else
			emit_list(x, x->sh->args, x->sh->nr_args, quoted, *name == '@');
		return;
	}
	value = parameter(x, name, q - name, buf, sizeof(buf));
	if (count && q == end) {
		snprintf(buf, sizeof(buf), "%zu", value ? strlen(value) : 0);
		emit_value(x, buf, quoted);
	} else if (q == end) {
		emit_value(x, value, quoted);
	} else {
		modified(x, name, q - name, value, q, end, quoted);
	}
}

/* ---- $(…) and $((…)) ---- */

static void arithmetic(struct expansion *x, const char *p, size_t len, bool quoted)
{
	char *text = sub_single(x, p, len), buf[24];
	const char *why;
	s64 v;

	if (!text)
		return;
	v = arith_eval(x->sh, text, &why);
	if (why) {
		shell_error(x->sh, "%s: %s", text, why);
		fail(x, -EINVAL);
		return;
	}
	snprintf(buf, sizeof(buf), "%lld", (long long)v);
	emit_value(x, buf, quoted);
}

static void substitution(struct expansion *x, const char *p, size_t len, bool quoted)
{
	struct strbuf b = { 0 };
	int err = exec_substitution(x->sh, p, len, &b);

	while (b.len && b.s[b.len - 1] == '\n')
		b.s[--b.len] = '\0';
	emit_value(x, b.s, quoted);
	if (err || b.oom)
		fail(x, err ? err : -ENOMEM);
	sb_free(&b);
}

/* `…`: backslashes before ` $ \ go away first. */
static void backquotes(struct expansion *x, const char *p, const char *end, bool quoted)
{
	char *text = arena_strndup(x->arena, p, end - p), *o = text, *s = text;

	if (!text) {
		fail(x, -ENOMEM);
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

	if (!end) {		/* the parser has seen the whole word: only in text made at run time */
		shell_error(x->sh, "unterminated `%.20s'", p);
		fail(x, -EINVAL);
		return p + strlen(p);
	}
	if (end == p + 1)
		emit(x, '$', quoted ? QUOTED : TYPED);
	else if (p[1] == '(' && p[2] == '(' && end - p >= 5 && end[-2] == ')')
		arithmetic(x, p + 3, end - 2 - (p + 3), quoted);
	else if (p[1] == '(')
		substitution(x, p + 2, end - 1 - (p + 2), quoted);
	else if (p[1] == '{')
		braces(x, p + 2, end - 1, quoted);
	else if (p[1] == '@' || p[1] == '*')
		emit_list(x, x->sh->args, x->sh->nr_args, quoted, p[1] == '@');
	else
		emit_value(x, parameter(x, p + 1, end - p - 1, buf, sizeof(buf)), quoted);
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
				emit(x, p[1], QUOTED);
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
			emit(x, *p++, QUOTED);
		}
	}
	if (x->text.len == before && !x->at_list)
		emit(x, ' ', EMPTY);
	return p < end ? p + 1 : p;
}

static void expand_text(struct expansion *x, const char *p, const char *end, bool quoted)
{
	while (p < end && !x->err) {
		const char *q;

		switch (*p) {
		case '\\':
			if (p + 1 < end && p[1] != '\n')
				emit(x, p[1], QUOTED);
			p += 2;
			break;
		case '\'':
			if (quoted) {		/* inside "${x:-'…'}" it is a plain character */
				emit(x, *p++, QUOTED);
				break;
			}
			q = memchr(p + 1, '\'', end - p - 1);
			q = q ? q : end;
			if (q == p + 1)
				emit(x, ' ', EMPTY);
			for (p++; p < q; p++)
				emit(x, *p, QUOTED);
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
			emit(x, *p++, quoted ? QUOTED : TYPED);
		}
	}
}

/* ~ and ~/… at the start of a word. */
static const char *tilde(struct expansion *x, const char *p)
{
	if (*p != '~' || (p[1] && p[1] != '/'))
		return p;
	emit_value(x, var_get(x->sh, "HOME"), true);
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
		fail(x, -ENOMEM);
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

		if (kind == EMPTY || kind == BREAK)
			continue;
		if (keep_quotes && kind == QUOTED && strchr("*?[]\\-!^", c))
			*o++ = '\\';
		*o++ = c;
	}
	if (!out)
		fail(x, -ENOMEM);
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
		glob = (x->kind.s[i] == TYPED || x->kind.s[i] == RESULT) && strchr("*?[", x->text.s[i]);
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
	return x->kind.s[i] == BREAK || (x->kind.s[i] == RESULT && strchr(ifs, x->text.s[i]));
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
			bool blank = x.kind.s[i] == BREAK || isspace(x.text.s[i]);

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
				emit(&x, p[1], QUOTED);
			p += 2;
		} else if (*p == '$') {
			p = dollar(&x, p, true);
		} else {
			emit(&x, *p++, QUOTED);
		}
	}
	if (!x.err && !x.text.oom && !x.kind.oom)
		out = take(&x, 0, x.text.len, false);
	end(&x);
	return out;
}
