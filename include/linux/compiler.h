/* SPDX-License-Identifier: MIT */
/* What the compiler may assume, and what it must not. */
#pragma once

#include <linux/compiler_types.h>

#ifndef __ASSEMBLY__
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define unreachable()	__builtin_unreachable()
#define barrier()	__asm__ __volatile__("" ::: "memory")
#define barrier_data(ptr) __asm__ __volatile__("" :: "r"(ptr) : "memory")
/* Make the compiler forget what it knows about @var's value. */
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "=r"(var) : "0"(var))
#define RELOC_HIDE(ptr, off) ({ \
	unsigned long __reloc_ptr = (unsigned long)(ptr); \
	__asm__("" : "+r"(__reloc_ptr)); \
	(typeof(ptr))(__reloc_ptr + (off)); })
#define absolute_pointer(val)	RELOC_HIDE((void *)(val), 0)
#define asm_volatile_goto(x...)	asm goto(x)

#define ___PASTE(a, b)		a##b
#define __PASTE(a, b)		___PASTE(a, b)
/* A name that no other use of the macro in this file has. */
#define __UNIQUE_ID(prefix)	__PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)

#define __compiletime_object_size(obj) __builtin_object_size(obj, 0)
#define __is_constexpr(x)	__builtin_constant_p(x)

/*
 * READ_ONCE/WRITE_ONCE - exactly one access, of the object's size, for data that others change.
 * They order nothing but themselves; see <linux/atomic.h> for barriers.
 */
#define __scalar_type_or(x)	typeof(x)
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val)	do { *(volatile typeof(x) *)&(x) = (val); } while (0)
#define __READ_ONCE(x)		READ_ONCE(x)
#define __WRITE_ONCE(x, val)	WRITE_ONCE(x, val)
#define READ_ONCE_NOCHECK(x)	READ_ONCE(x)
#define data_race(expr)		(expr)

/* Stops the build, with @msg, when @condition is false where the optimizer looks. */
#define __compiletime_assert(condition, msg, fn) do { \
		extern void fn(void) __compiletime_error(msg); \
		if (!(condition)) \
			fn(); \
	} while (0)
#define compiletime_assert(condition, msg) \
	__compiletime_assert(condition, msg, __UNIQUE_ID(compiletime_assert_))

#define __must_be_array(a) \
	((sizeof(struct { _Static_assert(!__same_type((a), &(a)[0]), "this is a pointer, not an array"); \
			  char unused; }) - 1) * 0)

/* Keeps @sym in the object file although nothing visible uses it. */
#define __ADDRESSABLE(sym) \
	static void *__used __section(".discard.addressable") __UNIQUE_ID(addressable_) = (void *)&sym;

#define is_signed_type(type)	(((type)(-1)) < (__force type)1)
#define is_unsigned_type(type)	(!is_signed_type(type))

static inline void *offset_to_ptr(const int *off)
{
	return (void *)((unsigned long)off + *off);
}
#endif /* __ASSEMBLY__ */
