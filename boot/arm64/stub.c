// SPDX-License-Identifier: MIT
/*
 * The EFI stub: what runs while UEFI firmware is still in charge.
 *
 * The firmware (or GRUB) has loaded the image as a PE/COFF application, at any page, and calls
 * efi_pe_entry(). The stub collects command line, initramfs, device tree or ACPI root, and the memory map
 * in a struct boot_info of its own, moves the image to a 2 MiB boundary, ends the boot services,
 * and enters the moved copy as a boot loader would (head.S). The memory that it takes for all this
 * is named in the boot information, or is free again afterwards.
 *
 * The code runs at an address it was not linked for: PC-relative addressing is fine (and what the
 * compiler makes), static pointers are not. So no initialised pointer variables here. Global variables are not
 * used either: the copy that is entered clears them.
 *
 * Source: UEFI Specification 2.10; Linux, Documentation/admin-guide/efi-stub.rst (command line, initrd=).
 */
#include <linux/init.h>
#include <linux/string.h>
#include "boot.h"
#include "efi.h"

#define PAGES(bytes)	(((bytes) + 4095) >> 12)
#define IMAGE_ALIGN	0x200000UL
#define INITRD_OPTION	"initrd="

extern char _start_image[], _edata[], _end[];
void __attribute__((noreturn)) efi_leave(u64 image, struct boot_info *info, u64 image_bytes);
efi_status efi_pe_entry(efi_handle self, struct efi_system_table *system);

