// SPDX-License-Identifier: MIT
/*
 * A decoder of A64 loads and stores, for the line of a report that tells what the culprit did.
 *
 * All load and store encodings have bits 27 and 25 = 1, 0; the groups below follow the tables of the
 * manual, one function each. A group fills in what it knows; the text is as an assembler would write it.
 * Source: Arm ARM (DDI 0487J.a), C4.1.94 "Loads and Stores", C6.2.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <arch/trap.h>
#include "insn.h"

#define ZR 31			/* register 31: zero as data, SP as base */

struct decode {
	u32 insn;
	const struct pt_regs *regs;
	unsigned long addr;		/* the byte that faulted */
	struct insn_access *out;
};

static u32 bits(u32 insn, unsigned int high, unsigned int low)
{
	return (insn >> low) & ((1u << (high - low + 1)) - 1);
}

static bool bit(u32 insn, unsigned int n)
{
	return insn >> n & 1;
}

static long sign_extend(u32 value, unsigned int width)
{
	return (long)((u64)value << (64 - width)) >> (64 - width);
}

static u64 reg(const struct decode *d, unsigned int n)
{
	return n == ZR ? 0 : d->regs->regs[n];
}

/* A register's name by the size of what it holds: x for 8 bytes, w for less. */
struct name { char s[5]; };

static struct name data_name(unsigned int n, unsigned int bytes)
{
	struct name name;

	if (n == ZR)
		snprintf(name.s, sizeof(name.s), "%czr", bytes == 8 ? 'x' : 'w');
	else
		snprintf(name.s, sizeof(name.s), "%c%u", bytes == 8 ? 'x' : 'w', n);
	return name;
}

static struct name simd_name(unsigned int n, unsigned int bytes)
{
	struct name name;

	snprintf(name.s, sizeof(name.s), "%c%u",
		 bytes == 1 ? 'b' : bytes == 2 ? 'h' : bytes == 4 ? 's' : bytes == 8 ? 'd' : 'q', n);
	return name;
}

static unsigned int base_reg(const struct decode *d)
{
	return bits(d->insn, 9, 5);
}

static u64 base_value(const struct decode *d)
{
	return base_reg(d) == ZR ? d->regs->sp : d->regs->regs[base_reg(d)];
}

static void set_base(struct decode *d)
{
	if (base_reg(d) == ZR)
		strscpy(d->out->base, "sp", sizeof(d->out->base));
	else
		snprintf(d->out->base, sizeof(d->out->base), "x%u", base_reg(d));
}

static void set_value(struct decode *d, u64 value, unsigned int bytes)
{
	d->out->value = bytes < 8 ? value & ((1ul << (8 * bytes)) - 1) : value;
	d->out->has_value = true;
}

/* " [x0]", " [x0, #8]", " [x0, #8]!", " [x0], #8" */
enum index_mode { POST = 1, OFFSET, PRE };

static void put_address(struct decode *d, char *text, size_t size, enum index_mode mode, long imm)
{
	const char *base = d->out->base;

	if (mode == POST)
		snprintf(text, size, "[%s], #%ld", base, imm);
	else if (imm || mode == PRE)
		snprintf(text, size, "[%s, #%ld]%s", base, imm, mode == PRE ? "!" : "");
	else
		snprintf(text, size, "[%s]", base);
}

static const char *size_suffix(unsigned int size)
{
	return size == 0 ? "b" : size == 1 ? "h" : "";
}

