// SPDX-License-Identifier: MIT
/*
 * What does this instruction do to memory? Enough of x86-64's encoding to answer that for the code
 * that a compiler makes of kernel C: moves, arithmetic, string and locked instructions.
 *
 *   [prefixes] [REX] opcode [ModRM [SIB] [displacement]] [immediate]
 *
 * Two tables say of each opcode its name, operands and immediate; operands() then walks the rest of the
 * bytes in order, and describe() writes the assembler's text (AT&T, as objdump does).
 * The decoder is a pure function of bytes and registers; regs.c reads the bytes.
 * Source: Intel SDM vol 2A, chapter 2 "Instruction Format"; vol 2D, appendix A "Opcode Map".
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <arch/trap.h>
#include <asm/x86.h>

/* Operands, source first as the assembler writes them. */
enum form {
	NO_FORM,	/* unknown, or touches no memory by an operand */
	REG_TO_MEM,	/* mov %reg,mem */
	MEM_TO_REG,	/* mov mem,%reg */
	IMM_TO_MEM,	/* mov $imm,mem */
	ONE_MEM,	/* inc mem */
	CL_MEM,		/* shl %cl,mem */
	IMM_MEM_REG,	/* imul $imm,mem,%reg */
	STOS, LODS, SCAS, MOVS, CMPS,
	GROUP,		/* the opcode goes on in ModRM.reg: see group_of() */
};

enum {
	R = 1, W = 2, RW = R | W,	/* what happens to memory */
	BYTE = 4,			/* one byte, whatever the prefixes say */
	IMM8 = 8,			/* one immediate byte, sign-extended */
	IMMZ = 16,			/* 2 or 4 bytes by operand size, sign-extended */
	EXTEND = 32,			/* source narrower than the register: size in SRC* */
	SRC8 = 64, SRC16 = 128, SRC32 = 256,
	VALUE = 512,			/* memory becomes the source operand */
	WIDE = 1024,			/* 8 bytes by default (push, call, jmp) */
	NO_SUFFIX = 2048,		/* the name stands alone even without a register */
};

struct opcode {
	char name[12];
	u8 form;
	u16 flags;
};

struct insn {
	/* decoded */
	const u8 *code;
	size_t len, at;
	u8 rex, modrm, sib;
	bool lock, rep, repne, opsize, has_mem;
	char segment;			/* 'f', 'g' or 0 */
	unsigned int size;		/* of the operand, bytes */
	unsigned int mem_size;		/* of the access */
	int disp;
	s64 imm;
	char cond[3];
	struct opcode op;
	unsigned long addr;
};

#define REX_W 8
#define REX_R 4
#define REX_X 2
#define REX_B 1

/* ---- Names ---- */

static const char *const names64[16] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
					 "r8",	"r9",  "r10", "r11", "r12", "r13", "r14", "r15" };

/* %rax %eax %ax %al; without REX, numbers 4..7 of byte size are %ah %ch %dh %bh. */
static const char *register_name(const struct insn *in, unsigned int reg, unsigned int size, char out[8])
{
	static const char *const high[4] = { "ah", "ch", "dh", "bh" };
	const char *n = names64[reg];

	if (size == 8)
		snprintf(out, 8, "%%%s", n);
	else if (reg >= 8)
		snprintf(out, 8, "%%%s%s", n, size == 4 ? "d" : size == 2 ? "w" : "b");
	else if (size == 4)
		snprintf(out, 8, "%%e%s", n + 1);
	else if (size == 2)
		snprintf(out, 8, "%%%s", n + 1);
	else if (reg >= 4 && !in->rex)
		snprintf(out, 8, "%%%s", high[reg - 4]);
	else if (reg >= 4)
		snprintf(out, 8, "%%%sl", n + 1);	/* %spl %bpl %sil %dil */
	else
		snprintf(out, 8, "%%%cl", n[1]);
	return out;
}

