// SPDX-License-Identifier: MIT
/*
 * The end of the boot: the host's script (tools/vm -c), the init= script, or the prompt.
 *
 * The shell runs in a thread of its own and the first thread of the kernel waits for it: should the
 * shell itself meet a bug, a new one starts.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <arch/cpu.h>
#include <paddock/fs.h>
#include <paddock/init.h>
#include <paddock/sched.h>
#include <paddock/shell.h>
#include <paddock/tty.h>
#include "edit.h"

#define STATUS_OOPSED 139	/* 128 + SIGSEGV: as when a shell's process dies */

static bool vm_script;		/* "vmrun": the host gave commands in /etc/vm-script */
static char init_path[128];	/* "init=" */

static int __init set_vm_script(char *arg)
{
	vm_script = true;
	return 1;
}
__setup("vmrun", set_vm_script);

static int __init set_init(char *arg)
{
	if (strscpy(init_path, arg, sizeof(init_path)) < 0) {
		pr_err("init=: the path is too long\n");
		init_path[0] = '\0';
	}
	return 1;
}
__setup("init=", set_init);

static void say(const char *fmt, ...)
{
	char text[160];
	va_list args;

	va_start(args, fmt);
	vscnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	tty_write(text, strlen(text));
}

static void __noreturn power_off(void)
{
	kernel_power_off();
	pr_emerg("System halted: this machine has no way to switch itself off\n");
	arch_cpu_halt_forever();
}

/* ---- Scripts ---- */

struct script {
	const char *path;
	const char *name;	/* what messages begin with */
};

/*
 * The thread that Ctrl-C reaches besides those it started: the script's, or the prompt's while a command runs.
 * Not on that thread's stack: it must be taken off the list even if an oops has ended the thread.
 */
static struct foreground shell_foreground;

/* As shell_run(), for this thread. */
static int run_text(const char *text, const char *name)
{
	struct file *con = open_path(NULL, "/dev/console", O_RDWR, 0);
	struct shell *sh;
	int status = 126;

	if (IS_ERR(con))
		return status;
	sh = kzalloc(sizeof(*sh), GFP_KERNEL);
	if (sh && !shell_init(sh, con, con, con)) {
		foreground_enter(&shell_foreground);
		status = shell_run_text(sh, text, name);
		foreground_leave(&shell_foreground);
		shell_destroy(sh);
	}
	kfree(sh);
	fput(con);
	return status;
}

/* Run a script as `sh FILE` does. Its status, or -errno when it cannot be read. */
static int run_script(void *arg)
{
	const struct script *script = arg;
	void *text;
	size_t len;
	int err = read_whole_file(NULL, script->path, &text, &len);

	if (err)
		return err;
	if (memchr(text, '\0', len))
		err = -ENOEXEC;
	else
		err = run_text(text, script->name);
	kvfree(text);
	return err;
}

static int run_script_in_thread(const char *path, const char *name)
{
	struct script script = { path, name };
	struct task_struct *t = thread_run(run_script, &script, "sh");
	int status = IS_ERR(t) ? PTR_ERR(t) : thread_join(t);

	foreground_leave(&shell_foreground);
	return status == THREAD_OOPSED ? STATUS_OOPSED : status;
}

/* What the host prints is all that comes between the marks. */
static void __noreturn run_vm_script(void)
{
	int status;

	say("\001VM-BEGIN\001\n");
	status = run_script_in_thread("/etc/vm-script", "sh");
	if (status < 0) {
		say("sh: /etc/vm-script: %s\n", errno_text(status));
		status = 127;
	}
	say("\001VM-END %d\001\n", status);
	power_off();
}

/* ---- The prompt ---- */

/* Append a line to a command that goes over several. NULL: no memory; @text is freed. */
static char *append_line(char *text, char *line)
{
	char *both = text ? kasprintf(GFP_KERNEL, "%s\n%s", text, line) : line;

	kfree(text);
	if (both != line)
		kfree(line);
	return both;
}

