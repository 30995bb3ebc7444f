// SPDX-License-Identifier: MIT
/* kernel/params.c: the parser and the types of parameters. Also built for the host (make test-unit T=lib). */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <paddock/log.h>

static int number, other;
static unsigned int array[3], array_n;
static bool flag;
static char *words;
static char fixed[6];
static u8 small;

static const struct kparam_array array_arg = {
	.max = 3, .elemsize = sizeof(array[0]), .num = &array_n, .ops = &param_ops_uint, .elem = array,
};
static const struct kparam_string fixed_arg = { .maxlen = sizeof(fixed), .string = fixed };

static const struct kernel_param params[] = {
	{ .name = "number", .ops = &param_ops_int, .perm = 0644, .level = -1, .arg = &number },
	{ .name = "other_one", .ops = &param_ops_int, .level = 3, .arg = &other },
	{ .name = "flag", .ops = &param_ops_bool, .level = -1, .arg = &flag },
	{ .name = "words", .ops = &param_ops_charp, .level = -1, .arg = &words },
	{ .name = "fixed", .ops = &param_ops_string, .level = -1, .str = &fixed_arg },
	{ .name = "array", .ops = &param_array_ops, .level = -1, .arr = &array_arg },
	{ .name = "small", .ops = &param_ops_byte, .level = -1, .arg = &small },
};

static int reset(struct kunit *test)
{
	number = other = small = array_n = 0;
	flag = false;
	words = "default";
	strcpy(fixed, "x");
	return 0;
}

static void forget(struct kunit *test)
{
	destroy_params(params, ARRAY_SIZE(params));
}

static char *parse(char *text, parse_unknown_fn unknown)
{
	return parse_args("test", text, params, ARRAY_SIZE(params), -32768, 32767, NULL, unknown);
}

/* Did a line of the log from @seq on say @text? */
static bool logged(u64 seq, const char *text)
{
	static struct log_entry e;

	for (; log_read(seq, &e); seq = e.seq + 1)
		if (strstr(e.text, text))
			return true;
	return false;
}

static void sets_every_type(struct kunit *test)
{
	char text[] = " number=-0x10 flag words=\"two words\" fixed=abcde array=1,2 small=255 ";
	char got[64];

	KUNIT_EXPECT_NULL(test, parse(text, NULL));
	KUNIT_EXPECT_EQ(test, number, -16);
	KUNIT_EXPECT_TRUE(test, flag);
	KUNIT_EXPECT_STREQ(test, words, "two words");
	KUNIT_EXPECT_STREQ(test, fixed, "abcde");
	KUNIT_EXPECT_EQ(test, array_n, 2);
	KUNIT_EXPECT_EQ(test, array[1], 2);
	KUNIT_EXPECT_EQ(test, small, 255);
	KUNIT_EXPECT_EQ(test, params[5].ops->get(got, &params[5]), 4);
	KUNIT_EXPECT_STREQ(test, got, "1,2\n");
	params[2].ops->get(got, &params[2]);
	KUNIT_EXPECT_STREQ(test, got, "Y\n");
	params[0].ops->get(got, &params[0]);
	KUNIT_EXPECT_STREQ(test, got, "-16\n");
}

static void reports_in_linux_words(struct kunit *test)
{
	static const struct {
		const char *text, *message;
		int err;
	} bad[] = {
		{ "number=xyz", "test: `xyz' invalid for parameter `number'", -EINVAL },
		{ "number=99999999999", "test: `99999999999' invalid for parameter `number'", -ERANGE },
		{ "number", "test: `' invalid for parameter `number'", -EINVAL },
		{ "small=256", "test: `256' invalid for parameter `small'", -ERANGE },
		{ "fixed=abcdef", "test: `abcdef' too large for parameter `fixed'", -ENOSPC },
		{ "array=1,2,3,4", "array: can only take 3 arguments", -EINVAL },
		{ "array=1,,3", "test: `1,,3' invalid for parameter `array'", -EINVAL },
		{ "numbers=1", "test: Unknown parameter `numbers'", -ENOENT },
		{ "flag=maybe", "test: `maybe' invalid for parameter `flag'", -EINVAL },
	};

	for (int i = 0; i < ARRAY_SIZE(bad); i++) {
		u64 seq = log_next_seq();
		char text[64];

		strcpy(text, bad[i].text);
		KUNIT_EXPECT_PTR_EQ_MSG(test, parse(text, NULL), ERR_PTR(bad[i].err), "%s", bad[i].text);
		KUNIT_EXPECT_TRUE_MSG(test, logged(seq, bad[i].message), "%s", bad[i].message);
	}
	KUNIT_EXPECT_EQ(test, number, 0);
	KUNIT_EXPECT_STREQ(test, fixed, "x");
}

static void an_error_does_not_hide_the_rest(struct kunit *test)
{
	char text[] = "number=1 small=x flag=1";

	KUNIT_EXPECT_PTR_EQ(test, parse(text, NULL), ERR_PTR(-EINVAL));
	KUNIT_EXPECT_EQ(test, number, 1);
	KUNIT_EXPECT_TRUE(test, flag);
}

static void dashes_are_underscores(struct kunit *test)
{
	char text[] = "other-one=5";

	KUNIT_EXPECT_NULL(test, parse(text, NULL));
	KUNIT_EXPECT_EQ(test, other, 5);
	KUNIT_EXPECT_TRUE(test, parameq("a-b_c", "a_b-c"));
	KUNIT_EXPECT_FALSE(test, parameq("a-b", "a-bc"));
}

static void other_levels_are_passed_over(struct kunit *test)
{
	char text[] = "other_one=5 number=2";

	KUNIT_EXPECT_NULL(test, parse_args("test", text, params, ARRAY_SIZE(params), -1, -1, NULL, NULL));
	KUNIT_EXPECT_EQ(test, other, 0);
	KUNIT_EXPECT_EQ(test, number, 2);
}

static int nr_unknown;

static int note(char *param, char *val, const char *doing, void *arg)
{
	nr_unknown++;
	return strcmp(param, "bad") == 0 ? -EPERM : 0;
}

static void unknown_ones_are_asked_about(struct kunit *test)
{
	char text[] = "a.b=1 c bad=1 number=3", rest[] = "number=4 -- init arguments";

	nr_unknown = 0;
	KUNIT_EXPECT_PTR_EQ(test, parse(text, note), ERR_PTR(-EPERM));
	KUNIT_EXPECT_EQ(test, nr_unknown, 3);
	KUNIT_EXPECT_EQ(test, number, 3);
	KUNIT_EXPECT_STREQ(test, parse(rest, NULL), "init arguments");
	KUNIT_EXPECT_EQ(test, number, 4);
}

static void a_string_is_set_again_and_again(struct kunit *test)
{
	for (int i = 0; i < 20; i++) {
		char text[] = "words=?";

		text[6] = 'a' + i;
		KUNIT_EXPECT_NULL(test, parse(text, NULL));
		KUNIT_EXPECT_EQ(test, words[0], 'a' + i);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(sets_every_type),
	KUNIT_CASE(reports_in_linux_words),
	KUNIT_CASE(an_error_does_not_hide_the_rest),
	KUNIT_CASE(dashes_are_underscores),
	KUNIT_CASE(other_levels_are_passed_over),
	KUNIT_CASE(unknown_ones_are_asked_about),
	KUNIT_CASE(a_string_is_set_again_and_again),
	{}
};

static struct kunit_suite suite = {
	.name = "lib_params", .init = reset, .exit = forget, .test_cases = cases,
};
kunit_test_suite(suite);
