/* SPDX-License-Identifier: MIT */
/*
 * The console as a terminal: what the shell needs beyond reading and writing /dev/console.
 */
#pragma once

#include <linux/types.h>

/*
 * Ctrl-C. While a line editor reads keys (tty_edit_begin() to tty_edit_end()) it is a key like any
 * other. At all other times it drops what was typed before it and calls the handler, at interrupt level.
 */
void tty_set_interrupt_handler(void (*handler)(void));
void tty_edit_begin(void);
void tty_edit_end(void);

/*
 * tty_read_keys - what has been typed, as it came: no echo, no editing.
 * @timeout_ms: how long to wait for the first byte; negative: for ever.
 * Returns: bytes, 0 when the time ran out, or -EINTR after a signal.
 * Context: thread; sleeps.
 */
ssize_t tty_read_keys(char *buf, size_t size, int timeout_ms);

/* tty_has_keys - would tty_read_keys() return at once? */
bool tty_has_keys(void);

/* tty_write - to the console, as a write to /dev/console. */
void tty_write(const char *s, size_t len);

/* tty_discard - forget what was typed and not read. */
void tty_discard(void);
