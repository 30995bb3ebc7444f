// SPDX-License-Identifier: MIT
/*
 * Roots, powers, common divisors.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include <linux/math.h>
#include <linux/minmax.h>

u64 int_pow(u64 base, unsigned int exp)
{
	u64 result = 1;

	for (; exp; exp >>= 1, base *= base)
		if (exp & 1)
			result *= base;
	return result;
}
EXPORT_SYMBOL_GPL(int_pow);

/* Bit by bit from the top: each either fits under x or not. */
unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = x ? 1UL << (__fls(x) & ~1UL) : 0; bit; bit >>= 2) {
		unsigned long try = root + bit;

		root >>= 1;
		if (x >= try) {
			x -= try;
			root += bit;
		}
	}
	return root;
}
EXPORT_SYMBOL(int_sqrt);

unsigned long gcd(unsigned long a, unsigned long b)
{
	while (b) {
		unsigned long r = a % b;

		a = b;
		b = r;
	}
	return a;
}
EXPORT_SYMBOL_GPL(gcd);

unsigned long lcm(unsigned long a, unsigned long b)
{
	return a && b ? a / gcd(a, b) * b : 0;
}
EXPORT_SYMBOL_GPL(lcm);
