/* SPDX-License-Identifier: MIT */
/* A device tree made in memory, for tests to read and to break. */
#pragma once

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct fdt_build {
	uint8_t structs[8192];
	uint8_t strings[1024];
	uint8_t reservations[128];
	uint32_t structs_len, strings_len, reservations_len;
};

static void put32(uint8_t *at, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		at[i] = v >> (24 - 8 * i);
}

static void b_u32(struct fdt_build *b, uint32_t v)
{
	assert(b->structs_len + 4 <= sizeof(b->structs));
	put32(b->structs + b->structs_len, v);
	b->structs_len += 4;
}

static void b_bytes(struct fdt_build *b, const void *data, uint32_t len)
{
	assert(b->structs_len + len + 4 <= sizeof(b->structs));
	memcpy(b->structs + b->structs_len, data, len);
	b->structs_len = (b->structs_len + len + 3) & ~3u;
}

static void b_node(struct fdt_build *b, const char *name)
{
	b_u32(b, 1);
	b_bytes(b, name, strlen(name) + 1);
}

static void b_end(struct fdt_build *b)
{
	b_u32(b, 2);
}

static void b_prop(struct fdt_build *b, const char *name, const void *value, uint32_t len)
{
	b_u32(b, 3);
	b_u32(b, len);
	b_u32(b, b->strings_len);
	strcpy((char *)b->strings + b->strings_len, name);
	b->strings_len += strlen(name) + 1;
	b_bytes(b, value, len);
}

static void b_string(struct fdt_build *b, const char *name, const char *value)
{
	b_prop(b, name, value, strlen(value) + 1);
}

static void b_cells(struct fdt_build *b, const char *name, unsigned int n, const uint32_t *cells)
{
	uint8_t bytes[64];

	for (unsigned int i = 0; i < n; i++)
		put32(bytes + 4 * i, cells[i]);
	b_prop(b, name, bytes, 4 * n);
}
#define B_CELLS(b, name, ...) \
	b_cells(b, name, sizeof((uint32_t[]){ __VA_ARGS__ }) / 4, (uint32_t[]){ __VA_ARGS__ })

static void b_reserve(struct fdt_build *b, uint64_t base, uint64_t size)
{
	uint8_t *at = b->reservations + b->reservations_len;

	put32(at, base >> 32);
	put32(at + 4, base);
	put32(at + 8, size >> 32);
	put32(at + 12, size);
	b->reservations_len += 16;
}

/* The blob: header, reservations, structure, strings. Of exactly its size, so that a sanitizer sees a read behind it. */
static uint8_t *b_finish(struct fdt_build *b, uint32_t *size)
{
	uint32_t structs, strings;
	uint8_t *blob;

	b_reserve(b, 0, 0);
	b_u32(b, 9);
	structs = 40 + b->reservations_len;
	strings = structs + b->structs_len;
	*size = strings + b->strings_len;
	blob = calloc(1, *size);
	put32(blob, 0xd00dfeed);
	put32(blob + 4, *size);
	put32(blob + 8, structs);
	put32(blob + 12, strings);
	put32(blob + 16, 40);
	put32(blob + 20, 17);
	put32(blob + 24, 16);
	put32(blob + 32, b->strings_len);
	put32(blob + 36, b->structs_len);
	memcpy(blob + 40, b->reservations, b->reservations_len);
	memcpy(blob + structs, b->structs, b->structs_len);
	memcpy(blob + strings, b->strings, b->strings_len);
	return blob;
}
