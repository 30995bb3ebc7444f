// SPDX-License-Identifier: MIT
/*
 * Patterns: * ? […] in file names, case and ${x%…}.
 * Source: POSIX.1-2017, Shell Command Language 2.13, "Pattern Matching Notation".
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

/* At '[': does the set hold @c? *end is set behind the ']'; NULL: no ']', the '[' is a plain character. */
static bool match_set(const char *p, char c, const char **end)
{
	bool negate = p[1] == '!' || p[1] == '^', hit = false;
	const char *s = p + 1 + negate, *first = s;

	for (; *s && (*s != ']' || s == first); s++) {
		unsigned char low = *s, high;

		if (low == '\\' && s[1])
			low = *++s;
		high = low;
		if (s[1] == '-' && s[2] && s[2] != ']') {
			s += 2;
			high = *s;
		}
		if ((unsigned char)c >= low && (unsigned char)c <= high)
			hit = true;
	}
	*end = *s ? s + 1 : NULL;
	return hit != negate;
}

/* Iterative: only the last '*' is ever taken back, which is enough and keeps it linear in practice. */
bool match_pattern(const char *p, const char *s)
{
	const char *star = NULL, *star_s = NULL, *end;

	while (*s) {
		if (*p == '*') {
			star = ++p;
			star_s = s;
			continue;
		}
		if (*p == '[') {
			bool hit = match_set(p, *s, &end);

			if (end ? hit : *s == '[') {
				p = end ? end : p + 1;
				s++;
				continue;
			}
		} else if (*p == '?') {
			p++, s++;
			continue;
		} else if (*p == '\\' && p[1] ? p[1] == *s : *p == *s) {
			p += *p == '\\' && p[1] ? 2 : 1;
			s++;
			continue;
		}
		if (!star)
			return false;
		p = star;
		s = ++star_s;
	}
	while (*p == '*')
		p++;
	return !*p;
}

bool has_glob(const char *p)
{
	for (; *p; p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '*' || *p == '?' || *p == '[')
			return true;
	}
	return false;
}

struct glob_walk {
	struct shell *sh;
	struct arena *arena;
	struct fields *out;
	const char *dir;	/* as typed so far: "", "/", "a/b/" */
	const char *pattern;	/* for names in it */
	const char *rest;	/* the components behind, or NULL */
	unsigned int depth;
};

static int glob_in(struct glob_walk *w, const char *dir, const char *pattern);

static int glob_name(void *arg, const char *name, unsigned int d_type)
{
	struct glob_walk *w = arg;
	size_t dlen = strlen(w->dir), nlen = strlen(name);
	char *path;

	if (name[0] == '.' && w->pattern[0] != '.')
		return 0;
	if (!match_pattern(w->pattern, name))
		return 0;
	path = arena_alloc(w->arena, dlen + nlen + 2);
	if (!path)
		return -ENOMEM;
	memcpy(path, w->dir, dlen);
	memcpy(path + dlen, name, nlen);
	return fields_add(w->out, w->arena, path);
}

static void unescape(char *s)
{
	char *o = s;

	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		*o++ = *s;
	}
	*o = '\0';
}

#define MAX_COMPONENTS 12	/* recursion on a kernel stack */

/* The components of @pattern one by one, below @dir. */
static int glob_in(struct glob_walk *w, const char *dir, const char *pattern)
{
	const char *slash;
	struct fields names = { 0 };
	struct glob_walk sub = *w;
	unsigned int i;
	char *part, *d;
	int err;

	slash = strchr(pattern, '/');
	if (++sub.depth > MAX_COMPONENTS)
		return -ELOOP;
	part = arena_strndup(w->arena, pattern, slash ? (size_t)(slash - pattern) : strlen(pattern));
	if (!part)
		return -ENOMEM;
	if (!has_glob(part)) {
		struct file_stat st;

		unescape(part);
		d = arena_alloc(w->arena, strlen(dir) + strlen(part) + 2);
		if (!d)
			return -ENOMEM;
		sprintf(d, "%s%s%s", dir, part, slash ? "/" : "");
		if (slash)
			return glob_in(&sub, d, slash + 1);
		if (!*part || !path_lstat(w->sh->cwd, d, &st))
			return fields_add(w->out, w->arena, d);
		return 0;
	}
	sub.dir = dir;
	sub.pattern = part;
	sub.out = &names;
	err = list_dir(w->sh->cwd, *dir ? dir : ".", glob_name, &sub);
	if (err == -ENOMEM)
		return err;
	for (i = 0; i < names.n; i++) {
		if (!slash) {
			err = fields_add(w->out, w->arena, names.v[i]);
		} else {
			struct file_stat st;

			/* A file cannot have anything below it. */
			if (path_stat(w->sh->cwd, names.v[i], &st) || !S_ISDIR(st.mode))
				continue;
			strcat(names.v[i], "/");	/* glob_name() left room */
			sub = *w;
			sub.depth++;
			err = glob_in(&sub, names.v[i], slash + 1);
		}
		if (err)
			return err;
	}
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int glob_paths(struct shell *sh, struct arena *a, const char *pattern, struct fields *out)
{
	unsigned int before = out->n;
	struct glob_walk w = { .sh = sh, .arena = a, .out = out };
	const char *start = pattern;
	char *dir;
	int err;

	while (*start == '/')
		start++;
	dir = arena_strndup(a, pattern, start - pattern);
	if (!dir)
		return -ENOMEM;
	err = glob_in(&w, dir, start);
	if (err)
		return err;
	sort(out->v + before, out->n - before, sizeof(*out->v), compare, NULL);
	return 0;
}
