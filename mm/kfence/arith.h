/* SPDX-License-Identifier: MIT */
/*
 * KFENCE's arithmetic: sizes of pools, places of objects and guards, booting_max. Pure functions, built and
 * tested on the host as well (tests/unit).
 */
#pragma once

#include <linux/types.h>
#include <asm/page.h>

/* An area of this many objects is 1 GiB to the byte: (131071 + 1) * 8 KiB. */
#define KFENCE_AREA_MAX_OBJECTS	131071ul
#define KFENCE_OBJECT_STRIDE	(2 * PAGE_SIZE)		/* object page and the guard behind it */

/* Bytes of an area of @n objects. */
static inline unsigned long kfence_area_bytes(unsigned long n)
{
	return (n + 1) * KFENCE_OBJECT_STRIDE;
}

/*
 * kfence_plan - how many areas, and of what size, @num_objects need.
 * Up to KFENCE_AREA_MAX_OBJECTS: one of exactly that many. More: rounded up to whole areas of 1 GiB.
 */
struct kfence_plan {
	unsigned long nr_areas, objects_per_area;
};
struct kfence_plan kfence_plan(unsigned long num_objects);

/*
 * Who is in page @page (0-based, in its area) of an area of @n objects? KFENCE_NOBODY for none.
 * kfence_object_in: the object whose page it is; guards and page 0: nobody.
 * kfence_left_of, kfence_right_of: the objects on either side of a guard page.
 */
#define KFENCE_NOBODY	(~0ul)
static inline unsigned long kfence_object_in(unsigned long page, unsigned long n)
{
	return page >= 2 && page % 2 == 0 && page / 2 - 1 < n ? page / 2 - 1 : KFENCE_NOBODY;
}

static inline unsigned long kfence_left_of(unsigned long guard, unsigned long n)
{
	return kfence_object_in(guard - 1, n);
}

static inline unsigned long kfence_right_of(unsigned long guard, unsigned long n)
{
	return kfence_object_in(guard + 1, n);
}

/*
 * kfence_place - where in its page an object goes.
 * @at_right: to the right edge, down to a multiple of @align; else to the left.
 */
static inline unsigned int kfence_place(size_t size, size_t align, bool at_right)
{
	return at_right ? (PAGE_SIZE - size) & ~(align - 1) : 0;
}

/*
 * kfence_booting_max_parse - what booting_max allows on a machine of @total bytes.
 * @text: "start-[end]:size,…", numbers with K, M or G (T too), end left out: no end. The first segment
 *        with start <= total < end decides.
 * @bytes: its size; untouched when no segment holds @total.
 * @bad, @bad_len: on -EINVAL, the segment that is wrong.
 *
 * The whole text is checked, also behind the segment that decides.
 * Returns: 0; -ENOENT: no segment holds @total; -EINVAL: malformed, empty, a number too large, end <= start.
 */
int kfence_booting_max_parse(const char *text, u64 total, u64 *bytes, const char **bad, size_t *bad_len);

/* The objects that @bytes have room for: 1 MiB: 127, 2 MiB: 255. */
static inline unsigned long kfence_objects_in_bytes(u64 bytes)
{
	unsigned long strides = bytes / KFENCE_OBJECT_STRIDE;

	return strides ? strides - 1 : 0;
}
