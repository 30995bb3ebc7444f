/* SPDX-License-Identifier: MIT */
/*
 * Reading the kernel log, for dmesg and /dev/kmsg; and what kernel/oops.c and panic.c need of printk.
 */
#pragma once

#include <linux/types.h>

#define LOG_LINE_MAX	1024	/* room for any message's text, NUL included */

struct log_entry {
	u64 seq;		/* counts all messages since boot */
	u64 ts_ns;		/* nanoseconds on arch_clock_ns() */
	u32 caller;		/* pid, or 0x80000000 + CPU for interrupts */
	u8 facility;		/* 0: kernel, 1: written by hand */
	u8 level;		/* 0..7 */
	u16 len;
	char text[LOG_LINE_MAX];	/* without newline at the end; may hold some inside */
};

/*
 * log_read - the message @seq, or the oldest left after it: entry->seq tells which.
 * To go on, ask for entry->seq + 1; a larger number than asked for means that some were lost.
 * Context: any; takes no lock. Returns: false when there is none yet.
 */
bool log_read(u64 seq, struct log_entry *entry);
u64 log_first_seq(void);	/* the oldest that is left */
u64 log_next_seq(void);		/* that the next message will get */

/* dmesg -c, -C: messages before this number are hidden from dmesg; log_clear() moves it to the end. */
u64 log_clear_seq(void);
void log_clear(void);

/*
 * log_format - as the console and dmesg show it: "[    1.234567] text\n", each line of a text of
 * several with the time in front. Returns the length (at most @size - 1).
 */
size_t log_format(const struct log_entry *entry, char *buf, size_t size);

/* console_flush_emergency - show the rest of the log now, whoever has the console. Panic only. */
void console_flush_emergency(void);

/* True when this CPU is the one that panics. */
bool panic_on_this_cpu(void);
bool panic_in_progress(void);
