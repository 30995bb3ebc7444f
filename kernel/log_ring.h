/* SPDX-License-Identifier: MIT */
/*
 * The log's store: the last few thousand messages, numbered from 0.
 *
 * log_ring_put - append a message. The text is cut at LOG_TEXT_MAX bytes.
 * Context: any, NMI included. Several CPUs may put at once; printk() lets one after the other in, but
 *          for emergencies.
 * Returns: its number.
 *
 * log_ring_get - copy the message *seq, or the oldest one that is left after it.
 * @skip_busy: pass over messages that their writer has not finished (panic: it never will).
 * *seq becomes the number of the message found; text is cut to @size and NUL-terminated.
 * Context: any; takes no lock. Returns: false when there is none (yet).
 */
#pragma once

#include <linux/types.h>

#define LOG_TEXT_MAX	1024	/* bytes, NUL included */

struct log_info {
	u64 ts_ns;		/* arch_clock_ns() when it came */
	u32 caller;		/* thread's pid, or CPU number + 0x80000000 in interrupts */
	u16 len;		/* bytes of text */
	u8 facility;		/* 0: the kernel */
	u8 level;		/* 0..7 */
};

u64 log_ring_put(const struct log_info *info, const char *text);
bool log_ring_get(u64 *seq, struct log_info *info, char *text, size_t size, bool skip_busy);
/* The oldest message that is left, and the number that the next one will get. */
u64 log_ring_first(void);
u64 log_ring_next(void);
