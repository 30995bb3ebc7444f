// SPDX-License-Identifier: MIT
/*
 * kernel/lib/string.c, kstrtox.c, cmdline.c, glob.c, hexdump.c. Also built for the host (make test-unit T=lib).
 *
 * Names in parentheses are the functions themselves: the header's macros would ask the compiler.
 */
#include <kunit/test.h>
#include <linux/ctype.h>
#include <linux/random.h>
#include <linux/string.h>

#define AREA	160

/* Each offset and length against a byte-by-byte copy, with a margin that must stay as it was. */
static void copies_every_length_and_alignment(struct kunit *test)
{
	unsigned char src[AREA], dst[AREA], want[AREA];

	for (int i = 0; i < AREA; i++)
		src[i] = i * 7 + 1;
	for (int from = 0; from < 9; from++) {
		for (int to = 0; to < 9; to++) {
			for (int n = 0; n < 80; n++) {
				for (int i = 0; i < AREA; i++)
					dst[i] = want[i] = 0xee;
				for (int i = 0; i < n; i++)
					want[to + i] = src[from + i];
				KUNIT_ASSERT_PTR_EQ(test, (memcpy)(dst + to, src + from, n), dst + to);
				KUNIT_ASSERT_MEMEQ_MSG(test, dst, want, AREA, "%d %d %d", from, to, n);
			}
		}
	}
}

static void moves_overlapping_memory(struct kunit *test)
{
	unsigned char buf[AREA], want[AREA];

	for (int from = 0; from < 20; from++) {
		for (int to = 0; to < 20; to++) {
			for (int n = 0; n < 70; n++) {
				for (int i = 0; i < AREA; i++)
					buf[i] = want[i] = i * 5 + 3;
				for (int i = 0; i < n; i++)
					want[to + i] = (from + i) * 5 + 3;
				(memmove)(buf + to, buf + from, n);
				KUNIT_ASSERT_MEMEQ_MSG(test, buf, want, AREA, "%d %d %d", from, to, n);
			}
		}
	}
}

static void fills_exactly_what_was_named(struct kunit *test)
{
	unsigned char buf[AREA];
	u16 halves[5] = {};
	u32 words[5] = {};
	u64 longs[5] = {};

	for (int at = 0; at < 9; at++) {
		for (int n = 0; n < 140; n++) {
			for (int i = 0; i < AREA; i++)
				buf[i] = 1;
			(memset)(buf + at, 0x1c5, n);
			for (int i = 0; i < AREA; i++)
				KUNIT_ASSERT_EQ(test, buf[i], i >= at && i < at + n ? 0xc5 : 1);
		}
	}
	memset16(halves, 0x1234, 4);
	memset32(words, 0x12345678, 4);
	memset64(longs, 0x123456789abcdef0, 4);
	for (int i = 0; i < 5; i++) {
		KUNIT_EXPECT_EQ(test, halves[i], i < 4 ? 0x1234 : 0);
		KUNIT_EXPECT_EQ(test, words[i], i < 4 ? 0x12345678 : 0);
		KUNIT_EXPECT_EQ(test, longs[i], i < 4 ? 0x123456789abcdef0 : 0);
	}
}

static void finds_and_compares_bytes(struct kunit *test)
{
	unsigned char a[40], b[40];

	for (int i = 0; i < 40; i++)
		a[i] = b[i] = i;
	KUNIT_EXPECT_EQ(test, (memcmp)(a, b, 40), 0);
	for (int i = 0; i < 40; i++) {
		b[i] = 200;
		KUNIT_EXPECT_LT(test, (memcmp)(a, b, 40), 0);
		KUNIT_EXPECT_GT(test, (memcmp)(b, a, 40), 0);
		KUNIT_EXPECT_EQ(test, (memcmp)(a, b, i), 0);
		b[i] = i;
		KUNIT_EXPECT_PTR_EQ(test, memchr(a, i, 40), &a[i]);
	}
	KUNIT_EXPECT_NULL(test, memchr(a, 100, 40));
	KUNIT_EXPECT_PTR_EQ(test, memscan(a, 100, 40), a + 40);
	(memset)(a, 0xaa, 40);
	KUNIT_EXPECT_NULL(test, memchr_inv(a, 0xaa, 40));
	for (int i = 0; i < 40; i++) {
		a[i] = 0;
		KUNIT_EXPECT_PTR_EQ(test, memchr_inv(a, 0xaa, 40), &a[i]);
		KUNIT_EXPECT_NULL(test, memchr_inv(a, 0xaa, i));
		a[i] = 0xaa;
	}
}

