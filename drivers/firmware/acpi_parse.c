// SPDX-License-Identifier: MIT
/*
 * ACPI tables to struct acpi_info: pure functions on bytes, without a pointer into the tables kept.
 *
 * Invariant: no byte at or beyond the given length is read, whatever the bytes say.
 * Source: ACPI Specification 6.4, 5.2; sections and tables are named where they are used.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <paddock/acpi.h>

u8 acpi_checksum(const u8 *p, size_t len)
{
	u8 sum = 0;

	while (len--)
		sum += *p++;
	return sum;
}

void acpi_info_init(struct acpi_info *info)
{
	memset(info, 0, sizeof(*info));
	for (u32 irq = 0; irq < 16; irq++)
		info->isa_irqs[irq].gsi = irq;
}

/* 5.2.5.3 "Root System Description Pointer (RSDP) Structure". */
int acpi_check_rsdp(const u8 *p, size_t avail, u64 *xsdt, u64 *rsdt)
{
	if (avail < 20 || memcmp(p, "RSD PTR ", 8) || acpi_checksum(p, 20))
		return -EINVAL;
	*xsdt = 0;
	*rsdt = acpi_u32(p + 16);
	/* Revision 2 adds a length, the XSDT, and a checksum over all of it. */
	if (p[15] >= 2 && avail >= 36 && acpi_u32(p + 20) >= 36 && acpi_u32(p + 20) <= avail &&
	    acpi_checksum(p, acpi_u32(p + 20)) == 0 && acpi_u64(p + 24)) {
		*xsdt = acpi_u64(p + 24);
		*rsdt = 0;
	}
	return *xsdt || *rsdt ? 0 : -EINVAL;
}

/* Four letters for the log; firmware may have put anything there. */
static const char *printable(const u8 *p, char out[5])
{
	for (int i = 0; i < 4; i++)
		out[i] = p[i] > ' ' && p[i] < 127 ? p[i] : '?';
	out[4] = '\0';
	return out;
}

int acpi_check_table(const u8 *p, size_t avail, const char *signature, u32 *len)
{
	char name[5];
	u32 length;

	if (avail < ACPI_HEADER_BYTES) {
		pr_warn("ACPI: a table header does not fit where it is said to be\n");
		return -EINVAL;
	}
	printable(p, name);
	length = acpi_u32(p + 4);
	if (signature && memcmp(p, signature, 4)) {
		pr_warn("ACPI: table %s found where %s should be\n", name, signature);
		return -EINVAL;
	}
	if (length < ACPI_HEADER_BYTES || length > avail) {
		pr_warn("ACPI: table %s has an impossible length of %u bytes\n", name, length);
		return -EINVAL;
	}
	if (acpi_checksum(p, length)) {
		pr_warn("ACPI: table %s has a wrong checksum\n", name);
		return -EINVAL;
	}
	*len = length;
	return 0;
}

/* ---- MADT: CPUs and interrupt controllers. 5.2.12 ---- */

enum {
	MADT_LOCAL_APIC = 0,
	MADT_IOAPIC = 1,
	MADT_OVERRIDE = 2,
	MADT_LAPIC_ADDRESS = 5,
	MADT_LOCAL_X2APIC = 9,
};

#define MADT_CPU_ENABLED 1

static void add_cpu(struct acpi_info *info, u32 apic_id, u32 flags)
{
	if (!(flags & MADT_CPU_ENABLED))	/* absent, or could be plugged in later */
		return;
	for (unsigned int i = 0; i < info->nr_cpus; i++) {
		if (info->cpu_apic_id[i] == apic_id) {
			pr_warn("ACPI: MADT names the CPU with APIC id %u twice\n", apic_id);
			return;
		}
	}
	if (info->nr_cpus == ACPI_MAX_CPUS) {
		pr_warn_once("ACPI: MADT has more than %u CPUs\n", ACPI_MAX_CPUS);
		return;
	}
	info->cpu_apic_id[info->nr_cpus++] = apic_id;
}

static void add_ioapic(struct acpi_info *info, const u8 *e)
{
	if (info->nr_ioapics == ACPI_MAX_IOAPICS) {
		pr_warn_once("ACPI: MADT has more than %u IOAPICs\n", ACPI_MAX_IOAPICS);
		return;
	}
	info->ioapics[info->nr_ioapics++] = (struct acpi_ioapic){
		.id = e[2],
		.pa = acpi_u32(e + 4),
		.gsi_base = acpi_u32(e + 8),
	};
}

static void override_isa_irq(struct acpi_info *info, const u8 *e)
{
	u16 flags = acpi_u16(e + 8);

	if (e[2] != 0 || e[3] >= 16) {
		pr_warn("ACPI: MADT overrides bus %u interrupt %u, which is not ISA\n", e[2], e[3]);
		return;
	}
	info->isa_irqs[e[3]] = (struct acpi_isa_irq){
		.gsi = acpi_u32(e + 4),
		.active_low = (flags & 3) == 3,		/* 5.2.12.5.1 "MPS INTI Flags" */
		.level = (flags >> 2 & 3) == 3,
	};
}

