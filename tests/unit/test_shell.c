// SPDX-License-Identifier: MIT
/* The shell's parser, expansions, arithmetic, patterns and regular expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "host/host.h"
#include "shell_glue.h"

void kvfree(const void *p);

static void parses(const char *text, const char *want)
{
	int incomplete;
	char *got = glue_parse(text, &incomplete);

	assert_string_equal(got, want);
	kvfree(got);
}

static void test_parse_commands(void **state)
{
	parses("echo a 'b c'\n", "(seq(cmd echo a 'b c'))");
	parses("A=1 B=x cmd", "(seq(cmd A=1 B=x cmd))");
	parses("a | b | c && d || ! e", "(seq(or(and(pipe(cmd a)(cmd b)(cmd c))(cmd d))(not(cmd e))))");
	parses("a; b & c", "(seq(cmd a)(bg b (cmd b))(cmd c))");
	parses("(a; b) > f 2>&1", "(seq(sub {1 1 f} {2 3 1}(seq(cmd a)(cmd b))))");
	parses("{ a; }", "(seq(group(seq(cmd a))))");
	parses("a # comment ' \" (\nb", "(seq(cmd a))(seq(cmd b))");
	parses("a \\\n b", "(seq(cmd a b))");
	parses("echo $(a | b) \"$(c \"d e\")\" `f g`", "(seq(cmd echo $(a | b) \"$(c \"d e\")\" `f g`))");
	parses("x=(a b 'c d')", "(seq(cmd x=(a b 'c d')))");
	parses("", "");
	parses("\n\n", "");
}

static void test_parse_compounds(void **state)
{
	parses("if a; then b; elif c; then d; else e; fi", "(seq(if(seq(cmd a))(seq(cmd b))(if(seq(cmd c))(seq(cmd d))(seq(cmd e)))))");
	parses("if a\nthen b\nfi", "(seq(if(seq(cmd a))(seq(cmd b))-))");
	parses("for x in 1 2; do echo $x; done", "(seq(for x 1 2(seq(cmd echo $x))))");
	parses("for x\ndo a\ndone", "(seq(for x(seq(cmd a))))");
	parses("for ((i=0; i<3; i++)); do a; done", "(seq(cfor i=0  i<3  i++(seq(cmd a))))");
	parses("((x += 2))", "(seq(arith x += 2))");
	parses("while a; do b; done < f", "(seq(while {0 0 f}(seq(cmd a))(seq(cmd b))))");
	parses("case $x in a|b) c;; *) d; esac", "(seq(case $x :a :b(seq(cmd c)) :*(seq(cmd d))))");
	parses("f() { a; }", "(seq(func f { a; }))");
	parses("echo done if then", "(seq(cmd echo done if then))");
	parses("cat <<E\n$x\nE\nb", "(seq(cmd cat {0 4 $x\n}))(seq(cmd b))");
}

static void fails(const char *text, const char *words, int want_incomplete)
{
	int incomplete;
	char *got = glue_parse(text, &incomplete);

	if (got[0] != '!' || !strstr(got, words) || !!incomplete != want_incomplete)
		print_error("`%s' gave %s, incomplete %d\n", text, got, incomplete);
	assert_int_equal(got[0], '!');
	assert_non_null(strstr(got, words));
	assert_int_equal(!!incomplete, want_incomplete);
	kvfree(got);
}

/* A line that ends in a continuation wants another, though it could stand alone. */
static void test_continuations_want_a_line(void **state)
{
	static const struct {
		const char *text;
		int incomplete;
	} cases[] = {
		{ "echo \\\n", 1 }, { "ec\\\n", 1 }, { "\\\n", 1 }, { "a\\\n b \\\n", 1 }, { "a 'b'\\\n", 1 },
		{ "echo \\\n x\n", 0 }, { "echo \\\\\n", 0 }, { "echo # \\\n", 0 }, { "echo '\\\n'\n", 0 }, { "echo x\n", 0 },
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int incomplete;

		kvfree(glue_parse(cases[i].text, &incomplete));
		if (!!incomplete != cases[i].incomplete)
			print_error("`%s': incomplete %d\n", cases[i].text, incomplete);
		assert_int_equal(!!incomplete, cases[i].incomplete);
	}
}

