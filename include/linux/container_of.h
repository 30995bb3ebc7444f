/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/build_bug.h>
#include <linux/stddef.h>

/*
 * container_of - the structure that @ptr's target is a member of.
 * The build stops when *@ptr is of another type than the member (void excepted).
 */
#define container_of(ptr, type, member) ({ \
	_Static_assert(__same_type(*(ptr), ((type *)0)->member) || __same_type(*(ptr), void), \
		       "pointer type mismatch in container_of()"); \
	(type *)((char *)(unsigned long)(ptr) - offsetof(type, member)); })

#define container_of_safe(ptr, type, member) \
	((ptr) ? container_of(ptr, type, member) : (type *)(unsigned long)(ptr))