static u64 register_value(const struct insn *in, const struct pt_regs *r, unsigned int reg,
			  unsigned int size)
{
	const unsigned long values[16] = { r->ax, r->cx, r->dx,	 r->bx,	 r->sp,	 r->bp,	 r->si,	 r->di,
					   r->r8, r->r9, r->r10, r->r11, r->r12, r->r13, r->r14, r->r15 };

	if (size == 1 && reg >= 4 && reg < 8 && !in->rex)
		return values[reg - 4] >> 8 & 0xff;
	return size == 8 ? values[reg] : values[reg] & ((1ull << (8 * size)) - 1);
}

/* ---- Opcodes ---- */

static const char arith_names[8][4] = { "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp" };
static const char shift_names[8][4] = { "rol", "ror", "rcl", "rcr", "shl", "shr", "shl", "sar" };
static const char cond_names[16][3] = { "o", "no", "b", "ae", "e", "ne", "be", "a",
					"s", "ns", "p", "np", "l", "ge", "le", "g" };

static const struct opcode one_byte[256] = {
	[0x63] = { "movsl", MEM_TO_REG, R | EXTEND | SRC32 },
	[0x69] = { "imul", IMM_MEM_REG, R | IMMZ },
	[0x6b] = { "imul", IMM_MEM_REG, R | IMM8 },
	[0x80] = { "", GROUP, RW | BYTE | IMM8 },
	[0x81] = { "", GROUP, RW | IMMZ },
	[0x83] = { "", GROUP, RW | IMM8 },
	[0x84] = { "test", REG_TO_MEM, R | BYTE },
	[0x85] = { "test", REG_TO_MEM, R },
	[0x86] = { "xchg", REG_TO_MEM, RW | BYTE | VALUE },
	[0x87] = { "xchg", REG_TO_MEM, RW | VALUE },
	[0x88] = { "mov", REG_TO_MEM, W | BYTE | VALUE },
	[0x89] = { "mov", REG_TO_MEM, W | VALUE },
	[0x8a] = { "mov", MEM_TO_REG, R | BYTE },
	[0x8b] = { "mov", MEM_TO_REG, R },
	[0x8f] = { "pop", ONE_MEM, W | WIDE | NO_SUFFIX },
	[0xa4] = { "movs", MOVS, BYTE },
	[0xa5] = { "movs", MOVS, 0 },
	[0xa6] = { "cmps", CMPS, R | BYTE },
	[0xa7] = { "cmps", CMPS, R },
	[0xaa] = { "stos", STOS, W | BYTE | VALUE },
	[0xab] = { "stos", STOS, W | VALUE },
	[0xac] = { "lods", LODS, R | BYTE },
	[0xad] = { "lods", LODS, R },
	[0xae] = { "scas", SCAS, R | BYTE },
	[0xaf] = { "scas", SCAS, R },
	[0xc0] = { "", GROUP, RW | BYTE | IMM8 },
	[0xc1] = { "", GROUP, RW | IMM8 },
	[0xc6] = { "mov", IMM_TO_MEM, W | BYTE | IMM8 | VALUE },
	[0xc7] = { "mov", IMM_TO_MEM, W | IMMZ | VALUE },
	[0xd0] = { "", GROUP, RW | BYTE },
	[0xd1] = { "", GROUP, RW },
	[0xd2] = { "", GROUP, RW | BYTE },
	[0xd3] = { "", GROUP, RW },
	[0xf6] = { "", GROUP, BYTE },
	[0xf7] = { "", GROUP, 0 },
	[0xfe] = { "", GROUP, RW | BYTE },
	[0xff] = { "", GROUP, RW },
};