static void test_syntax_errors_name_token_and_column(void **state)
{
	fails("done", "unexpected token `done' (line 1, column 1)", 0);
	fails("a\n  | b", "unexpected token `|' (line 2, column 3)", 0);
	fails("a ;; b", "`;;'", 0);
	fails("for 1x in a; do b; done", "`1x'", 0);
	fails("echo a )", "`)'", 0);
	fails("a >", "end of file", 1);
	fails("a > ; b", "`;'", 0);
	fails("a && && b", "`&&'", 0);
	fails("if true", "end of file", 1);
	fails("if true; then", "end of file", 1);
	fails("echo 'abc", "unterminated", 1);
	fails("echo \"$(a", "unterminated", 1);
	fails("( a", "end of file", 1);
	fails("case x in a) b", "end of file", 1);
	fails("cat <<E\nabc", "end of file", 1);
	fails("if a; then b; done", "`done'", 0);
	fails("f( a", "`a'", 0);
}

static void expands(const char *word, const char *want)
{
	char *vars[] = { "x", "5", "sp", " a  b ", "empty", "", "star", "*", "path", "/usr/lib/foo.ko", NULL };
	char *args[] = { "one", "two three", "" };
	char *got = glue_expand(word, vars, 3, args);

	if (strcmp(got, want))
		print_error("`%s' gave `%s', not `%s'\n", word, got, want);
	assert_string_equal(got, want);
	kvfree(got);
}

static void test_expand_parameters(void **state)
{
	expands("a$x", "a5");
	expands("${x}b", "5b");
	expands("$sp", "a|b");
	expands("\"$sp\"", " a  b ");
	expands("-$sp-", "-|a|b|-");
	expands("$nosuch", "");
	expands("\"$nosuch\"", "");
	expands("a\"$nosuch\"", "a");
	expands("'$x'", "$x");
	expands("\\$x", "$x");
	expands("\"a\\$x\\\"b\"", "a$x\"b");
	expands("$#", "3");
	expands("$1-$2", "one-two|three");
	expands("\"$@\"", "one|two three|");
	expands("a\"$@\"b", "aone|two three|b");
	expands("\"$*\"", "one two three ");
	expands("$@", "one|two|three");
	expands("${#path}", "15");
	expands("${nosuch:-dflt}", "dflt");
	expands("${empty:-dflt}", "dflt");
	expands("${empty-dflt}", "");
	expands("${x:+yes}", "yes");
	expands("${nosuch:=$x}", "5");
	expands("${path##*/}", "foo.ko");
	expands("${path%.ko}", "/usr/lib/foo");
	expands("${path%%/*}", "");
	expands("${path#/}", "usr/lib/foo.ko");
	expands("${path:1:3}", "usr");
	expands("${path: -3}", ".ko");
	expands("${nosuch:?gone}", "!nosuch: gone");
	expands("${!}", "0");
	expands("${x", "!unterminated `${x'");
}

static void test_expand_arrays(void **state)
{
	expands("${arr[0]}", "n");
	expands("${arr[1+1]}", "n1=7");
	expands("${#arr[@]}", "3");
	expands("\"${arr[@]}\"", "n|n0=5|n1=7");
	expands("$arr", "n");
	expands("${arr[9]}", "");
	expands("${arr[-1]}", "n1=7");
}

static void test_expand_commands_and_arithmetic(void **state)
{
	expands("$(a b)", "a|b");
	expands("\"$(a b)\"", "a b");
	expands("`a b`", "a|b");
	expands("$((1 + x * 2))", "11");
	expands("$(( $x + ${#arr[@]} ))", "8");
	expands("$((1/0))", "!1/0: division by 0");
	expands("a$(echo)b", "aechob");
}

