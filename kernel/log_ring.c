// SPDX-License-Identifier: MIT
/*
 * The log's store: two rings, one of descriptors and one of text.
 *
 *   descriptors   [seq % NR_DESCS]  state, where the text is, level, time
 *   text          bytes; position p lies at p % TEXT_BYTES, p only grows
 *
 * A writer reserves a number and a piece of text with one atomic addition each, fills both in, and
 * publishes by storing the descriptor's state, which holds the number: so a descriptor tells for
 * which message it is valid. A reader copies, and then looks whether state and text are still the
 * same: a writer that came round meanwhile has changed the one or moved text_head past the other.
 *
 * Invariant: message s is readable if and only if its descriptor's state is DONE(s) and
 * text_head - desc.text <= TEXT_BYTES.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "log_ring.h"

#define NR_DESCS	4096ul
#define TEXT_BYTES	(256ul << 10)

struct log_desc {
	u64 state;		/* 0: never used; BUSY(seq), DONE(seq) */
	u64 text;		/* position of the first byte */
	struct log_info info;
};

#define BUSY(seq)	(2 * (seq) + 1)
#define DONE(seq)	(2 * (seq) + 2)

static struct log_desc descs[NR_DESCS];
static char text_ring[TEXT_BYTES];
static u64 next_seq;
static u64 text_head;

static void copy_in(u64 pos, const char *src, size_t len)
{
	size_t at = pos % TEXT_BYTES, first = min_t(size_t, len, TEXT_BYTES - at);

	memcpy(text_ring + at, src, first);
	memcpy(text_ring, src + first, len - first);
}

static void copy_out(char *dst, u64 pos, size_t len)
{
	size_t at = pos % TEXT_BYTES, first = min_t(size_t, len, TEXT_BYTES - at);

	memcpy(dst, text_ring + at, first);
	memcpy(dst + first, text_ring, len - first);
}

u64 log_ring_put(const struct log_info *info, const char *text)
{
	size_t len = min_t(size_t, info->len, LOG_TEXT_MAX - 1);
	u64 seq = __atomic_fetch_add(&next_seq, 1, __ATOMIC_SEQ_CST);
	struct log_desc *d = &descs[seq % NR_DESCS];
	u64 pos;

	__atomic_store_n(&d->state, BUSY(seq), __ATOMIC_RELAXED);
	pos = __atomic_fetch_add(&text_head, len, __ATOMIC_RELAXED);
	/* Pairs with the fence in read_one(): who sees new bytes also sees BUSY and the new head. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	d->text = pos;
	d->info = *info;
	d->info.len = len;
	copy_in(pos, text, len);
	__atomic_store_n(&d->state, DONE(seq), __ATOMIC_RELEASE);
	return seq;
}

enum found { FOUND, NOT_YET, LOST };

static enum found read_one(u64 seq, struct log_info *info, char *text, size_t size)
{
	struct log_desc *d = &descs[seq % NR_DESCS];
	u64 state = __atomic_load_n(&d->state, __ATOMIC_ACQUIRE), pos;

	if (state != DONE(seq))
		return state > DONE(seq) ? LOST : NOT_YET;
	pos = d->text;
	*info = d->info;
	if (size) {
		size_t len = min_t(size_t, info->len, size - 1);

		copy_out(text, pos, min_t(size_t, len, LOG_TEXT_MAX));
		text[len] = '\0';
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (READ_ONCE(d->state) != DONE(seq) || READ_ONCE(text_head) - pos > TEXT_BYTES)
		return LOST;
	return FOUND;
}

u64 log_ring_next(void)
{
	return __atomic_load_n(&next_seq, __ATOMIC_SEQ_CST);
}

u64 log_ring_first(void)
{
	u64 next = log_ring_next();
	u64 seq = next > NR_DESCS ? next - NR_DESCS : 0;
	struct log_info info;

	while (seq < next && read_one(seq, &info, NULL, 0) == LOST)
		seq++;
	return seq;
}

bool log_ring_get(u64 *seqp, struct log_info *info, char *text, size_t size, bool skip_busy)
{
	u64 next = log_ring_next();

	for (u64 seq = *seqp; seq < next; seq++) {
		switch (read_one(seq, info, text, size)) {
		case FOUND:
			*seqp = seq;
			return true;
		case LOST:
			/* Not one by one when a whole round was missed. */
			if (next - seq > NR_DESCS)
				seq = next - NR_DESCS - 1;
			break;
		case NOT_YET:
			if (!skip_busy)
				return false;
			break;
		}
	}
	return false;
}
