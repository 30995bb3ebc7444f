# SPDX-License-Identifier: MIT
# One folder of an out-of-tree build: $(src) has the sources and a Kbuild or Makefile, $(obj) takes the results.
#
#   __build      objects, then modules.order (every module of this folder and those below)
#   __modpost    only in the top folder: .mod.c for each module, Module.symvers, modules.dep
#   __modfinal   only in the top folder: the .ko files
#   __clean

TREE := $(CURDIR)/
BUILD := build/$(ARCH)
cross-arm64 := aarch64-linux-gnu-
cross-x86_64 := $(if $(filter x86_64,$(shell uname -m)),,x86_64-linux-gnu-)
CROSS ?= $(cross-$(ARCH))
CROSS_COMPILE := $(CROSS)
CC := $(CROSS)gcc
LD := $(CROSS)ld
OBJCOPY := $(CROSS)objcopy
PYTHON := /usr/bin/python3
Q := $(if $(filter 1,$(V)),,@)

include tools/flags.mk
include tools/genksyms.mk

# What the folder's Makefile may read ($(src) and $(obj) included) and set.
KERNELRELEASE := 6.1.0-paddock
KERNELVERSION := $(KERNELRELEASE)
VERSION := 6
PATCHLEVEL := 1
SUBLEVEL := 0
SRCARCH := $(if $(filter x86_64,$(ARCH)),x86,$(ARCH))
srctree := $(CURDIR)
objtree := $(CURDIR)
CONFIG_MODULES := y
CONFIG_SMP := y
CONFIG_64BIT := y
CONFIG_KUNIT := y
CONFIG_KFENCE := y
CONFIG_DEBUG_FS := y
CONFIG_PROC_FS := y
CONFIG_SYSFS := y
CONFIG_$(if $(filter x86_64,$(ARCH)),X86_64,ARM64) := y
obj-m :=
obj-y :=
ccflags-y :=
asflags-y :=
subdir-ccflags-y ?=
EXTRA_CFLAGS :=
PHONY :=

.PHONY: __build __modpost __modfinal __clean FORCE
__build:

include $(firstword $(wildcard $(src)/Kbuild $(src)/Makefile))

export subdir-ccflags-y

# A name that ends in '/' is a folder to descend into, x.o is a module; parts of x: x-y, x-objs, x-m.
subdirs := $(patsubst %/,%,$(filter %/,$(obj-m) $(obj-y)))
mods := $(patsubst %.o,%,$(filter %.o,$(obj-m)))
parts-of = $(strip $($(1)-objs) $($(1)-y) $($(1)-m))
multi := $(foreach m,$(mods),$(if $(call parts-of,$(m)),$(m)))
single := $(filter-out $(multi),$(mods))
all-parts := $(sort $(foreach m,$(multi),$(call parts-of,$(m))) $(addsuffix .o,$(single)))

modflags = $(MODCFLAGS) $(subdir-ccflags-y) $(ccflags-y) $(EXTRA_CFLAGS) $(KCPPFLAGS_EXTRA) \
	-I$(src) -DKBUILD_BASENAME='"$(subst -,_,$(basename $(@F)))"' \
	-DKBUILD_MODNAME='"$(subst -,_,$(notdir $(modname)))"' -D__KBUILD_MODNAME=kmod_$(subst -,_,$(notdir $(modname)))
# Changes with what all objects of the folder are compiled with: another processor, other flags.
how := $(obj)/.how-compiled
$(how): FORCE
	@mkdir -p $(@D)
	$(file >$@.new,$(CC) $(MODCFLAGS) $(subdir-ccflags-y) $(ccflags-y) $(EXTRA_CFLAGS) $(KCPPFLAGS_EXTRA))
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
tree-deps := tools/flags.mk tools/genksyms.mk tools/kbuild-dir.mk $(how)

$(foreach m,$(single),$(eval $(obj)/$(m).o: modname := $(m)))
$(foreach m,$(multi),$(foreach p,$(call parts-of,$(m)),$(eval $(obj)/$(p): modname := $(m))))

ifneq ($(filter $(addsuffix .o,$(multi)),$(all-parts)),)
$(error $(src): $(filter $(addsuffix .o,$(multi)),$(all-parts)) is both a module and a part of one)
endif

__build: $(addprefix $(obj)/,$(addsuffix .o,$(mods))) $(obj)/modules.order

define compile
	@mkdir -p $(@D)
	@echo "  $(1) [M]  $(patsubst $(top-obj)/%,%,$@)"
	$(Q)$(CC) $(modflags) $(2) -MMD -MP -MF $(@D)/.$(@F).d -c -o $@ $< || \
		{ $(PYTHON) tools/missing-headers $< $(CC) $(modflags) $(2); exit 1; }
	$(call make-crcs,$(modflags) $(2),$(@D)/.$(@F).crcs)
