// SPDX-License-Identifier: MIT
/* Commands that change the shell itself, or need it: they run in the shell's own thread. */
#include <linux/ctype.h>
#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

static int cmd_cd(struct cmd *c)
{
	const char *path = c->argc > 1 ? c->argv[1] : var_get(c->sh, "HOME");
	struct dentry *dir;
	char *name, *buf;

	if (c->argc > 2)
		return cmd_error(c, "too many arguments");
	if (path && !strcmp(path, "-"))
		path = var_get(c->sh, "OLDPWD");
	if (!path)
		return cmd_error(c, "OLDPWD not set");
	dir = path_lookup_dir(c->sh->cwd, path);
	if (IS_ERR(dir))
		return cmd_perror(c, path, PTR_ERR(dir));
	buf = kmalloc(PATH_MAX, GFP_KERNEL);
	name = buf ? dentry_path_raw(dir, buf, PATH_MAX) : ERR_PTR(-ENOMEM);
	if (IS_ERR(name)) {
		dput(dir);
		kfree(buf);
		return cmd_perror(c, path, PTR_ERR(name));
	}
	var_set(c->sh, "OLDPWD", var_get(c->sh, "PWD") ? var_get(c->sh, "PWD") : "/");
	var_set(c->sh, "PWD", name);
	kfree(buf);
	dput(c->sh->cwd);
	c->sh->cwd = dir;
	return 0;
}

static int cmd_pwd(struct cmd *c)
{
	const char *pwd = var_get(c->sh, "PWD");

	cmd_printf(c, "%s\n", pwd ? pwd : "/");
	return 0;
}

static int cmd_export(struct cmd *c)
{
	int i;

	for (i = 1; i < c->argc; i++) {
		char *eq = strchr(c->argv[i], '=');
		size_t len = eq ? (size_t)(eq - c->argv[i]) : strlen(c->argv[i]);
		struct var *v;

		if (!is_name(c->argv[i], len))
			return cmd_error(c, "`%s': not a valid identifier", c->argv[i]);
		if (eq) {
			*eq = '\0';
			if (var_set(c->sh, c->argv[i], eq + 1))
				return cmd_perror(c, c->argv[i], -ENOMEM);
		}
		v = var_find(c->sh, c->argv[i], len);
		if (v)
			v->exported = true;
	}
	return 0;
}

static int cmd_local(struct cmd *c)
{
	int i, status = 0;

	if (!c->sh->frame)
		return cmd_error(c, "can only be used in a function");
	for (i = 1; i < c->argc; i++) {
		char *eq = strchr(c->argv[i], '=');
		size_t len = eq ? (size_t)(eq - c->argv[i]) : strlen(c->argv[i]);

		if (!is_name(c->argv[i], len)) {
			status = cmd_error(c, "`%s': not a valid identifier", c->argv[i]);
			continue;
		}
		if (eq)
			*eq = '\0';
		if (var_make_local(c->sh, c->argv[i]) || (eq && var_set(c->sh, c->argv[i], eq + 1)))
			return cmd_perror(c, c->argv[i], -ENOMEM);
	}
	return status;
}

static int cmd_unset(struct cmd *c)
{
	int i, status = 0;

	for (i = 1; i < c->argc; i++) {
		if (is_name(c->argv[i], strlen(c->argv[i])))
			var_unset(c->sh, c->argv[i]);
		else
			status = cmd_error(c, "`%s': not a valid identifier", c->argv[i]);
	}
	return status;
}

static int set_option(struct cmd *c, char letter, bool on)
{
	switch (letter) {
	case 'e':
		c->sh->errexit = on;
		return 0;
	case 'x':
		c->sh->xtrace = on;
		return 0;
	case 'u':	/* accepted, as scripts begin with set -eu */
		return 0;
	}
	return cmd_error(c, "-%c: invalid option", letter);
}

