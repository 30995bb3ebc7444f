// SPDX-License-Identifier: MIT
/*
 * drivers/firmware/fdt.c: reads what a tree says, and survives what is no tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <linux/types.h>
#include <paddock/fdt.h>
#include "fdt_build.h"

/* A small machine: what QEMU's virt has, and a bus whose addresses must be translated. */
static uint8_t *machine(uint32_t *size)
{
	struct fdt_build *b = calloc(1, sizeof(*b));
	uint8_t *blob;

	b_reserve(b, 0x48000000, 0x1000);
	b_reserve(b, 0x1234500000000, 0x2000);
	b_node(b, "");
	b_string(b, "model", "unit test");
	B_CELLS(b, "#address-cells", 2);
	B_CELLS(b, "#size-cells", 2);
	b_node(b, "aliases");
	b_string(b, "serial0", "/uart@9000000");
	b_string(b, "loop", "loop");
	b_end(b);
	b_node(b, "chosen");
	b_string(b, "bootargs", "loglevel=7 quiet");
	B_CELLS(b, "linux,initrd-start", 0, 0x48000000);
	B_CELLS(b, "linux,initrd-end", 0x48100000);
	b_prop(b, "no-nul", "abc", 3);
	b_end(b);
	b_u32(b, 4);				/* NOP */
	b_node(b, "memory@40000000");
	b_string(b, "device_type", "memory");
	B_CELLS(b, "reg", 0, 0x40000000, 0, 0x10000000, 1, 0, 2, 0);
	B_CELLS(b, "numa-node-id", 1);
	b_end(b);
	b_node(b, "uart@9000000");
	b_prop(b, "compatible", "arm,pl011\0arm,primecell", 24);
	B_CELLS(b, "reg", 0, 0x9000000, 0, 0x1000);
	B_CELLS(b, "interrupts", 0, 1, 4);
	B_CELLS(b, "phandle", 0x8001);
	b_end(b);
	b_node(b, "soc");
	B_CELLS(b, "#address-cells", 1);
	B_CELLS(b, "#size-cells", 1);
	B_CELLS(b, "ranges", 0, 0, 0x80000000, 0x1000, 0x1000, 8, 0x2000, 0x1000);
	b_u32(b, 4);
	b_node(b, "dev@20");
	B_CELLS(b, "reg", 0x20, 0x10, 0x1040, 4, 0x5000, 4);
	b_string(b, "status", "disabled");
	b_string(b, "compatible", "x,dev");
	b_end(b);
	b_node(b, "dev@1000");
	b_string(b, "compatible", "x,dev");
	b_string(b, "status", "okay");
	b_end(b);
	b_end(b);
	b_node(b, "cpus");
	B_CELLS(b, "#address-cells", 1);
	B_CELLS(b, "#size-cells", 0);
	b_node(b, "cpu@0");
	B_CELLS(b, "reg", 0x100);
	b_end(b);
	b_end(b);
	b_end(b);
	blob = b_finish(b, size);
	free(b);
	return blob;
}

static struct fdt tree;
static uint8_t *blob;

static int set_up(void **state)
{
	uint32_t size;

	blob = machine(&size);
	return fdt_open(&tree, blob, size) != NULL;
}

static int tear_down(void **state)
{
	free(blob);
	return 0;
}

static void properties_are_read(void **state)
{
	struct fdt_node n;
	u32 v = 7, len;
	u64 w;

	assert_true(fdt_find_path(&tree, "/chosen", &n));
	assert_string_equal(fdt_string(&tree, &n, "bootargs"), "loglevel=7 quiet");
	assert_null(fdt_string(&tree, &n, "no-nul"));
	assert_non_null(fdt_prop(&tree, &n, "no-nul", &len));
	assert_int_equal(len, 3);
	assert_true(fdt_u64(&tree, &n, "linux,initrd-start", &w));
	assert_true(w == 0x48000000);
	assert_true(fdt_u64(&tree, &n, "linux,initrd-end", &w));
	assert_true(w == 0x48100000);
	assert_false(fdt_u32(&tree, &n, "linux,initrd-start", &v));
	assert_false(fdt_u32(&tree, &n, "absent", &v));
	assert_int_equal(v, 7);
	assert_true(fdt_cell(&tree, &n, "linux,initrd-start", 1, &v));
	assert_int_equal(v, 0x48000000);
	assert_false(fdt_cell(&tree, &n, "linux,initrd-start", 2, &v));
}

