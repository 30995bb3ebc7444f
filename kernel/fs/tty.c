// SPDX-License-Identifier: MIT
/*
 * The console as a terminal.
 *
 * Serial drivers hand in bytes at interrupt level. They are queued in pages taken as needed, so that a
 * script of any length can be pasted while a command runs. There are two kinds of readers: the
 * shell's line editor takes the bytes as they are; a command that reads /dev/console gets whole
 * lines, with echo, backspace, Ctrl-U, Ctrl-W and Ctrl-D, as from any terminal.
 *
 * Locks: queue_lock guards the queue; it is taken at interrupt level. line_mutex
 * guards the line being typed; its holder waits for input.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/minmax.h>
#include <linux/console.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>
#include <linux/jiffies.h>
#include <linux/poll.h>
#include <paddock/tty.h>
#include "internal.h"
#include "devfs.h"

#define CTRL(c) ((c) & 0x1f)
#define DEL	0x7f

struct chunk {
	struct chunk *next;
	unsigned int head, tail;	/* bytes put in, taken out */
	char bytes[PAGE_SIZE - 16];
};

static DEFINE_SPINLOCK(queue_lock);
static struct chunk first_chunk;	/* so that input needs no allocation before a page is full */
static struct chunk *oldest = &first_chunk, *newest = &first_chunk;
static unsigned long bytes_lost;	/* for want of memory; told once, at the next read */
static void (*interrupt_handler)(void);	/* set once */
static bool editing;			/* Ctrl-C is a key; see tty.h */
static DECLARE_WAIT_QUEUE_HEAD(input_wait);

/* ---- The queue; queue_lock held ---- */

static bool queue_is_empty(void)
{
	return oldest->head == oldest->tail;
}

static void drop_oldest(void)
{
	struct chunk *c = oldest;

	if (c == newest) {
		c->head = c->tail = 0;
		return;
	}
	oldest = c->next;
	c->next = NULL;
	c->head = c->tail = 0;
	if (c != &first_chunk)
		free_page((unsigned long)c);
}

static void queue_put(char c)
{
	struct chunk *more;

	if (newest->head == sizeof(newest->bytes)) {
		/* first_chunk comes first when it is free again: then nothing has to be allocated. */
		if (oldest != &first_chunk && first_chunk.head == 0)
			more = &first_chunk;
		else
			more = (struct chunk *)__get_free_page(GFP_ATOMIC | __GFP_NOWARN);
		if (!more) {
			bytes_lost++;
			return;
		}
		more->next = NULL;
		more->head = more->tail = 0;
		newest->next = more;
		newest = more;
	}
	newest->bytes[newest->head++] = c;
}

static size_t queue_take(char *buf, size_t size)
{
	size_t done = 0, n;

	while (done < size && !queue_is_empty()) {
		n = min_t(size_t, size - done, oldest->head - oldest->tail);
		memcpy(buf + done, oldest->bytes + oldest->tail, n);
		oldest->tail += n;
		done += n;
		if (oldest->tail == oldest->head)
			drop_oldest();
	}
	return done;
}

static void queue_clear(void)
{
	while (!queue_is_empty())
		drop_oldest();
}

/* ---- Interrupt level ---- */

void console_input(char c)
{
	bool interrupt = c == CTRL('C') && !READ_ONCE(editing) && interrupt_handler;
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	if (interrupt)
		queue_clear();
	else
		queue_put(c);
	spin_unlock_irqrestore(&queue_lock, flags);
	if (interrupt)
		interrupt_handler();
	wake_up_interruptible_all(&input_wait);
}

/* ---- For the shell ---- */

void tty_set_interrupt_handler(void (*handler)(void))
{
	interrupt_handler = handler;
}

void tty_edit_begin(void)
{
	WRITE_ONCE(editing, true);
}

void tty_edit_end(void)
{
	WRITE_ONCE(editing, false);
}

static size_t take_input(char *buf, size_t size)
{
	unsigned long flags, lost;
	size_t n;

	spin_lock_irqsave(&queue_lock, flags);
	n = queue_take(buf, size);
	lost = bytes_lost;
	bytes_lost = 0;
	spin_unlock_irqrestore(&queue_lock, flags);
	if (lost)
		pr_warn("console: %lu bytes of input lost, out of memory\n", lost);
	return n;
}

static bool has_input(void)
{
	return !queue_is_empty();	/* racy: a byte that comes now also wakes the reader */
}

