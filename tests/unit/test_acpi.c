// SPDX-License-Identifier: MIT
/* drivers/firmware/acpi_parse.c: what tables say, and that no bytes, however bad, lead out of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <paddock/acpi.h>

unsigned int log_lines;

/* A table in memory of exactly its size, so that the sanitizer sees a byte too far. */
struct table {
	u8 *p;
	u32 len;
};

static void put(struct table *t, const void *bytes, u32 n)
{
	t->p = realloc(t->p, t->len + n);
	memcpy(t->p + t->len, bytes, n);
	t->len += n;
}

static void put_u(struct table *t, u64 value, u32 n)
{
	put(t, &value, n);	/* little-endian, as the hosts that run this are */
}

static struct table table_start(const char *signature)
{
	struct table t = { 0 };
	u8 rest[ACPI_HEADER_BYTES - 4] = { 0 };

	put(&t, signature, 4);
	put(&t, rest, sizeof(rest));
	return t;
}

/* Length and checksum. */
static void table_seal(struct table *t)
{
	memcpy(t->p + 4, &t->len, 4);
	t->p[9] = 0;
	t->p[9] = -acpi_checksum(t->p, t->len);
}

static int parse(struct acpi_info *info, struct table *t)
{
	u32 len;
	int err;

	table_seal(t);
	err = acpi_check_table(t->p, t->len, NULL, &len);
	return err ?: acpi_parse_table(info, t->p, len);
}

static void madt_cpu(struct table *t, u8 apic_id, u32 flags)
{
	put_u(t, 0 | 8 << 8 | apic_id << 24, 4);
	put_u(t, flags, 4);
}

static struct table sound_madt(void)
{
	struct table t = table_start("APIC");

	put_u(&t, 0xfee00000, 4);
	put_u(&t, 1, 4);
	madt_cpu(&t, 0, 1);
	madt_cpu(&t, 1, 1);
	madt_cpu(&t, 7, 0);			/* not there */
	put_u(&t, 9 | 16 << 8, 4);		/* x2APIC */
	put_u(&t, 300, 4);
	put_u(&t, 1, 4);
	put_u(&t, 0, 4);
	put_u(&t, 1 | 12 << 8 | 5 << 16, 4);	/* IOAPIC with id 5 */
	put_u(&t, 0xfec00000, 4);
	put_u(&t, 24, 4);
	put_u(&t, 2 | 10 << 8, 4);		/* ISA 9 is GSI 20, level, low */
	t.p[t.len - 1] = 9;
	put_u(&t, 20, 4);
	put_u(&t, 0xf, 2);
	return t;
}

static void madt_names_cpus_and_controllers(void **state)
{
	struct acpi_info info;
	struct table t = sound_madt();

	acpi_info_init(&info);
	assert_int_equal(parse(&info, &t), 0);
	assert_true(info.has_madt);
	assert_int_equal(info.lapic_pa, 0xfee00000);
	assert_int_equal(info.nr_cpus, 3);
	assert_int_equal(info.cpu_apic_id[1], 1);
	assert_int_equal(info.cpu_apic_id[2], 300);
	assert_int_equal(info.nr_ioapics, 1);
	assert_int_equal(info.ioapics[0].id, 5);
	assert_int_equal(info.ioapics[0].gsi_base, 24);
	assert_int_equal(info.isa_irqs[9].gsi, 20);
	assert_true(info.isa_irqs[9].level && info.isa_irqs[9].active_low);
	assert_int_equal(info.isa_irqs[4].gsi, 4);
	assert_false(info.isa_irqs[4].level);
	free(t.p);
}

static void madt_with_a_cpu_twice_counts_it_once(void **state)
{
	struct acpi_info info;
	struct table t = sound_madt();

	madt_cpu(&t, 1, 1);
	acpi_info_init(&info);
	log_lines = 0;
	assert_int_equal(parse(&info, &t), 0);
	assert_int_equal(info.nr_cpus, 3);
	assert_int_equal(log_lines, 1);
	free(t.p);
}

static void madt_entry_of_length_zero_ends_the_walk(void **state)
{
	struct acpi_info info;
	struct table t = sound_madt();

	put_u(&t, 0, 2);
	madt_cpu(&t, 2, 1);
	acpi_info_init(&info);
	assert_int_equal(parse(&info, &t), -EINVAL);
	assert_int_equal(info.nr_cpus, 3);	/* what came before is kept */
	free(t.p);
}

