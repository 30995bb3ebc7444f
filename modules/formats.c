// SPDX-License-Identifier: MIT
/*
 * Text: what printk's own formats print, how numbers are read, what the string functions return.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

static void try_formats(void)
{
	static const u8 mac[] = { 0x00, 0x1b, 0x63, 0x84, 0x45, 0xe6 };
	static const u8 ip[] = { 192, 168, 1, 20 };
	DECLARE_BITMAP(map, 40);
	char *ptr = NULL;

	OPTIMIZER_HIDE_VAR(ptr);	/* the compiler warns of what is tested here */

	bitmap_zero(map, 40);
	bitmap_set(map, 3, 5);
	set_bit(39, map);
	pr_info("numbers [%5d] [%-5d] [%05d] [%+d] [% d] [%x] [%#X] [%o] [%#llx]\n", 42, 42, 42, 42, 42, 255, 255, 8, 1ULL << 40);
	pr_info("sizes %hhd %hd %zu %zd %td\n", (signed char)300, (short)70000, sizeof(mac), (ssize_t)-1, &mac[3] - mac);
	pr_info("text [%10s] [%-10s] [%.3s] [%c] [%%] [%s]\n", "right", "left", "cut here", 'x', ptr);
	pr_info("width [%*d] [%-*d] [%.*s]\n", 6, 7, 6, 7, 2, "abc");
	pr_info("pM %pM pMF %pMF pm %pm pMR %pMR\n", mac, mac, mac, mac);
	pr_info("pI4 %pI4 pi4 %pi4\n", ip, ip);
	pr_info("ph %*ph phC %*phC phN %*phN phD %*phD\n", 4, mac, 4, mac, 4, mac, 4, mac);
	pr_info("pb %*pb pbl %*pbl\n", 40, map, 40, map);
	pr_info("pe %pe %pe\n", ERR_PTR(-ENOMEM), ERR_PTR(-EPROBE_DEFER));
	pr_info("pE %*pE\n", 6, "a\tb\n\x01");
	pr_info("null %p, error %pe\n", NULL, ERR_PTR(0));
	print_hex_dump(KERN_INFO, "formats: dump ", DUMP_PREFIX_OFFSET, 16, 1, "The quick brown fox", 20, true);
	print_hex_dump(KERN_INFO, "formats: words ", DUMP_PREFIX_NONE, 16, 4, "0123456789abcdef", 16, false);
	pr_info("one ");
	pr_cont("line ");
	pr_cont("in three\n");
}

static void try_numbers(void)
{
	static const char *const texts[] = { "42", "-7", "0x1f", "010", " 5", "5 ", "5\n", "", "-", "300", "99999999999", "1e3" };
	char *end;
	int i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		unsigned int u = 0;
		int s = 0, es = kstrtoint(texts[i], 0, &s), eu = kstrtouint(texts[i], 10, &u);
		u8 b = 0;
		int eb = kstrtou8(texts[i], 0, &b);
		bool y = false;
		int ey = kstrtobool(texts[i], &y);

		pr_info("'%s': int %d %d, uint %d %u, u8 %d %u, bool %d %d\n", strcmp(texts[i], "5\n") ? texts[i] : "5 newline",
			es, s, eu, u, eb, b, ey, y);
	}
	pr_info("simple %lu", simple_strtoul("12monkeys", &end, 10));
	pr_cont(" rest %s, memparse %llu %llu\n", end, memparse("4K", NULL), memparse("2m", NULL));
}

static void try_scan(void)
{
	char word[8], set[8];
	int a = 0, b = 0, n;
	unsigned int x = 0;

	n = sscanf("12,0x1f:word rest", "%d,%x:%7s", &a, &x, word);
	pr_info("sscanf %d: %d %x %s\n", n, a, x, word);
	n = sscanf("3-4abc", "%d-%d%7[a-c]", &a, &b, set);
	pr_info("sscanf %d: %d %d %s\n", n, a, b, set);
	n = sscanf("x", "%d", &a);
	pr_info("sscanf %d\n", n);
}

static void try_strings(void)
{
	char buf[16], small[8], text[] = "a,b,,c", *rest = text, *p, padded[] = "  pad  ";
	size_t n;

	pr_info("strscpy %zd, too long %zd\n", strscpy(buf, "short", sizeof(buf)), strscpy(small, "much too long for it", sizeof(small)));
	pr_info("%s, %s\n", buf, small);
	strlcpy(buf, "12345", sizeof(buf));
	n = strlcat(buf, "6789", 8);
	pr_info("strlcat %zu %s\n", n, buf);
	n = snprintf(small, 4, "%s", "123456");
	pr_info("snprintf %zu %s, ", n, small);
	n = scnprintf(small, 4, "%s", "123456");
	pr_cont("scnprintf %zu\n", n);
	while ((p = strsep(&rest, ",")))
		pr_info("strsep '%s'\n", p);
	pr_info("strim '%s' skip_spaces '%s'\n", strim(padded), skip_spaces("  x"));
	pr_info("streq %d %d, match_string %d\n", sysfs_streq("on\n", "on"), sysfs_streq("on", "off"),
		match_string((const char *const[]){ "red", "green" }, 2, "green"));
	pr_info("strstr %s strchr %s strrchr %s strpbrk %s\n", strstr("haystack", "st"), strchr("a/b/c", '/'), strrchr("a/b/c", '/'),
		strpbrk("key=value", "=:"));
	pr_info("spn %zu cspn %zu ncmp %d casecmp %d\n", strspn("aabc", "a"), strcspn("aabc", "c"), strncmp("abcd", "abce", 3),
		strcasecmp("HeLLo", "hello"));
	p = "aaab";
	pr_info("memchr_inv at %td\n", (char *)memchr_inv(p, 'a', 4) - p);
	p = kasprintf(GFP_KERNEL, "%s-%d", "made", 7);
	pr_info("kasprintf %s, ", p);
	kfree(p);
	p = kstrndup("truncated", 5, GFP_KERNEL);
	pr_cont("kstrndup %s, isalpha %d, toupper %c, hex %d\n", p, !!isalpha('x'), toupper('q'), hex_to_bin('f'));
	kfree(p);
}

static int __init formats_init(void)
{
	try_formats();
	try_numbers();
	try_scan();
	try_strings();
	return 0;
}

static void __exit formats_exit(void)
{
}

module_init(formats_init);
module_exit(formats_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Printing and reading text");
