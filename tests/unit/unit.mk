# SPDX-License-Identifier: MIT
# Host unit tests: portable sources of the kernel, compiled for this machine under ASan and UBSan.
#
#   make test-unit [T=name]
#
# A test is tests/unit/test_<name>.c; unit-<name> lists what of the kernel it is linked with, and
# unit-flags-<name> how that is compiled.

unit-tests += elf reloc
unit-elf := modloader/elf.c modloader/reloc_x86_64.c modloader/reloc_arm64.c
unit-reloc := modloader/reloc_x86_64.c modloader/reloc_arm64.c

unit-tests += acpi insn_x86
unit-acpi := drivers/firmware/acpi_parse.c
unit-flags-acpi := -Itests/unit/shim -idirafter include
unit-insn_x86 := arch/x86_64/insn.c
unit-flags-insn_x86 := -Itests/unit/shim -idirafter include -Iarch/include -Iarch/x86_64/include

unit-tests += fdt insn_arm64
unit-fdt := drivers/firmware/fdt.c
unit-flags-fdt := -Itests/unit/shim -idirafter include
unit-insn_arm64 := arch/arm64/insn.c
unit-flags-insn_arm64 := -Wno-format-truncation -Wno-stringop-overread -Iarch/arm64/include -Itests/unit/shim \
	-idirafter include -idirafter arch/include
unit-tests += kfence
unit-kfence := mm/kfence/arith.c mm/kfence/canary.c
unit-flags-kfence := -include tests/unit/host/kernel_types.h -Itests/unit/host -Iarch/include -Iarch/x86_64/include

unit-cc := gcc
unit-cflags := -g -O1 -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers \
	-fsanitize=address,undefined -fno-sanitize-recover=all

include tests/unit/hosted.mk

define unit-rule
build/unit/test_$(1): tests/unit/test_$(1).c $$(unit-$(1)) $$(wildcard tests/unit/*.h modloader/*.h) tests/unit/unit.mk
	@mkdir -p build/unit
	@echo "  HOSTCC  $$@"
	@$$(unit-cc) $$(unit-cflags) $$(unit-flags-$(1)) -o $$@ tests/unit/test_$(1).c $$(unit-$(1)) -lcmocka

.PHONY: run-unit-$(1)
run-unit-$(1): build/unit/test_$(1)
	@build/unit/test_$(1) >build/unit/$(1).log 2>&1 || { cat build/unit/$(1).log; exit 1; }
	@grep -h 'PASSED' build/unit/$(1).log | sed 's/^.*PASSED *. */unit $(1): passed /'
endef
$(foreach t,$(unit-tests),$(eval $(call unit-rule,$(t))))

test-unit: $(if $(T),run-unit-$(T),$(addprefix run-unit-,$(unit-tests)))