static void more_cpus_than_fit_are_passed_over(void **state)
{
	struct acpi_info info;
	struct table t = table_start("APIC");

	put_u(&t, 0xfee00000, 8);
	for (u32 i = 0; i < ACPI_MAX_CPUS + 10; i++) {
		put_u(&t, 9 | 16 << 8, 4);
		put_u(&t, i, 4);
		put_u(&t, 1, 8);
	}
	acpi_info_init(&info);
	assert_int_equal(parse(&info, &t), 0);
	assert_int_equal(info.nr_cpus, ACPI_MAX_CPUS);
	free(t.p);
}

static void srat_memory(struct table *t, u32 domain, u64 base, u64 size, u32 flags)
{
	put_u(t, 1 | 40 << 8, 2);
	put_u(t, domain, 4);
	put_u(t, 0, 2);
	put_u(t, base, 8);
	put_u(t, size, 8);
	put_u(t, 0, 4);
	put_u(t, flags, 4);
	put_u(t, 0, 8);
}

static struct table sound_srat(void)
{
	struct table t = table_start("SRAT");

	put_u(&t, 1, 4);
	put_u(&t, 0, 8);
	put_u(&t, 0 | 16 << 8 | 5 << 16 | 1 << 24, 4);	/* APIC 1 in domain 5 */
	put_u(&t, 1, 4);
	put_u(&t, 0, 8);
	srat_memory(&t, 5, 0, 0x80000000, 1);
	srat_memory(&t, 2, 0x100000000, 0x80000000, 1);
	srat_memory(&t, 9, 0x200000000, 0x80000000, 0);	/* not enabled */
	return t;
}

static void srat_numbers_domains_by_appearance(void **state)
{
	struct acpi_info info;
	struct table t = sound_srat();

	acpi_info_init(&info);
	assert_int_equal(parse(&info, &t), 0);
	assert_int_equal(info.nr_nodes, 2);
	assert_int_equal(info.node_domain[0], 5);
	assert_int_equal(info.nr_cpu_affinities, 1);
	assert_int_equal(info.cpu_affinities[0].apic_id, 1);
	assert_int_equal(info.cpu_affinities[0].node, 0);
	assert_int_equal(info.nr_memory, 2);
	assert_int_equal(info.memory[1].node, 1);
	assert_int_equal(info.memory[1].base, 0x100000000);
	free(t.p);
}

static void srat_refuses_wrapping_ranges(void **state)
{
	struct acpi_info info;
	struct table t = sound_srat();

	srat_memory(&t, 2, ~0ull - 4096, 8192, 1);
	srat_memory(&t, 2, 4096, 0, 1);
	acpi_info_init(&info);
	log_lines = 0;
	assert_int_equal(parse(&info, &t), 0);
	assert_int_equal(info.nr_memory, 2);
	assert_int_equal(log_lines, 2);
	free(t.p);
}

static struct table slit(u64 n, const u8 *distances, u32 bytes)
{
	struct table t = table_start("SLIT");

	put_u(&t, n, 8);
	put(&t, distances, bytes);
	return t;
}

static void slit_is_a_square_with_tens(void **state)
{
	static const u8 good[] = { 10, 20, 21, 10 }, crooked[] = { 10, 20, 21, 11 };
	struct acpi_info info;
	struct table t = slit(2, good, 4);

	acpi_info_init(&info);
	assert_int_equal(parse(&info, &t), 0);
	assert_int_equal(info.nr_distances, 2);
	assert_int_equal(info.distances[1][0], 21);
	free(t.p);

	acpi_info_init(&info);
	t = slit(2, crooked, 4);
	assert_int_equal(parse(&info, &t), -EINVAL);
	free(t.p);
	t = slit(3, good, 4);
	assert_int_equal(parse(&info, &t), -EINVAL);
	free(t.p);
	t = slit(0x100000001, good, 4);		/* its square wraps */
	assert_int_equal(parse(&info, &t), -EINVAL);
	assert_int_equal(info.nr_distances, 0);
	free(t.p);
}

static void s5_is_found_in_aml(void **state)
{
	static const u8 aml[] = { 0x10, 0x00, 0x08, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 5, 0x01, 0, 0 };
	static const u8 rooted[] = { 0x08, '\\', '_', 'S', '5', '_', 0x12, 0x47, 0x00, 0x04, 0x00, 0x0a, 7 };
	static const u8 string[] = { 0x0d, '_', 'S', '5', '_', 0x12, 0x06, 0x04, 0x0a, 5, 0x01, 0, 0 };
	struct acpi_info info;

	acpi_info_init(&info);
	assert_int_equal(acpi_parse_s5(&info, aml, sizeof(aml)), 0);
	assert_int_equal(info.s5_type_a, 5);
	assert_int_equal(info.s5_type_b, 1);
	assert_int_equal(acpi_parse_s5(&info, rooted, sizeof(rooted)), 0);
	assert_int_equal(info.s5_type_a, 0);
	assert_int_equal(info.s5_type_b, 7);
	assert_int_equal(acpi_parse_s5(&info, string, sizeof(string)), -ENOENT);
	for (u32 len = 0; len < 13; len++) {
		u8 *cut = malloc(len + !len);

		memcpy(cut, aml, len);
		assert_int_equal(acpi_parse_s5(&info, cut, len), -ENOENT);
		free(cut);
	}
}