endef

$(addprefix $(obj)/,$(all-parts)): $(obj)/%.o: $(src)/%.c $(tree-deps)
	$(call compile,CC,$(CFLAGS_$*.o))
# As the above, for a part in assembly; make takes the rule whose source exists.
$(foreach p,$(all-parts),$(if $(wildcard $(src)/$(p:.o=.S)),\
	$(eval $(obj)/$(p): $(src)/$(p:.o=.S) $(tree-deps) ; $$(call compile,AS,-D__ASSEMBLY__ $$(asflags-y)))))

define multi-rule
$(obj)/$(1).o: $(addprefix $(obj)/,$(call parts-of,$(1)))
	@echo "  LD [M]  $(1).o"
	$(Q)$(LD) -r $(firstword $(lflags-$(ARCH))) $(word 2,$(lflags-$(ARCH))) $(ldflags-y) -o $$@ $$(filter %.o,$$^)
	@cat $(foreach p,$(call parts-of,$(1)),$(obj)/$(dir $(p)).$(notdir $(p)).crcs) >$(obj)/$(dir $(1)).$(notdir $(1)).o.crcs
endef
$(foreach m,$(multi),$(eval $(call multi-rule,$(m))))

# Sub-folders by this same file; their modules are listed behind ours.
.PHONY: $(addprefix __sub/,$(subdirs))
$(addprefix __sub/,$(subdirs)): __sub/%:
	@mkdir -p $(obj)/$*
	@$(MAKE) --no-print-directory -rR -f tools/kbuild-dir.mk ARCH=$(ARCH) top-src=$(top-src) \
		top-obj=$(top-obj) src=$(src)/$* obj=$(obj)/$* $(if $(filter __clean,$(MAKECMDGOALS)),__clean,__build)

$(obj)/modules.order: $(addprefix __sub/,$(subdirs)) FORCE
	@mkdir -p $(@D)
	@{ $(foreach m,$(mods),echo $(obj)/$(m).o;) $(foreach d,$(subdirs),cat $(obj)/$(d)/modules.order;) } >$@.new; \
	cmp -s $@.new $@ && rm $@.new || mv $@.new $@

__modpost:
	$(Q)$(PYTHON) tools/modpost $(if $(KBUILD_MODPOST_WARN),--warn) \
		$(foreach f,$(TREE)$(BUILD)/Module.symvers $(KBUILD_EXTRA_SYMBOLS),--symvers $(f)) \
		--out $(obj)/Module.symvers --dep $(obj)/modules.dep --order $(obj)/modules.order

# The final link joins the module, its .mod.o, and the CRCs of its own exports.
ko := $(if $(filter __modfinal,$(MAKECMDGOALS)),$(patsubst %.o,%.ko,$(shell cat $(obj)/modules.order 2>/dev/null)))
__modfinal: $(ko)

%.mod.o: %.mod.c $(tree-deps)
	@echo "  CC [M]  $(patsubst $(top-obj)/%,%,$@)"
	$(Q)$(CC) $(MODCFLAGS) -DKBUILD_MODNAME='"$(subst -,_,$(notdir $*))"' -MMD -MP -MF $(@D)/.$(@F).d -c -o $@ $<

$(ko): %.ko: %.o %.mod.o tools/module.lds
	@echo "  LD [M]  $(patsubst $(top-obj)/%,%,$@)"
	$(Q)$(LD) -r $(lflags-$(ARCH)) -T tools/module.lds --build-id=sha1 -o $@ $*.o $*.mod.o

outputs = $(1).o $(1).ko $(1).mod.c $(1).mod.o $(dir $(1)).$(notdir $(1)).o.d $(dir $(1)).$(notdir $(1)).mod.o.d \
	$(dir $(1)).$(notdir $(1)).o.crcs
__clean: $(addprefix __sub/,$(subdirs))
	@rm -f $(foreach m,$(mods),$(call outputs,$(obj)/$(m))) \
		$(foreach p,$(all-parts),$(obj)/$(p) $(obj)/$(dir $(p)).$(notdir $(p)).d $(obj)/$(dir $(p)).$(notdir $(p)).crcs) \
		$(how) $(obj)/modules.order $(obj)/modules.dep $(obj)/Module.symvers

-include $(foreach p,$(all-parts),$(obj)/$(dir $(p)).$(notdir $(p)).d)
-include $(foreach k,$(ko),$(dir $(k)).$(notdir $(k:.ko=.mod.o)).d)