static void handles_strings(struct kunit *test)
{
	char buf[16], *rest, *word;

	KUNIT_EXPECT_EQ(test, (strlen)("hello"), 5);
	KUNIT_EXPECT_EQ(test, strnlen("hello", 3), 3);
	KUNIT_EXPECT_EQ(test, strnlen("hello", 9), 5);
	KUNIT_EXPECT_STREQ(test, strcpy(buf, "abc"), "abc");
	KUNIT_EXPECT_STREQ(test, strcat(buf, "def"), "abcdef");
	KUNIT_EXPECT_STREQ(test, strncat(buf, "ghij", 2), "abcdefgh");
	KUNIT_EXPECT_EQ(test, strlcat(buf, "0123456789", sizeof(buf)), 18);
	KUNIT_EXPECT_STREQ(test, buf, "abcdefgh0123456");
	strncpy(buf, "xy", 5);
	KUNIT_EXPECT_MEMEQ(test, buf, "xy\0\0\0fgh", 8);
	KUNIT_EXPECT_EQ(test, strlcpy(buf, "toolongforthis", 5), 14);
	KUNIT_EXPECT_STREQ(test, buf, "tool");
	KUNIT_EXPECT_EQ(test, strscpy(buf, "toolongforthis", 5), -E2BIG);
	KUNIT_EXPECT_STREQ(test, buf, "tool");
	KUNIT_EXPECT_EQ(test, strscpy(buf, "fits", 5), 4);
	KUNIT_EXPECT_EQ(test, strscpy(buf, "x", 0), -E2BIG);
	KUNIT_EXPECT_GT(test, (strcmp)("b", "abc"), 0);
	KUNIT_EXPECT_LT(test, (strcmp)("ab", "abc"), 0);
	KUNIT_EXPECT_GT(test, (strcmp)("\xff", "a"), 0);
	KUNIT_EXPECT_EQ(test, strncmp("abcd", "abce", 3), 0);
	KUNIT_EXPECT_EQ(test, strcasecmp("HeLLo", "hEllO"), 0);
	KUNIT_EXPECT_NE(test, strncasecmp("abc", "abd", 3), 0);
	KUNIT_EXPECT_STREQ(test, strchr("a/b/c", '/'), "/b/c");
	KUNIT_EXPECT_STREQ(test, strrchr("a/b/c", '/'), "/c");
	KUNIT_EXPECT_STREQ(test, strchr("abc", '\0'), "");
	KUNIT_EXPECT_STREQ(test, strchrnul("abc", 'x'), "");
	KUNIT_EXPECT_NULL(test, strnchr("abc", 2, 'c'));
	KUNIT_EXPECT_STREQ(test, strstr("haystack", "st"), "stack");
	KUNIT_EXPECT_NULL(test, strnstr("haystack", "st", 4));
	KUNIT_EXPECT_STREQ(test, strpbrk("key=val", "=:"), "=val");
	KUNIT_EXPECT_EQ(test, strspn("aabbc", "ab"), 4);
	KUNIT_EXPECT_EQ(test, strcspn("aabbc", "c"), 4);
	strcpy(buf, "a,,b");
	rest = buf;
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "a");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "");
	KUNIT_EXPECT_STREQ(test, strsep(&rest, ","), "b");
	KUNIT_EXPECT_NULL(test, strsep(&rest, ","));
	strcpy(buf, "  two words \n");
	word = strim(buf);
	KUNIT_EXPECT_STREQ(test, word, "two words");
	KUNIT_EXPECT_TRUE(test, sysfs_streq("on\n", "on"));
	KUNIT_EXPECT_FALSE(test, sysfs_streq("on\n\n", "on"));
	KUNIT_EXPECT_EQ(test, str_has_prefix("kfence.x", "kfence."), 7);
}

