/* SPDX-License-Identifier: MIT */
/*
 * The console as a terminal: what the shell needs beyond reading and writing /dev/console.
 */
#pragma once

#include <linux/types.h>
#include <linux/list.h>

struct task_struct;

/*
 * Foreground threads: those that Ctrl-C is for. While there is at least one, a Ctrl-C that comes in
 * drops what was typed before it, sends all of them SIGINT, and is not itself input.
 */
struct tty_member {
	struct list_head node;
	struct task_struct *task;
};

/* Context: thread. The member must be removed before its task can be gone. */
void tty_foreground_add(struct tty_member *member, struct task_struct *task);
void tty_foreground_remove(struct tty_member *member);

/* How often Ctrl-C was sent to foreground threads so far: a shell compares before and after. */
unsigned int tty_interrupt_count(void);

/*
 * tty_read_keys - what has been typed, as it came: no echo, no editing.
 * @timeout_ms: how long to wait for the first byte; negative: for ever.
 * Returns: bytes, 0 when the time ran out, or -EINTR after a signal.
 * Context: thread; sleeps.
 */
ssize_t tty_read_keys(char *buf, size_t size, int timeout_ms);

/* tty_write - to the console, as a write to /dev/console. */
void tty_write(const char *s, size_t len);

/* tty_discard - forget what was typed and not read. */
void tty_discard(void);