static void rsdp_prefers_the_xsdt(void **state)
{
	u8 p[36] = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' };
	u64 xsdt, rsdt;

	p[16] = 0x10;
	p[8] = -acpi_checksum(p, 20);
	assert_int_equal(acpi_check_rsdp(p, 36, &xsdt, &rsdt), 0);
	assert_int_equal(rsdt, 0x10);
	assert_int_equal(xsdt, 0);

	p[8] = 0;
	p[15] = 2;
	p[8] = -acpi_checksum(p, 20);
	p[20] = 36;
	p[24] = 0x40;
	p[32] = -acpi_checksum(p, 36);
	assert_int_equal(acpi_check_rsdp(p, 36, &xsdt, &rsdt), 0);
	assert_int_equal(xsdt, 0x40);

	p[33] = 1;	/* the longer checksum is wrong: only the first part counts */
	assert_int_equal(acpi_check_rsdp(p, 36, &xsdt, &rsdt), 0);
	assert_int_equal(rsdt, 0x10);
	p[8]++;
	assert_int_equal(acpi_check_rsdp(p, 36, &xsdt, &rsdt), -EINVAL);
}

static void bad_headers_are_refused(void **state)
{
	struct table t = sound_madt();
	u32 len;

	table_seal(&t);
	assert_int_equal(acpi_check_table(t.p, t.len, "APIC", &len), 0);
	assert_int_equal(len, t.len);
	assert_int_equal(acpi_check_table(t.p, t.len, "FACP", &len), -EINVAL);
	assert_int_equal(acpi_check_table(t.p, t.len - 1, "APIC", &len), -EINVAL);
	assert_int_equal(acpi_check_table(t.p, 10, NULL, &len), -EINVAL);
	t.p[50] ^= 1;
	assert_int_equal(acpi_check_table(t.p, t.len, NULL, &len), -EINVAL);
	free(t.p);
}

/* Random bytes behind each signature, and sound tables with random damage: nothing but results. */
static void no_bytes_lead_astray(void **state)
{
	static const char signatures[][5] = { "APIC", "SRAT", "SLIT", "FACP", "HPET", "DSDT" };
	unsigned int seed = getenv("SEED") ? atoi(getenv("SEED")) : (unsigned int)time(NULL);
	struct acpi_info *info = malloc(sizeof(*info));

	print_message("SEED=%u\n", seed);
	srand(seed);
	for (int round = 0; round < 20000; round++) {
		struct table t = round % 4 == 0 ? sound_madt() : round % 4 == 1 ? sound_srat() :
				 table_start(signatures[rand() % 6]);

		if (round % 4 > 1) {
			u32 n = rand() % 200;

			for (u32 i = 0; i < n; i++)
				put_u(&t, rand() % 3 ? rand() % 20 : rand(), 1);
		} else {
			for (int i = rand() % 4; i >= 0; i--)
				t.p[ACPI_HEADER_BYTES + rand() % (t.len - ACPI_HEADER_BYTES)] = rand();
			t.len -= rand() % 8;
			t.p = realloc(t.p, t.len);
		}
		acpi_info_init(info);
		parse(info, &t);
		acpi_parse_s5(info, t.p, t.len);
		assert_true(info->nr_cpus <= ACPI_MAX_CPUS);
		assert_true(info->nr_ioapics <= ACPI_MAX_IOAPICS);
		assert_true(info->nr_nodes <= ACPI_MAX_NODES);
		for (u32 i = 0; i < info->nr_memory; i++)
			assert_true(info->memory[i].node < info->nr_nodes);
		free(t.p);
	}
	free(info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(madt_names_cpus_and_controllers),
		cmocka_unit_test(madt_with_a_cpu_twice_counts_it_once),
		cmocka_unit_test(madt_entry_of_length_zero_ends_the_walk),
		cmocka_unit_test(more_cpus_than_fit_are_passed_over),
		cmocka_unit_test(srat_numbers_domains_by_appearance),
		cmocka_unit_test(srat_refuses_wrapping_ranges),
		cmocka_unit_test(slit_is_a_square_with_tens),
		cmocka_unit_test(s5_is_found_in_aml),
		cmocka_unit_test(rsdp_prefers_the_xsdt),
		cmocka_unit_test(bad_headers_are_refused),
		cmocka_unit_test(no_bytes_lead_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
