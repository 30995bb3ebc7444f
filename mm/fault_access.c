// SPDX-License-Identifier: MIT
/* What an access did, in words: for the reports of KFENCE and pmalloc. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/trap.h>
#include "fault_access.h"

void print_access(const struct pt_regs *regs, unsigned long addr, bool write, const char *where)
{
	struct insn_access access;
	char line[160];
	int len = 0;

	if (arch_decode_access(regs, addr, &access))
		access = (struct insn_access){};
	if (access.size_bytes)
		len += scnprintf(line + len, sizeof(line) - len, "%u-byte ", access.size_bytes);
	len += scnprintf(line + len, sizeof(line) - len, "%s", write ? "write" : "read");
	if (write && access.has_value)
		len += scnprintf(line + len, sizeof(line) - len, " of 0x%llx", access.value);
	len += scnprintf(line + len, sizeof(line) - len, "%s", where);
	if (access.base[0])
		len += scnprintf(line + len, sizeof(line) - len, ", base register %s",
				 access.base + (access.base[0] == '%'));
	if (access.text[0])
		len += scnprintf(line + len, sizeof(line) - len, " (%s)", access.text);
	printk("access: %s\n", line);
}
