/* SPDX-License-Identifier: MIT */
/* A small regular expression engine for grep and awk: POSIX basic and extended. */
#pragma once

#include <linux/types.h>

struct regex;

/*
 * regex_compile - prepare @pattern.
 * @extended: ERE (grep -E); otherwise BRE, where \( \) \{ \} \| \+ \? are the operators.
 * Returns: NULL with *error set (a message, or NULL for no memory). Owner: caller; regex_free().
 */
struct regex *regex_compile(const char *pattern, bool extended, bool ignore_case, const char **error);
void regex_free(struct regex *re);

/* regex_search - the leftmost match in @s, of those the longest; its place in *start, *end (either may be NULL). */
bool regex_search(const struct regex *re, const char *s, size_t *start, size_t *end);

/*
 * regex_match - the same, and what the first group of the pattern matched, its last time round; the operators before it in the
 * pattern have taken as much as they could. [0, 0): it took no part.
 */
struct regex_match {
	size_t start, end;
	size_t group_start, group_end;
};
bool regex_match(const struct regex *re, const char *s, struct regex_match *out);
bool regex_has_group(const struct regex *re);