static void test_expand_globs(void **state)
{
	expands("/bin/*.sh", "/bin/a.sh|/bin/b.sh");
	expands("\"/bin/*.sh\"", "/bin/*.sh");
	expands("/bin/*", "/bin/a.sh|/bin/b.sh");
	expands("/bin/.h*", "/bin/.hidden");
	expands("/nosuch/*", "/nosuch/*");
	expands("/lib/*/*.ko", "/lib/x/one.ko|/lib/y/two.ko");
	expands("/b?n/[ab].sh", "/bin/a.sh|/bin/b.sh");
	expands("/bin/[!a]*.sh", "/bin/b.sh");
	expands("bin/'*'", "bin/*");
	expands("$star", "bin|lib");
	expands("lib/*/", "lib/x/|lib/y/");
}

static void test_arithmetic(void **state)
{
	static const struct {
		const char *text;
		long long want;
	} ok[] = {
		{ "1+2*3", 7 }, { "(1+2)*3", 9 }, { "7/2", 3 }, { "-7%3", -1 }, { "2**10", 1024 }, { "1<<4|1", 17 },
		{ "x", 5 }, { "x==5", 1 }, { "x!=5", 0 }, { "neg", -3 }, { "nosuch", 0 }, { "1?2:3", 2 }, { "0?2:3", 3 },
		{ "0x1f", 31 }, { "010", 8 }, { "!0", 1 }, { "~0", -1 }, { "x=7,x+1", 8 }, { "x++ + x", 11 }, { "--x", 4 },
		{ "x+=3", 8 }, { "1||1/0", 1 }, { "0&&1/0", 0 }, { "1<2", 1 }, { "2<=2", 1 }, { "", 0 },
		{ "9223372036854775807+1", (-9223372036854775807LL - 1) }, { "-9223372036854775808/-1", (-9223372036854775807LL - 1) },
		{ "-9223372036854775808%-1", 0 }, { "2**3**2", 512 },
	};
	static const char *const bad[] = { "1+", "(1", "1 2", "1/0", "1%0", "*", "08", "2**-1", "bad+1", "1?2", "0x" };
	const char *err;
	unsigned int i;

	for (i = 0; i < sizeof(ok) / sizeof(ok[0]); i++) {
		long long got = glue_arith(ok[i].text, &err);

		if (err || got != ok[i].want)
			print_error("%s: %lld, %s\n", ok[i].text, got, err ? err : "no error");
		assert_null(err);
		assert_true(got == ok[i].want);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		glue_arith(bad[i], &err);
		if (!err)
			print_error("%s gave no error\n", bad[i]);
		assert_non_null(err);
	}
}

static void test_patterns(void **state)
{
	assert_true(glue_match("*", "") && glue_match("a*c", "abbc") && glue_match("a*b*c", "aXbYc"));
	assert_false(glue_match("a*c", "abd") || glue_match("?", "") || glue_match("[a-c]", "d"));
	assert_true(glue_match("[!a-c]", "d") && glue_match("[]]", "]") && glue_match("[a-]", "-") && glue_match("\\*", "*"));
	assert_true(glue_match("[", "[") && glue_match("**a", "bbba") && !glue_match("\\*", "x"));
	assert_true(glue_match("oot-kmalloc-?-64", "oot-kmalloc-0-64"));
}

