/* SPDX-License-Identifier: MIT */
/* Where the log is shown: serial drivers register one of these. */
#pragma once

#include <linux/types.h>

#define CON_PRINTBUFFER	(1)	/* show it the whole log when it is registered */
#define CON_CONSDEV	(2)	/* the preferred one, /dev/console */
#define CON_ENABLED	(4)
#define CON_BOOT	(8)	/* goes when a real one is registered */
#define CON_ANYTIME	(16)
#define CON_BRL		(32)
#define CON_EXTENDED	(64)

/*
 * @write: print; "\n" as it comes (the driver makes CR LF of it). Context: any, interrupts masked, one
 *         CPU at a time, but for panic, which may come in between: must work without locks then
 *         (oops_in_progress).
 */
struct console {
	char name[16];
	void (*write)(struct console *con, const char *s, unsigned int len);
	int (*setup)(struct console *con, char *options);
	short flags;
	short index;
	void *data;
	u64 seq;			/* next record to show; printk's */
	unsigned long dropped;		/* records lost to the ring's end; printk's */
	struct console *next;
};

void register_console(struct console *con);
int unregister_console(struct console *con);
/* The console in use: what the shell writes with. Whole chunks; not mixed into a message's line. */
void console_write_raw(const char *s, size_t len);

void console_lock(void);
int console_trylock(void);
void console_unlock(void);	/* shows what has come meanwhile */
int is_console_locked(void);
void console_verbose(void);	/* all messages from now on: an oops follows */
