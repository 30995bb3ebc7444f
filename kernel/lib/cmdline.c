// SPDX-License-Identifier: MIT
/*
 * Pieces of command lines: words with quotes, numbers, lists of numbers, sizes with a suffix.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>

/*
 * next_arg - cut the first word off: `name`, `name=value`, `name="a value"` or `"name=a value"`.
 * Quotes around the value or the whole are removed; inside they only keep blanks.
 * Returns: behind the word and the blanks that follow.
 */
char *next_arg(char *args, char **param, char **val)
{
	bool in_quote = false, whole_quoted = *args == '"';
	char *equals = NULL, *p, *next;

	if (whole_quoted) {
		args++;
		in_quote = true;
	}
	for (p = args; *p; p++) {
		if (isspace((unsigned char)*p) && !in_quote)
			break;
		if (!equals && *p == '=')
			equals = p;
		if (*p == '"')
			in_quote = !in_quote;
	}
	next = *p ? p + 1 : p;
	*p = '\0';

	*param = args;
	*val = NULL;
	if (equals) {
		*equals = '\0';
		*val = equals + 1;
		if (**val == '"') {
			++*val;
			if (p > *val && p[-1] == '"')
				p[-1] = '\0';
		}
	}
	if (whole_quoted && p > args && p[-1] == '"')
		p[-1] = '\0';
	return skip_spaces(next);
}
EXPORT_SYMBOL(next_arg);

/*
 * get_option - one integer of a comma-separated list.
 * Returns: 0 none, 1 the last, 2 a comma followed, 3 a '-' followed (a range).
 */
int get_option(char **str, int *pint)
{
	char *cur = *str;
	int value;

	if (!cur || !*cur)
		return 0;
	if (*cur == '-')
		value = -simple_strtoull(++cur, str, 0);
	else
		value = simple_strtoull(cur, str, 0);
	if (pint)
		*pint = value;
	if (cur == *str)
		return 0;
	if (**str == ',') {
		(*str)++;
		return 2;
	}
	return **str == '-' ? 3 : 1;
}
EXPORT_SYMBOL(get_option);

/* get_options - all of them, ranges expanded; ints[0] is how many. Returns where it stopped. */
char *get_options(const char *str, int nints, int *ints)
{
	int i = 1;

	while (i < nints) {
		int *slot = &ints[i];
		int kind = get_option((char **)&str, slot);

		if (!kind)
			break;
		i++;
		if (kind == 3) {
			int upper, from = *slot;

			str++;
			kind = get_option((char **)&str, &upper);
			if (!kind)
				break;
			for (int v = from + 1; v <= upper && i < nints; v++)
				ints[i++] = v;
		}
		if (kind == 1)
			break;
	}
	ints[0] = i - 1;
	return (char *)str;
}
EXPORT_SYMBOL(get_options);

/* memparse - a number and K, M, G, T, P or E. */
unsigned long long memparse(const char *ptr, char **retptr)
{
	char *end;
	unsigned long long v = simple_strtoull(ptr, &end, 0);
	static const char suffixes[] = "KMGTPE";
	const char *s = *end ? strchr(suffixes, toupper(*end)) : NULL;

	if (s) {
		v <<= 10 * (s - suffixes + 1);
		end++;
	}
	if (retptr)
		*retptr = end;
	return v;
}
EXPORT_SYMBOL(memparse);

/* parse_option_str - is @option one of the comma-separated words of @str? */
bool parse_option_str(const char *str, const char *option)
{
	size_t n = strlen(option);

	while (*str) {
		if (strncmp(str, option, n) == 0 && (str[n] == ',' || !str[n]))
			return true;
		str = strchrnul(str, ',');
		if (*str)
			str++;
	}
	return false;
}