static void test_regex(void **state)
{
	static const struct {
		const char *re;
		int ext, icase;
		const char *s;
		int at, len;
	} t[] = {
		{ "KFENCE", 0, 0, "BUG: KFENCE: x", 5, 6 }, { "kfence", 0, 1, "BUG: KFENCE: x", 5, 6 },
		{ "^a.c$", 0, 0, "abc", 0, 3 }, { "^a.c$", 0, 0, "xabc", -1, 0 }, { "ab*c", 0, 0, "xabbbc", 1, 5 },
		{ "a\\(b\\|c\\)d", 0, 0, "acd", 0, 3 }, { "(b|cd)+", 1, 0, "abcdb", 1, 4 }, { "a+", 1, 0, "caaa", 1, 3 },
		{ "a+", 0, 0, "caa+", 2, 2 }, { "x?y", 1, 0, "y", 0, 1 }, { "[0-9]+", 1, 0, "ab123", 2, 3 },
		{ "[[:alpha:]]+", 1, 0, "12ab", 2, 2 }, { "[^a]", 0, 0, "aab", 2, 1 }, { "a{2,3}", 1, 0, "aaaa", 0, 3 },
		{ "a\\{2\\}", 0, 0, "baa", 1, 2 }, { "^$", 0, 0, "", 0, 0 }, { "", 0, 0, "x", 0, 0 }, { "a|b|c", 1, 0, "xc", 1, 1 },
		{ "(a|b)*c", 1, 0, "ababc", 0, 5 }, { "\\<foo\\>", 0, 0, "a foo b", 2, 3 }, { "\\<foo\\>", 0, 0, "afoo", -1, 0 },
		{ "(a", 1, 0, "a", -2, 0 }, { "[a", 0, 0, "a", -2, 0 }, { "a)", 1, 0, "a", -2, 0 }, { "a\\", 0, 0, "a", -2, 0 },
		{ "a{3,2}", 1, 0, "a", -2, 0 }, { "(a*)*b", 1, 0, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaac", -1, 0 },
		{ "a.c", 0, 0, "abd abc", 4, 3 },
		{ "\\w+", 1, 0, "  foo_1", 2, 5 }, { "a{0}b", 1, 0, "ab", 1, 1 }, { "(ab){2}", 1, 0, "ababab", 0, 4 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int len = 0, at = glue_regex(t[i].re, t[i].ext, t[i].icase, t[i].s, &len);

		if (at != t[i].at || len != t[i].len)
			print_error("/%s/ in `%s': at %d, length %d\n", t[i].re, t[i].s, at, len);
		assert_int_equal(at, t[i].at);
		assert_int_equal(len, t[i].len);
	}
}

static void test_regex_group(void **state)
{
	static const struct {
		const char *re;
		int ext;
		const char *s, *group;
	} t[] = {
		{ "\\(.*\\)=.*", 0, "a=b=c", "a=b" }, { ".*=\\(.*\\)", 0, "a=b=c", "c" }, { "\\([^=]*\\)=", 0, "key=value", "key" },
		{ "a\\(b*\\)", 0, "xabbb", "bbb" }, { "\\(a*\\)\\(b\\)", 0, "aab", "aa" }, { "\\(a\\)*b", 0, "b", "" },
		{ "(a|b)+c", 1, "abac", "a" }, { "(x)?(y)", 1, "y", "" }, { "((a)b)+", 1, "abab", "ab" }, { "(ab){2}", 1, "ababab", "ab" },
		{ "(a|ab)(c|bcd)", 1, "abcd", "a" }, { "[(](.)", 1, "((", "(" }, { "a{0}(b)", 1, "ab", "b" }, { "(a){0}b", 1, "b", "" },
		{ "abc", 0, "abc", "" }, { "\\(a\\)", 0, "b", NULL }, { "^\\(\\)$", 0, "", "" },
	};

	for (unsigned int i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *got = glue_regex_group(t[i].re, t[i].ext, t[i].s);

		if (!got != !t[i].group || (got && strcmp(got, t[i].group)))
			print_error("/%s/ in `%s': `%s'\n", t[i].re, t[i].s, got ? got : "(none)");
		assert_int_equal(!got, !t[i].group);
		if (got)
			assert_string_equal(got, t[i].group);
		kvfree(got);
	}
}

/* Each may be left out, so all are followed at once. */
static void test_regex_of_many_ways(void **state)
{
	char re[8 * 100 + 2] = "", s[101] = "";
	int len = 0;

	for (int i = 0; i < 100; i++)
		strcat(re, "x\\?");
	strcat(re, "z");
	assert_int_equal(glue_regex(re, 0, 0, "z", &len), 0);
	assert_int_equal(len, 1);
	memset(s, 'x', 100);
	assert_int_equal(glue_regex(re, 0, 0, s, &len), -1);
	strcpy(s + 98, "z");
	assert_int_equal(glue_regex(re, 0, 0, s, &len), 0);
	assert_int_equal(len, 99);
}

/* Every allocation fails in turn: nothing crashes, nothing stays behind. */
static void test_allocation_failures(void **state)
{
	static const char *const texts[] = {
		"for x in a b; do if c; then d <<E | f; fi; done\nbody\nE\n", "case a in b|c) d;; esac; f() { g; }; (h)&",
	};
	static const char *const words[] = { "\"$@\"/bin/*.sh$(a b)${x:-y}", "${arr[@]}$((1+2))${path%.ko}" };
	char *vars[] = { "x", "5", "path", "p.ko", NULL };
	char *args[] = { "one", "two" };
	unsigned int i;
	long n, before = host_allocations;

	for (i = 0; i < 2; i++) {
		for (n = 0; n < 60; n++) {
			int incomplete;
			char *got;

			host_fail_after = n;
			got = glue_parse(texts[i], &incomplete);
			host_fail_after = -1;
			kvfree(got);
			assert_int_equal(host_allocations, before);
			host_fail_after = n;
			got = glue_expand(words[i], vars, 2, args);
			host_fail_after = -1;
			kvfree(got);
			assert_int_equal(host_allocations, before);
		}
	}
}

/* ---- Variables of a function ---- */

static void test_local_variables(void **state)
{
	static const char want[] = "x= y^ z= / x=11 y^ z=13 / x=111 y! z=13 / x=111 y! z= / x=1 y^2 z! / ";
	long before = host_allocations, n;
	char *got = glue_locals();

	assert_string_equal(got, want);
	kvfree(got);
	assert_int_equal(host_allocations, before);
	for (n = 0; n < 100; n++) {
		host_fail_after = n;
		got = glue_locals();
		host_fail_after = -1;
		if (got)
			assert_string_equal(got, want);
		kvfree(got);
		assert_int_equal(host_allocations, before);
	}
	assert_non_null(got);
}

/* ---- Whatever is typed ---- */

static const char *const pieces[] = {
	"a", "x", "1", "-", "=", "x=", "$", "$x", "$(", "$((", "))", ")", "(", "((", "${", "}", "{ ", "; }", ";",
	";;", "&", "&&", "|", "||", "!", "<", ">", ">>", "<<E", "<<-E\n", "\nE\n", "2>&1", ">&", "'", "\"", "`",
	"\\", "\\\n", "\n", "\n", " ", " ", " ", " ", "\t", "#", "*", "?", "[", "]", "[!", "a-z", "~", "/", "/bin/",
	".", ",", "%", "^", "+", "if ", "then ", "elif ", "else ", "fi", "for x in ", "for ((", "do ", "done",
	"while ", "until ", "case x in ", "esac", "x) ", "f() ", "function ", "time ", "in ", "[[ ", " ]]", "arr[",
	"${arr[@]}", "${x:-", "${x%", "${#", "${x:1:", "\\(", "\\)", "\\{", "\\}", "{1,3}", "\377", "\001",
	"9223372036854775807", "<<", ">>=", "**", "++", "?:",
};

/* Up to @size - 1 characters of them. */
static void random_text(char *text, size_t size)
{
	size_t n = 0;
	unsigned int left;

	for (left = rand() % 24 + 1; left; left--) {
		const char *p = pieces[rand() % (sizeof(pieces) / sizeof(pieces[0]))];

		if (n + strlen(p) >= size)
			break;
		strcpy(text + n, p);
		n += strlen(p);
	}
	text[n] = '\0';
}

/* Random lines through parser, expansion, arithmetic, patterns: no bad access, no leak, nothing that takes long. */
static void test_random_lines(void **state)
{
	unsigned int seed = getenv("SEED") ? atoi(getenv("SEED")) : (unsigned int)time(NULL);
	char *vars[] = { "x", "5", "star", "*", NULL };
	char *args[] = { "one", "two three" };
	time_t end = time(NULL) + 2;
	long before = host_allocations;
	unsigned int rounds = 0;

	print_message("SEED=%u\n", seed);
	srand(seed);
	do {
		char text[256], other[256], *got;
		clock_t begin = clock();
		const char *err;
		int incomplete, len;

		random_text(text, sizeof(text));
		random_text(other, sizeof(other));
		got = glue_parse(text, &incomplete);
		assert_true(got[0] != '!' || strlen(got) > 10);
		kvfree(got);
		got = glue_expand(text, vars, 2, args);
		kvfree(got);
		glue_arith(text, &err);
		glue_match(text, other);
		glue_regex(text, rounds & 1, 0, other, &len);
		if (host_allocations != before || clock() - begin > CLOCKS_PER_SEC)
			print_error("SEED=%u, round %u: `%s' and `%s'\n", seed, rounds, text, other);
		assert_int_equal(host_allocations, before);
		assert_true(clock() - begin <= CLOCKS_PER_SEC);
	} while (++rounds % 64 || time(NULL) < end);
	print_message("%u rounds\n", rounds);
}

/* Deeper than the stack reaches: an error, not its end. */
static void test_deep_nesting(void **state)
{
	static const char *const openers[] = {
		"(", "{ ", "$(", "\"$(", "$((", "$((1+(", "${x:-", "`", "if ", "while ", "for x in a; do ", "case x in x) ", "! ", "f() { ",
		"<(", "a | ", "a && ", "time ", "[", "\\(",
	};
	char *args[] = { "one" };
	long before = host_allocations;

	for (unsigned int i = 0; i < sizeof(openers) / sizeof(openers[0]); i++) {
		/* A list is a tree that leans to one side, and is shown by recursion here. */
		size_t len = strlen(openers[i]), n = openers[i][0] == 'a' ? 1000 : 100000;
		char *text = malloc(n * len + 2), *got;
		const char *err;
		int incomplete;

		for (size_t k = 0; k < n; k++)
			memcpy(text + k * len, openers[i], len);
		strcpy(text + n * len, "x");
		got = glue_parse(text, &incomplete);
		kvfree(got);
		got = glue_expand(text, NULL, 1, args);
		kvfree(got);
		glue_arith(text, &err);
		glue_regex(text, 1, 0, "x", &incomplete);
		glue_regex(text, 0, 0, "x", &incomplete);
		free(text);
		assert_int_equal(host_allocations, before);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_commands), cmocka_unit_test(test_parse_compounds),
		cmocka_unit_test(test_continuations_want_a_line),
		cmocka_unit_test(test_syntax_errors_name_token_and_column), cmocka_unit_test(test_expand_parameters),
		cmocka_unit_test(test_expand_arrays), cmocka_unit_test(test_expand_commands_and_arithmetic),
		cmocka_unit_test(test_expand_globs), cmocka_unit_test(test_arithmetic), cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_regex), cmocka_unit_test(test_regex_group), cmocka_unit_test(test_regex_of_many_ways),
		cmocka_unit_test(test_local_variables), cmocka_unit_test(test_allocation_failures),
		cmocka_unit_test(test_random_lines), cmocka_unit_test(test_deep_nesting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