static int cmd_set(struct cmd *c)
{
	struct var *v;
	int i;

	if (c->argc == 1) {
		for (v = c->sh->vars; v; v = v->next)
			if (!v->is_array)
				cmd_printf(c, "%s='%s'\n", v->name, v->value ? v->value : "");
		return 0;
	}
	for (i = 1; i < c->argc && (c->argv[i][0] == '-' || c->argv[i][0] == '+'); i++) {
		const char *p = c->argv[i] + 1;

		if (!strcmp(c->argv[i], "--"))
			return set_args(c->sh, c->argc - i - 1, c->argv + i + 1) ? 1 : 0;
		for (; *p; p++)
			if (set_option(c, *p, c->argv[i][0] == '-'))
				return 1;
	}
	if (i < c->argc && set_args(c->sh, c->argc - i, c->argv + i))
		return cmd_perror(c, "arguments", -ENOMEM);
	return 0;
}

static int cmd_shift(struct cmd *c)
{
	unsigned int n = 1;
	struct shell *sh = c->sh;

	if (c->argc > 1 && kstrtouint(c->argv[1], 10, &n))
		return cmd_error(c, "%s: numeric argument required", c->argv[1]);
	if (n > sh->nr_args)
		return 1;
	return set_args(sh, sh->nr_args - n, sh->args + n) ? 1 : 0;
}

static int cmd_exit(struct cmd *c)
{
	int status = c->sh->status;

	if (c->argc > 1 && kstrtoint(c->argv[1], 10, &status)) {
		cmd_error(c, "%s: numeric argument required", c->argv[1]);
		status = 2;
	}
	c->sh->exiting = true;
	return status & 255;
}

static int cmd_return(struct cmd *c)
{
	int status = c->sh->status;

	if (c->argc > 1 && kstrtoint(c->argv[1], 10, &status)) {
		cmd_error(c, "%s: numeric argument required", c->argv[1]);
		status = 2;
	}
	c->sh->returning = true;
	return status & 255;
}

static int leave_loop(struct cmd *c, bool goes_on)
{
	unsigned int n = 1;

	if (c->argc > 1 && (kstrtouint(c->argv[1], 10, &n) || !n))
		return cmd_error(c, "%s: loop count out of range", c->argv[1]);
	if (!c->sh->loops)
		return cmd_error(c, "only meaningful in a loop");
	c->sh->leave_loops = min(n, c->sh->loops);
	c->sh->continue_last = goes_on;
	return 0;
}

static int cmd_break(struct cmd *c)
{
	return leave_loop(c, false);
}

static int cmd_continue(struct cmd *c)
{
	return leave_loop(c, true);
}

static int cmd_colon(struct cmd *c)
{
	return 0;
}

static int cmd_false(struct cmd *c)
{
	return 1;
}

static int cmd_eval(struct cmd *c)
{
	struct strbuf b = { 0 };
	int i, status;

	for (i = 1; i < c->argc; i++) {
		if (i > 1)
			sb_addc(&b, ' ');
		sb_puts(&b, c->argv[i]);
	}
	if (b.oom)
		status = cmd_perror(c, "arguments", -ENOMEM);
	else
		status = b.s ? shell_run_text(c->sh, b.s, c->sh->name) : 0;
	sb_free(&b);
	return status;
}

