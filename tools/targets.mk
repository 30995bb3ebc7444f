# SPDX-License-Identifier: MIT
# What people ask of make: run, test, iso, gdb, help.

SMP ?= 2
MEM ?= 512M
NUMA ?= 0
APPEND ?=

.PHONY: run test test-again check test-unit test-kunit test-system compare iso gdb help clean packages

packages:
	@tools/install-packages

run: packages
	@$(MAKE) --no-print-directory all
	@echo "Ctrl-A X leaves QEMU."
	@tools/vm --arch $(ARCH) --smp $(SMP) --mem $(MEM) --numa $(NUMA) --append '$(APPEND)'

# Everything: host units, then both architectures' suites and transcripts.
test: packages
	@$(MAKE) --no-print-directory -j$$(nproc) all ARCH=x86_64
	@$(MAKE) --no-print-directory -j$$(nproc) all ARCH=arm64
	@tools/check
	@$(MAKE) --no-print-directory test-unit
	@rm -f build/test-panicked
	@$(PYTHON) -m pytest -q tests/system

# What failed in tests/system the last time, alone: a busy host may have held a guest up. Not if a guest crashed.
test-again:
	@! cat build/test-panicked 2>/dev/null
	@$(PYTHON) -m pytest -q tests/system --last-failed --last-failed-no-failures none

# The tree itself: layout, file lengths, headers by themselves, names in comments and documents, scripts. DEEP=1: cppcheck.
check: packages
	@$(if $(filter 1,$(DEEP)),tools/install-packages tools/packages-deep)
	@tools/check $(if $(filter 1,$(DEEP)),--deep) $(T)

test-system:
	@$(PYTHON) -m pytest -q tests/system --arch $(ARCH) $(if $(T),-k '$(T)')

test-kunit: all
	@tools/vm --arch $(ARCH) --timeout 300 --append 'kunit$(if $(T),=$(T))' -c ''

# The samples in Paddock and in Debian's real Linux (downloads its kernel once, 90 MB).
compare: packages
	@tools/compare $(T)

gdb: all
	@tools/run-gdb $(ARCH) '$(APPEND)'

clean:
	rm -rf build

help:
	@echo "make run                 build and boot to the shell (ARCH=arm64 APPEND='…' SMP= MEM= NUMA=)"
	@echo "make test                all tests, both architectures"
	@echo "make                     kernel, modules and initramfs under build/<arch>/"
	@echo "make DEBUG=1             the same with checks of addresses, under build/<arch>-debug/ (tools/vm --kernel)"
	@echo "make iso                 ISO with GRUB for BIOS and UEFI"
	@echo "make check               a look over the source, in seconds (T=name DEEP=1: cppcheck, minutes); part of make test"
	@echo "make test-unit T=name    host unit tests under sanitizers"
	@echo "make test-kunit T=name   suites in the kernel, one boot"
	@echo "make test-system T=name  transcripts in QEMU"
	@echo "make compare T=name      the samples in Paddock and in Debian's Linux: the same log"
	@echo "make bench               instructions per operation, beside Linux"
	@echo "make gdb                 QEMU waiting at the entry with gdb attached"
	@echo "make -C <tree> M=\$$PWD modules   an out-of-tree module"

-include tests/unit/unit.mk
-include tests/bench/bench.mk
-include tools/iso.mk

# Instructions per operation on both architectures, beside Debian's Linux (LINUX= leaves it out), and the slab beside
# malloc()s. CHECK=1: fail when a goal is missed.
LINUX ?= debian
.PHONY: bench
bench: packages
	@tools/install-packages tools/packages-bench
	@$(MAKE) --no-print-directory -j$$(nproc) all ARCH=x86_64
	@$(MAKE) --no-print-directory -j$$(nproc) all ARCH=arm64
	@tools/bench $(addprefix --linux ,$(LINUX)) $(if $(CHECK),--check)