static void paths_and_aliases_are_found(void **state)
{
	struct fdt_node n;

	assert_true(fdt_find_path(&tree, "/", &n));
	assert_int_equal(n.depth, 0);
	assert_true(fdt_find_path(&tree, "/uart", &n));
	assert_string_equal(fdt_name(&tree, &n), "uart@9000000");
	assert_true(fdt_find_path(&tree, "/soc/dev@1000", &n));
	assert_int_equal(n.depth, 2);
	assert_true(fdt_find_path(&tree, "serial0", &n));
	assert_string_equal(fdt_name(&tree, &n), "uart@9000000");
	assert_false(fdt_find_path(&tree, "loop", &n));
	assert_false(fdt_find_path(&tree, "/soc/nothing", &n));
	assert_false(fdt_find_path(&tree, "/dev@1000", &n));
	assert_false(fdt_find_path(&tree, "/soc/dev@20/deeper", &n));
	assert_false(fdt_find_path(&tree, "", &n));
}

static void devices_are_found_by_what_they_are(void **state)
{
	struct fdt_node n;

	assert_true(fdt_find_compatible(&tree, "arm,primecell", &n));
	assert_string_equal(fdt_name(&tree, &n), "uart@9000000");
	assert_false(fdt_find_compatible(&tree, "arm,prime", &n));
	assert_false(fdt_find_compatible(&tree, "arm,primecellar", &n));
	/* The first one is disabled. */
	assert_true(fdt_find_compatible(&tree, "x,dev", &n));
	assert_string_equal(fdt_name(&tree, &n), "dev@1000");
	assert_true(fdt_find_phandle(&tree, 0x8001, &n));
	assert_string_equal(fdt_name(&tree, &n), "uart@9000000");
	assert_false(fdt_find_phandle(&tree, 1, &n));
}

static void addresses_are_translated(void **state)
{
	struct fdt_node n;
	u64 base, size;

	assert_true(fdt_find_path(&tree, "/memory", &n));
	assert_true(fdt_reg(&tree, &n, 0, &base, &size));
	assert_true(base == 0x40000000 && size == 0x10000000);
	assert_true(fdt_reg(&tree, &n, 1, &base, &size));
	assert_true(base == 0x100000000 && size == 0x200000000);
	assert_false(fdt_reg(&tree, &n, 2, &base, &size));
	assert_true(fdt_find_path(&tree, "/soc/dev@20", &n));
	assert_true(fdt_reg(&tree, &n, 0, &base, &size));
	assert_true(base == 0x80000020 && size == 0x10);
	assert_true(fdt_reg(&tree, &n, 1, &base, &size));
	assert_true(base == 0x800002040 && size == 4);
	assert_false(fdt_reg(&tree, &n, 2, &base, &size));	/* in no range */
	assert_true(fdt_find_path(&tree, "/cpus/cpu", &n));
	assert_false(fdt_reg(&tree, &n, 0, &base, &size));	/* no address */
	assert_true(fdt_reg_local(&tree, &n, 0, &base, &size));
	assert_true(base == 0x100 && size == 0);
}

static void reservations_are_read(void **state)
{
	u64 base, size;

	assert_true(fdt_reservation(&tree, 0, &base, &size));
	assert_true(base == 0x48000000 && size == 0x1000);
	assert_true(fdt_reservation(&tree, 1, &base, &size));
	assert_true(base == 0x1234500000000 && size == 0x2000);
	assert_false(fdt_reservation(&tree, 2, &base, &size));
	assert_false(fdt_reservation(&tree, 0x10000000, &base, &size));
}

static void children_are_walked(void **state)
{
	static const char *const expect[] = { "aliases", "chosen", "memory@40000000", "uart@9000000", "soc", "cpus" };
	struct fdt_node root, n;
	unsigned int i = 0;

	assert_true(fdt_first(&tree, &root));
	n = root;
	while (fdt_child(&tree, &root, &n))
		assert_string_equal(fdt_name(&tree, &n), expect[i++]);
	assert_int_equal(i, 6);
}

/* Everything a reader could ask of a tree; only sanitizers judge. */
static void exercise(const struct fdt *f)
{
	struct fdt_node n, child;
	u64 base, size;
	u32 v, len;
	volatile size_t sum = 0;

	for (bool ok = fdt_first(f, &n); ok; ok = fdt_next(f, &n)) {
		const char *s;
		const u8 *p;

		sum += strlen(fdt_name(f, &n));
		for (unsigned int i = 0; i < 4 && fdt_reg(f, &n, i, &base, &size); i++)
			sum += base;
		s = fdt_string(f, &n, "compatible");
		if (s)
			sum += strlen(s);
		p = fdt_prop(f, &n, "reg", &len);
		for (u32 i = 0; p && i < len; i++)
			sum += p[i];
		fdt_u32(f, &n, "phandle", &v);
		fdt_cell(f, &n, "interrupts", 2, &v);
		sum += fdt_is_compatible(f, &n, "arm,pl011") + fdt_enabled(f, &n);
		child = n;
		fdt_child(f, &n, &child);
	}
	fdt_find_path(f, "/soc/dev@1000", &n);
	fdt_find_path(f, "serial0", &n);
	for (unsigned int i = 0; i < 8 && fdt_reservation(f, i, &base, &size); i++)
		sum += base;
}