bool tty_has_keys(void)
{
	return has_input();
}

ssize_t tty_read_keys(char *buf, size_t size, int timeout_ms)
{
	long left = timeout_ms < 0 ? MAX_SCHEDULE_TIMEOUT : msecs_to_jiffies(timeout_ms);
	size_t n;

	for (;;) {
		n = take_input(buf, size);
		if (n)
			return n;
		left = wait_event_interruptible_timeout(input_wait, has_input(), left);
		if (left < 0)
			return -EINTR;
		if (left == 0)
			return 0;
	}
}

void tty_write(const char *s, size_t len)
{
	console_write_raw(s, len);
}

void tty_discard(void)
{
	unsigned long flags;

	spin_lock_irqsave(&queue_lock, flags);
	queue_clear();
	spin_unlock_irqrestore(&queue_lock, flags);
}

/* ---- /dev/console: lines ---- */

#define LINE_MAX 4096

static DEFINE_MUTEX(line_mutex);
static char line[LINE_MAX];
static size_t line_len;		/* typed so far, or complete */
static size_t line_taken;	/* of a complete line: read by somebody */
static bool line_complete;
static bool line_is_eof;	/* ended by Ctrl-D: nothing follows it for this reader */

static void echo(const char *s, size_t len)
{
	console_write_raw(s, len);
}

static void erase_one(void)
{
	/* A control character was echoed as two, a UTF-8 character is one on the screen. */
	unsigned char c = line[--line_len];

	while ((c & 0xc0) == 0x80 && line_len)
		c = line[--line_len];
	if (c < ' ' && c != '\t')
		echo("\b \b\b \b", 6);
	else
		echo("\b \b", 3);
}

static void type_char(char c)
{
	char shown[2];

	switch (c) {
	case '\r':
	case '\n':
		line[line_len++] = '\n';
		line_complete = true;
		echo("\n", 1);
		break;
	case CTRL('D'):
		line_complete = true;
		line_is_eof = true;
		break;
	case '\b':
	case DEL:
		if (line_len)
			erase_one();
		break;
	case CTRL('U'):
		while (line_len)
			erase_one();
		break;
	case CTRL('W'):
		while (line_len && line[line_len - 1] == ' ')
			erase_one();
		while (line_len && line[line_len - 1] != ' ')
			erase_one();
		break;
	default:
		if (line_len >= LINE_MAX - 1) {
			echo("\a", 1);	/* as Linux: the rest of such a line is refused, the end is not */
			break;
		}
		line[line_len++] = c;
		if ((unsigned char)c < ' ' && c != '\t') {
			shown[0] = '^';
			shown[1] = c + '@';
			echo(shown, 2);
		} else {
			echo(&c, 1);
		}
	}
}

static ssize_t tty_file_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	ssize_t n;
	char c;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&line_mutex))
		return -EINTR;
	while (!line_complete) {
		if (file->f_flags & O_NONBLOCK && !has_input()) {
			n = -EAGAIN;
			goto out;
		}
		n = tty_read_keys(&c, 1, -1);
		if (n < 0) {
			line_len = 0;	/* Ctrl-C: what was typed is void */
			goto out;
		}
		type_char(c);
	}
	n = min(count, line_len - line_taken);
	memcpy(buf, line + line_taken, n);
	line_taken += n;
	if (line_taken == line_len) {
		/* Ctrl-D after some text hands it over; alone on a line it is the end: n is 0. */
		line_len = line_taken = 0;
		line_complete = line_is_eof = false;
	}
out:
	mutex_unlock(&line_mutex);
	return n;
}

#define WRITE_CHUNK 512UL	/* between two looks at whether Ctrl-C was typed */

static ssize_t tty_file_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	size_t done = 0, n;

	while (done < count) {
		if (signal_pending(current))
			return done ? done : -EINTR;
		n = min(count - done, WRITE_CHUNK);
		console_write_raw(buf + done, n);
		done += n;
	}
	return done;
}

static __poll_t tty_poll(struct file *file, struct poll_table_struct *pt)
{
	poll_wait(file, &input_wait, pt);
	return (has_input() || line_complete ? EPOLLIN | EPOLLRDNORM : 0) | EPOLLOUT | EPOLLWRNORM;
}

const struct file_operations tty_fops = {
	.open = stream_open,
	.read = tty_file_read,
	.write = tty_file_write,
	.poll = tty_poll,
	.llseek = no_llseek,
};
