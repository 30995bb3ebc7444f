/* SPDX-License-Identifier: MIT */
/*
 * Reading a flattened device tree (the blob that describes an arm64 machine).
 *
 * The reader trusts nothing in the blob: every offset and length is checked, and fdt_open() walks
 * the whole structure once, so that afterwards a walk cannot run astray. Pure functions on
 * the bytes, no allocation: used before there is memory, and by host tests.
 *
 * Source: Devicetree Specification v0.4, chapter 5 "Flattened Devicetree (DTB) Format".
 */
#pragma once

#include <linux/types.h>

#define FDT_MAX_DEPTH	16
#define FDT_MAX_BYTES	(2u << 20)	/* Linux's limit for arm64 */

struct fdt {
	const u8 *blob;			/* NULL: no usable tree */
	u32 size;			/* bytes that may be read */
	u32 structs, structs_end;	/* offsets of the structure block */
	u32 strings, strings_end;
	u32 reserve_map;
};

/*
 * A place in the tree: the node's own offset and those of its ancestors; path[depth] is the node,
 * path[0] the root.
 */
struct fdt_node {
	u32 path[FDT_MAX_DEPTH];
	int depth;
};

/*
 * fdt_open - check @blob and make it readable through @fdt.
 * @max_bytes: what is known to be mapped. Properly mapped and 4-byte aligned.
 * Returns: NULL, or what is wrong with it (then fdt->blob is NULL, and all other calls find nothing).
 */
const char *fdt_open(struct fdt *fdt, const void *blob, size_t max_bytes);

static inline bool fdt_ok(const struct fdt *fdt)
{
	return fdt->blob != NULL;
}

/* fdt_size_of - the size a header claims, 0 if there is no header. For mapping the rest of it. */
u32 fdt_size_of(const void *header);

/*
 * Walking in file order, parents before their children:
 *	struct fdt_node n;
 *	for (bool ok = fdt_first(fdt, &n); ok; ok = fdt_next(fdt, &n))
 * fdt_child: the next node that is a direct child of @parent; start with *n = *parent.
 */
bool fdt_first(const struct fdt *fdt, struct fdt_node *n);
bool fdt_next(const struct fdt *fdt, struct fdt_node *n);
bool fdt_child(const struct fdt *fdt, const struct fdt_node *parent, struct fdt_node *n);

/* The node's name, "cpu@0"; "" for the root. NUL-terminated, in the blob. */
const char *fdt_name(const struct fdt *fdt, const struct fdt_node *n);

/* By path, as "/soc/uart@9000000"; a unit address may be left out. An alias ("serial0") works, too. */
bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *n);
/* The first node from the start whose "compatible" holds @what. */
bool fdt_find_compatible(const struct fdt *fdt, const char *what, struct fdt_node *n);
bool fdt_is_compatible(const struct fdt *fdt, const struct fdt_node *n, const char *what);
bool fdt_find_phandle(const struct fdt *fdt, u32 phandle, struct fdt_node *n);

/* status absent, "okay" or "ok". */
bool fdt_enabled(const struct fdt *fdt, const struct fdt_node *n);

/*
 * Properties. fdt_prop: its bytes (NULL: none) and their number. fdt_string: NULL unless it is a
 * NUL-terminated string. fdt_u32, fdt_u64: false, and *value as it was, unless it has that size;
 * fdt_u64 takes one or two cells.
 */
const void *fdt_prop(const struct fdt *fdt, const struct fdt_node *n, const char *name, u32 *len);
const char *fdt_string(const struct fdt *fdt, const struct fdt_node *n, const char *name);
bool fdt_u32(const struct fdt *fdt, const struct fdt_node *n, const char *name, u32 *value);
bool fdt_u64(const struct fdt *fdt, const struct fdt_node *n, const char *name, u64 *value);
/* Cell number @index of a property made of 32-bit cells. */
bool fdt_cell(const struct fdt *fdt, const struct fdt_node *n, const char *name, unsigned int index, u32 *value);

/*
 * fdt_reg - entry @index of "reg", as a physical address: the parent's cell counts and the "ranges" of
 * the buses above are applied.
 * Returns: false when there is no such entry, or it cannot be seen from the CPU.
 */
bool fdt_reg(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u64 *base, u64 *size);

/* fdt_reg_local - the same by the parent's cell counts only: CPU numbers, addresses on a bus. */
bool fdt_reg_local(const struct fdt *fdt, const struct fdt_node *n, unsigned int index, u64 *base, u64 *size);

/* Entry @index of the memory reservation block; false behind the last. */
bool fdt_reservation(const struct fdt *fdt, unsigned int index, u64 *base, u64 *size);
