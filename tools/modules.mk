# SPDX-License-Identifier: MIT
# The sample modules of modules/, built as anybody's out-of-tree modules are, into $(BUILD)/modules.

samples := $(CURDIR)/modules
out := $(CURDIR)/$(BUILD)/modules

.PHONY: samples
samples:
	@mkdir -p $(out)
	@$(MAKE) --no-print-directory ARCH=$(ARCH) M=$(samples) MO=$(out) KBUILD_MODPOST_WARN=1 modules
	@cd $(out) && for f in *.ko; do grep -qs "/$${f%.ko}.o$$" modules.order || rm -f "$$f"; done
