// SPDX-License-Identifier: MIT
/*
 * The machine's name, for the "Hardware name:" line of reports: from the SMBIOS tables.
 *
 * Read once, on the early page tables; what is kept is one string. The tables are bytes from outside:
 * every length is checked, and anything odd ends in "no name".
 * Source: DMTF DSP0134, System Management BIOS Reference Specification 3.4, 5.2 and 7.1-7.2.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/layout.h>
#include <arch/cpu.h>
#include <paddock/acpi.h>
#include <asm/x86.h>

#define REACH		(4ull << 30)
#define MAX_BYTES	65536

static char hardware_name[128];

const char *arch_hardware_name(void)
{
	return hardware_name[0] ? hardware_name : NULL;
}

/* String @number (from 1) of the set that follows a structure; "" if it is not there. */
static const char *__init get_string(const u8 *s, const u8 *end, unsigned int number)
{
	if (!number)
		return "";
	while (s < end && *s) {
		size_t len = strnlen((const char *)s, end - s);

		if (s + len == end)
			return "";
		if (--number == 0)
			return (const char *)s;
		s += len + 1;
	}
	return "";
}

static void __init read_structures(const u8 *p, const u8 *end)
{
	const char *vendor = "", *product = "", *version = "", *date = "";

	while (end - p >= 4 && p[1] >= 4 && p[1] <= end - p) {
		const u8 *strings = p + p[1], *next = strings;

		if (p[0] == 0 && p[1] >= 9) {			/* BIOS information */
			version = get_string(strings, end, p[5]);
			date = get_string(strings, end, p[8]);
		} else if (p[0] == 1 && p[1] >= 6) {		/* system information */
			vendor = get_string(strings, end, p[4]);
			product = get_string(strings, end, p[5]);
		} else if (p[0] == 127) {
			break;
		}
		/* The set of strings ends with two zeros. */
		while (end - next >= 2 && (next[0] || next[1]))
			next++;
		p = next + 2;
	}
	/* Linux's form: vendor, product/board, BIOS version and date. */
	if (*product)
		snprintf(hardware_name, sizeof(hardware_name), "%.32s %.40s, BIOS %.32s %.12s", vendor,
			 product, version, date);
}

/* Is this an entry point, of either kind? Then read what it points at. 32 bytes may be read at @p. */
static bool __init read_entry_point(const u8 *p)
{
	u64 table;
	u32 len;

	if (!memcmp(p, "_SM_", 4) && p[5] >= 0x1e && p[5] <= 32 && !acpi_checksum(p, p[5])) {
		len = acpi_u16(p + 0x16);
		table = acpi_u32(p + 0x18);
	} else if (!memcmp(p, "_SM3_", 5) && p[6] >= 0x18 && p[6] <= 32 && !acpi_checksum(p, p[6])) {
		len = acpi_u32(p + 0x0c);
		table = acpi_u64(p + 0x10);
	} else {
		return false;
	}
	if (len <= MAX_BYTES && table < REACH - MAX_BYTES)
		read_structures((const u8 *)(PAGE_OFFSET + table),
				(const u8 *)(PAGE_OFFSET + table + len));
	return true;
}

/* Source: UEFI Specification 2.9, 4.3 "EFI System Table", 4.6 "EFI Configuration Table". */
struct efi_config_table {
	u8 guid[16];
	u64 table;
};

#define EFI_SIGNATURE		0x5453595320494249ull	/* "IBI SYST" */
#define EFI_NR_TABLES		104			/* offsets into the system table */
#define EFI_TABLES		112
#define EFI_MAX_TABLES		256

static const u8 smbios_guid[16] __initconst = { 0x31, 0x2d, 0x9d, 0xeb, 0x88, 0x2d, 0xd3, 0x11,
						0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d };
static const u8 smbios3_guid[16] __initconst = { 0x44, 0x15, 0xfd, 0xf2, 0x94, 0x97, 0x2c, 0x4a,
						 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94 };

static bool __init read_by_efi(u64 system_table)
{
	const u8 *st = (const u8 *)(PAGE_OFFSET + system_table);
	const struct efi_config_table *t;
	u64 nr, tables;

	if (!system_table || system_table > REACH - 4096 || acpi_u64(st) != EFI_SIGNATURE)
		return false;
	nr = acpi_u64(st + EFI_NR_TABLES);
	tables = acpi_u64(st + EFI_TABLES);
	if (nr > EFI_MAX_TABLES || tables > REACH - EFI_MAX_TABLES * sizeof(*t))
		return false;
	t = (const struct efi_config_table *)(PAGE_OFFSET + tables);
	for (; nr--; t++) {
		if ((!memcmp(t->guid, smbios_guid, 16) || !memcmp(t->guid, smbios3_guid, 16)) &&
		    t->table < REACH - 32 && read_entry_point((const u8 *)(PAGE_OFFSET + t->table)))
			return true;
	}
	return false;
}

void __init smbios_init_early(void)
{
	if (read_by_efi(boot_efi_system_table))
		return;
	/* 16-byte steps in the BIOS's last 64 KiB. */
	for (u64 pa = 0xf0000; pa <= 0x100000 - 32; pa += 16) {
		if (read_entry_point((const u8 *)(PAGE_OFFSET + pa)))
			return;
	}
}