static const efi_guid loaded_image_guid __initconst =
	{ 0x5b1b31a1, 0x9562, 0x11d2, { 0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const efi_guid load_file2_guid __initconst =
	{ 0x4006c0c1, 0xfcb3, 0x403e, { 0x99, 0x6d, 0x4a, 0x6c, 0x87, 0x24, 0xe0, 0x6d } };
static const efi_guid file_system_guid __initconst =
	{ 0x964e5b22, 0x6459, 0x11d2, { 0x8e, 0x39, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b } };
static const efi_guid fdt_guid __initconst =
	{ 0xb1b621d5, 0xf19c, 0x41a5, { 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0 } };
static const efi_guid acpi20_guid __initconst =
	{ 0x8868e871, 0xe4f1, 0x11d3, { 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81 } };

/* Device path of the initrd that a boot loader offers: vendor media node, then the end. */
static const struct {
	u8 type, subtype;
	u16 bytes;
	efi_guid guid;
	u8 end_type, end_subtype;
	u16 end_bytes;
} __attribute__((packed)) initrd_path __initconst = {
	4, 3, 20,
	{ 0x5568e427, 0x68fc, 0x4f3d, { 0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68 } },
	0x7f, 0xff, 4,
};

static void __init say(struct efi_system_table *st, const char *text)
{
	u16 line[2] = { 0, 0 };

	while (st->con_out && *text) {
		line[0] = *text++;
		st->con_out->output_string(st->con_out, line);
	}
}

static efi_status __init give_up(struct efi_system_table *st, const char *text)
{
	say(st, "paddock: ");
	say(st, text);
	say(st, "\r\n");
	return EFI_LOAD_ERROR;
}

static bool __init same_guid(const efi_guid *a, const efi_guid *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static bool __init take_pages(struct efi_boot_services *bs, u64 bytes, u64 *pa)
{
	return bs->allocate_pages(EFI_ALLOCATE_ANY, EFI_LOADER_DATA, PAGES(bytes), pa) == EFI_SUCCESS;
}

/* UTF-16 to bytes; what is not ASCII becomes '?', which no option needs. */
static void __init read_cmdline(struct boot_info *info, const struct efi_loaded_image *image)
{
	unsigned int n = 0, count = image->options_bytes / 2;

	for (unsigned int i = 0; image->options && i < count && image->options[i]; i++)
		if (n < BOOT_CMDLINE_MAX - 1)
			info->cmdline[n++] = image->options[i] < 0x80 ? image->options[i] : '?';
	info->cmdline[n] = '\0';
}

/* The initramfs as the boot loader's LoadFile2 gives it: ask for the size, then for the bytes. */
static bool __init initrd_from_loader(struct efi_boot_services *bs, struct boot_info *info)
{
	const void *path = &initrd_path;
	struct efi_load_file2 *file;
	efi_handle device;
	u64 bytes = 0, pa;

	if (bs->locate_device_path(&load_file2_guid, &path, &device) ||
	    bs->handle_protocol(device, &load_file2_guid, (void **)&file) ||
	    file->load_file(file, path, false, &bytes, NULL) != EFI_BUFFER_TOO_SMALL ||
	    !bytes || !take_pages(bs, bytes, &pa))
		return false;
	if (file->load_file(file, path, false, &bytes, (void *)pa)) {
		bs->free_pages(pa, PAGES(bytes));
		return false;
	}
	info->initrd_start = pa;
	info->initrd_size = bytes;
	return true;
}

/* The value of initrd= in the command line as a UTF-16 path with backslashes. */
static bool __init initrd_option(const char *cmdline, u16 *path, unsigned int max)
{
	const char *at = cmdline;
	unsigned int n = 0;

	for (;; at++) {
		if (!*at)
			return false;
		if ((at == cmdline || at[-1] == ' ') && !strncmp(at, INITRD_OPTION, sizeof(INITRD_OPTION) - 1))
			break;
	}
	for (at += sizeof(INITRD_OPTION) - 1; *at && *at != ' ' && n < max - 1; at++)
		path[n++] = *at == '/' ? '\\' : *at;
	path[n] = 0;
	return n > 0;
}

/* initrd=\path: from the volume that the image itself was loaded from. */
static bool __init initrd_from_file(struct efi_boot_services *bs, struct boot_info *info,
				    const struct efi_loaded_image *image)
{
	struct efi_file_system *fs;
	struct efi_file *root, *file;
	u16 path[256];
	u64 bytes, pa;
	bool ok;

	if (!initrd_option(info->cmdline, path, 256) || !image->device ||
	    bs->handle_protocol(image->device, &file_system_guid, (void **)&fs) ||
	    fs->open_volume(fs, &root))
		return false;
	if (root->open(root, &file, path, EFI_FILE_READ, 0)) {
		root->close(root);
		return false;
	}
	/* Seeking to all ones means the end. */
	ok = !file->set_position(file, ~0UL) && !file->get_position(file, &bytes) && bytes &&
	     !file->set_position(file, 0) && take_pages(bs, bytes, &pa);
	if (ok && file->read(file, &bytes, (void *)pa)) {
		bs->free_pages(pa, PAGES(bytes));
		ok = false;
	}
	if (ok) {
		info->initrd_start = pa;
		info->initrd_size = bytes;
	}
	file->close(file);
	root->close(root);
	return ok;
}

static bool __init option_present(const char *cmdline)
{
	u16 path[2];

	return initrd_option(cmdline, path, 2);
}

static u64 __init find_table(const struct efi_system_table *st, const efi_guid *guid)
{
	for (u64 i = 0; i < st->nr_tables; i++)
		if (same_guid(&st->tables[i].guid, guid))
			return (u64)st->tables[i].table;
	return 0;
}

/* What is free once the boot services have ended is ours, and so is what the stub itself took. */
static enum boot_range_type __init range_type(const struct efi_memory_desc *d)
{
	switch (d->type) {
	case EFI_LOADER_CODE:
	case EFI_LOADER_DATA:
	case EFI_BOOT_CODE:
	case EFI_BOOT_DATA:
	case EFI_CONVENTIONAL:
		return d->attribute & EFI_MEMORY_WB ? BOOT_RAM : BOOT_RESERVED;
	case EFI_ACPI_RECLAIM:
		return BOOT_ACPI;
	default:
		return BOOT_RESERVED;
	}
}

static void __init add_range(struct boot_info *info, const struct efi_memory_desc *d)
{
	enum boot_range_type type = range_type(d);
	struct boot_range *last = info->nr_ranges ? &info->ranges[info->nr_ranges - 1] : NULL;

	if (last && last->type == type && last->base + last->size == d->pa) {
		last->size += d->pages << 12;
		return;
	}
	if (info->nr_ranges == BOOT_MAX_RANGES) {
		info->ranges_cut = true;
		return;
	}
	info->ranges[info->nr_ranges++] = (struct boot_range){ d->pa, d->pages << 12, type };
}

/*
 * The memory map, then the end of the boot services. They end only for the newest map's key, and ending them
 * may itself change the map (event handlers run): then once more, without allocating in between.
 */
static efi_status __init leave_boot_services(struct efi_boot_services *bs, efi_handle self,
					     struct boot_info *info)
{
	u64 map_pa, room, bytes = 0, key, desc_bytes = 0;
	u32 version;
	efi_status status;

	status = bs->get_memory_map(&bytes, NULL, &key, &desc_bytes, &version);
	if (status != EFI_BUFFER_TOO_SMALL || desc_bytes < sizeof(struct efi_memory_desc))
		return EFI_LOAD_ERROR;
	room = bytes + 32 * desc_bytes;		/* the allocation itself adds some */
	if (!take_pages(bs, room, &map_pa))
		return EFI_OUT_OF_RESOURCES;
	for (int tries = 0; tries < 8; tries++) {
		bytes = room;
		status = bs->get_memory_map(&bytes, (void *)map_pa, &key, &desc_bytes, &version);
		if (status)
			return status;
		info->nr_ranges = 0;
		info->ranges_cut = false;
		for (u64 at = 0; at + desc_bytes <= bytes; at += desc_bytes)
			add_range(info, (struct efi_memory_desc *)(map_pa + at));
		status = bs->exit_boot_services(self, key);
		if (status != EFI_INVALID_PARAMETER)
			return status;
	}
	return status;
}

efi_status __init efi_pe_entry(efi_handle self, struct efi_system_table *st)
{
	struct efi_boot_services *bs = st->boot;
	struct efi_loaded_image *image;
	struct boot_info *info;
	u64 info_pa, image_pa, image_bytes = _end - _start_image;

	if (!find_table(st, &fdt_guid))
		return give_up(st, "the firmware has no device tree for us (QEMU: -machine virt,acpi=off)");
	if (bs->handle_protocol(self, &loaded_image_guid, (void **)&image))
		return give_up(st, "the firmware does not say how we were loaded");
	if (!take_pages(bs, sizeof(*info), &info_pa) || !take_pages(bs, image_bytes + IMAGE_ALIGN, &image_pa))
		return give_up(st, "not enough memory for the image");
	info = (struct boot_info *)info_pa;
	memset(info, 0, sizeof(*info));
	read_cmdline(info, image);
	if (!initrd_from_loader(bs, info) && !initrd_from_file(bs, info, image) &&
	    option_present(info->cmdline))
		say(st, "paddock: the file of initrd= cannot be read\r\n");
	info->dtb = find_table(st, &fdt_guid);
	info->acpi_rsdp = find_table(st, &acpi20_guid);

	image_pa = (image_pa + IMAGE_ALIGN - 1) & ~(IMAGE_ALIGN - 1);
	memcpy((void *)image_pa, _start_image, _edata - _start_image);
	if (leave_boot_services(bs, self, info))
		return give_up(st, "the boot services do not end");
	efi_leave(image_pa, info, image_bytes);
}
