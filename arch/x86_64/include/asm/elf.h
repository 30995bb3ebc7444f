/* SPDX-License-Identifier: MIT */
/* The machine number that ELF files for this processor carry, and its rules of relocation. */
#pragma once

#define ELF_ARCH	EM_X86_64
#define ELF_RELOC	reloc_x86_64
