/* SPDX-License-Identifier: MIT */
/*
 * The part of UEFI that the stub uses. Names follow the specification; places in the tables that
 * it does not use are counted, not named.
 * Source: UEFI Specification 2.10: 4.3 "EFI System Table", 4.4 "EFI Boot Services Table",
 * 7.2 "Memory Allocation Services", 9.1 "EFI Loaded Image Protocol", 13.2 "Load File 2 Protocol",
 * 13.4 "Simple File System Protocol".
 */
#pragma once

#include <linux/types.h>

typedef u64 efi_status;
typedef void *efi_handle;
typedef struct { u32 a; u16 b, c; u8 d[8]; } efi_guid;

#define EFI_SUCCESS		0
#define EFI_ERROR(n)		((1UL << 63) | (n))
#define EFI_LOAD_ERROR		EFI_ERROR(1)
#define EFI_INVALID_PARAMETER	EFI_ERROR(2)
#define EFI_BUFFER_TOO_SMALL	EFI_ERROR(5)
#define EFI_OUT_OF_RESOURCES	EFI_ERROR(9)

enum efi_memory_type {
	EFI_RESERVED, EFI_LOADER_CODE, EFI_LOADER_DATA, EFI_BOOT_CODE, EFI_BOOT_DATA,
	EFI_RUNTIME_CODE, EFI_RUNTIME_DATA, EFI_CONVENTIONAL, EFI_UNUSABLE, EFI_ACPI_RECLAIM,
	EFI_ACPI_NVS, EFI_MMIO, EFI_MMIO_PORT, EFI_PAL, EFI_PERSISTENT,
};
#define EFI_ALLOCATE_ANY	0
#define EFI_MEMORY_WB		(1UL << 3)

struct efi_memory_desc {
	u32 type;
	u64 pa, va, pages, attribute;
};

struct efi_table_header { u64 signature; u32 revision, size, crc32, reserved; };

struct efi_text_output {
	void *reset;
	efi_status (*output_string)(struct efi_text_output *self, const u16 *text);
};

struct efi_config_table {
	efi_guid guid;
	void *table;
};

struct efi_boot_services {
	struct efi_table_header hdr;
	void *raise_tpl, *restore_tpl;
	efi_status (*allocate_pages)(int how, int type, u64 pages, u64 *pa);
	efi_status (*free_pages)(u64 pa, u64 pages);
	efi_status (*get_memory_map)(u64 *bytes, void *map, u64 *key, u64 *desc_bytes, u32 *desc_version);
	void *allocate_pool, *free_pool;
	void *event_and_timer[6];
	void *install_protocol, *reinstall_protocol, *uninstall_protocol;
	efi_status (*handle_protocol)(efi_handle handle, const efi_guid *protocol, void **interface);
	void *reserved, *register_notify, *locate_handle;
	efi_status (*locate_device_path)(const efi_guid *protocol, const void **path, efi_handle *device);
	void *install_config_table;
	void *load_image, *start_image, *exit, *unload_image;
	efi_status (*exit_boot_services)(efi_handle image, u64 key);
};

struct efi_system_table {
	struct efi_table_header hdr;
	u16 *vendor;
	u32 firmware_revision;
	efi_handle con_in_handle;
	void *con_in;
	efi_handle con_out_handle;
	struct efi_text_output *con_out;
	efi_handle std_err_handle;
	void *std_err;
	void *runtime;
	struct efi_boot_services *boot;
	u64 nr_tables;
	struct efi_config_table *tables;
};

struct efi_loaded_image {
	u32 revision;
	efi_handle parent;
	struct efi_system_table *system;
	efi_handle device;
	void *file_path, *reserved;
	u32 options_bytes;
	u16 *options;			/* the command line, UTF-16 */
	void *base;
	u64 size;
};

struct efi_load_file2 {
	efi_status (*load_file)(struct efi_load_file2 *self, const void *path, bool boot_policy,
				u64 *bytes, void *buffer);
};

struct efi_file {
	u64 revision;
	efi_status (*open)(struct efi_file *self, struct efi_file **out, const u16 *name, u64 mode, u64 attr);
	efi_status (*close)(struct efi_file *self);
	void *delete;
	efi_status (*read)(struct efi_file *self, u64 *bytes, void *buffer);
	void *write;
	efi_status (*get_position)(struct efi_file *self, u64 *position);
	efi_status (*set_position)(struct efi_file *self, u64 position);
};
#define EFI_FILE_READ	1

struct efi_file_system {
	u64 revision;
	efi_status (*open_volume)(struct efi_file_system *self, struct efi_file **root);
};
