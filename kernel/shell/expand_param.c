// SPDX-License-Identifier: MIT
/*
 * Parameter expansion: $name, ${name…} with all that may follow the name, array elements.
 * Source: POSIX.1-2017, Shell Command Language 2.6.2, "Parameter Expansion"; arrays and ${x:from:count} as bash has them.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "expand.h"

/* The value of $name or a special expand_parameter; in @buf where it must be made. NULL: unset. */
const char *expand_parameter(struct expansion *x, const char *name, size_t len, char *buf, size_t size)
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
		expand_fail(x, -EINVAL);
		return;
	}
	value = value ? value : "";
	n = match_end(x, value, pattern, suffix, longest);
	out = arena_strndup(x->arena, suffix ? value : value + n, strlen(value) - n);
	if (out)
		expand_emit_value(x, out, quoted);
	else
		expand_fail(x, -ENOMEM);
}

/* ${name:offset:length} */
static void substring(struct expansion *x, const char *value, const char *p, const char *end, bool quoted)
{
	const char *colon = memchr(p, ':', end - p), *why;
	char *text = expand_sub_single(x, p, (colon ? colon : end) - p), *out;
	s64 len = value ? strlen(value) : 0, from, count;

	if (!text)
		return;
	from = arith_eval(x->sh, text, &why);
	if (from < 0)
		from = max_t(s64, 0, len + from);
	from = min(from, len);
	count = len - from;
	if (colon && !why) {
		text = expand_sub_single(x, colon + 1, end - colon - 1);
		if (!text)
			return;
		count = clamp_t(s64, arith_eval(x->sh, text, &why), 0, len - from);
	}
	if (why) {
		shell_error(x->sh, "%s: %s", text, why);
		expand_fail(x, -EINVAL);
		return;
	}
	out = value ? arena_strndup(x->arena, value + from, count) : NULL;
	expand_emit_value(x, out, quoted);
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
			expand_emit_value(x, value, quoted);
		else
			expand_text(x, word, end, quoted);
		return;
	case '+':
		if (set)
			expand_text(x, word, end, quoted);
		return;
	case '=':
		if (set) {
			expand_emit_value(x, value, quoted);
			return;
		}
		text = expand_sub_single(x, word, end - word);
		name = arena_strndup(x->arena, name, len);
		if (text && name && !var_set(x->sh, name, text))
			expand_emit_value(x, text, quoted);
		else
			expand_fail(x, -ENOMEM);
		return;
	case '?':
		if (set) {
			expand_emit_value(x, value, quoted);
			return;
		}
		text = expand_sub_single(x, word, end - word);
		if (text)
			shell_error(x->sh, "%.*s: %s", (int)len, name,
				    *text ? text : "expand_parameter null or not set");
		expand_fail(x, -EINVAL);
		return;
	}
	if (colon) {
		substring(x, value, op + 1, end, quoted);
		return;
	}
	shell_error(x->sh, "${%.*s}: bad substitution", (int)(end - name), name);
	expand_fail(x, -EINVAL);
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
		expand_fail(x, -EINVAL);
		return;
	}
	one = v && !v->is_array ? v->value : NULL;
	elems = v && v->is_array ? v->elems : &one;
	n = v && v->is_array ? v->nr_elems : one ? 1 : 0;
	if (close == p + 2 && (p[1] == '@' || p[1] == '*')) {
		char buf[16];

		snprintf(buf, sizeof(buf), "%u", n);
		if (count)
			expand_emit_value(x, buf, quoted);
		else
			expand_emit_list(x, elems, n, quoted, p[1] == '@');
		return;
	}
	one = expand_sub_single(x, p + 1, close - p - 1);
	if (!one)
		return;
	i = arith_eval(x->sh, one, &why);
	if (why) {
		shell_error(x->sh, "%s: %s", one, why);
		expand_fail(x, -EINVAL);
		return;
	}
	if (i < 0)
		i += n;
	one = i >= 0 && i < n ? elems[i] : "";
	if (count) {
		char buf[16];

		snprintf(buf, sizeof(buf), "%zu", strlen(one));
		expand_emit_value(x, buf, quoted);
	} else {
		expand_emit_value(x, one, quoted);
	}
}

/* The inside of ${…}. */
void expand_braces(struct expansion *x, const char *p, const char *end, bool quoted)
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
		expand_fail(x, -EINVAL);
		return;
	}
	if (q < end && *q == '[') {
		array_element(x, name, q - name, q, end, count, quoted);
		return;
	}
	if (q == end && (*name == '@' || *name == '*') && q - name == 1) {
		snprintf(buf, sizeof(buf), "%d", x->sh->nr_args);
		if (count)
			expand_emit_value(x, buf, quoted);
		else
			expand_emit_list(x, x->sh->args, x->sh->nr_args, quoted, *name == '@');
		return;
	}
	value = expand_parameter(x, name, q - name, buf, sizeof(buf));
	if (count && q == end) {
		snprintf(buf, sizeof(buf), "%zu", value ? strlen(value) : 0);
		expand_emit_value(x, buf, quoted);
	} else if (q == end) {
		expand_emit_value(x, value, quoted);
	} else {
		modified(x, name, q - name, value, q, end, quoted);
	}
}