static void truncated_trees_are_refused(void **state)
{
	uint32_t size;
	uint8_t *whole = machine(&size);
	struct fdt f;

	for (uint32_t len = 0; len < size; len++) {
		uint8_t *cut = malloc(len ? len : 1);

		memcpy(cut, whole, len);
		assert_non_null(fdt_open(&f, cut, len));
		assert_false(fdt_ok(&f));
		/* Cut, and the header admits it. */
		if (len >= 40) {
			put32(cut + 4, len);
			fdt_open(&f, cut, len);
			exercise(&f);
		}
		free(cut);
	}
	free(whole);
}

static void mutated_trees_are_survived(void **state)
{
	static const uint8_t value[] = { 0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xff };
	uint32_t size;
	uint8_t *b = machine(&size);
	unsigned int seed = 1, opened = 0;
	struct fdt f;

	for (uint32_t at = 0; at < size; at++) {
		uint8_t old = b[at];

		for (unsigned int i = 0; i < sizeof(value); i++) {
			b[at] = value[i];
			opened += !fdt_open(&f, b, size);
			exercise(&f);
		}
		b[at] = old;
	}
	assert_true(opened > 0);
	for (unsigned int round = 0; round < 20000; round++) {
		uint32_t at[4];
		uint8_t old[4];

		for (int i = 0; i < 4; i++) {
			at[i] = rand_r(&seed) % size;
			old[i] = b[at[i]];
			b[at[i]] = rand_r(&seed);
		}
		fdt_open(&f, b, size);
		exercise(&f);
		for (int i = 3; i >= 0; i--)
			b[at[i]] = old[i];
	}
	free(b);
}

static void wrong_structures_are_refused(void **state)
{
	static const struct { uint32_t tokens[10]; const char *what; } table[] = {
		{ { 9 }, "no root" },
		{ { 1, 0, 9 }, "nodes not ended" },
		{ { 1, 0, 2, 2, 9 }, "more ends than nodes" },
		{ { 1, 0, 2, 1, 0, 2, 9 }, "two roots" },
		{ { 3, 0, 0, 9 }, "a property outside its node" },
		{ { 1, 0, 1, 0, 2, 3, 0, 0, 2, 9 }, "a property outside its node" },
		{ { 1, 0, 3, 0, 99, 2, 9 }, "a property without a name" },
		{ { 1, 0, 3, 0xffffffff, 0, 2, 9 }, "a broken structure block" },
		{ { 1, 0, 5, 2, 9 }, "a broken structure block" },
	};

	for (unsigned int i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fdt_build *b = calloc(1, sizeof(*b));
		uint32_t size;
		uint8_t *bytes;
		struct fdt f;

		for (unsigned int t = 0; t < 10; t++)
			b_u32(b, table[i].tokens[t]);
		b->strings_len = 4;
		bytes = b_finish(b, &size);
		assert_string_equal(fdt_open(&f, bytes, size), table[i].what);
		free(bytes);
		free(b);
	}
}

static void deep_trees_are_refused(void **state)
{
	for (int depth = 1; depth <= FDT_MAX_DEPTH + 1; depth++) {
		struct fdt_build *b = calloc(1, sizeof(*b));
		uint32_t size;
		uint8_t *bytes;
		struct fdt f;

		for (int i = 0; i < depth; i++)
			b_node(b, i ? "n" : "");
		for (int i = 0; i < depth; i++)
			b_end(b);
		bytes = b_finish(b, &size);
		if (depth <= FDT_MAX_DEPTH)
			assert_null(fdt_open(&f, bytes, size));
		else
			assert_string_equal(fdt_open(&f, bytes, size), "nested too deep");
		exercise(&f);
		free(bytes);
		free(b);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(properties_are_read), T(paths_and_aliases_are_found), T(devices_are_found_by_what_they_are),
		T(addresses_are_translated), T(reservations_are_read), T(children_are_walked),
		T(truncated_trees_are_refused), T(mutated_trees_are_survived),
		T(wrong_structures_are_refused), T(deep_trees_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
