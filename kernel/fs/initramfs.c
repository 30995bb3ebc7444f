// SPDX-License-Identifier: MIT
/* The archive that the boot loader put into memory becomes the root's contents, and its memory is freed. */
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/init.h>
#include <arch/boot.h>
#include <paddock/init.h>
#include "internal.h"

static const char *compression_of(const u8 *p, size_t len)
{
	if (len > 2 && p[0] == 0x1f && p[1] == 0x8b)
		return "gzip";
	if (len > 6 && !memcmp(p, "\xfd" "7zXZ", 6))
		return "xz";
	if (len > 4 && !memcmp(p, "\x28\xb5\x2f\xfd", 4))
		return "zstd";
	if (len > 3 && !memcmp(p, "BZh", 3))
		return "bzip2";
	if (len > 4 && (!memcmp(p, "\x04\x22\x4d\x18", 4) || !memcmp(p, "\x02\x21\x4c\x18", 4)))
		return "lz4";
	return NULL;
}

void __init initramfs_init(void)
{
	size_t len = boot_info.initrd_size;
	const char *error, *packed;
	void *data;

	if (!len)
		return;
	data = __va(boot_info.initrd_start);
	packed = compression_of(data, len);
	if (packed)
		pr_err("Initramfs unpacking failed: it is compressed (%s): give it as plain cpio\n", packed);
	else if ((error = unpack_cpio(data, len)))
		pr_err("Initramfs unpacking failed: %s\n", error);
	/* Whole pages only: what shares the first and the last with it may be in use. */
	free_reserved_area((void *)PAGE_ALIGN((unsigned long)data),
			   (void *)((unsigned long)(data + len) & PAGE_MASK), -1, "initrd");
}
