// SPDX-License-Identifier: MIT
/*
 * The kernel's command line: who gets which word of it.
 *
 *   early_param()   before memory is set up (params_early_init): loglevel=, mem=…
 *   module_param()  of built-in code and __setup(), once threads work, since
 *                   setters may sleep and allocate, and before anything acts on the values (params_values_init)
 *   name.x=y        of modules that come later: read again from saved_command_line at their load
 *   the rest        one line in the log: probably a typing error
 */
#include <arch/boot.h>
#include <linux/ctype.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/init.h>
#include <paddock/params.h>

extern const struct obs_kernel_param __start___setup[], __stop___setup[];
extern const struct kernel_param __start___param[], __stop___param[];

char *saved_command_line = boot_info.cmdline;
unsigned int reset_devices;

/* Parsing cuts the text up, so it works on a copy. */
static char work_copy[BOOT_CMDLINE_MAX] __initdata;

/* ---- Early ---- */

static int __init early_option(char *param, char *val, const char *doing, void *arg)
{
	for (const struct obs_kernel_param *p = __start___setup; p < __stop___setup; p++)
		if (p->early && parameq(param, p->str) && p->setup_func(val) != 0)
			pr_warn("Malformed early option '%s'\n", param);
	/* Not ours: somebody's later on. */
	return 0;
}

void __init params_early_init(void)
{
	pr_notice("Command line: %s\n", saved_command_line);
	strscpy(work_copy, saved_command_line, sizeof(work_copy));
	parse_args("early options", work_copy, NULL, 0, 0, 0, NULL, early_option);
}

/* Words for the loader, or by it: it has done what they say. */
static int __init initrd_is_read(char *val)
{
	return 0;
}
early_param("initrd", initrd_is_read);

static int __init boot_image_is_read(char *val)
{
	return 0;
}
early_param("BOOT_IMAGE", boot_image_is_read);

/* ---- All others ---- */

static char unknown_options[256] __initdata;

static void __init note_unknown(const char *option)
{
	size_t n = strlen(unknown_options);

	if (n + strlen(option) + 5 < sizeof(unknown_options))
		scnprintf(unknown_options + n, sizeof(unknown_options) - n, "%s%s", n ? " " : "",
			  option);
	else if (unknown_options[n - 1] != '.')
		strcat(unknown_options, " ...");
}

/* True when some __setup() took "name=value", or an early_param had it. */
static bool __init setup_option(char *line)
{
	bool had_early = false;

	for (const struct obs_kernel_param *p = __start___setup; p < __stop___setup; p++) {
		size_t n = strlen(p->str);

		if (!parameqn(line, p->str, n))
			continue;
		if (p->early)
			had_early |= line[n] == '\0' || line[n] == '=';
		else if (p->setup_func(line + n))
			return true;
	}
	return had_early;
}

static int __init unknown_option(char *param, char *val, const char *doing, void *arg)
{
	char *quote = val && val > param + strlen(param) + 1 ? param + strlen(param) + 1 : NULL;

	/* Make it one word again. next_arg() cut at the '=', and once more behind an opening quote. */
	if (quote)
		memmove(quote, val, strlen(val) + 1);
	if (val)
		param[strlen(param)] = '=';
	if (!setup_option(param) && !strchr(param, '.'))
		note_unknown(param);
	return 0;
}

void __init params_values_init(void)
{
	char *rest;

	strscpy(work_copy, saved_command_line, sizeof(work_copy));
	rest = parse_args("Booting kernel", work_copy, __start___param,
			  __stop___param - __start___param, -1, -1, NULL, unknown_option);
	if (!IS_ERR_OR_NULL(rest))
		note_unknown(rest);
	if (unknown_options[0])
		pr_notice("Unknown kernel command line parameters \"%s\", ignored.\n",
			  unknown_options);
}

/* ---- For modules ---- */

struct boot_params {
	const char *module;
	char *text;
	size_t len, size;
};

static int add_boot_param(char *param, char *val, const char *doing, void *arg)
{
	struct boot_params *b = arg;
	size_t n = strlen(b->module);
	const char *quote = val && strpbrk(val, " \t\n") ? "\"" : "";

	if (strlen(param) <= n || param[n] != '.' || !parameqn(param, b->module, n))
		return 0;
	b->len += scnprintf(b->text + b->len, b->size - b->len, "%s", param + n + 1);
	if (val)
		b->len += scnprintf(b->text + b->len, b->size - b->len, "=%s%s%s", quote, val, quote);
	b->len += scnprintf(b->text + b->len, b->size - b->len, " ");
	return 0;
}

char *module_boot_params(const char *name)
{
	size_t size = strlen(saved_command_line) + 1;
	/* Without "name." and with a blank and quotes for each, at most this much longer. */
	struct boot_params b = { .module = name, .size = 2 * size };
	char *copy = kstrdup(saved_command_line, GFP_KERNEL);

	b.text = kzalloc(b.size, GFP_KERNEL);
	if (copy && b.text)
		parse_args(name, copy, NULL, 0, 0, 0, &b, add_boot_param);
	kfree(copy);
	return copy ? b.text : (kfree(b.text), NULL);
}
