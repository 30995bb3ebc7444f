/* SPDX-License-Identifier: MIT */
#pragma once

#include <stddef.h>		/* the compiler's: size_t, ptrdiff_t, NULL, offsetof */

/* Not <stdbool.h>: there bool is a macro, and module_param(x, bool, 0) pastes its name. */
typedef _Bool bool;
enum { false = 0, true = 1 };

#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define typeof_member(type, member)	typeof(((type *)0)->member)
#define offsetofend(type, member)	(offsetof(type, member) + sizeof_field(type, member))

/* The same members under a name and without one. */
#define struct_group(name, members...) \
	union { struct { members }; struct { members } name; }
#define struct_group_tagged(tag, name, members...) \
	union { struct { members }; struct tag { members } name; }
#define DECLARE_FLEX_ARRAY(type, name) \
	struct { struct { } __empty_##name; type name[]; }
