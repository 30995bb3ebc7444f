/* SPDX-License-Identifier: MIT */
/*
 * The barriers that follow from C11's memory model, for both processors; <asm/barrier.h>
 * gives the few that are instructions and includes this.
 */
#pragma once

#define smp_load_acquire(p)	__atomic_load_n((p), __ATOMIC_ACQUIRE)
#define smp_store_release(p, v)	__atomic_store_n((p), (v), __ATOMIC_RELEASE)
#define smp_store_mb(var, value) do { WRITE_ONCE(var, value); smp_mb(); } while (0)

#define smp_mb__before_atomic()	__smp_mb__around_atomic()
#define smp_mb__after_atomic()	__smp_mb__around_atomic()
/* A lock acquisition that also orders what came before it against what comes after. */
#define smp_mb__after_spinlock() __smp_mb__around_atomic()
#define smp_acquire__after_ctrl_dep() smp_rmb()

#define dma_rmb()	smp_rmb()
#define dma_wmb()	smp_wmb()

/*
 * smp_cond_load_acquire - spin until the condition on VAL, the value of *ptr, holds.
 * Returns the value; later accesses are ordered after that load.
 */
#define smp_cond_load_relaxed(ptr, cond) ({			\
	typeof(ptr) __cond_ptr = (ptr);				\
	__unqual_scalar_typeof(*ptr) VAL;			\
	while (VAL = READ_ONCE(*__cond_ptr), !(cond))		\
		cpu_relax();					\
	VAL;							\
})
#define smp_cond_load_acquire(ptr, cond) ({			\
	__unqual_scalar_typeof(*ptr) _val = smp_cond_load_relaxed(ptr, cond); \
	smp_acquire__after_ctrl_dep();				\
	_val;							\
})
#ifndef __unqual_scalar_typeof
/* The comma operator drops qualifiers. */
#define __unqual_scalar_typeof(x) typeof(((void)0, (x)))
#endif
