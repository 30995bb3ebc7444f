// SPDX-License-Identifier: MIT
/*
 * libFuzzer target for modloader/elf.c and reloc_*.c: the file is opened as a module of the machine that
 * it names, and if it is accepted, everything that was promised is used (tests/unit/elf_walk.h).
 *
 * Its mutator is elf_mutate.h; now and then it leaves the work to libFuzzer's own mutations.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/elf_walk.h"
#include "elf_mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_image img;
	uint8_t *copy;
	u16 machine = EM_X86_64;

	if (size >= sizeof(Elf64_Ehdr) && get_le16(data + offsetof(Elf64_Ehdr, e_machine)) == EM_AARCH64)
		machine = EM_AARCH64;
	copy = malloc(size ? size : 1);		/* aligned, and of exactly this size */
	memcpy(copy, data, size);
	if (elf_open(&img, copy, size, machine) == 0)
		elf_walk(&img, machine == EM_X86_64 ? &reloc_x86_64 : &reloc_arm64);
	else
		elf_walk_sink += strlen(img.why);
	free(copy);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (size < sizeof(Elf64_Ehdr) || seed % 8 == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	elf_mutate(data, size, seed);
	return size;
}
