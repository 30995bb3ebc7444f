/* SPDX-License-Identifier: MIT */
/* The machine number that ELF files for this processor carry, and its rules of relocation. */
#pragma once

#define ELF_ARCH	EM_AARCH64
#define ELF_RELOC	reloc_arm64