/* LDXR, STXR, LDAR, STLR, their pairs, and compare-and-swap. */
static int exclusive_or_ordered(struct decode *d)
{
	struct insn_access *out = d->out;
	u32 w = d->insn, size = bits(w, 31, 30), bytes = 1u << size;
	u32 rs = bits(w, 20, 16), rt2 = bits(w, 14, 10), rt = bits(w, 4, 0);
	bool plain = bit(w, 23), load = bit(w, 22), second = bit(w, 21), o0 = bit(w, 15);
	const char *suffix = size_suffix(size);

	set_base(d);
	out->size_bytes = bytes;
	if (plain && second) {		/* compare Rs, and if equal store Rt */
		if (rt2 != ZR)
			return -ENOENT;
		out->read = out->write = true;
		snprintf(out->text, sizeof(out->text), "cas%s%s%s %s, %s, [%s]", load ? "a" : "",
			 o0 ? "l" : "", suffix, data_name(rs, bytes).s, data_name(rt, bytes).s, out->base);
		return 0;
	}
	out->read = load;
	out->write = !load;
	if (plain) {
		const char *name = load ? (o0 ? "ldar" : "ldlar") : (o0 ? "stlr" : "stllr");

		if (!load)
			set_value(d, reg(d, rt), bytes);
		snprintf(out->text, sizeof(out->text), "%s%s %s, [%s]", name, suffix,
			 data_name(rt, bytes).s, out->base);
		return 0;
	}
	if (second) {
		if (size < 2)		/* CASP, or not allocated */
			return -ENOENT;
		if (load)
			snprintf(out->text, sizeof(out->text), "%s %s, %s, [%s]", o0 ? "ldaxp" : "ldxp",
				 data_name(rt, bytes).s, data_name(rt2, bytes).s, out->base);
		else
			snprintf(out->text, sizeof(out->text), "%s %s, %s, %s, [%s]", o0 ? "stlxp" : "stxp",
				 data_name(rs, 4).s, data_name(rt, bytes).s, data_name(rt2, bytes).s,
				 out->base);
		if (!load)
			set_value(d, reg(d, d->addr - base_value(d) >= bytes ? rt2 : rt), bytes);
		return 0;
	}
	if (load) {
		snprintf(out->text, sizeof(out->text), "%s%s %s, [%s]", o0 ? "ldaxr" : "ldxr", suffix,
			 data_name(rt, bytes).s, out->base);
		return 0;
	}
	set_value(d, reg(d, rt), bytes);
	snprintf(out->text, sizeof(out->text), "%s%s %s, %s, [%s]", o0 ? "stlxr" : "stxr", suffix,
		 data_name(rs, 4).s, data_name(rt, bytes).s, out->base);
	return 0;
}

/* LDR (literal): the address is relative to the PC. */
static int literal(struct decode *d)
{
	struct insn_access *out = d->out;
	u32 w = d->insn, opc = bits(w, 31, 30), rt = bits(w, 4, 0);
	unsigned long target = regs_pc(d->regs) + sign_extend(bits(w, 23, 5), 19) * 4;
	bool simd = bit(w, 26);

	if (opc == 3)			/* PRFM never faults; SIMD: not allocated */
		return -ENOENT;
	out->read = true;
	out->size_bytes = simd ? 4u << opc : opc == 1 ? 8 : 4;
	strscpy(out->base, "pc", sizeof(out->base));
	snprintf(out->text, sizeof(out->text), "%s %s, 0x%lx", opc == 2 && !simd ? "ldrsw" : "ldr",
		 simd ? simd_name(rt, out->size_bytes).s : data_name(rt, opc ? 8 : 4).s, target);
	return 0;
}

/* LDP, STP and their kin: two registers beside each other; the one that holds the byte is told. */
static int pair(struct decode *d)
{
	struct insn_access *out = d->out;
	u32 w = d->insn, opc = bits(w, 31, 30), rt = bits(w, 4, 0), rt2 = bits(w, 14, 10);
	bool simd = bit(w, 26), load = bit(w, 22), sign = !simd && opc == 1;
	u32 mode = bits(w, 24, 23), bytes = simd ? 4u << opc : opc == 2 ? 8 : 4;
	long imm = sign_extend(bits(w, 21, 15), 7) * (long)bytes;
	unsigned long ea = base_value(d) + (mode == POST ? 0 : imm);
	char where[24];
	struct name a, b;

	if (opc == 3 || (sign && (!load || !mode)))
		return -ENOENT;
	set_base(d);
	out->read = load;
	out->write = !load;
	out->size_bytes = bytes;
	if (!load && !simd)
		set_value(d, reg(d, d->addr - ea >= bytes && d->addr - ea < 2 * bytes ? rt2 : rt), bytes);
	a = simd ? simd_name(rt, bytes) : data_name(rt, sign ? 8 : bytes);
	b = simd ? simd_name(rt2, bytes) : data_name(rt2, sign ? 8 : bytes);
	put_address(d, where, sizeof(where), mode ? mode : OFFSET, imm);
	snprintf(out->text, sizeof(out->text), "%s%s%s %s, %s, %s", load ? "ld" : "st", mode ? "" : "n",
		 sign ? "psw" : "p", a.s, b.s, where);
	return 0;
}