/* A line of input into variables; the last takes the rest. */
static int cmd_read(struct cmd *c)
{
	struct strbuf b = { 0 };
	struct cmd_opts o = { 0 };
	const char *p;
	ssize_t got;
	bool raw = false;
	char ch;
	int i, opt;

	while ((opt = cmd_getopt(c, &o, "r")) != -1) {
		if (opt != 'r')
			return opt == OPT_HELP ? 0 : 2;
		raw = true;
	}
	/* By bytes: what follows the line is for whoever reads next. */
	while ((got = file_read(c->in, &ch, 1)) == 1 && ch != '\n') {
		if (ch == '\\' && !raw) {
			if (file_read(c->in, &ch, 1) != 1)
				break;
			if (ch == '\n')
				continue;
		}
		sb_addc(&b, ch);
	}
	p = b.s ? b.s : "";
	for (i = o.index; i < c->argc; i++) {
		const char *end;
		char *value;

		p += strspn(p, " \t");
		end = i == c->argc - 1 ? p + strlen(p) : p + strcspn(p, " \t");
		while (i == c->argc - 1 && end > p && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		value = kstrndup(p, end - p, GFP_KERNEL);
		if (!value || var_set(c->sh, c->argv[i], value))
			got = -ENOMEM;
		kfree(value);
		p = end;
	}
	sb_free(&b);
	return got == 1 ? 0 : 1;
}

static int run_file(struct cmd *c, struct shell *sh, const char *path)
{
	void *text;
	size_t len;
	int err = read_whole_file(c->sh->cwd, path, &text, &len), status;

	if (err) {
		cmd_perror(c, path, err);
		return err == -ENOENT ? 127 : 126;
	}
	if (memchr(text, '\0', min_t(size_t, len, 256))) {
		kvfree(text);
		cmd_error(c, "%s: cannot execute binary file: Exec format error", path);
		return 126;
	}
	status = shell_run_text(sh, text, path);
	kvfree(text);
	return status;
}

/* . FILE: in this shell. */
static int cmd_source(struct cmd *c)
{
	int status;

	if (c->argc < 2)
		return cmd_usage(c);
	status = run_file(c, c->sh, c->argv[1]);
	c->sh->returning = false;
	return status;
}

/* sh FILE args, sh -c 'text' name args, or sh alone: commands from standard input. In a copy of this shell. */
static int cmd_sh(struct cmd *c)
{
	struct shell *sh = kmalloc(sizeof(*sh), GFP_KERNEL);
	int i = 1, status = 126;
	bool text = false;

	if (!sh || shell_copy(sh, c->sh)) {
		kfree(sh);
		return cmd_perror(c, "fork", -ENOMEM);
	}
	sh->frame = NULL;
	sh->loops = 0;
	sh->leave_loops = 0;
	sh->status = 0;
	sh->errexit = sh->xtrace = false;
	sh->conditions = 0;
	for (; i < c->argc && c->argv[i][0] == '-' && c->argv[i][1]; i++) {
		const char *p;

		for (p = c->argv[i] + 1; *p; p++) {
			if (*p == 'c')
				text = true;
			else if (*p == 'e')
				sh->errexit = true;
			else if (*p == 'x')
				sh->xtrace = true;
		}
	}
	if (text && i >= c->argc) {
		cmd_error(c, "-c: option requires an argument");
		status = 2;
	} else if (text) {
		const char *name = i + 1 < c->argc ? c->argv[i + 1] : "sh";

		if (!set_args(sh, max(0, c->argc - i - 2), c->argv + i + 2))
			status = shell_run_text(sh, c->argv[i], name);
	} else if (i < c->argc) {
		if (!set_args(sh, c->argc - i - 1, c->argv + i + 1))
			status = run_file(c, sh, c->argv[i]);
	} else {
		struct strbuf b = { 0 };
		char buf[256];
		ssize_t got;

		while ((got = file_read(c->in, buf, sizeof(buf))) > 0)
			sb_add(&b, buf, got);
		if (!b.oom)
			status = b.s ? shell_run_text(sh, b.s, "sh") : 0;
		sb_free(&b);
	}
	shell_destroy(sh);
	kfree(sh);
	return status;
}

/* command -v: the name, if it is one; else the command is run, past functions of its name. */
static int cmd_command(struct cmd *c)
{
	int i, status = 0;

	if (c->argc > 1 && strcmp(c->argv[1], "-v"))
		return exec_argv(c->sh, c->argc - 1, c->argv + 1);
	for (i = 2; i < c->argc; i++) {
		if (shell_command_find(c->argv[i]))
			cmd_printf(c, "%s\n", c->argv[i]);
		else
			status = 1;
	}
	return status;
}

static int cmd_type(struct cmd *c)
{
	int i, status = 0;

	for (i = 1; i < c->argc; i++) {
		const struct shell_command *sc;

		if (c->argv[i][0] == '-')
			continue;
		sc = shell_command_find(c->argv[i]);
		if (sc)
			cmd_printf(c, "%s is a shell builtin\n", sc->name);
		else
			status = cmd_error(c, "%s: not found", c->argv[i]);
	}
	return status;
}

/* cpu N CMD: the command's thread runs on that CPU only. */
static int cmd_cpu(struct cmd *c)
{
	unsigned int cpu;
	int status, old = c->sh->cpu;

	if (c->argc < 3)
		return cmd_usage(c);
	if (kstrtouint(c->argv[1], 10, &cpu) || cpu >= nr_cpu_ids || !cpu_online(cpu))
		return cmd_error(c, "%s: no such CPU online", c->argv[1]);
	c->sh->cpu = cpu;
	status = exec_argv(c->sh, c->argc - 2, c->argv + 2);
	c->sh->cpu = old;
	return status;
}

static int cmd_help(struct cmd *c)
{
	const struct shell_command *sc;
	unsigned int i;

	if (c->argc > 1) {
		sc = shell_command_find(c->argv[1]);
		if (!sc)
			return cmd_error(c, "no help topics match `%s'", c->argv[1]);
		cmd_printf(c, "Usage: %s %s\n%s.\n", sc->name, sc->usage, sc->summary);
		return 0;
	}
	for (i = 0; (sc = shell_command_nth(i)); i++)
		cmd_printf(c, "%-10s %s\n", sc->name, sc->summary);
	return 0;
}

SHELL_COMMAND(cd, "cd", cmd_cd, CMD_SHELL, "[DIR]", "Change the current directory");
SHELL_COMMAND(pwd, "pwd", cmd_pwd, CMD_SHELL, "", "Print the current directory");
SHELL_COMMAND(export, "export", cmd_export, CMD_SHELL, "NAME[=VALUE]...", "Mark variables for commands");
SHELL_COMMAND(local, "local", cmd_local, CMD_SHELL, "NAME[=VALUE]...", "Set variables of this function's own");
SHELL_COMMAND(unset, "unset", cmd_unset, CMD_SHELL, "NAME...", "Remove variables");
SHELL_COMMAND(set, "set", cmd_set, CMD_SHELL, "[-ex] [--] [ARG...]", "Show variables, set options and $1...");
SHELL_COMMAND(shift, "shift", cmd_shift, CMD_SHELL, "[N]", "Drop the first of $1...");
SHELL_COMMAND(exit, "exit", cmd_exit, CMD_SHELL, "[STATUS]", "Leave the script, or power off at the prompt");
SHELL_COMMAND(return, "return", cmd_return, CMD_SHELL, "[STATUS]", "Leave a function");
SHELL_COMMAND(break, "break", cmd_break, CMD_SHELL, "[N]", "Leave a loop");
SHELL_COMMAND(continue, "continue", cmd_continue, CMD_SHELL, "[N]", "Begin the next turn of a loop");
SHELL_COMMAND(colon, ":", cmd_colon, CMD_SHELL, "[ARG...]", "Do nothing, successfully");
SHELL_COMMAND(true, "true", cmd_colon, CMD_SHELL, "", "Do nothing, successfully");
SHELL_COMMAND(false, "false", cmd_false, CMD_SHELL, "", "Do nothing, unsuccessfully");
SHELL_COMMAND(eval, "eval", cmd_eval, CMD_SHELL, "[ARG...]", "Run the arguments as a command line");
SHELL_COMMAND(read, "read", cmd_read, CMD_SHELL, "[-r] [NAME...]", "Read a line into variables");
SHELL_COMMAND(dot, ".", cmd_source, CMD_SHELL, "FILE", "Run a script in this shell");
SHELL_COMMAND(source, "source", cmd_source, CMD_SHELL, "FILE", "Run a script in this shell");
SHELL_COMMAND(sh, "sh", cmd_sh, CMD_SHELL, "[-ex] [FILE [ARG...] | -c TEXT]", "Run a script or a text");
SHELL_COMMAND(bash, "bash", cmd_sh, CMD_SHELL, "[-ex] [FILE [ARG...] | -c TEXT]", "The same as sh");
SHELL_COMMAND(type, "type", cmd_type, CMD_SHELL, "NAME...", "Say what a command is");
SHELL_COMMAND(command, "command", cmd_command, CMD_SHELL, "-v NAME... | COMMAND [ARG...]", "Say whether a command exists, or run it");
SHELL_COMMAND(cpu, "cpu", cmd_cpu, CMD_SHELL, "N COMMAND [ARG...]", "Run a command on one CPU");
SHELL_COMMAND(help, "help", cmd_help, 0, "[COMMAND]", "List the commands, or explain one");
