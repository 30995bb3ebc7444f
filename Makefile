# SPDX-License-Identifier: MIT
# Paddock: `make run` boots to the shell, `make test` tests everything. `make help` lists the rest.

ARCH ?= x86_64
BUILD := build/$(ARCH)$(if $(filter 1,$(DEBUG)),-debug)

ifeq ($(filter $(ARCH),x86_64 arm64),)
$(error ARCH=$(ARCH) is neither x86_64 nor arm64)
endif

# An out-of-tree module build, as with Linux: make -C <tree> M=<folder> modules
ifneq ($(M),)
include tools/kbuild.mk
else

cross-arm64 := aarch64-linux-gnu-
cross-x86_64 := $(if $(filter x86_64,$(shell uname -m)),,x86_64-linux-gnu-)
CROSS ?= $(cross-$(ARCH))
CC := $(CROSS)gcc
LD := $(CROSS)ld
NM := $(CROSS)nm
OBJCOPY := $(CROSS)objcopy
STRIP := $(CROSS)strip
PYTHON := /usr/bin/python3

include tools/flags.mk
include tools/genksyms.mk

# Every .c and .S of these folders is in the kernel.
common-dirs := kernel kernel/lib kernel/sched kernel/time kernel/fs kernel/shell mm mm/kfence mm/pmalloc \
	modloader tests/kunit
arch-dirs := boot/$(ARCH) arch/$(ARCH)

# Drivers are named: which machine has which.
drivers-x86_64 :=
drivers-arm64 :=
-include drivers/drivers.mk

srcs := $(foreach d,$(common-dirs) $(arch-dirs),$(wildcard $(d)/*.c $(d)/*.S))
srcs += $(addprefix drivers/,$(drivers-$(ARCH)))
objs := $(addprefix $(BUILD)/,$(addsuffix .o,$(basename $(srcs))))

.PHONY: all kernel modules
.DEFAULT_GOAL := all
all: kernel $(BUILD)/initramfs.cpio
kernel: $(BUILD)/vmpaddock $(if $(filter arm64,$(ARCH)),$(BUILD)/Image)

$(BUILD)/%.o: %.c tools/genksyms.mk tools/flags.mk
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(KCFLAGS) -DKBUILD_MODNAME='"$(subst -,_,$(notdir $*))"' -MMD -MP -c -o $@ $<
	$(call make-crcs,$(KCFLAGS),$@.crcs)

$(BUILD)/%.o: %.S tools/flags.mk
	@mkdir -p $(@D)
	@echo "  AS      $<"
	@$(CC) $(KCFLAGS) -D__ASSEMBLY__ -MMD -MP -c -o $@ $<

# Only the loader reads ELF files; elsewhere a missing header must not be found in the host's.
$(BUILD)/modloader/%.o $(BUILD)/tests/kunit/modload_test.o $(BUILD)/tests/kunit/modloader_test.o: KCFLAGS += -idirafter /usr/include $(addprefix -idirafter /usr/include/,$(shell gcc -print-multiarch))

# The allocators' fast paths have no frame and leave for the slow ones by jumps; see mm/fast.c.
$(BUILD)/mm/fast.o $(BUILD)/mm/oot.o: KCFLAGS += -fomit-frame-pointer -foptimize-sibling-calls

$(BUILD)/linker.lds: linker.ld tools/flags.mk
	@mkdir -p $(@D)
	@$(CC) $(KCFLAGS) -D__ASSEMBLY__ -D__LINKER__ -E -P -x c -MMD -MP -MT $@ -o $@ $<

# The symbol table that stack traces print from is made of the linked kernel itself: link without
# it, with one made from that, and once more, since the table moved what lies behind it.
LINK = $(LD) $(KLDFLAGS) -T $(BUILD)/linker.lds --start-group $(objs) --end-group $(BUILD)/crcs.lds
$(BUILD)/vmpaddock: $(objs) $(BUILD)/linker.lds tools/mksymbols
	@echo "  LINK    $@"
	@cat $(patsubst %.c,$(BUILD)/%.o.crcs,$(filter %.c,$(srcs))) >$(BUILD)/crcs.lds
	@tools/link-kernel "$(LINK)" "$(NM)" "$(CC) $(KCFLAGS) -D__ASSEMBLY__" $(BUILD) $@

$(BUILD)/Image: $(BUILD)/vmpaddock
	@$(OBJCOPY) -O binary $< $@

# What modules may use, as modpost reads it.
$(BUILD)/Module.symvers: $(BUILD)/vmpaddock tools/modpost
	@$(PYTHON) tools/modpost --kernel $< --out $@

modules: $(BUILD)/Module.symvers
	@$(MAKE) --no-print-directory -f tools/modules.mk ARCH=$(ARCH) BUILD=$(BUILD)

$(BUILD)/initramfs.cpio: modules FORCE
	@tools/mkinitramfs $(BUILD) $@ $(STRIP)

.PHONY: FORCE
FORCE:

include tools/targets.mk

-include $(objs:.o=.d) $(BUILD)/linker.d
endif
