// SPDX-License-Identifier: MIT
/* kernel/lib/vsprintf*.c and vsscanf.c. Also built for the host (make test-unit T=lib). */
#include <kunit/test.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kernel.h>

static char buf[256];

/* What the format gives, its length, and that every smaller buffer gets the same beginning, ended. */
static __printf(3, 4) void expect(struct kunit *test, const char *want, const char *fmt, ...)
{
	size_t len = strlen(want);
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, args);
	va_end(args);
	KUNIT_EXPECT_STREQ_MSG(test, buf, want, "%s", fmt);
	KUNIT_EXPECT_EQ_MSG(test, n, len, "%s", fmt);
	for (size_t size = 0; size <= len; size++) {
		buf[size] = 0x55;
		va_start(args, fmt);
		n = vsnprintf(buf, size, fmt, args);
		va_end(args);
		KUNIT_ASSERT_EQ_MSG(test, n, len, "%s", fmt);
		KUNIT_ASSERT_EQ_MSG(test, buf[size], 0x55, "%s", fmt);
		if (size) {
			KUNIT_ASSERT_EQ(test, buf[size - 1], 0);
			KUNIT_ASSERT_MEMEQ(test, buf, want, size - 1);
		}
	}
}

static void prints_integers(struct kunit *test)
{
	expect(test, "0 1 -1 2147483647 -2147483648", "%d %d %i %d %d", 0, 1, -1, INT_MAX, INT_MIN);
	expect(test, "4294967295 18446744073709551615", "%u %llu", UINT_MAX, ULLONG_MAX);
	expect(test, "-9223372036854775808", "%lld", LLONG_MIN);
	expect(test, "ff FF 0xff 0XFF 377 0377", "%x %X %#x %#X %o %#o", 255, 255, 255, 255, 255, 255);
	expect(test, "-1 255 -1 65535", "%hhd %hhu %hd %hu", (signed char)-1, (unsigned char)-1,
	       (short)-1, (unsigned short)-1);
	expect(test, "12 12 12 12", "%ld %lu %zu %zd", 12L, 12UL, (size_t)12, (ssize_t)12);
	for (unsigned long long v = 1, i = 0; i < 19; i++, v *= 10) {
		char want[32];
		int n = 0;

		want[n++] = '1';
		while (n <= i)
			want[n++] = '0';
		want[n] = '\0';
		expect(test, want, "%llu", v);
	}
}

static void pads(struct kunit *test)
{
	expect(test, "[   42] [42   ] [00042] [+42] [ 42]", "[%5d] [%-5d] [%05d] [%+d] [% d]", 42, 42, 42,
	       42, 42);
	expect(test, "[-0042] [  -42] [0x0ff] [  042]", "[%05d] [%5d] [%#05x] [%5.3d]", -42, -42, 255, 42);
	expect(test, "[  abc] [abc  ] [ab] [   ab]", "[%5s] [%-5s] [%.2s] [%*.*s]", "abc", "abc", "abc", 5,
	       2, "abc");
	expect(test, "[x] [  x] [x  ] [%]", "[%c] [%3c] [%-3c] [%%]", 'x', 'x', 'x');
	expect(test, "[42   ] [42]", "[%*d] [%.*d]", -5, 42, -1, 42);
	expect(test, "[] [0]", "[%.0d] [%.1d]", 0, 0);
}

static void survives_bad_strings_and_formats(struct kunit *test)
{
	const char *unknown = "a %y b %", *null = NULL;

	OPTIMIZER_HIDE_VAR(null);	/* or the compiler complains */
	expect(test, "(null)", "%s", null);
	expect(test, "(efault)", "%s", (char *)100);
	expect(test, "(null)", "%pV", null);
	KUNIT_EXPECT_EQ(test, snprintf(buf, sizeof(buf), unknown), 8);
	KUNIT_EXPECT_STREQ(test, buf, "a %y b %");
}

static __printf(2, 3) void nested(struct kunit *test, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	vaf.va = &args;
	expect(test, "<7 x 9> 5", "<%pV> %d", &vaf, 5);
	va_end(args);
}

