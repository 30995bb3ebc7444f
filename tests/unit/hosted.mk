# SPDX-License-Identifier: MIT
# Hosted tests: kernel sources that need the kernel's own headers, linked into a program of this machine.
#
# hosted-<name> lists the kernel's sources; tests/unit/<name>_glue.c, compiled like them, offers what the test needs in
# plain C types; test_<name>.c and host/*.c are compiled with the C library's headers.

hosted-arch := $(if $(filter aarch64,$(shell uname -m)),arm64,x86_64)
hosted-kflags := -std=gnu11 -O1 -g -ffreestanding -nostdinc -isystem $(shell gcc -print-file-name=include) \
	-Iinclude -Iarch/$(hosted-arch)/include -Iarch/include -include include/linux/kconfig.h -D__KERNEL__ \
	-DPADDOCK_HOSTED -DKBUILD_MODNAME='"hosted"' -fno-strict-aliasing -fwrapv -Wall -Wextra -Wno-unused-parameter \
	-Wno-sign-compare -Wno-missing-field-initializers -fsanitize=address,undefined -fno-sanitize-recover=all

unit-tests += shell
hosted-shell := $(addprefix kernel/shell/,arena.c lex.c parse.c parse_compound.c parse_token.c expand.c expand_param.c glob.c \
	arith.c vars.c regex.c) kernel/lib/sort.c kernel/lib/bitmap.c kernel/lib/find.c

# The suites that run in the kernel, too. rename.h keeps the C library's functions apart from the kernel's.
unit-tests += lib
hosted-lib := $(addprefix kernel/lib/,string.c vsprintf.c vsprintf_pointer.c vsscanf.c kstrtox.c cmdline.c glob.c hexdump.c \
	errname.c find.c bitmap.c bitmap_text.c sort.c rbtree.c crc.c kfifo.c math.c prandom.c list_sort.c) kernel/params.c \
	$(wildcard tests/kunit/lib_*.c)
hosted-flags-lib := -include tests/unit/host/rename.h

# The memory managers, whole, on a hosted machine: tests/unit/mm/hosted.h.
unit-tests += mm
hosted-mm := $(addprefix mm/,memblock.c section.c buddy.c page_alloc.c page_report.c magazine.c contig.c numa.c util.c \
	fast.c slab.c slab_node.c slab_look.c slab_cache.c slab_merge.c slab_debug.c kmalloc.c stackdepot.c pmalloc/frames.c pmalloc/vault.c) \
	$(addprefix kernel/lib/,string.c vsprintf.c vsprintf_pointer.c cmdline.c glob.c hexdump.c find.c bitmap.c bitmap_text.c \
	kstrtox.c errname.c math.c popcount.c) tests/unit/mm/absent.c $(wildcard tests/unit/mm/prop_*.c)
hosted-include-mm := -Itests/unit/mm/include-c -Itests/unit/mm/include
hosted-flags-mm := -include tests/unit/host/rename.h -Itests/unit -Wno-unused-function
hosted-host-mm := tests/unit/mm/machine.c
unit-flags-mm := -Itests/unit -no-pie -Wl,-T,tests/unit/mm/percpu.lds

# pmalloc's bookkeeping of objects.
unit-tests += pmalloc
hosted-pmalloc := mm/pmalloc/runs.c

# memblock.c is part of its glue, which starts it over for each map.
unit-tests += memblock
hosted-host-memblock := tests/unit/memblock_host.c

# The loader between the ELF code and running code.
unit-tests += link
hosted-link := $(addprefix modloader/,link.c elf.c layout.c params.c versions.c reloc_x86_64.c reloc_arm64.c) kernel/params.c \
	$(addprefix kernel/lib/,string.c vsprintf.c vsprintf_pointer.c cmdline.c kstrtox.c kasprintf.c hexdump.c errname.c find.c \
	bitmap.c bitmap_text.c math.c popcount.c sort.c) tests/unit/link/tables.c
hosted-include-link := -Itests/unit/link -idirafter /usr/include -idirafter /usr/include/$(hosted-arch)-linux-gnu
# Variables may overlap in a random table: a bool is what was written there.
hosted-flags-link := -include tests/unit/host/rename.h -fno-sanitize=bool

hosted-tests := shell lib mm pmalloc memblock link

define hosted-rule
build/unit/$(1)-k/%.o: %.c
	@mkdir -p $$(@D)
	@gcc $$(hosted-include-$(1)) $$(hosted-kflags) $$(hosted-flags-$(1)) -MMD -MP -c -o $$@ $$<
unit-$(1) := $$(patsubst %.c,build/unit/$(1)-k/%.o,$$(hosted-$(1)) tests/unit/$(1)_glue.c) \
	$$(or $$(hosted-host-$(1)),tests/unit/host/host.c)
-include $$(patsubst %.c,build/unit/$(1)-k/%.d,$$(hosted-$(1)) tests/unit/$(1)_glue.c)
endef
$(foreach t,$(hosted-tests),$(eval $(call hosted-rule,$(t))))