/* LDADD, LDCLR, ..., SWP, LDAPR. Read and written in one step; only SWP's result is known beforehand. */
static int atomic(struct decode *d)
{
	static const char *const op[] = { "add", "clr", "eor", "set", "smax", "smin", "umax", "umin" };
	struct insn_access *out = d->out;
	u32 w = d->insn, size = bits(w, 31, 30), bytes = 1u << size, opc = bits(w, 14, 12);
	u32 rs = bits(w, 20, 16), rt = bits(w, 4, 0);
	bool acquire = bit(w, 23), release = bit(w, 22), o3 = bit(w, 15);
	const char *order = acquire ? (release ? "al" : "a") : release ? "l" : "";

	if (bit(w, 26))
		return -ENOENT;
	set_base(d);
	out->size_bytes = bytes;
	out->read = true;
	if (o3 && opc == 4 && acquire && !release && rs == ZR) {
		snprintf(out->text, sizeof(out->text), "ldapr%s %s, [%s]", size_suffix(size),
			 data_name(rt, bytes).s, out->base);
		return 0;
	}
	if (o3 && opc)
		return -ENOENT;
	out->write = true;
	if (o3)
		set_value(d, reg(d, rs), bytes);
	if (!o3 && rt == ZR && !acquire)	/* the form whose old value is dropped has a name of its own */
		snprintf(out->text, sizeof(out->text), "st%s%s%s %s, [%s]", op[opc], order, size_suffix(size),
			 data_name(rs, bytes).s, out->base);
	else
		snprintf(out->text, sizeof(out->text), "%s%s%s%s %s, %s, [%s]", o3 ? "swp" : "ld",
			 o3 ? "" : op[opc], order, size_suffix(size), data_name(rs, bytes).s,
			 data_name(rt, bytes).s, out->base);
	return 0;
}

/* What LDR, STR, LDRB, LDRSW... of one register have in common; @where: the address in words. */
static int one_register(struct decode *d, const char *stem, const char *where)
{
	struct insn_access *out = d->out;
	u32 w = d->insn, size = bits(w, 31, 30), opc = bits(w, 23, 22), rt = bits(w, 4, 0);
	u32 bytes = 1u << size;
	struct name name;

	if (bit(w, 26)) {
		if (opc & 2) {
			if (size)
				return -ENOENT;
			bytes = 16;
		}
		out->read = opc & 1;
		out->write = !(opc & 1);
		out->size_bytes = bytes;
		snprintf(out->text, sizeof(out->text), "%s%s %s, %s", out->write ? "st" : "ld", stem,
			 simd_name(rt, bytes).s, where);
		return 0;
	}
	/* opc 2: sign-extend to 64 bits (or PRFM), 3: to 32. */
	if (size + opc >= 5 || (opc == 3 && size == 2))
		return -ENOENT;
	out->size_bytes = bytes;
	out->read = opc != 0;
	out->write = !opc;
	if (!opc)
		set_value(d, reg(d, rt), bytes);
	name = data_name(rt, opc == 2 || size == 3 ? 8 : 4);
	snprintf(out->text, sizeof(out->text), "%s%s%s%s %s, %s", opc ? "ld" : "st", stem, opc >= 2 ? "s" : "",
		 opc >= 2 && size == 2 ? "w" : size_suffix(size), name.s, where);
	return 0;
}

