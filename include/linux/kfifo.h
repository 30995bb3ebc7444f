/* SPDX-License-Identifier: MIT */
/*
 * Ring buffers of elements of one type, a power of two of them.
 *
 * One writer and one reader need no lock between them: @in is written by the writer only, @out
 * by the reader only, both run freely and are reduced to an index by @mask.
 */
#pragma once

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct __kfifo {
	unsigned int in;
	unsigned int out;
	unsigned int mask;	/* elements - 1 */
	unsigned int esize;	/* bytes per element */
	void *data;
};

#define __STRUCT_KFIFO_COMMON(datatype, ptrtype) \
	union { \
		struct __kfifo kfifo; \
		datatype *type; \
		const datatype *const_type; \
		ptrtype *ptr; \
		ptrtype const *ptr_const; \
	}
#define STRUCT_KFIFO(type, size) \
	struct { __STRUCT_KFIFO_COMMON(type, type); type buf[(size) < 2 || ((size) & ((size) - 1)) ? -1 : (size)]; }
#define STRUCT_KFIFO_PTR(type) \
	struct { __STRUCT_KFIFO_COMMON(type, type); type buf[0]; }
/* A fifo of bytes with its buffer elsewhere. */
struct kfifo {
	__STRUCT_KFIFO_COMMON(unsigned char, void);
	unsigned char buf[0];
};

#define __is_kfifo_ptr(fifo)	(sizeof((fifo)->buf) == 0)

#define DECLARE_KFIFO(fifo, type, size)	STRUCT_KFIFO(type, size) fifo
#define DECLARE_KFIFO_PTR(fifo, type)	STRUCT_KFIFO_PTR(type) fifo
#define INIT_KFIFO(fifo) \
	((fifo).kfifo = (struct __kfifo){ .mask = ARRAY_SIZE((fifo).buf) - 1, \
		.esize = sizeof(*(fifo).buf), .data = (fifo).buf })
#define DEFINE_KFIFO(fifo, type, size) \
	DECLARE_KFIFO(fifo, type, size) = { { .kfifo = { .mask = (size) - 1, .esize = sizeof(type), \
		.data = NULL } } }

/* DEFINE_KFIFO's buffer is part of it, so its address is not stored but found. */
#define __kfifo_data(fifo)	((fifo)->kfifo.data ? (fifo)->kfifo.data : (void *)(fifo)->buf)

int __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp);
void __kfifo_free(struct __kfifo *fifo);
int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize);
unsigned int __kfifo_in(struct __kfifo *fifo, void *data, const void *from, unsigned int n);
unsigned int __kfifo_out(struct __kfifo *fifo, const void *data, void *to, unsigned int n);
unsigned int __kfifo_out_peek(struct __kfifo *fifo, const void *data, void *to, unsigned int n);

#define kfifo_alloc(fifo, size, gfp) \
	__kfifo_alloc(&(fifo)->kfifo, size, sizeof(*(fifo)->type), gfp)
#define kfifo_free(fifo)	__kfifo_free(&(fifo)->kfifo)
#define kfifo_init(fifo, buffer, size) \
	__kfifo_init(&(fifo)->kfifo, buffer, size, sizeof(*(fifo)->type))
#define kfifo_initialized(fifo)	((fifo)->kfifo.mask)
#define kfifo_esize(fifo)	((fifo)->kfifo.esize)
#define kfifo_size(fifo)	((fifo)->kfifo.mask + 1)
#define kfifo_len(fifo)		(READ_ONCE((fifo)->kfifo.in) - READ_ONCE((fifo)->kfifo.out))
#define kfifo_is_empty(fifo)	(kfifo_len(fifo) == 0)
#define kfifo_is_full(fifo)	(kfifo_len(fifo) > (fifo)->kfifo.mask)
#define kfifo_avail(fifo)	(kfifo_size(fifo) - kfifo_len(fifo))
#define kfifo_reset(fifo)	((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo)	((void)((fifo)->kfifo.out = (fifo)->kfifo.in))
#define kfifo_skip(fifo)	((void)((fifo)->kfifo.out++))

/* One element; 0 when full. */
#define kfifo_put(fifo, val) ({ \
	typeof(*(fifo)->type) __kf_val = (val); \
	__kfifo_in(&(fifo)->kfifo, __kfifo_data(fifo), &__kf_val, 1); })
/* One element; 0 when empty. */
#define kfifo_get(fifo, val) \
	__kfifo_out(&(fifo)->kfifo, __kfifo_data(fifo), (val), 1)
#define kfifo_peek(fifo, val) \
	__kfifo_out_peek(&(fifo)->kfifo, __kfifo_data(fifo), (val), 1)
/* Up to n elements; the number moved. */
#define kfifo_in(fifo, from, n)	__kfifo_in(&(fifo)->kfifo, __kfifo_data(fifo), (from), (n))
#define kfifo_out(fifo, to, n)	__kfifo_out(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n))
#define kfifo_out_peek(fifo, to, n) __kfifo_out_peek(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n))
#define kfifo_in_spinlocked(fifo, from, n, lock) ({ \
	unsigned long __kf_flags; \
	unsigned int __kf_n; \
	spin_lock_irqsave(lock, __kf_flags); \
	__kf_n = kfifo_in(fifo, from, n); \
	spin_unlock_irqrestore(lock, __kf_flags); \
	__kf_n; })
#define kfifo_out_spinlocked(fifo, to, n, lock) ({ \
	unsigned long __kf_flags; \
	unsigned int __kf_n; \
	spin_lock_irqsave(lock, __kf_flags); \
	__kf_n = kfifo_out(fifo, to, n); \
	spin_unlock_irqrestore(lock, __kf_flags); \
	__kf_n; })
#define kfifo_in_locked		kfifo_in_spinlocked
#define kfifo_out_locked	kfifo_out_spinlocked
