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
