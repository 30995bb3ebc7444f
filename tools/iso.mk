# SPDX-License-Identifier: MIT
# make iso: build/paddock.iso, for BIOS and UEFI; APPEND='…' goes into every menu entry.
iso: packages
	@$(MAKE) --no-print-directory all ARCH=x86_64
	@tools/mkiso --kernel build/x86_64/vmpaddock --initramfs build/x86_64/initramfs.cpio \
		--append '$(APPEND)' --out build/paddock.iso