static const struct opcode two_byte[256] = {
	[0xa3] = { "bt", REG_TO_MEM, R },
	[0xab] = { "bts", REG_TO_MEM, RW },
	[0xaf] = { "imul", MEM_TO_REG, R },
	[0xb0] = { "cmpxchg", REG_TO_MEM, RW | BYTE | VALUE },
	[0xb1] = { "cmpxchg", REG_TO_MEM, RW | VALUE },
	[0xb3] = { "btr", REG_TO_MEM, RW },
	[0xb6] = { "movzb", MEM_TO_REG, R | EXTEND | SRC8 },
	[0xb7] = { "movzw", MEM_TO_REG, R | EXTEND | SRC16 },
	[0xb8] = { "popcnt", MEM_TO_REG, R },
	[0xba] = { "", GROUP, RW | IMM8 },
	[0xbb] = { "btc", REG_TO_MEM, RW },
	[0xbc] = { "bsf", MEM_TO_REG, R },
	[0xbd] = { "bsr", MEM_TO_REG, R },
	[0xbe] = { "movsb", MEM_TO_REG, R | EXTEND | SRC8 },
	[0xbf] = { "movsw", MEM_TO_REG, R | EXTEND | SRC16 },
	[0xc0] = { "xadd", REG_TO_MEM, RW | BYTE },
	[0xc1] = { "xadd", REG_TO_MEM, RW },
	[0xc3] = { "movnti", REG_TO_MEM, W | VALUE },
	[0xc7] = { "", GROUP, RW },
};

/* F6, F7: test, unary arithmetic. */
static const char *group_f6(struct opcode *op, unsigned int reg)
{
	static const char names[8][5] = { "test", "test", "not", "neg", "mul", "imul", "div", "idiv" };

	op->form = reg < 2 ? IMM_TO_MEM : ONE_MEM;
	op->flags |= reg == 2 || reg == 3 ? RW : R;
	if (reg < 2)
		op->flags |= op->flags & BYTE ? IMM8 : IMMZ;
	return names[reg];
}

/* FE, FF: counting; only the second jumps and pushes. */
static const char *group_fe(struct opcode *op, unsigned int code, unsigned int reg)
{
	static const char names[8][5] = { "inc", "dec", "call", "", "jmp", "", "push", "" };

	op->form = ONE_MEM;
	if (reg >= 2) {
		if (code == 0xfe)
			return "";
		op->flags = R | WIDE | NO_SUFFIX;
	}
	return names[reg];
}

/* 0F BA: single bits. */
static const char *group_0fba(struct opcode *op, unsigned int reg)
{
	static const char names[8][4] = { "", "", "", "", "bt", "bts", "btr", "btc" };

	op->form = IMM_TO_MEM;
	if (reg == 4)
		op->flags &= ~W;
	return names[reg];
}

/* An opcode that ModRM.reg completes. */
static bool group_of(struct opcode *op, unsigned int code, unsigned int reg)
{
	const char *name;

	switch (code) {
	case 0x80 ... 0x83:
		op->form = IMM_TO_MEM;
		if (reg == 7)
			op->flags &= ~W;
		name = arith_names[reg];
		break;
	case 0xc0 ... 0xc1:
		op->form = IMM_TO_MEM;
		name = shift_names[reg];
		break;
	case 0xd0 ... 0xd1:
		op->form = ONE_MEM;
		name = shift_names[reg];
		break;
	case 0xd2 ... 0xd3:
		op->form = CL_MEM;
		name = shift_names[reg];
		break;
	case 0xf6 ... 0xf7:
		name = group_f6(op, reg);
		break;
	case 0xfe ... 0xff:
		name = group_fe(op, code, reg);
		break;
	case 0x1ba:
		name = group_0fba(op, reg);
		break;
	case 0x1c7:
		op->form = ONE_MEM;
		op->flags |= NO_SUFFIX;
		name = reg == 1 ? "cmpxchg8b" : "";
		break;
	default:
		return false;
	}
	strscpy(op->name, name, sizeof(op->name));
	return *name;
}

/* ---- Bytes ---- */

static bool take(struct insn *in, unsigned int n, s64 *value)
{
	u64 v = 0;

	if (in->len - in->at < n)
		return false;
	for (unsigned int i = 0; i < n; i++)
		v |= (u64)in->code[in->at++] << (8 * i);
	*value = n < 8 ? (s64)(v << (64 - 8 * n)) >> (64 - 8 * n) : (s64)v;	/* sign-extended */
	return true;
}