/* One command, of one line or more. Returns it for kfree(), or ERR_PTR as edit_line(). */
static char *read_command(struct shell *sh)
{
	char *text = NULL, *line;
	char prompt[128], path[96];

	do {
		if (text) {
			strscpy(prompt, "> ", sizeof(prompt));
		} else {
			const char *cwd = dentry_path_raw(sh->cwd, path, sizeof(path));

			snprintf(prompt, sizeof(prompt), "paddock:%s# ", IS_ERR(cwd) ? "..." : cwd);
		}
		line = edit_line(sh, prompt);
		if (IS_ERR(line)) {
			if (PTR_ERR(line) == -ENODATA && text) {
				/* Ctrl-D: what is missing will not come. Let the parser say so. */
				tty_write("\n", 1);
				return text;
			}
			kfree(text);
			return line;
		}
		text = append_line(text, line);
		if (!text)
			return ERR_PTR(-ENOMEM);
	} while (shell_needs_more(text));
	return text;
}

static void prompt_loop(struct shell *sh)
{
	char *text;

	while (!sh->exiting) {
		flush_signals(current);
		text = read_command(sh);
		if (IS_ERR(text)) {
			if (PTR_ERR(text) == -ENODATA)
				say("\nUse \"poweroff\" to leave.\n");
			else if (PTR_ERR(text) == -ENOMEM)
				say("sh: Out of memory\n");
			else
				sh->status = 130;
			continue;
		}
		sh->interrupted = false;
		if (!text[strspn(text, " \t\n")]) {
			kfree(text);	/* $? stays what it is */
			continue;
		}
		foreground_enter(&shell_foreground);
		shell_run_text(sh, text, "sh");
		foreground_leave(&shell_foreground);
		kfree(text);
		if (sh->interrupted)
			say("^C\n");
	}
}

static int interactive(void *arg)
{
	struct file *con = open_path(NULL, "/dev/console", O_RDWR, 0);
	struct shell *sh;
	struct file_stat st;

	if (IS_ERR(con))
		return PTR_ERR(con);
	sh = kzalloc(sizeof(*sh), GFP_KERNEL);
	if (!sh || shell_init(sh, con, con, con)) {
		kfree(sh);
		fput(con);
		return -ENOMEM;
	}
	sh->interactive = true;
	if (!path_stat(NULL, "/etc/profile", &st))
		shell_run_text(sh, ". /etc/profile", "sh");
	prompt_loop(sh);
	shell_destroy(sh);
	kfree(sh);
	fput(con);
	return 0;
}

static void greet(void)
{
	say("\nPaddock %s on %s, %u CPU%s, %lu MiB. \"help\" lists the commands.\n",
	    utsname()->release, utsname()->machine, num_online_cpus(),
	    num_online_cpus() == 1 ? "" : "s", totalram_pages() >> (20 - PAGE_SHIFT));
}

void shell_boot(void)
{
	struct task_struct *t;
	int status;

	tty_set_interrupt_handler(shell_interrupt);
	if (vm_script)
		run_vm_script();
	if (init_path[0]) {
		status = run_script_in_thread(init_path, init_path);
		if (status < 0)
			pr_err("Requested init %s failed (error %d).\n", init_path, status);
		else
			pr_info("init %s ended with status %d\n", init_path, status);
	}
	greet();
	for (;;) {
		pid_t pid;

		t = thread_run(interactive, NULL, "sh");
		pid = IS_ERR(t) ? 0 : t->pid;
		status = IS_ERR(t) ? PTR_ERR(t) : thread_join(t);
		if (!status)
			power_off();
		if (status == THREAD_OOPSED) {
			foreground_leave(&shell_foreground);
			tty_edit_end();
			close_files_of(pid);
			say("sh: the shell has met a bug; this is a new one\n");
			continue;
		}
		pr_err("shell: cannot start (error %d)\n", status);
		schedule_timeout_uninterruptible(HZ);
	}
}
