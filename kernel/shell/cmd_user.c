// SPDX-License-Identifier: MIT
/* Who one is, and what commands see: id, whoami, env, which. There is one user, root. */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "shell.h"

static int cmd_id(struct cmd *c)
{
	bool one = false, name = false;
	struct cmd_opts o = { };
	int opt;

	while ((opt = cmd_getopt(c, &o, "ugGnr")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		one |= opt == 'u' || opt == 'g' || opt == 'G';
		name |= opt == 'n';
	}
	if (o.index < c->argc && strcmp(c->argv[o.index], "root"))
		return cmd_error(c, "'%s': no such user", c->argv[o.index]);
	if (!one && name)
		return cmd_error(c, "cannot print only names or real IDs in default format");
	cmd_puts(c, !one ? "uid=0(root) gid=0(root) groups=0(root)\n" : name ? "root\n" : "0\n");
	return 0;
}

static int cmd_whoami(struct cmd *c)
{
	if (c->argc > 1)
		return cmd_error(c, "extra operand '%s'", c->argv[1]);
	cmd_puts(c, "root\n");
	return 0;
}

static void unset_all(struct shell *sh)
{
	while (sh->vars)
		var_unset(sh, sh->vars->name);
}

/* NAME=VALUE… from argv[@i] on. Returns where the command begins, or -ENOMEM. */
static int set_variables(struct cmd *c, struct shell *sh, int i)
{
	for (; i < c->argc; i++) {
		char *eq = strchr(c->argv[i], '=');
		char *name;
		int err;

		if (!eq)
			break;
		name = kstrndup(c->argv[i], eq - c->argv[i], GFP_KERNEL);
		err = name ? var_set(sh, name, eq + 1) : -ENOMEM;
		if (!err)
			var_find(sh, name, strlen(name))->exported = true;
		kfree(name);
		if (err)
			return err;
	}
	return i;
}

/* Returns -1 to go on, or the status. */
static int env_options(struct cmd *c, struct shell *sh, struct cmd_opts *o)
{
	int opt;

	while ((opt = cmd_getopt(c, o, "iu:")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return 125;
		if (opt == 'i')
			unset_all(sh);
		else
			var_unset(sh, o->arg);
	}
	return -1;
}

static int cmd_env(struct cmd *c)
{
	struct shell *sh = kmalloc(sizeof(*sh), GFP_KERNEL);
	struct cmd_opts o = { };
	int status, first;

	if (!sh || shell_copy(sh, c->sh)) {
		kfree(sh);
		return cmd_perror(c, "fork", -ENOMEM);
	}
	status = env_options(c, sh, &o);
	if (status >= 0)
		goto out;
	first = set_variables(c, sh, o.index);
	if (first < 0) {
		cmd_perror(c, "environment", first);
		status = 125;
	} else if (first < c->argc) {
		cmd_flush(c);
		status = exec_argv(sh, c->argc - first, c->argv + first);
	} else {
		for (struct var *v = sh->vars; v; v = v->next)
			if (v->exported && !v->is_array)
				cmd_printf(c, "%s=%s\n", v->name, v->value ? v->value : "");
		status = 0;
	}
out:
	shell_destroy(sh);
	kfree(sh);
	return status;
}

/* Commands have no files here: a name stands for itself. */
static int cmd_which(struct cmd *c)
{
	struct cmd_opts o = { };
	int opt, status = 0;

	while ((opt = cmd_getopt(c, &o, "as")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return 2;
	}
	if (o.index >= c->argc)
		return 1;
	for (int i = o.index; i < c->argc; i++) {
		struct file_stat st;
		const char *name = c->argv[i];

		if (strchr(name, '/') ? !path_stat(c->sh->cwd, name, &st) && S_ISREG(st.mode) && (st.mode & 0111)
				      : shell_command_find(name) != NULL)
			cmd_printf(c, "%s\n", name);
		else
			status = 1;
	}
	return status;
}

SHELL_COMMAND(id, "id", cmd_id, 0, "[-ugGn] [USER]", "Show who one is");
SHELL_COMMAND(whoami, "whoami", cmd_whoami, 0, "", "Show the user's name");
SHELL_COMMAND(env, "env", cmd_env, CMD_SHELL, "[-i] [-u NAME] [NAME=VALUE...] [COMMAND [ARG...]]",
	      "Show what commands see, or run one that sees other variables");
SHELL_COMMAND(which, "which", cmd_which, 0, "NAME...", "Say which of the names are commands");