static bool prefixes(struct insn *in)
{
	for (; in->at < in->len; in->at++) {
		u8 b = in->code[in->at];

		if (b == 0xf0)
			in->lock = true;
		else if (b == 0xf2)
			in->repne = true;
		else if (b == 0xf3)
			in->rep = true;
		else if (b == 0x66)
			in->opsize = true;
		else if (b == 0x64 || b == 0x65)
			in->segment = b == 0x64 ? 'f' : 'g';
		else if (b == 0x2e || b == 0x36 || b == 0x3e || b == 0x26)
			;	/* without effect in 64-bit mode */
		else
			break;
	}
	if (in->at < in->len && (in->code[in->at] & 0xf0) == 0x40)
		in->rex = in->code[in->at++];
	return in->at < in->len;
}

/* The opcode's entry; *code gets its number, 0x100 added for those after 0F. */
static bool find_opcode(struct insn *in, unsigned int *code)
{
	u8 b = in->code[in->at++];

	*code = b;
	if (b == 0x0f) {
		if (in->at == in->len)
			return false;
		b = in->code[in->at++];
		*code = 0x100 | b;
		if ((b & 0xf0) == 0x40) {
			in->op = (struct opcode){ "cmov", MEM_TO_REG, R };
			memcpy(in->cond, cond_names[b & 15], 3);
		} else if ((b & 0xf0) == 0x90) {
			in->op = (struct opcode){ "set", ONE_MEM, W | BYTE | NO_SUFFIX };
			memcpy(in->cond, cond_names[b & 15], 3);
		} else if (b == 0xb8 && !in->rep) {
			return false;
		} else {
			in->op = two_byte[b];
		}
	} else if (b < 0x40 && (b & 7) < 4) {
		/* Eight operations times four forms. */
		in->op.form = b & 2 ? MEM_TO_REG : REG_TO_MEM;
		in->op.flags = (b & 1 ? 0 : BYTE) | (b & 2 || b >> 3 == 7 ? R : RW);
		memcpy(in->op.name, arith_names[b >> 3], 4);
	} else {
		in->op = one_byte[b];
	}
	return in->op.form != NO_FORM;
}

/* ModRM, SIB, displacement: the address, but for %rip-relative ones, whose base is not known yet. */
static bool memory_operand(struct insn *in, const struct pt_regs *regs)
{
	unsigned int mod, rm;
	s64 v = 0;

	if (in->at == in->len)
		return false;
	in->modrm = in->code[in->at++];
	mod = in->modrm >> 6;
	rm = in->modrm & 7;
	if (mod == 3)
		return false;	/* a register */
	in->has_mem = true;

	if (rm == 4) {
		unsigned int base, index;

		if (in->at == in->len)
			return false;
		in->sib = in->code[in->at++];
		base = (in->sib & 7) | (in->rex & REX_B ? 8 : 0);
		index = (in->sib >> 3 & 7) | (in->rex & REX_X ? 8 : 0);
		if (index != 4)
			in->addr += register_value(in, regs, index, 8) << (in->sib >> 6);
		if ((base & 7) == 5 && mod == 0)
			mod = 2;	/* no base, 4 bytes of displacement */
		else
			in->addr += register_value(in, regs, base, 8);
	} else if (rm == 5 && mod == 0) {
		mod = 2;		/* %rip-relative */
	} else {
		in->addr += register_value(in, regs, rm | (in->rex & REX_B ? 8 : 0), 8);
	}
	if (mod && !take(in, mod == 1 ? 1 : 4, &v))
		return false;
	in->disp = v;
	in->addr += v;
	return true;
}

static bool is_rip_relative(const struct insn *in)
{
	return in->has_mem && (in->modrm & 0xc7) == 5;
}

/* SIB with base field 5 and mod 0: the displacement stands alone or with an index. */
static bool has_no_base(const struct insn *in)
{
	return (in->modrm & 7) == 4 && (in->modrm >> 6) == 0 && (in->sib & 7) == 5;
}

