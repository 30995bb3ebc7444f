/* SPDX-License-Identifier: MIT */
/*
 * The table of CRCs in a module's section __versions: for each undefined symbol, the CRC of the
 * declaration that the module was compiled with. modpost writes it, modloader/versions.c checks it.
 */
#pragma once

#include <linux/types.h>

#define MODULE_NAME_LEN (64 - sizeof(unsigned long))

struct modversion_info {
	unsigned long crc;
	char name[MODULE_NAME_LEN];
};
