// SPDX-License-Identifier: MIT
/*
 * failnth: run a command line with one of its allocations failing, and see what it leaves.
 *
 * Counted, and failed, are the allocations of the command's threads only (an alloc_scope); so a sweep over
 * all n visits every error path for want of memory that the command can take, once each.
 */
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/alloc_watch.h>
#include "shell.h"

/* In a copy of the shell, as a subshell: its variables are not what the command leaves. */
static int run_failing(struct cmd *c, const char *text, unsigned int nth, struct alloc_left *left)
{
	struct shell *sh = kmalloc(sizeof(*sh), GFP_KERNEL);
	struct alloc_scope scope;
	int status = 126, err;

	err = sh ? alloc_scope_begin(&scope) : -ENOMEM;
	if (err) {
		kfree(sh);
		cmd_perror(c, "scope", err);
		return -1;
	}
	alloc_scope_fail_nth(&scope, nth);
	if (!shell_copy(sh, c->sh)) {
		status = shell_run_text(sh, text, c->sh->name);
		shell_destroy(sh);
	}
	alloc_scope_end(&scope, left, ALLOC_SCOPE_PRINT);
	kfree(sh);
	return status;
}

static bool tell_left(struct cmd *c, unsigned int nth, const struct alloc_left *left)
{
	if (!left->objects && !left->pages)
		return false;
	cmd_printf(c, "failnth: %u: left %lu objects (%lu bytes), %lu pages\n", nth, left->objects, left->bytes,
		   left->pages);
	return true;
}

#define MAX_SWEEP	100000

static int sweep(struct cmd *c, const char *text)
{
	unsigned int nth, survived = 0, leaks = 0;
	struct alloc_left left;
	int status;

	for (nth = 1; nth <= MAX_SWEEP; nth++) {
		status = run_failing(c, text, nth, &left);
		if (status < 0)
			return 126;
		leaks += tell_left(c, nth, &left);
		if (!left.fault_fired)
			break;
		survived += !status;
		if (cmd_interrupted(c))
			return 130;
	}
	cmd_printf(c, "failnth: %u allocations failed in turn, %u of them unnoticed, %u left something; status %d without\n",
		   nth - 1, survived, leaks, status);
	return leaks || status ? 1 : 0;
}

static int cmd_failnth(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	struct strbuf text = { 0 };
	struct alloc_left left;
	bool all = false;
	unsigned int nth;
	int opt, status;

	if (c->argc > 1 && c->argv[1][0] == '-') {
		/* Options end before the command's. */
		opt = cmd_getopt(c, &o, "s");
		if (opt != 's')
			return opt == OPT_HELP ? 0 : 2;
		all = true;
	} else if (c->argc < 3 || kstrtouint(c->argv[1], 0, &nth)) {
		return cmd_usage(c);
	}
	if (c->argc < 3)
		return cmd_usage(c);
	for (int i = 2; i < c->argc; i++) {
		if (i > 2)
			sb_addc(&text, ' ');
		sb_puts(&text, c->argv[i]);
	}
	if (text.oom) {
		sb_free(&text);
		return cmd_perror(c, "arguments", -ENOMEM);
	}
	if (all) {
		status = sweep(c, text.s);
	} else {
		status = run_failing(c, text.s, nth, &left);
		if (status < 0)
			status = 126;
		else if (!left.fault_fired && nth)
			cmd_printf(c, "failnth: only %lu allocations\n", left.allocations);
		if (status != 126)
			tell_left(c, nth, &left);
	}
	sb_free(&text);
	return status;
}

SHELL_COMMAND(failnth, "failnth", cmd_failnth, 0, "N|-s COMMAND...",
	      "Run a command whose N-th allocation fails; -s: each in turn");
