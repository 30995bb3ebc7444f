// SPDX-License-Identifier: MIT
/*
 * Arenas and growing strings: the shell's memory.
 *
 * An arena is a list of chunks that are only ever freed together. What a command line needs (its tree, the words it
 * expands to) dies with the line, so nothing is freed piece by piece and nothing can be forgotten.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "shell.h"

#define CHUNK_BYTES 2000	/* fits a kmalloc-2k object with its header */

struct arena_chunk {
	struct arena_chunk *next;
	char data[] __aligned(8);
};

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_chunk *c;
	void *p;

	size = ALIGN(size, 8);
	if (!a->chunks || a->size - a->used < size) {
		size_t bytes = max_t(size_t, size, CHUNK_BYTES);

		c = kvmalloc(sizeof(*c) + bytes, GFP_KERNEL);
		if (!c)
			return NULL;
		c->next = a->chunks;
		a->chunks = c;
		a->used = 0;
		a->size = bytes;
	}
	p = a->chunks->data + a->used;
	a->used += size;
	return memset(p, 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t len)
{
	char *p = arena_alloc(a, len + 1);

	return p ? memcpy(p, s, len) : NULL;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

void arena_free(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->chunks; c; c = next) {
		next = c->next;
		kvfree(c);
	}
	memset(a, 0, sizeof(*a));
}

void sb_add(struct strbuf *b, const char *s, size_t len)
{
	if (b->oom)
		return;
	if (b->cap - b->len < len + 1 || !b->s) {
		size_t cap = max(b->cap * 2, b->len + len + 64);
		char *n = kvmalloc(cap, GFP_KERNEL);

		if (!n) {
			b->oom = true;
			return;
		}
		if (b->len)
			memcpy(n, b->s, b->len);
		kvfree(b->s);
		b->s = n;
		b->cap = cap;
	}
	memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void sb_addc(struct strbuf *b, char c)
{
	sb_add(b, &c, 1);
}

void sb_puts(struct strbuf *b, const char *s)
{
	sb_add(b, s, strlen(s));
}

void sb_free(struct strbuf *b)
{
	kvfree(b->s);
	memset(b, 0, sizeof(*b));
}
