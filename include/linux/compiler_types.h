/* SPDX-License-Identifier: MIT */
/* Words that annotate declarations. The address-space ones are for sparse and for readers. */
#pragma once

#ifndef __ASSEMBLY__
#include <linux/compiler_attributes.h>

/* GCC's own keyword does not promise inlining; these do, or promise the opposite. */
#undef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#define __inline		inline
#define noinline_for_stack	noinline
#define asmlinkage
#define notrace			__attribute__((__no_instrument_function__))
#define noinstr			noinline notrace
#define __noendbr
#define __nocfi
#define __latent_entropy
#define __randomize_layout
#define __no_randomize_layout
#define randomized_struct_fields_start
#define randomized_struct_fields_end
#define __no_sanitize_address
#define __no_kcsan
#define __no_kasan_or_inline	inline
#define asm_inline		asm __inline

#define __user
#define __kernel
#define __iomem
#define __percpu
#define __rcu
#define __force
#define __nocast
#define __safe
#define __bitwise
#define __private
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __cond_acquires(x)
#define __acquire(x)		((void)0)
#define __release(x)		((void)0)
#define __cond_lock(x, c)	(c)
#define ACCESS_PRIVATE(p, member) ((p)->member)
#define __chk_user_ptr(x)	((void)(x))
#define __chk_io_ptr(x)		((void)(x))

#define __same_type(a, b)	__builtin_types_compatible_p(typeof(a), typeof(b))
#define __native_word(t) (sizeof(t) == 1 || sizeof(t) == 2 || sizeof(t) == 4 || sizeof(t) == 8)
#define __diag_push()
#define __diag_pop()
#define __diag_ignore_all(option, comment)
#endif /* __ASSEMBLY__ */
