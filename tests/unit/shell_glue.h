/* SPDX-License-Identifier: MIT */
/* The shell's pure parts for test_shell.c, in types that both sides know. Strings returned: host free(). */
#pragma once

const char *glue_errors(void);
char *glue_expand(const char *word, char *const *vars, int nargs, char **args);
char *glue_parse(const char *text, int *incomplete);
long long glue_arith(const char *text, const char **err);
int glue_match(const char *pattern, const char *s);
int glue_regex(const char *pattern, int extended, int ignore_case, const char *s, int *len);
char *glue_regex_group(const char *pattern, int extended, const char *s);
char *glue_locals(void);
