/* SPDX-License-Identifier: MIT */
/*
 * Ring buffers of elements of one type, a power of two of them.
 *
 * One writer and one reader need no lock between them: @in is written by the writer only, @out
 * by the reader only, both run freely and are reduced to an index by @mask.
 *
 * A fifo of records is one of bytes in which each record is preceded by its length, of one or two
 * bytes (recsize). What is put in at once comes out at once; what does not fit whole is not put in.
 */
#pragma once

#include <linux/array_size.h>
#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/types.h>

struct __kfifo {
	unsigned int in;
	unsigned int out;
	unsigned int mask;	/* elements - 1 */
	unsigned int esize;	/* bytes per element */
	void *data;
};

#define __STRUCT_KFIFO_COMMON(datatype, recsize, ptrtype) \
	union { \
		struct __kfifo kfifo; \
		datatype *type; \
		const datatype *const_type; \
		char (*rectype)[recsize]; \
		ptrtype *ptr; \
		ptrtype const *ptr_const; \
	}
#define __STRUCT_KFIFO(type, size, recsize, ptrtype) \
{ \
	__STRUCT_KFIFO_COMMON(type, recsize, ptrtype); \
	type buf[((size) < 2 || ((size) & ((size) - 1))) ? -1 : (size)]; \
}
#define __STRUCT_KFIFO_PTR(type, recsize, ptrtype) \
{ \
	__STRUCT_KFIFO_COMMON(type, recsize, ptrtype); \
	type buf[0]; \
}
#define STRUCT_KFIFO(type, size)	struct __STRUCT_KFIFO(type, size, 0, type)
#define STRUCT_KFIFO_PTR(type)		struct __STRUCT_KFIFO_PTR(type, 0, type)
#define STRUCT_KFIFO_REC_1(size)	struct __STRUCT_KFIFO(unsigned char, size, 1, void)
#define STRUCT_KFIFO_REC_2(size)	struct __STRUCT_KFIFO(unsigned char, size, 2, void)

/* Of bytes, and of records, with the buffer elsewhere. */
struct kfifo __STRUCT_KFIFO_PTR(unsigned char, 0, void);
struct kfifo_rec_ptr_1 __STRUCT_KFIFO_PTR(unsigned char, 1, void);
struct kfifo_rec_ptr_2 __STRUCT_KFIFO_PTR(unsigned char, 2, void);

#define __is_kfifo_ptr(fifo)	(sizeof((fifo)->buf) == 0)

#define DECLARE_KFIFO(fifo, type, size)	STRUCT_KFIFO(type, size) fifo
#define DECLARE_KFIFO_PTR(fifo, type)	STRUCT_KFIFO_PTR(type) fifo
#define INIT_KFIFO(fifo) \
	((fifo).kfifo = (struct __kfifo){ \
		.mask = __is_kfifo_ptr(&(fifo)) ? 0 : ARRAY_SIZE((fifo).buf) - 1, \
		.esize = sizeof(*(fifo).buf), .data = __is_kfifo_ptr(&(fifo)) ? NULL : (fifo).buf })
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
/* Records. _in: all @n bytes or none; _out: at most @n bytes of the first record, which is gone then. */
unsigned int __kfifo_in_r(struct __kfifo *fifo, void *data, const void *from, unsigned int n, size_t recsize);
unsigned int __kfifo_out_r(struct __kfifo *fifo, const void *data, void *to, unsigned int n, size_t recsize);
unsigned int __kfifo_out_peek_r(struct __kfifo *fifo, const void *data, void *to, unsigned int n, size_t recsize);
unsigned int __kfifo_len_r(struct __kfifo *fifo, const void *data, size_t recsize);
unsigned int __kfifo_max_r(unsigned int room, size_t recsize);

#define kfifo_alloc(fifo, size, gfp) \
	__kfifo_alloc(&(fifo)->kfifo, size, sizeof(*(fifo)->type), gfp)
#define kfifo_free(fifo)	__kfifo_free(&(fifo)->kfifo)
#define kfifo_init(fifo, buffer, size) \
	__kfifo_init(&(fifo)->kfifo, buffer, size, sizeof(*(fifo)->type))
#define kfifo_initialized(fifo)	((fifo)->kfifo.mask)
#define kfifo_esize(fifo)	((fifo)->kfifo.esize)
#define kfifo_recsize(fifo)	(sizeof(*(fifo)->rectype))
#define kfifo_size(fifo)	((fifo)->kfifo.mask + 1)
#define kfifo_len(fifo)		(READ_ONCE((fifo)->kfifo.in) - READ_ONCE((fifo)->kfifo.out))
#define kfifo_is_empty(fifo)	(kfifo_len(fifo) == 0)
#define kfifo_is_empty_spinlocked(fifo, lock) ({ \
	unsigned long __kf_flags; \
	bool __kf_empty; \
	spin_lock_irqsave(lock, __kf_flags); \
	__kf_empty = kfifo_is_empty(fifo); \
	spin_unlock_irqrestore(lock, __kf_flags); \
	__kf_empty; })
