# SPDX-License-Identifier: MIT
# An out-of-tree module build with a Linux kbuild Makefile:
#
#   make -C <tree> M=$PWD [ARCH=arm64] [MO=<output folder>] modules | clean
#
# Included by the top Makefile when M is set. The folder's Kbuild or Makefile is read by
# tools/kbuild-dir.mk, once to compile, once for modpost, once for the final link. Nothing is
# written below the tree; without MO the results are put beside the sources, as Linux does.

ifneq ($(words $(M)),1)
$(error M='$(M)': one folder, without spaces in its name)
endif
MO ?= $(M)
override M := $(abspath $(M))
override MO := $(abspath $(MO))
ifeq ($(wildcard $(M)/Kbuild $(M)/Makefile),)
$(error $(M) has neither Kbuild nor Makefile)
endif

in-dir = +@$(MAKE) --no-print-directory -rR -f tools/kbuild-dir.mk ARCH=$(ARCH) top-src=$(M) top-obj=$(MO) \
	src=$(M) obj=$(MO)

.PHONY: modules clean help
.DEFAULT_GOAL := modules
modules:
	$(in-dir) __build
	$(in-dir) __modpost
	$(in-dir) __modfinal

clean:
	$(in-dir) __clean

help:
	@echo "make -C <tree> M=<folder> modules   build the folder's obj-m into .ko files"
	@echo "make -C <tree> M=<folder> clean     remove what that made"
	@echo "ARCH=x86_64|arm64, MO=<folder for the results>, KBUILD_MODPOST_WARN=1, V=1"
