/* SPDX-License-Identifier: MIT */
/* For <elf.h>, which asks for the C library's: the kernel's own types have the same names. */
#pragma once
#include <linux/types.h>
#include <linux/limits.h>
