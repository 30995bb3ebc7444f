// SPDX-License-Identifier: MIT
/*
 * Numbers and bits: the helpers that save a driver an overflow or a loop. Each line of the log is an
 * expression and its value.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/bitfield.h>
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/crc32.h>
#include <linux/hash.h>
#include <linux/init.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/refcount.h>
#include <linux/sort.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <asm/byteorder.h>
#include <asm/unaligned.h>

#define show(expr)	pr_info("%s = %lld\n", #expr, (long long)(expr))
#define show_hex(expr)	pr_info("%s = %#llx\n", #expr, (unsigned long long)(expr))

static void try_rounding(void)
{
	u32 rem;

	show(DIV_ROUND_UP(10, 4));
	show(DIV_ROUND_CLOSEST(10, 4));
	show(DIV_ROUND_CLOSEST(-10, 4));
	show(roundup(10, 4));
	show(rounddown(10, 4));
	show(round_up(10, 8));
	show(ALIGN(4097UL, 4096));
	show(ALIGN_DOWN(4097UL, 4096));
	show(IS_ALIGNED(64, 8));
	show(clamp(9, 1, 5));
	show(min_t(int, 300, 50));
	show(min3(3, 1, 2));
	show(abs(-5));
	show(mult_frac(1000, 3, 7));
	show(div_u64_rem(10000000000ULL, 3, &rem));
	show(rem);
	show(div_s64(-10, 3));
	show(div64_u64(1ULL << 40, 1000));
	show(mul_u64_u32_shr(1ULL << 33, 3, 1));
	show(ilog2(100));
	show(roundup_pow_of_two(100));
	show(rounddown_pow_of_two(100));
	show(order_base_2(100));
	show(is_power_of_2(64));
	show(int_sqrt(1000));
}

static void try_overflow(void)
{
	size_t size;
	int sum;
	u8 small;

	show(check_add_overflow(INT_MAX, 1, &sum));
	show(check_add_overflow(1, 2, &sum));
	show(sum);
	show(check_sub_overflow(INT_MIN, 1, &sum));
	show(check_mul_overflow((size_t)SIZE_MAX, (size_t)2, &size));
	show(check_add_overflow((u8)200, (u8)100, &small));
	show(small);
	show(array_size(SIZE_MAX, 2) == SIZE_MAX);
	show(size_add(SIZE_MAX, 1) == SIZE_MAX);
	show(size_mul(3, 5));
}

static void try_bits(void)
{
	DECLARE_BITMAP(map, 70) = { 0 };
	unsigned long word = 0;
	unsigned int bit;

	set_bit(3, &word);
	__set_bit(5, &word);
	change_bit(3, &word);
	show_hex(word);
	show(test_bit(5, &word));
	show(test_and_set_bit(1, &word));
	show(test_and_clear_bit(5, &word));
	assign_bit(8, &word, true);
	show_hex(word);
	show(ffs(0x50));
	show(__ffs(0x50UL));
	show(fls(0x50));
	show(fls64(1ULL << 40));
	show(ffz(7UL));
	show(hweight32(0xff00ff));
	show(hweight64(-1ULL));
	show_hex(BIT(4));
	show_hex(GENMASK(7, 4));
	show_hex(GENMASK_ULL(39, 36));
	show_hex(FIELD_GET(0xf0, 0xab));
	show_hex(FIELD_PREP(0xf0, 0xc));
	show_hex(rol32(0x80000001, 4));
	show_hex(ror32(0x80000001, 4));
	show(sign_extend32(0xff, 7));
	bitmap_set(map, 60, 6);
	__clear_bit(62, map);
	for_each_set_bit(bit, map, 70)
		show(bit);
	show(find_first_bit(map, 70));
	show(find_first_zero_bit(map, 70));
	show(find_next_bit(map, 70, 62));
	show(find_next_zero_bit(map, 70, 60));
	show(bitmap_weight(map, 70));
	show(bitmap_full(map, 70));
	show(bitmap_empty(map, 70));
	show(bitmap_find_next_zero_area(map, 70, 58, 3, 0));
	show(bitmap_parselist("1-3,9", map, 70));
	pr_info("map %*pbl\n", 70, map);
	show(bitmap_parselist("71", map, 70));
	show(bitmap_parselist("x", map, 70));
}

static void try_atomics(void)
{
	atomic_t a = ATOMIC_INIT(5);
	atomic64_t b = ATOMIC64_INIT(1LL << 40);
	refcount_t r = REFCOUNT_INIT(1);
	unsigned int x = 1;
	int old = 3;

	show(atomic_add_return(3, &a));
	show(atomic_sub_return(1, &a));
	show(atomic_inc_return(&a));
	show(atomic_fetch_add(2, &a));
	show(atomic_add_unless(&a, 1, 10));
	show(atomic_add_unless(&a, 1, 7));
	show(atomic_inc_not_zero(&a));
	show(atomic_dec_and_test(&a));
	show(atomic_cmpxchg(&a, 11, 1));
	show(atomic_cmpxchg(&a, 99, 2));
	show(atomic_xchg(&a, 7));
	show(atomic_try_cmpxchg(&a, &old, 8));
	show(old);
	show(atomic_dec_if_positive(&a));
	show(atomic_fetch_or(8, &a));
	show(atomic_fetch_andnot(2, &a));
	show(atomic_sub_and_test(12, &a));
	show(atomic_add_negative(-1, &a));
	show(atomic_read(&a));
	show(atomic64_inc_return(&b));
	show(atomic64_fetch_and(0xff, &b));
	show(atomic64_read(&b));
	show(refcount_inc_not_zero(&r));
	show(refcount_dec_and_test(&r));
	show(refcount_dec_and_test(&r));
	show(refcount_inc_not_zero(&r));
	show(cmpxchg(&x, 1, 2));
	show(xchg(&x, 3));
}

static int descending(const void *a, const void *b)
{
	return *(const int *)b - *(const int *)a;
}

static void try_sums(void)
{
	int numbers[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
	u8 bytes[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct timespec64 ts = ns_to_timespec64(1234567890123456789LL);
	struct tm tm;

	sort(numbers, ARRAY_SIZE(numbers), sizeof(int), descending, NULL);
	show(numbers[0]);
	show(numbers[7]);
	show_hex(crc32_le(~0, bytes, 8));
	show_hex(crc32_be(~0, bytes, 8));
	show_hex(jhash(bytes, 8, 17));
	show_hex(jhash_1word(42, 0));
	show_hex(hash_32(42, 8));
	show_hex(hash_64(42, 8));
	show_hex(be32_to_cpup((__be32 *)bytes));
	show_hex(le64_to_cpup((__le64 *)bytes));
	show_hex(get_unaligned_le32(bytes + 1));
	show_hex(get_unaligned_be16(bytes + 3));
	show_hex(swab32(0x01020304));
	show_hex((__force u16)cpu_to_be16(0x0102));
	show(ts.tv_sec);
	show(ts.tv_nsec);
	time64_to_tm(ts.tv_sec, 0, &tm);
	pr_info("%04ld-%02d-%02d %02d:%02d:%02d, day %d of the week\n", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		tm.tm_min, tm.tm_sec, tm.tm_wday);
	show(jiffies_to_msecs(msecs_to_jiffies(1000)));
	show(jiffies_to_msecs(HZ));
	show(time_after(2UL, ULONG_MAX));
	show(time_before_eq(5UL, 5UL));
	show(ktime_to_ms(ktime_add_us(ms_to_ktime(5), 2500)));
	show(ktime_compare(ktime_set(1, 0), ns_to_ktime(NSEC_PER_SEC)));
}

static int __init arithmetic_init(void)
{
	try_rounding();
	try_overflow();
	try_bits();
	try_atomics();
	try_sums();
	return 0;
}

static void __exit arithmetic_exit(void)
{
}

module_init(arithmetic_init);
module_exit(arithmetic_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Helpers for numbers and bits");
