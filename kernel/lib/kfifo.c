// SPDX-License-Identifier: MIT
/*
 * Ring buffers: the part behind the macros of <linux/kfifo.h>.
 *
 * in and out count elements and wrap by themselves. The writer publishes data by storing in, the
 * reader frees room by storing out; release and acquire make each see the other's copying done.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kfifo.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/string.h>

int __kfifo_init(struct __kfifo *fifo, void *buffer, unsigned int bytes, size_t esize)
{
	unsigned int n = bytes / esize;

	*fifo = (struct __kfifo){ .esize = esize };
	if (n < 2)
		return -EINVAL;
	fifo->data = buffer;
	fifo->mask = rounddown_pow_of_two(n) - 1;
	return 0;
}
EXPORT_SYMBOL(__kfifo_init);

int __kfifo_alloc(struct __kfifo *fifo, unsigned int size, size_t esize, gfp_t gfp)
{
	*fifo = (struct __kfifo){ .esize = esize };
	if (size < 2 || size > UINT_MAX / 2 + 1)
		return -EINVAL;
	size = roundup_pow_of_two(size);
	fifo->data = kmalloc_array(size, esize, gfp);
	if (!fifo->data)
		return -ENOMEM;
	fifo->mask = size - 1;
	return 0;
}
EXPORT_SYMBOL(__kfifo_alloc);

void __kfifo_free(struct __kfifo *fifo)
{
	kfree(fifo->data);
	*fifo = (struct __kfifo){ .esize = fifo->esize };
}
EXPORT_SYMBOL(__kfifo_free);

/* The two pieces that n elements from index @at on consist of; the second may be empty. */
static size_t first_piece(const struct __kfifo *fifo, unsigned int at, unsigned int n)
{
	return min(n, fifo->mask + 1 - (at & fifo->mask)) * (size_t)fifo->esize;
}

unsigned int __kfifo_in(struct __kfifo *fifo, void *data, const void *from, unsigned int n)
{
	unsigned int out = __atomic_load_n(&fifo->out, __ATOMIC_ACQUIRE);
	size_t first;

	n = min(n, fifo->mask + 1 - (fifo->in - out));
	first = first_piece(fifo, fifo->in, n);
	memcpy(data + (fifo->in & fifo->mask) * (size_t)fifo->esize, from, first);
	memcpy(data, from + first, n * (size_t)fifo->esize - first);
	__atomic_store_n(&fifo->in, fifo->in + n, __ATOMIC_RELEASE);
	return n;
}
EXPORT_SYMBOL(__kfifo_in);

unsigned int __kfifo_out_peek(struct __kfifo *fifo, const void *data, void *to, unsigned int n)
{
	unsigned int in = __atomic_load_n(&fifo->in, __ATOMIC_ACQUIRE);
	size_t first;

	n = min(n, in - fifo->out);
	first = first_piece(fifo, fifo->out, n);
	memcpy(to, data + (fifo->out & fifo->mask) * (size_t)fifo->esize, first);
	memcpy(to + first, data, n * (size_t)fifo->esize - first);
	return n;
}
EXPORT_SYMBOL(__kfifo_out_peek);

unsigned int __kfifo_out(struct __kfifo *fifo, const void *data, void *to, unsigned int n)
{
	n = __kfifo_out_peek(fifo, data, to, n);
	__atomic_store_n(&fifo->out, fifo->out + n, __ATOMIC_RELEASE);
	return n;
}
EXPORT_SYMBOL(__kfifo_out);

/* ---- Records: a length of recsize bytes, low byte first, then the bytes ---- */

unsigned int __kfifo_max_r(unsigned int room, size_t recsize)
{
	unsigned int longest = (1u << (8 * recsize)) - 1;

	return room <= recsize ? 0 : min(room - (unsigned int)recsize, longest);
}
EXPORT_SYMBOL(__kfifo_max_r);

/* Of the first record; there is one. */
static unsigned int record_len(const struct __kfifo *fifo, const u8 *data, size_t recsize)
{
	unsigned int len = data[fifo->out & fifo->mask];

	if (recsize > 1)
		len |= data[(fifo->out + 1) & fifo->mask] << 8;
	return len;
}

unsigned int __kfifo_len_r(struct __kfifo *fifo, const void *data, size_t recsize)
{
	unsigned int in = __atomic_load_n(&fifo->in, __ATOMIC_ACQUIRE);

	return in == fifo->out ? 0 : record_len(fifo, data, recsize);
}
EXPORT_SYMBOL(__kfifo_len_r);

/* Both move bytes at any distance from in or out, and change neither. */
static void copy_in(const struct __kfifo *fifo, void *data, unsigned int at, const void *from, unsigned int n)
{
	size_t first = first_piece(fifo, at, n);

	memcpy(data + (at & fifo->mask), from, first);
	memcpy(data, from + first, n - first);
}

static void copy_out(const struct __kfifo *fifo, const void *data, unsigned int at, void *to, unsigned int n)
{
	size_t first = first_piece(fifo, at, n);

	memcpy(to, data + (at & fifo->mask), first);
	memcpy(to + first, data, n - first);
}

unsigned int __kfifo_in_r(struct __kfifo *fifo, void *data, const void *from, unsigned int n, size_t recsize)
{
	unsigned int out = __atomic_load_n(&fifo->out, __ATOMIC_ACQUIRE);
	u8 header[2] = { n, n >> 8 };

	if (n > __kfifo_max_r(fifo->mask + 1 - (fifo->in - out), recsize))
		return 0;
	copy_in(fifo, data, fifo->in, header, recsize);
	copy_in(fifo, data, fifo->in + recsize, from, n);
	__atomic_store_n(&fifo->in, fifo->in + recsize + n, __ATOMIC_RELEASE);
	return n;
}
EXPORT_SYMBOL(__kfifo_in_r);

unsigned int __kfifo_out_peek_r(struct __kfifo *fifo, const void *data, void *to, unsigned int n, size_t recsize)
{
	n = min(n, __kfifo_len_r(fifo, data, recsize));
	copy_out(fifo, data, fifo->out + recsize, to, n);
	return n;
}
EXPORT_SYMBOL(__kfifo_out_peek_r);

unsigned int __kfifo_out_r(struct __kfifo *fifo, const void *data, void *to, unsigned int n, size_t recsize)
{
	unsigned int in = __atomic_load_n(&fifo->in, __ATOMIC_ACQUIRE);

	if (in == fifo->out)
		return 0;
	n = __kfifo_out_peek_r(fifo, data, to, n, recsize);
	__atomic_store_n(&fifo->out, fifo->out + recsize + record_len(fifo, data, recsize), __ATOMIC_RELEASE);
	return n;
}
EXPORT_SYMBOL(__kfifo_out_r);
