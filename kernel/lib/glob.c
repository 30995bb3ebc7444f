// SPDX-License-Identifier: MIT
/*
 * Shell wildcards: * ? [a-z] [!a-z] and \ before a character.
 */
#include <linux/export.h>
#include <linux/string.h>
#include <linux/types.h>

/* The class behind a '['. Returns its ']' or NULL (then the '[' is an ordinary character). */
static const char *match_class(const char *p, unsigned char c, bool *match)
{
	bool inverted = *p == '!' || *p == '^', found = false;

	if (inverted)
		p++;
	do {
		unsigned char low = *p, high = low;

		if (!low)
			return NULL;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = p[2];
			p += 2;
		}
		found |= c >= low && c <= high;
	} while (*++p != ']');
	*match = found != inverted;
	return p;
}

bool glob_match(const char *pattern, const char *s)
{
	/* Where to go on when the rest does not match: the last '*' takes one character more. */
	const char *star = NULL, *star_s = NULL;

	for (;;) {
		const char *end;
		bool match;

		switch (*pattern) {
		case '*':
			star = ++pattern;
			star_s = s;
			continue;
		case '\0':
			match = !*s;
			if (match)
				return true;
			break;
		case '?':
			match = *s;
			break;
		case '[':
			end = *s ? match_class(pattern + 1, *s, &match) : NULL;
			if (end) {
				pattern = end;
				break;
			}
			match = *s == '[';
			break;
		case '\\':
			if (pattern[1])
				pattern++;
			fallthrough;
		default:
			match = *s == *pattern;
			break;
		}
		if (match && *s) {
			pattern++;
			s++;
			continue;
		}
		if (!star || !*star_s)
			return false;
		pattern = star;
		s = ++star_s;
	}
}
EXPORT_SYMBOL(glob_match);