/* [Xn, Rm, extend #amount] */
static int register_offset(struct decode *d)
{
	static const char *const extend[] = { "", "", "uxtw", "lsl", "", "", "sxtw", "sxtx" };
	u32 w = d->insn, option = bits(w, 15, 13), rm = bits(w, 20, 16);
	bool q = bit(w, 26) && bit(w, 23), scaled = bit(w, 12);
	u32 shift = q ? 4 : bits(w, 31, 30);
	char where[32];

	if (!(option & 2))
		return -ENOENT;
	set_base(d);
	if (option == 3 && !scaled)
		snprintf(where, sizeof(where), "[%s, %s]", d->out->base, data_name(rm, 8).s);
	else
		snprintf(where, sizeof(where), scaled ? "[%s, %s, %s #%u]" : "[%s, %s, %s]", d->out->base,
			 data_name(rm, option & 1 ? 8 : 4).s, extend[option], shift);
	return one_register(d, "r", where);
}

static int immediate(struct decode *d)
{
	static const char *const stem[] = { "ur", "r", "tr", "r" };
	u32 w = d->insn, mode = bits(w, 11, 10);
	char where[32];

	set_base(d);
	put_address(d, where, sizeof(where), mode == 1 ? POST : mode == 3 ? PRE : OFFSET,
		    sign_extend(bits(w, 20, 12), 9));
	return one_register(d, stem[mode], where);
}

static int scaled_immediate(struct decode *d)
{
	u32 w = d->insn;
	bool q = bit(w, 26) && bit(w, 23);
	char where[32];

	set_base(d);
	put_address(d, where, sizeof(where), OFFSET, (long)bits(w, 21, 10) << (q ? 4 : bits(w, 31, 30)));
	return one_register(d, "r", where);
}

/* DC ZVA: zeroes a block, 64 bytes on the processors we know. */
static int zero_block(struct decode *d)
{
	u32 rt = bits(d->insn, 4, 0);

	d->out->write = d->out->has_value = true;
	d->out->size_bytes = 64;
	snprintf(d->out->base, sizeof(d->out->base), "%s", data_name(rt, 8).s);
	snprintf(d->out->text, sizeof(d->out->text), "dc zva, %s", d->out->base);
	return 0;
}

static int decode(struct decode *d)
{
	u32 w = d->insn;

	if ((w & 0xffffffe0) == 0xd50b7420)
		return zero_block(d);
	if ((w & 0x3f000000) == 0x08000000)
		return exclusive_or_ordered(d);
	if ((w & 0x3b000000) == 0x18000000)
		return literal(d);
	if ((w & 0x3a000000) == 0x28000000)
		return pair(d);
	if ((w & 0x3b000000) == 0x39000000)
		return scaled_immediate(d);
	if ((w & 0x3b000000) != 0x38000000)
		return -ENOENT;
	if (!bit(w, 21))
		return bits(w, 11, 10) == 2 && bit(w, 26) ? -ENOENT : immediate(d);
	if (bits(w, 11, 10) == 2)
		return register_offset(d);
	return bits(w, 11, 10) ? -ENOENT : atomic(d);
}

int a64_decode_access(u32 insn, const struct pt_regs *regs, unsigned long addr, struct insn_access *out)
{
	struct insn_access access = {};
	struct decode d = { .insn = insn, .regs = regs, .addr = addr, .out = &access };
	int err = decode(&d);

	*out = err ? (struct insn_access){} : access;
	return err;
}

int arch_decode_access(const struct pt_regs *regs, unsigned long addr, struct insn_access *out)
{
	u32 insn;

	*out = (struct insn_access){};
	if (regs_pc(regs) & 3 || arch_probe_read(&insn, (const void *)regs_pc(regs), sizeof(insn)))
		return -ENOENT;
	return a64_decode_access(insn, regs, addr, out);
}
