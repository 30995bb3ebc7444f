// SPDX-License-Identifier: MIT
/*
 * Registers and faults in words: what an oops shows of the processor, line for line as Linux does.
 * Takes no locks and allocates nothing; every read of doubtful memory is a probe.
 */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/cpu.h>
#include <arch/paging.h>
#include <arch/trap.h>
#include <asm/msr.h>
#include <asm/page.h>
#include <asm/x86.h>

#define CODE_BEFORE	42	/* bytes shown before the instruction: Linux's numbers */
#define CODE_BYTES	64

/*
 * arch_probe_read/write: one access each, whose fault the table sends to "fault".
 */
#define PROBE(insn, operands...)                                                            \
	asm volatile goto("1:	" insn "\n\t"                                                    \
			  ".pushsection __ex_table, \"a\"\n\t"                                   \
			  ".balign 4\n\t"                                                        \
			  ".long 1b - ., %l[fault] - .\n\t"                                      \
			  ".popsection" operands : fault)

int arch_probe_read(void *dst, const void *src, unsigned int size_bytes)
{
	u64 value;

	switch (size_bytes) {
	case 1:
		PROBE("movb (%1), %b0", : "=q"(value) : "r"(src) : "memory");
		*(u8 *)dst = value;
		return 0;
	case 2:
		PROBE("movw (%1), %w0", : "=r"(value) : "r"(src) : "memory");
		*(u16 *)dst = value;
		return 0;
	case 4:
		PROBE("movl (%1), %k0", : "=r"(value) : "r"(src) : "memory");
		*(u32 *)dst = value;
		return 0;
	case 8:
		PROBE("movq (%1), %0", : "=r"(value) : "r"(src) : "memory");
		*(u64 *)dst = value;
		return 0;
	}
	return -EINVAL;
fault:
	return -EFAULT;
}

int arch_probe_write(void *dst, const void *src, unsigned int size_bytes)
{
	switch (size_bytes) {
	case 1:
		PROBE("movb %b0, (%1)", : : "q"(*(const u8 *)src), "r"(dst) : "memory");
		return 0;
	case 2:
		PROBE("movw %w0, (%1)", : : "r"(*(const u16 *)src), "r"(dst) : "memory");
		return 0;
	case 4:
		PROBE("movl %k0, (%1)", : : "r"(*(const u32 *)src), "r"(dst) : "memory");
		return 0;
	case 8:
		PROBE("movq %0, (%1)", : : "r"(*(const u64 *)src), "r"(dst) : "memory");
		return 0;
	}
	return -EINVAL;
fault:
	return -EFAULT;
}

/* ---- The instruction at the program counter ---- */

#define INSN_MAX 15	/* bytes. Source: Intel SDM vol 2A, 2.3.11 */

static int decode_at_pc(const struct pt_regs *regs, unsigned long addr, struct insn_access *out,
			struct x86_operand *operand)
{
	u8 code[INSN_MAX];
	size_t len = 0;

	while (len < sizeof(code) && !arch_probe_read(&code[len], (const u8 *)regs->ip + len, 1))
		len++;
	return x86_decode_access(code, len, regs, addr, out, operand);
}

int arch_decode_access(const struct pt_regs *regs, unsigned long addr, struct insn_access *out)
{
	struct x86_operand operand;

	return decode_at_pc(regs, addr, out, &operand);
}

int x86_insn_address(const struct pt_regs *regs, unsigned long *addr)
{
	struct insn_access access;
	struct x86_operand operand;

	if (decode_at_pc(regs, 0, &access, &operand))
		return -ENOENT;
	*addr = operand.addr + (operand.gs ? arch_percpu_offset() : 0);
	return 0;
}

/* ---- Words ---- */

/* Before a function has pushed anything, the call's push is on top of the stack. */
unsigned long regs_return_address(const struct pt_regs *regs)
{
	unsigned long ret;

	return arch_probe_read(&ret, (const void *)regs->sp, sizeof(ret)) ? 0 : ret;
}

/* "Code: 48 89 e5 <0f> 0b ...": the byte at the program counter in angle brackets. */
static void show_code(unsigned long pc)
{
	char line[CODE_BYTES * 3 + 16];
	int len = 0;

	for (unsigned int i = 0; i < CODE_BYTES; i++) {
		const u8 *at = (const u8 *)(pc - CODE_BEFORE + i);
		u8 byte;

		if (arch_probe_read(&byte, at, 1)) {
			if (i < CODE_BEFORE)
				continue;	/* the text may begin here */
			if (i == CODE_BEFORE) {
				printk(KERN_DEFAULT "Code: Unable to access opcode bytes at 0x%lx.\n",
				       pc - CODE_BEFORE);
				return;
			}
			break;
		}
		len += scnprintf(line + len, sizeof(line) - len,
				 i == CODE_BEFORE ? "<%02x> " : "%02x ", byte);
	}
	if (len)
		line[len - 1] = '\0';
	printk(KERN_DEFAULT "Code: %s\n", line);
}

