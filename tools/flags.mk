# SPDX-License-Identifier: MIT
# Compiler and linker flags, shared by the kernel and by modules.

warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wno-unused-parameter -Wno-missing-field-initializers -Wno-sign-compare -Wvla

common-flags := -std=gnu11 -O2 -g -ffreestanding -nostdinc -fno-pic -fno-pie -fno-common \
	-fno-strict-aliasing -fno-delete-null-pointer-checks -fwrapv -fno-stack-protector \
	-fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-asynchronous-unwind-tables \
	-isystem $(shell $(CC) -print-file-name=include) \
	-I$(TREE)include -I$(TREE)arch/$(ARCH)/include -I$(TREE)arch/include \
	-include $(TREE)include/linux/kconfig.h -D__KERNEL__

flags-x86_64 := -m64 -march=x86-64 -mcmodel=kernel -mno-red-zone -mgeneral-regs-only -fcf-protection=none
# Here the compiler makes tables for unwinding unless told not to, and with them none for the debugger, who needs those.
flags-arm64 := -march=armv8-a -mgeneral-regs-only -mno-outline-atomics -mbranch-protection=none -fno-unwind-tables

# make DEBUG=1: checks that cost something everywhere, in a folder of its own.
common-flags += $(if $(filter 1,$(DEBUG)),-DDEBUG_VIRTUAL=1)

# The freestanding headers of the compiler are used; <elf.h> comes from the C library's package.
KCFLAGS := $(common-flags) $(flags-$(ARCH)) $(warnings)
# As strict with modules as Linux's build is.
module-warnings := -Wall -Wundef -Wno-trigraphs -Wno-format-security -Wno-pointer-sign -Wvla -Wdeclaration-after-statement \
	-Werror=strict-prototypes -Werror=implicit-function-declaration -Werror=implicit-int -Werror=return-type \
	-Werror=incompatible-pointer-types -Werror=designated-init -Werror=date-time
MODCFLAGS := $(common-flags) $(flags-$(ARCH)) $(module-warnings) -DMODULE

lflags-x86_64 := -m elf_x86_64 -z max-page-size=0x1000
lflags-arm64 := -m aarch64elf -z max-page-size=0x1000
KLDFLAGS := -nostdlib -static -no-pie --build-id=sha1 -z noexecstack --no-warn-rwx-segments $(lflags-$(ARCH)) $(KLDFLAGS_EXTRA)