static int parse_madt(struct acpi_info *info, const u8 *p, u32 len)
{
	/* Least length of each entry that is read. */
	static const u8 least[] = {
		[MADT_LOCAL_APIC] = 8, [MADT_IOAPIC] = 12, [MADT_OVERRIDE] = 10,
		[MADT_LAPIC_ADDRESS] = 12, [MADT_LOCAL_X2APIC] = 16,
	};

	if (len < 44) {
		pr_warn("ACPI: MADT is too short\n");
		return -EINVAL;
	}
	info->has_madt = true;
	info->lapic_pa = acpi_u32(p + 36);

	for (u32 at = 44; at < len; at += p[at + 1]) {
		const u8 *e = p + at;

		if (len - at < 2 || e[1] < 2 || e[1] > len - at ||
		    (e[0] < sizeof(least) && e[1] < least[e[0]])) {
			pr_warn("ACPI: MADT entry at byte %u is malformed\n", at);
			return -EINVAL;
		}
		switch (e[0]) {
		case MADT_LOCAL_APIC:
			add_cpu(info, e[3], acpi_u32(e + 4));
			break;
		case MADT_LOCAL_X2APIC:
			add_cpu(info, acpi_u32(e + 4), acpi_u32(e + 8));
			break;
		case MADT_IOAPIC:
			add_ioapic(info, e);
			break;
		case MADT_OVERRIDE:
			override_isa_irq(info, e);
			break;
		case MADT_LAPIC_ADDRESS:
			info->lapic_pa = acpi_u64(e + 4);
			break;
		}
	}
	return 0;
}

/* ---- SRAT and SLIT: who is near whom. 5.2.16, 5.2.17 ---- */

enum {
	SRAT_LOCAL_APIC = 0,
	SRAT_MEMORY = 1,
	SRAT_LOCAL_X2APIC = 2,
};

#define SRAT_ENABLED 1

/* The node of a proximity domain, new if need be; -1 when there are too many. */
static int node_of_domain(struct acpi_info *info, u32 domain)
{
	for (unsigned int n = 0; n < info->nr_nodes; n++) {
		if (info->node_domain[n] == domain)
			return n;
	}
	if (info->nr_nodes == ACPI_MAX_NODES) {
		pr_warn_once("ACPI: SRAT has more than %u proximity domains\n", ACPI_MAX_NODES);
		return -1;
	}
	info->node_domain[info->nr_nodes] = domain;
	return info->nr_nodes++;
}

static void add_cpu_affinity(struct acpi_info *info, u32 apic_id, u32 domain, u32 flags)
{
	int node;

	if (!(flags & SRAT_ENABLED) || info->nr_cpu_affinities == ACPI_MAX_CPUS)
		return;
	node = node_of_domain(info, domain);
	if (node >= 0)
		info->cpu_affinities[info->nr_cpu_affinities++] =
			(struct acpi_cpu_affinity){ apic_id, node };
}

static void add_memory_affinity(struct acpi_info *info, const u8 *e)
{
	u64 base = acpi_u64(e + 8), size = acpi_u64(e + 16);
	int node;

	if (!(acpi_u32(e + 28) & SRAT_ENABLED))
		return;
	if (!size || base + size < base) {
		pr_warn("ACPI: SRAT memory range %#llx+%#llx is impossible\n", base, size);
		return;
	}
	if (info->nr_memory == ACPI_MAX_MEMORY) {
		pr_warn_once("ACPI: SRAT has more than %u memory ranges\n", ACPI_MAX_MEMORY);
		return;
	}
	node = node_of_domain(info, acpi_u32(e + 2));
	if (node >= 0)
		info->memory[info->nr_memory++] = (struct acpi_memory_affinity){ base, size, node };
}

static int parse_srat(struct acpi_info *info, const u8 *p, u32 len)
{
	static const u8 least[] = {
		[SRAT_LOCAL_APIC] = 16, [SRAT_MEMORY] = 40, [SRAT_LOCAL_X2APIC] = 24,
	};

	for (u32 at = 48; at < len; at += p[at + 1]) {
		const u8 *e = p + at;

		if (len - at < 2 || e[1] < 2 || e[1] > len - at ||
		    (e[0] < sizeof(least) && e[1] < least[e[0]])) {
			pr_warn("ACPI: SRAT entry at byte %u is malformed\n", at);
			return -EINVAL;
		}
		switch (e[0]) {
		case SRAT_LOCAL_APIC:
			add_cpu_affinity(info, e[3],
					 e[2] | (u32)e[9] << 8 | (u32)e[10] << 16 | (u32)e[11] << 24,
					 acpi_u32(e + 4));
			break;
		case SRAT_LOCAL_X2APIC:
			add_cpu_affinity(info, acpi_u32(e + 8), acpi_u32(e + 4), acpi_u32(e + 12));
			break;
		case SRAT_MEMORY:
			add_memory_affinity(info, e);
			break;
		}
	}
	return 0;
}