static bool decode(struct insn *in, const struct pt_regs *regs, unsigned long fault_addr)
{
	unsigned int code;

	if (!prefixes(in) || !find_opcode(in, &code))
		return false;
	in->size = in->op.flags & BYTE ? 1 : in->rex & REX_W ? 8 : in->opsize ? 2 : 4;

	switch (in->op.form) {
	case STOS:
	case SCAS:
		in->addr = regs->di;
		break;
	case LODS:
		in->addr = regs->si;
		break;
	case MOVS:	/* two accesses: the one that was asked about */
		in->addr = fault_addr - regs->di < in->size ? regs->di : regs->si;
		in->op.flags |= in->addr == regs->di ? W : R;
		break;
	case CMPS:
		in->addr = fault_addr - regs->di < in->size ? regs->di : regs->si;
		break;
	default:
		if (!memory_operand(in, regs))
			return false;
		if (in->op.form == GROUP && !group_of(&in->op, code, in->modrm >> 3 & 7))
			return false;
	}
	if (in->op.flags & WIDE)
		in->size = in->opsize ? 2 : 8;
	in->mem_size = in->op.flags & SRC8 ? 1 : in->op.flags & SRC16 ? 2 :
		       in->op.flags & SRC32 ? 4 : in->size;
	if (code == 0x1c7) {
		in->mem_size = in->rex & REX_W ? 16 : 8;
		if (in->rex & REX_W)
			strscpy(in->op.name, "cmpxchg16b", sizeof(in->op.name));
	}

	if ((in->op.flags & IMM8) && !take(in, 1, &in->imm))
		return false;
	if ((in->op.flags & IMMZ) && !take(in, in->size == 2 ? 2 : 4, &in->imm))
		return false;
	if (is_rip_relative(in))
		in->addr += regs->ip + in->at;
	return true;
}

/* ---- Words ---- */

struct text {
	char *buf;
	size_t size, len;
};

static void __printf(2, 3) put(struct text *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	t->len += vscnprintf(t->buf + t->len, t->size - t->len, fmt, args);
	va_end(args);
}

static unsigned int base_register(const struct insn *in)
{
	unsigned int rm = (in->modrm & 7) == 4 ? in->sib & 7 : in->modrm & 7;

	return rm | (in->rex & REX_B ? 8 : 0);
}

static void put_memory(struct text *t, const struct insn *in)
{
	unsigned int index = (in->sib >> 3 & 7) | (in->rex & REX_X ? 8 : 0);
	bool indexed = (in->modrm & 7) == 4 && index != 4;
	char name[8];

	if (in->segment)
		put(t, "%%%cs:", in->segment);
	if (in->disp < 0)
		put(t, "-0x%x", -(unsigned int)in->disp);
	else if (in->disp || in->modrm >> 6 || has_no_base(in) || is_rip_relative(in))
		put(t, "0x%x", in->disp);
	if (is_rip_relative(in)) {
		put(t, "(%%rip)");
		return;
	}
	if (has_no_base(in) && !indexed)
		return;
	put(t, "(%s", has_no_base(in) ? "" : register_name(in, base_register(in), 8, name));
	if (indexed)
		put(t, ",%s,%d", register_name(in, index, 8, name), 1 << (in->sib >> 6));
	put(t, ")");
}

static u64 immediate(const struct insn *in)
{
	return in->size >= 8 ? (u64)in->imm : (u64)in->imm & ((1ull << (8 * in->size)) - 1);
}

