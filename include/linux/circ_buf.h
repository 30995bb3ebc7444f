/* SPDX-License-Identifier: MIT */
/* Ring buffers of a power of two bytes: head is written next, tail is read next, one place stays free. */
#pragma once

struct circ_buf {
	char *buf;
	int head;
	int tail;
};

#define CIRC_CNT(head, tail, size)	(((head) - (tail)) & ((size) - 1))
#define CIRC_SPACE(head, tail, size)	CIRC_CNT((tail), ((head) + 1), (size))
/* Up to the end of the buffer only. */
#define CIRC_CNT_TO_END(head, tail, size) ({ \
	int __cb_end = (size) - (tail); \
	int __cb_n = ((head) + __cb_end) & ((size) - 1); \
	__cb_n < __cb_end ? __cb_n : __cb_end; })
#define CIRC_SPACE_TO_END(head, tail, size) ({ \
	int __cb_end = (size) - 1 - (head); \
	int __cb_n = (__cb_end + (tail)) & ((size) - 1); \
	__cb_n <= __cb_end ? __cb_n : __cb_end + 1; })
