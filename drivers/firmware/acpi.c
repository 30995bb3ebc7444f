// SPDX-License-Identifier: MIT
/*
 * Finding the ACPI tables: root pointer, then XSDT or RSDT, then each table once.
 *
 * Runs on the early page tables, which show the first 4 GiB at PAGE_OFFSET; firmware keeps its tables
 * there. All that matters is copied into struct acpi_info, so nothing reads the tables later.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <paddock/acpi.h>

#define REACH		(4ull << 30)
#define MAX_TABLES	256

struct acpi_info acpi;

static const u8 *__init table_at(u64 pa, size_t *avail)
{
	if (!pa || pa >= REACH - ACPI_HEADER_BYTES) {
		pr_warn("ACPI: a table at physical %#llx is out of reach\n", pa);
		return NULL;
	}
	*avail = REACH - pa;
	return (const u8 *)(PAGE_OFFSET + pa);
}

static const u8 *__init checked_table(u64 pa, const char *signature, u32 *len)
{
	size_t avail;
	const u8 *p = table_at(pa, &avail);

	/* A length that runs over gigabytes would pass the bounds and take seconds to add up. */
	if (!p || acpi_check_table(p, min_t(size_t, avail, 16 << 20), signature, len))
		return NULL;
	return p;
}

/* ACPI 6.4, 5.2.5.1 "Finding the RSDP on IA-PC Systems": on 16-byte boundaries of two areas. */
static u64 __init search_rsdp(u64 start, u64 end)
{
	for (u64 pa = start; pa < end; pa += 16) {
		u64 xsdt, rsdt;

		if (!acpi_check_rsdp((const u8 *)(PAGE_OFFSET + pa), end - pa, &xsdt, &rsdt))
			return pa;
	}
	return 0;
}

static u64 __init find_rsdp(void)
{
	u64 ebda = (u64)*(const volatile u16 *)(PAGE_OFFSET + 0x40e) << 4;
	u64 pa = 0;

	if (ebda >= 0x400 && ebda < 0xa0000)
		pa = search_rsdp(ebda, min_t(u64, ebda + 1024, 0xa0000));
	return pa ?: search_rsdp(0xe0000, 0x100000);
}

static void __init walk(u64 root_pa, bool is_xsdt)
{
	u32 len, step = is_xsdt ? 8 : 4;
	const u8 *root = checked_table(root_pa, is_xsdt ? "XSDT" : "RSDT", &len);

	if (!root)
		return;
	for (u32 at = ACPI_HEADER_BYTES; at + step <= len && at < MAX_TABLES * step; at += step) {
		u64 pa = is_xsdt ? acpi_u64(root + at) : acpi_u32(root + at);
		u32 table_len;
		const u8 *p = checked_table(pa, NULL, &table_len);

		if (!p)
			continue;
		pr_debug("ACPI: %.4s at %#llx, %u bytes\n", p, pa, table_len);
		acpi_parse_table(&acpi, p, table_len);
	}
}

void __init acpi_init_early(u64 rsdp_pa)
{
	u64 xsdt, rsdt;
	u32 len;
	const u8 *dsdt;

	acpi_info_init(&acpi);
	if (!rsdp_pa)
		rsdp_pa = find_rsdp();
	if (!rsdp_pa || rsdp_pa >= REACH - 36) {
		pr_info("ACPI: no tables\n");
		return;
	}
	if (acpi_check_rsdp((const u8 *)(PAGE_OFFSET + rsdp_pa), 36, &xsdt, &rsdt)) {
		pr_warn("ACPI: the root pointer at %#llx is not valid\n", rsdp_pa);
		return;
	}
	walk(xsdt ?: rsdt, xsdt != 0);

	if (acpi.dsdt_pa) {
		dsdt = checked_table(acpi.dsdt_pa, "DSDT", &len);
		if (dsdt)
			acpi_parse_s5(&acpi, dsdt + ACPI_HEADER_BYTES, len - ACPI_HEADER_BYTES);
	}
}