static void prints_linux_pointers(struct kunit *test)
{
	static const u8 mac[6] = { 0x00, 0x1b, 0x63, 0x84, 0x45, 0xe6 };
	static const u8 ip4[4] = { 192, 168, 0, 7 };
	static const u8 ip6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	static const u8 any6[16] = {};
	static const u8 uuid[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const unsigned long bits[2] = { 0xf00000000000000fUL, 0x13 };
	phys_addr_t pa = 0x12345678;

	expect(test, "00000000deadbeef 00000000deadbeef 00000000deadbeef", "%p %px %pK", (void *)0xdeadbeef,
	       (void *)0xdeadbeef, (void *)0xdeadbeef);
	expect(test, "0000000000000000", "%p", NULL);
	expect(test, "        deadbeef", "%16p", (void *)0xdeadbeef);
	expect(test, "-ENOMEM -ERESTARTSYS", "%pe %pe", ERR_PTR(-ENOMEM), ERR_PTR(-ERESTARTSYS));
	expect(test, "0000000000001234", "%pe", (void *)0x1234);
	expect(test, "0x0000000012345678 0x0000000012345678", "%pa %pad", &pa, &pa);
	expect(test, "00:1b:63:84:45:e6 001b638445e6 00-1b-63-84-45-e6 e6:45:84:63:1b:00", "%pM %pm %pMF %pMR",
	       mac, mac, mac, mac);
	expect(test, "192.168.0.7 192.168.000.007", "%pI4 %pi4", ip4, ip4);
	expect(test, "2001:0db8:0000:0000:0000:0000:0000:0001 2001:db8::1 ::", "%pI6 %pI6c %pI6c", ip6, ip6,
	       any6);
	expect(test, "00010203-0405-0607-0809-0a0b0c0d0e0f 03020100-0504-0706-0809-0A0B0C0D0E0F", "%pUb %pUL",
	       uuid, uuid);
	expect(test, "00 01 02|00:01:02|000102|00-01-02", "%*ph|%3phC|%3phN|%3phD", 3, uuid, uuid, uuid, uuid);
	expect(test, "13,f0000000,0000000f 0-3,60-65,68", "%*pb %*pbl", 69, bits, 69, bits);
	expect(test, "a\\n\\t\\\\\\e\\001\\0", "%*pE", 7, "a\n\t\\\033\001");
	nested(test, "%d %c %u", 7, 'x', 9);
}

static void says_what_fitted(struct kunit *test)
{
	char small[4];

	KUNIT_EXPECT_EQ(test, scnprintf(small, sizeof(small), "%s", "hello"), 3);
	KUNIT_EXPECT_STREQ(test, small, "hel");
	KUNIT_EXPECT_EQ(test, scnprintf(small, 0, "%s", "hello"), 0);
	KUNIT_EXPECT_EQ(test, sprintf(buf, "%d-%d", 1, 2), 3);
}

static void scans(struct kunit *test)
{
	char word[16], set[16], c;
	unsigned long long ull;
	unsigned int hex, octal;
	short h;
	u8 byte;
	int a, b, n;

	KUNIT_EXPECT_EQ(test, sscanf("12 -7", "%d %d", &a, &b), 2);
	KUNIT_EXPECT_EQ(test, a, 12);
	KUNIT_EXPECT_EQ(test, b, -7);
	KUNIT_EXPECT_EQ(test, sscanf("0x1f 17 ff", "%i %o %x", &a, &octal, &hex), 3);
	KUNIT_EXPECT_EQ(test, a, 31);
	KUNIT_EXPECT_EQ(test, octal, 15);
	KUNIT_EXPECT_EQ(test, hex, 255);
	KUNIT_EXPECT_EQ(test, sscanf("18446744073709551615 300 -5", "%llu %hhu %hd", &ull, &byte, &h), 3);
	KUNIT_EXPECT_EQ(test, ull, ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, byte, 44);
	KUNIT_EXPECT_EQ(test, h, -5);
	KUNIT_EXPECT_EQ(test, sscanf("  name=value!", "%15[aemn]=%15[^!]%c", word, set, &c), 0);
	KUNIT_EXPECT_EQ(test, sscanf("name=value!", "%15[aemn]=%15[^!]%c", word, set, &c), 3);
	KUNIT_EXPECT_STREQ(test, word, "name");
	KUNIT_EXPECT_STREQ(test, set, "value");
	KUNIT_EXPECT_EQ(test, c, '!');
	KUNIT_EXPECT_EQ(test, sscanf("1234567", "%3d%2d%n", &a, &b, &n), 2);
	KUNIT_EXPECT_EQ(test, a * 1000 + b * 10 + n, 123455);
	KUNIT_EXPECT_EQ(test, sscanf("skip 9", "%*s %d", &a), 1);
	KUNIT_EXPECT_EQ(test, a, 9);
	KUNIT_EXPECT_EQ(test, sscanf("x", "%d", &a), 0);
	KUNIT_EXPECT_EQ(test, sscanf("5%", "%d%%", &a), 1);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(prints_integers),
	KUNIT_CASE(pads),
	KUNIT_CASE(survives_bad_strings_and_formats),
	KUNIT_CASE(prints_linux_pointers),
	KUNIT_CASE(says_what_fitted),
	KUNIT_CASE(scans),
	{}
};

static struct kunit_suite suite = { .name = "lib_vsprintf", .test_cases = cases };
kunit_test_suite(suite);
