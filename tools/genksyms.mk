# SPDX-License-Identifier: MIT
# Symbol versions: the CRC of each exported declaration, types included, by Linux's genksyms.
#
#   x.c with EXPORT_SYMBOL  --cpp -D__GENKSYMS__-->  genksyms  -->  x.o.crcs: "__crc_f = 0x…;"
#
# The last link takes these as a linker script; the export table refers to __crc_f (include/linux/export.h).
# Without genksyms (Debian's package linux-kbuild-6.1) all CRCs are 0, and nothing is compared.

GENKSYMS ?= $(firstword $(wildcard /usr/lib/linux-kbuild-*/scripts/genksyms/genksyms))

# $(call make-crcs,flags,file): the CRCs of the source $< into the file.
ifeq ($(GENKSYMS),)
make-crcs = @:>$(2)
else
make-crcs = @if grep -q EXPORT_ $<; then $(CC) $(1) -D__GENKSYMS__ -E -P $< | $(GENKSYMS) | \
	sed -n 's/^\#SYMVER \([^ ]*\) \(.*\)/__crc_\1 = \2;/p' >$(2); else :>$(2); fi
endif