/* Prefixes that the assembler writes as words, the name, and a suffix where no register tells the size. */
static void put_name(struct text *t, const struct insn *in)
{
	char suffix = in->size == 8 ? 'q' : in->size == 4 ? 'l' : in->size == 2 ? 'w' : 'b';
	bool compares = in->op.form == SCAS || in->op.form == CMPS;
	bool string = in->op.form >= STOS && in->op.form <= CMPS;
	bool suffixed = in->op.form == IMM_TO_MEM || in->op.form == CL_MEM || in->op.form == MOVS ||
			in->op.form == CMPS || (in->op.flags & EXTEND) ||
			(in->op.form == ONE_MEM && !(in->op.flags & NO_SUFFIX));

	if (in->lock)
		put(t, "lock ");
	if (string && in->rep)
		put(t, compares ? "repz " : "rep ");
	if (string && in->repne)
		put(t, "repnz ");
	put(t, "%s%s", in->op.name, in->cond);
	if (suffixed)
		put(t, "%c", suffix);
	put(t, " ");
}

static void describe(const struct insn *in, char *buf, size_t size)
{
	struct text t = { buf, size };
	unsigned int reg = (in->modrm >> 3 & 7) | (in->rex & REX_R ? 8 : 0);
	unsigned int op_size = in->size;
	char name[8];

	buf[0] = '\0';
	put_name(&t, in);
	switch (in->op.form) {
	case REG_TO_MEM:
		put(&t, "%s,", register_name(in, reg, op_size, name));
		put_memory(&t, in);
		break;
	case MEM_TO_REG:
		put_memory(&t, in);
		put(&t, ",%s", register_name(in, reg, op_size, name));
		break;
	case IMM_TO_MEM:
		put(&t, "$0x%llx,", immediate(in));
		put_memory(&t, in);
		break;
	case IMM_MEM_REG:
		put(&t, "$0x%llx,", immediate(in));
		put_memory(&t, in);
		put(&t, ",%s", register_name(in, reg, op_size, name));
		break;
	case CL_MEM:
		put(&t, "%%cl,");
		put_memory(&t, in);
		break;
	case ONE_MEM:
		/* An asterisk marks an indirect target. */
		if (!strcmp(in->op.name, "call") || !strcmp(in->op.name, "jmp"))
			put(&t, "*");
		put_memory(&t, in);
		break;
	case STOS:
		put(&t, "%s,%%es:(%%rdi)", register_name(in, 0, op_size, name));
		break;
	case LODS:
		put(&t, "%%ds:(%%rsi),%s", register_name(in, 0, op_size, name));
		break;
	case SCAS:
		put(&t, "%%es:(%%rdi),%s", register_name(in, 0, op_size, name));
		break;
	case MOVS:
		put(&t, "%%ds:(%%rsi),%%es:(%%rdi)");
		break;
	case CMPS:
		put(&t, "%%es:(%%rdi),%%ds:(%%rsi)");
		break;
	}
}

static void fill(const struct insn *in, const struct pt_regs *regs, struct insn_access *out)
{
	unsigned int reg = (in->modrm >> 3 & 7) | (in->rex & REX_R ? 8 : 0);

	memset(out, 0, sizeof(*out));
	out->size_bytes = in->mem_size;
	out->read = in->op.flags & R;
	out->write = in->op.flags & W;
	if (in->op.flags & VALUE) {
		out->has_value = true;
		if (in->op.form == IMM_TO_MEM)
			out->value = immediate(in);
		else
			out->value = register_value(in, regs, in->op.form == STOS ? 0 : reg, in->size);
	}

	if (!in->has_mem)
		strscpy(out->base, in->addr == regs->di ? "%rdi" : "%rsi", sizeof(out->base));
	else if (is_rip_relative(in))
		strscpy(out->base, "%rip", sizeof(out->base));
	else if (!has_no_base(in))
		register_name(in, base_register(in), 8, out->base);
	describe(in, out->text, sizeof(out->text));
}

int x86_decode_access(const u8 *code, size_t len, const struct pt_regs *regs, unsigned long addr,
		      struct insn_access *out, struct x86_operand *operand)
{
	struct insn in = { .code = code, .len = len };

	if (!decode(&in, regs, addr))
		return -ENOENT;
	fill(&in, regs, out);
	operand->addr = in.addr;
	operand->gs = in.segment == 'g';
	return 0;
}