static void matches_wildcards(struct kunit *test)
{
	static const struct {
		const char *pattern, *text;
		bool match;
	} cases[] = {
		{ "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "abc", true },
		{ "a*c", "abbbc", true }, { "a*c", "abbb", false }, { "?", "a", true }, { "?", "", false },
		{ "*.ko", "oob_write.ko", true }, { "k*-*-?", "kmalloc-oot-8", true },
		{ "[a-c]x", "bx", true }, { "[!a-c]x", "bx", false }, { "[]]", "]", true },
		{ "[a", "[a", true }, { "\\*", "*", true }, { "\\*", "a", false }, { "a*b*c*d", "abcxd", true },
		{ "*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaac", false },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, glob_match(cases[i].pattern, cases[i].text), cases[i].match,
				    "%s %s", cases[i].pattern, cases[i].text);
}

static void reads_numbers_strictly(struct kunit *test)
{
	static const struct {
		const char *text;
		unsigned int base;
		int err;
		long long value;
	} cases[] = {
		{ "0", 10, 0, 0 }, { "42", 10, 0, 42 }, { "-42", 10, 0, -42 }, { "+42\n", 10, 0, 42 },
		{ "0x1f", 0, 0, 31 }, { "0X1F", 16, 0, 31 }, { "017", 0, 0, 15 }, { "1f", 16, 0, 31 },
		{ "9223372036854775807", 10, 0, LLONG_MAX },
		{ "-9223372036854775808", 10, 0, LLONG_MIN },
		{ "9223372036854775808", 10, -ERANGE, 0 }, { "-9223372036854775809", 10, -ERANGE, 0 },
		{ "99999999999999999999999", 10, -ERANGE, 0 },
		{ "", 10, -EINVAL, 0 }, { "\n", 10, -EINVAL, 0 }, { "-", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 }, { "1 ", 10, -EINVAL, 0 }, { "1\n\n", 10, -EINVAL, 0 },
		{ "12a", 10, -EINVAL, 0 }, { "0x", 0, -EINVAL, 0 }, { "08", 0, -EINVAL, 0 },
		{ "--1", 10, -EINVAL, 0 }, { "+-1", 10, -EINVAL, 0 },
	};

	for (int i = 0; i < ARRAY_SIZE(cases); i++) {
		long long v = 77;
		int err = kstrtoll(cases[i].text, cases[i].base, &v);

		KUNIT_EXPECT_EQ_MSG(test, err, cases[i].err, "'%s'", cases[i].text);
		KUNIT_EXPECT_EQ_MSG(test, v, err ? 77 : cases[i].value, "'%s'", cases[i].text);
	}
}

static void checks_the_range_of_each_type(struct kunit *test)
{
	unsigned long long ull;
	unsigned int ui;
	u16 h;
	u8 b;
	s8 sb;
	int i;
	bool flag;

	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551615", 0, &ull), 0);
	KUNIT_EXPECT_EQ(test, ull, ULLONG_MAX);
	KUNIT_EXPECT_EQ(test, kstrtoull("18446744073709551616", 0, &ull), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoull("-1", 0, &ull), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967295", 0, &ui), 0);
	KUNIT_EXPECT_EQ(test, kstrtouint("4294967296", 0, &ui), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtoint("-2147483648", 0, &i), 0);
	KUNIT_EXPECT_EQ(test, kstrtoint("2147483648", 0, &i), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou16("65536", 0, &h), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtou8("255", 0, &b), 0);
	KUNIT_EXPECT_EQ(test, kstrtou8("256", 0, &b), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtos8("-128", 0, &sb), 0);
	KUNIT_EXPECT_EQ(test, kstrtos8("-129", 0, &sb), -ERANGE);
	KUNIT_EXPECT_EQ(test, kstrtobool("Yes", &flag) ?: flag, true);
	KUNIT_EXPECT_EQ(test, kstrtobool("off", &flag) ?: flag, false);
	KUNIT_EXPECT_EQ(test, kstrtobool("o", &flag), -EINVAL);
	KUNIT_EXPECT_EQ(test, kstrtobool("2", &flag), -EINVAL);
}

static void splits_arguments(struct kunit *test)
{
	char text[] = "a=1  b=\"two words\" \"c=3 4\" plain \"x y\" d=\"unclosed e";
	static const char *const want[][2] = {
		{ "a", "1" }, { "b", "two words" }, { "c", "3 4" }, { "plain", NULL }, { "x y", NULL },
		{ "d", "unclosed e" },
	};
	char *rest = text, *param, *val;

	for (int i = 0; i < ARRAY_SIZE(want); i++) {
		rest = next_arg(rest, &param, &val);
		KUNIT_EXPECT_STREQ(test, param, want[i][0]);
		if (want[i][1])
			KUNIT_EXPECT_STREQ(test, val, want[i][1]);
		else
			KUNIT_EXPECT_NULL(test, val);
	}
	KUNIT_EXPECT_STREQ(test, rest, "");
}

static void reads_lists_and_sizes(struct kunit *test)
{
	int ints[8];
	char *end;

	KUNIT_EXPECT_STREQ(test, get_options("1,3-5,-7 rest", 8, ints), " rest");
	KUNIT_EXPECT_EQ(test, ints[0], 5);
	KUNIT_EXPECT_EQ(test, ints[2], 3);
	KUNIT_EXPECT_EQ(test, ints[4], 5);
	KUNIT_EXPECT_EQ(test, ints[5], -7);
	KUNIT_EXPECT_EQ(test, memparse("64M@0", &end), 64ull << 20);
	KUNIT_EXPECT_STREQ(test, end, "@0");
	KUNIT_EXPECT_EQ(test, memparse("0x10k", NULL), 16384);
	KUNIT_EXPECT_TRUE(test, parse_option_str("a,bc,d", "bc"));
	KUNIT_EXPECT_FALSE(test, parse_option_str("a,bc,d", "b"));
}

static void dumps_bytes(struct kunit *test)
{
	u8 bytes[16];
	char line[80];

	for (int i = 0; i < 16; i++)
		bytes[i] = 'a' + i;
	bytes[3] = 0;
	hex_dump_to_buffer(bytes, 4, 16, 1, line, sizeof(line), true);
	KUNIT_EXPECT_STREQ(test, line, "61 62 63 00                                      abc.");
	hex_dump_to_buffer(bytes, 8, 16, 4, line, sizeof(line), false);
	KUNIT_EXPECT_STREQ(test, line, "00636261 68676665");
	KUNIT_EXPECT_EQ(test, hex_dump_to_buffer(bytes, 16, 16, 1, line, 10, true), 65);
	KUNIT_EXPECT_STREQ(test, line, "61 62 63 ");
	KUNIT_EXPECT_EQ(test, hex2bin(bytes, "0aFf", 2), 0);
	KUNIT_EXPECT_MEMEQ(test, bytes, "\x0a\xff", 2);
	KUNIT_EXPECT_EQ(test, hex2bin(bytes, "0g", 1), -EINVAL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(copies_every_length_and_alignment),
	KUNIT_CASE(moves_overlapping_memory),
	KUNIT_CASE(fills_exactly_what_was_named),
	KUNIT_CASE(finds_and_compares_bytes),
	KUNIT_CASE(handles_strings),
	KUNIT_CASE(matches_wildcards),
	KUNIT_CASE(reads_numbers_strictly),
	KUNIT_CASE(checks_the_range_of_each_type),
	KUNIT_CASE(splits_arguments),
	KUNIT_CASE(reads_lists_and_sizes),
	KUNIT_CASE(dumps_bytes),
	{}
};

static struct kunit_suite suite = { .name = "lib_string", .test_cases = cases };
kunit_test_suite(suite);
