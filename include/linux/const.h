/* SPDX-License-Identifier: MIT */
/* Constants with a suffix in C and without one in assembly. */
#pragma once

#ifdef __ASSEMBLY__
#define _AC(x, suffix)	x
#define _AT(type, x)	x
#else
#define __AC(x, suffix)	(x##suffix)
#define _AC(x, suffix)	__AC(x, suffix)
#define _AT(type, x)	((type)(x))
#endif
#define _UL(x)		_AC(x, UL)
#define _ULL(x)		_AC(x, ULL)
#define UL(x)		_UL(x)
#define ULL(x)		_ULL(x)
#define _BITUL(n)	(_UL(1) << (n))
#define _BITULL(n)	(_ULL(1) << (n))

#define __ALIGN_KERNEL_MASK(x, mask)	(((x) + (mask)) & ~(mask))
#define __ALIGN_KERNEL(x, a)		__ALIGN_KERNEL_MASK(x, (typeof(x))(a) - 1)
#define __KERNEL_DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
