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

/* regex_search - the leftmost match in @s; its place in *start, *end (either may be NULL). */
bool regex_search(const struct regex *re, const char *s, size_t *start, size_t *end);