/* They are among the registers, as in Linux. */
void arch_show_oops_code(const struct pt_regs *regs)
{
}

void arch_show_regs(const struct pt_regs *regs)
{
	unsigned long cr2 = read_cr2();	/* before a probe below faults */
	unsigned int ds, es, fs, gs;

	printk(KERN_DEFAULT "RIP: %04lx:%pS\n", regs->cs & 0xffff, (void *)regs->ip);
	show_code(regs->ip);
	if (regs->orig_ax != -1ul)
		printk(KERN_DEFAULT "RSP: %04lx:%016lx EFLAGS: %08lx ORIG_RAX: %016lx\n",
		       regs->ss & 0xffff, regs->sp, regs->flags, regs->orig_ax);
	else
		printk(KERN_DEFAULT "RSP: %04lx:%016lx EFLAGS: %08lx\n", regs->ss & 0xffff, regs->sp,
		       regs->flags);
	printk(KERN_DEFAULT "RAX: %016lx RBX: %016lx RCX: %016lx\n", regs->ax, regs->bx, regs->cx);
	printk(KERN_DEFAULT "RDX: %016lx RSI: %016lx RDI: %016lx\n", regs->dx, regs->si, regs->di);
	printk(KERN_DEFAULT "RBP: %016lx R08: %016lx R09: %016lx\n", regs->bp, regs->r8, regs->r9);
	printk(KERN_DEFAULT "R10: %016lx R11: %016lx R12: %016lx\n", regs->r10, regs->r11, regs->r12);
	printk(KERN_DEFAULT "R13: %016lx R14: %016lx R15: %016lx\n", regs->r13, regs->r14, regs->r15);

	asm("movl %%ds, %0" : "=r"(ds));
	asm("movl %%es, %0" : "=r"(es));
	asm("movl %%fs, %0" : "=r"(fs));
	asm("movl %%gs, %0" : "=r"(gs));
	printk(KERN_DEFAULT "FS:  %016llx(%04x) GS:%016llx(%04x) knlGS:%016llx\n", rdmsr(MSR_FS_BASE),
	       fs, rdmsr(MSR_GS_BASE), gs, rdmsr(MSR_KERNEL_GS_BASE));
	printk(KERN_DEFAULT "CS:  %04lx DS: %04x ES: %04x CR0: %016lx\n", regs->cs & 0xffff, ds, es,
	       read_cr0());
	printk(KERN_DEFAULT "CR2: %016lx CR3: %016lx CR4: %016lx\n", cr2, read_cr3(), read_cr4());
}

/* "PGD 100067 P4D 100067 PUD 0": the entries that a walk to @addr meets. */
static void show_translation(unsigned long addr)
{
	static const char *const names[PT_LEVELS] = { "PTE", "PMD", "PUD", "PGD" };
	unsigned long table = (unsigned long)__va(arch_pt_active());
	char line[128];
	int len = 0;

	for (int level = PT_LEVELS - 1; level >= 0; level--) {
		const pte_t *slot = (const pte_t *)table + PT_INDEX(addr, level);
		pte_t e;

		if (arch_probe_read(&e, slot, sizeof(e))) {
			len += scnprintf(line + len, sizeof(line) - len, "BAD");
			break;
		}
		len += scnprintf(line + len, sizeof(line) - len, "%s %llx ", names[level], e);
		if (level == PT_LEVELS - 1)	/* with four levels the fifth's entry is the same */
			len += scnprintf(line + len, sizeof(line) - len, "P4D %llx ", e);
		if (!arch_pt_is_table(e, level))
			break;
		table = (unsigned long)__va(arch_pt_pa(e, level));
	}
	printk(KERN_ALERT "%s\n", line);
}

const char *arch_describe_fault(const struct pt_regs *regs, const struct fault_info *fault)
{
	if (fault->addr < PAGE_SIZE)
		printk(KERN_ALERT "BUG: kernel NULL pointer dereference, address: %016lx\n", fault->addr);
	else
		printk(KERN_ALERT "BUG: unable to handle page fault for address: %016lx\n", fault->addr);
	printk(KERN_ALERT "#PF: supervisor %s in kernel mode\n",
	       fault->exec ? "instruction fetch" : fault->write ? "write access" : "read access");
	printk(KERN_ALERT "#PF: error_code(0x%04lx) - %s\n", fault->code,
	       fault->reserved ? "reserved bit violation" :
	       fault->present  ? "permissions violation" :
				 "not-present page");
	show_translation(fault->addr);
	return "Oops";
}