#define kfifo_is_full(fifo)	(kfifo_len(fifo) > (fifo)->kfifo.mask)
/* Elements, or bytes of a record, that still fit. */
#define kfifo_avail(fifo) ({ \
	unsigned int __kf_room = kfifo_size(fifo) - kfifo_len(fifo); \
	kfifo_recsize(fifo) ? __kfifo_max_r(__kf_room, kfifo_recsize(fifo)) : __kf_room; })
#define kfifo_reset(fifo)	((void)((fifo)->kfifo.in = (fifo)->kfifo.out = 0))
#define kfifo_reset_out(fifo)	((void)((fifo)->kfifo.out = (fifo)->kfifo.in))
#define kfifo_peek_len(fifo) ({ \
	kfifo_recsize(fifo) ? __kfifo_len_r(&(fifo)->kfifo, __kfifo_data(fifo), kfifo_recsize(fifo)) \
			    : kfifo_len(fifo) * kfifo_esize(fifo); })
#define kfifo_skip(fifo) do { \
	if (kfifo_recsize(fifo)) \
		__kfifo_out_r(&(fifo)->kfifo, __kfifo_data(fifo), NULL, 0, kfifo_recsize(fifo)); \
	else \
		(fifo)->kfifo.out++; \
} while (0)

/* One element; 0 when full. */
#define kfifo_put(fifo, val) ({ \
	typeof(*(fifo)->type) __kf_val = (val); \
	kfifo_in(fifo, &__kf_val, 1); })
/* One element; 0 when empty. */
#define kfifo_get(fifo, val)	kfifo_out(fifo, (val), 1)
#define kfifo_peek(fifo, val)	kfifo_out_peek(fifo, (val), 1)
/* Up to n elements, or one record of n bytes; the number moved. */
#define kfifo_in(fifo, from, n) ({ \
	kfifo_recsize(fifo) ? \
		__kfifo_in_r(&(fifo)->kfifo, __kfifo_data(fifo), (from), (n), kfifo_recsize(fifo)) : \
		__kfifo_in(&(fifo)->kfifo, __kfifo_data(fifo), (from), (n)); })
#define kfifo_out(fifo, to, n) ({ \
	kfifo_recsize(fifo) ? \
		__kfifo_out_r(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n), kfifo_recsize(fifo)) : \
		__kfifo_out(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n)); })
#define kfifo_out_peek(fifo, to, n) ({ \
	kfifo_recsize(fifo) ? \
		__kfifo_out_peek_r(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n), kfifo_recsize(fifo)) : \
		__kfifo_out_peek(&(fifo)->kfifo, __kfifo_data(fifo), (to), (n)); })
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
#define kfifo_in_spinlocked_noirqsave(fifo, from, n, lock) ({ \
	unsigned int __kf_n; \
	spin_lock(lock); \
	__kf_n = kfifo_in(fifo, from, n); \
	spin_unlock(lock); \
	__kf_n; })
#define kfifo_out_spinlocked_noirqsave(fifo, to, n, lock) ({ \
	unsigned int __kf_n; \
	spin_lock(lock); \
	__kf_n = kfifo_out(fifo, to, n); \
	spin_unlock(lock); \
	__kf_n; })
#define kfifo_in_locked		kfifo_in_spinlocked
#define kfifo_out_locked	kfifo_out_spinlocked

/*
 * From and to the caller of a file operation: at most @len bytes, whole elements; *copied says how many bytes.
 * Return 0, or -EFAULT, which no user space means never.
 */
#define kfifo_from_user(fifo, from, len, copied) ({ \
	unsigned int __kf_len = (len); \
	*(copied) = kfifo_recsize(fifo) ? kfifo_in(fifo, (const void *)(from), __kf_len) : \
		kfifo_in(fifo, (const void *)(from), __kf_len / kfifo_esize(fifo)) * kfifo_esize(fifo); \
	0; })
#define kfifo_to_user(fifo, to, len, copied) ({ \
	unsigned int __kf_len = (len); \
	*(copied) = kfifo_recsize(fifo) ? kfifo_out(fifo, (void *)(to), __kf_len) : \
		kfifo_out(fifo, (void *)(to), __kf_len / kfifo_esize(fifo)) * kfifo_esize(fifo); \
	0; })