static int parse_slit(struct acpi_info *info, const u8 *p, u32 len)
{
	u64 n = len >= 44 ? acpi_u64(p + 36) : 0;

	if (!n || n > ACPI_MAX_NODES || n * n > len - 44) {
		pr_warn("ACPI: SLIT of %llu nodes does not fit its %u bytes\n", n, len);
		return -EINVAL;
	}
	for (u32 i = 0; i < n; i++) {
		if (p[44 + i * n + i] != 10) {	/* "a node's distance to itself is 10" */
			pr_warn("ACPI: SLIT has no 10 on its diagonal\n");
			return -EINVAL;
		}
	}
	for (u32 i = 0; i < n; i++)
		memcpy(info->distances[i], p + 44 + i * n, n);
	info->nr_distances = n;
	return 0;
}

/* ---- FADT and DSDT: power, PM timer, reset. 5.2.9 ---- */

#define FADT_TMR_VAL_EXT	(1u << 8)
#define FADT_RESET_REG_SUP	(1u << 10)

static int parse_fadt(struct acpi_info *info, const u8 *p, u32 len)
{
	u32 flags;

	if (len < 116) {	/* ACPI 1.0's length, up to and with the flags */
		pr_warn("ACPI: FADT is too short\n");
		return -EINVAL;
	}
	flags = acpi_u32(p + 112);
	info->has_fadt = true;
	info->dsdt_pa = acpi_u32(p + 40);
	info->smi_command = acpi_u32(p + 48);
	info->acpi_enable = p[52];
	info->pm1a_control = acpi_u32(p + 64);
	info->pm1b_control = acpi_u32(p + 68);
	if (p[91] == 4)		/* PM_TMR_LEN */
		info->pm_timer_port = acpi_u32(p + 76);
	info->pm_timer_32bit = flags & FADT_TMR_VAL_EXT;
	info->century_index = p[108];
	if (len >= 129 && (flags & FADT_RESET_REG_SUP)) {
		info->has_reset = true;
		info->reset_space = p[116];	/* Generic Address Structure, 5.2.3.2 */
		info->reset_address = acpi_u64(p + 120);
		info->reset_value = p[128];
	}
	if (len >= 148 && acpi_u64(p + 140))
		info->dsdt_pa = acpi_u64(p + 140);
	return 0;
}

/* An AML integer constant of a package element. 20.2.3 "Data Objects Encoding". */
static int aml_byte(const u8 *aml, u32 len, u32 *at, u8 *out)
{
	if (*at >= len)
		return -ENOENT;
	switch (aml[*at]) {
	case 0x00:	/* ZeroOp */
	case 0x01:	/* OneOp */
		*out = aml[(*at)++];
		return 0;
	case 0x0a:	/* BytePrefix */
		if (len - *at < 2)
			return -ENOENT;
		*out = aml[*at + 1];
		*at += 2;
		return 0;
	}
	return -ENOENT;
}

/*
 * Firmware writes Name (\_S5, Package {a, b, ...}) with constants, so looking for just these bytes
 * finds it: NameOp, perhaps '\', "_S5_", PackageOp, PkgLength (1 to 4 bytes), element count, elements.
 */
int acpi_parse_s5(struct acpi_info *info, const u8 *aml, u32 len)
{
	for (u32 i = 1; len >= 7 && i <= len - 7; i++) {
		u32 at = i + 5;
		u8 a, b;

		if (memcmp(aml + i, "_S5_", 4) || aml[i + 4] != 0x12)
			continue;
		if (aml[i - 1] != 0x08 && !(aml[i - 1] == '\\' && i >= 2 && aml[i - 2] == 0x08))
			continue;
		at += 1 + (aml[at] >> 6);	/* PkgLength: top bits count the bytes that follow */
		at += 1;			/* NumElements */
		if (aml_byte(aml, len, &at, &a) || aml_byte(aml, len, &at, &b))
			continue;
		info->has_s5 = true;
		info->s5_type_a = a;
		info->s5_type_b = b;
		return 0;
	}
	return -ENOENT;
}

/* ---- HPET. IA-PC HPET Specification 1.0a, 3.2.4 ---- */

static int parse_hpet(struct acpi_info *info, const u8 *p, u32 len)
{
	if (len < 56) {
		pr_warn("ACPI: HPET table is too short\n");
		return -EINVAL;
	}
	if (p[40] == 0)		/* address space: memory */
		info->hpet_pa = acpi_u64(p + 44);
	return 0;
}

int acpi_parse_table(struct acpi_info *info, const u8 *p, u32 len)
{
	static const struct {
		char signature[5];
		int (*parse)(struct acpi_info *info, const u8 *p, u32 len);
	} parsers[] = {
		{ "APIC", parse_madt }, { "SRAT", parse_srat }, { "SLIT", parse_slit },
		{ "FACP", parse_fadt }, { "HPET", parse_hpet },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (!memcmp(p, parsers[i].signature, 4))
			return parsers[i].parse(info, p, len);
	}
	return 0;
}
