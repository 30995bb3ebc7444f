// SPDX-License-Identifier: MIT
/*
 * Sizing the pool. Pure: no state, no locks; see arith.h for the contracts.
 */
#include <linux/types.h>
#include <linux/errno.h>
#include "arith.h"

struct kfence_plan kfence_plan(unsigned long num_objects)
{
	if (num_objects <= KFENCE_AREA_MAX_OBJECTS)
		return (struct kfence_plan){ 1, num_objects };
	/* Not (n + max - 1) / max: num_objects may be anything that fits a long. */
	return (struct kfence_plan){ (num_objects - 1) / KFENCE_AREA_MAX_OBJECTS + 1,
				     KFENCE_AREA_MAX_OBJECTS };
}

/* A decimal number with K, M, G or T; moves *p behind it. False: none there, or it does not fit. */
static bool parse_size(const char **p, u64 *out)
{
	const char *s = *p;
	unsigned int shift = 0;
	u64 n = 0;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (n > (~0ull - 9) / 10)
			return false;
		n = n * 10 + (*s - '0');
	}
	switch (*s) {
	case 'K': case 'k': shift = 10; break;
	case 'M': case 'm': shift = 20; break;
	case 'G': case 'g': shift = 30; break;
	case 'T': case 't': shift = 40; break;
	}
	if (shift)
		s++;
	if (n << shift >> shift != n)
		return false;
	*out = n << shift;
	*p = s;
	return true;
}

struct segment {
	u64 start, end, bytes;
};

/* "start-[end]:size"; moves *p behind it. */
static bool parse_segment(const char **p, struct segment *seg)
{
	if (!parse_size(p, &seg->start) || *(*p)++ != '-')
		return false;
	seg->end = ~0ull;
	if (**p != ':' && !parse_size(p, &seg->end))
		return false;
	if (*(*p)++ != ':' || !parse_size(p, &seg->bytes))
		return false;
	return seg->start < seg->end && (!**p || **p == ',');
}

static size_t segment_length(const char *s)
{
	size_t n = 0;

	while (s[n] && s[n] != ',')
		n++;
	return n;
}

int kfence_booting_max_parse(const char *text, u64 total, u64 *bytes, const char **bad, size_t *bad_len)
{
	const char *p = text;
	bool found = false;
	u64 result = 0;

	for (;;) {
		const char *start = p;
		struct segment seg;

		if (!parse_segment(&p, &seg)) {
			*bad = start;
			*bad_len = segment_length(start);
			return -EINVAL;
		}
		if (!found && seg.start <= total && total < seg.end) {
			found = true;
			result = seg.bytes;
		}
		if (!*p)
			break;
		p++;	/* the comma; behind it there must be another segment */
	}
	if (!found)
		return -ENOENT;
	*bytes = result;
	return 0;
}
