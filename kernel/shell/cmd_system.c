// SPDX-License-Identifier: MIT
/* Commands about the machine: uname, free, ps, kill, nproc, hostname, sysctl, mount, reboot, … Those about time: cmd_date.c. */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kallsyms.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <linux/vmalloc.h>
#include <arch/cpu.h>
#include <paddock/fs.h>
#include <paddock/sched.h>
#include "shell.h"

static int cmd_uname(struct cmd *c)
{
	static const char letters[] = "snrvmo";
	const struct new_utsname *u = utsname();
	const char *const values[] = { u->sysname, u->nodename, u->release, u->version, u->machine,
				       u->sysname };
	unsigned int wanted = 0;
	struct cmd_opts o = { };
	int opt;
	bool first = true;

	while ((opt = cmd_getopt(c, &o, "asnrvmpio")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		if (opt == 'a')
			wanted = 0x3f;
		else if (opt == 'p' || opt == 'i')
			wanted |= 1 << 4;
		else
			wanted |= 1 << (strchr(letters, opt) - letters);
	}
	if (o.index < c->argc)
		return cmd_error(c, "extra operand '%s'", c->argv[o.index]);
	if (!wanted)
		wanted = 1;
	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		if (wanted >> i & 1) {
			cmd_printf(c, "%s%s", first ? "" : " ", values[i]);
			first = false;
		}
	}
	cmd_puts(c, "\n");
	return 0;
}

/* ---- Memory ---- */

static void print_amount(struct cmd *c, u64 bytes, char unit)
{
	static const char suffixes[] = "BKMGT";
	u64 n = bytes, rest = 0;
	int i = 0;
	char text[24];

	switch (unit) {
	case 'b':
		snprintf(text, sizeof(text), "%llu", bytes);
		break;
	case 'm':
		snprintf(text, sizeof(text), "%llu", bytes >> 20);
		break;
	case 'g':
		snprintf(text, sizeof(text), "%llu", bytes >> 30);
		break;
	case 'h':
		for (; n >= 1024 && i < 4; i++) {
			rest = n % 1024;
			n /= 1024;
		}
		if (i && n < 10)
			snprintf(text, sizeof(text), "%llu.%llu%ci", n, rest * 10 / 1024, suffixes[i]);
		else
			snprintf(text, sizeof(text), "%llu%c%s", n, suffixes[i], i ? "i" : "");
		break;
	default:
		snprintf(text, sizeof(text), "%llu", bytes >> 10);
	}
	cmd_printf(c, " %11s", text);
}

/* A line "Name:   123 kB" of /proc/meminfo, in bytes. */
static u64 meminfo_bytes(const char *text, const char *name)
{
	const char *p = strstr(text, name);

	return p ? simple_strtoull(skip_spaces(p + strlen(name)), NULL, 10) << 10 : 0;
}

static int cmd_free(struct cmd *c)
{
	struct cmd_opts o = { };
	u64 total, free, available, slab;
	char unit = 'k', *text;
	size_t len;
	int opt, err;

	while ((opt = cmd_getopt(c, &o, "bkmghw")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		if (opt != 'w')
			unit = opt;
	}
	err = read_whole_file(NULL, "/proc/meminfo", (void **)&text, &len);
	if (err)
		return cmd_perror(c, "/proc/meminfo", err);
	total = meminfo_bytes(text, "MemTotal:");
	free = meminfo_bytes(text, "MemFree:");
	available = meminfo_bytes(text, "MemAvailable:");
	slab = meminfo_bytes(text, "Slab:");
	kvfree(text);
	cmd_printf(c, "%-6s %11s %11s %11s %11s %11s\n", "", "total", "used", "free", "slab", "available");
	cmd_puts(c, "Mem:  ");
	print_amount(c, total, unit);
	print_amount(c, total - free, unit);
	print_amount(c, free, unit);
	print_amount(c, slab, unit);
	print_amount(c, available ? available : free, unit);
	cmd_puts(c, "\n");
	return 0;
}

/* ---- Threads ---- */

static int cmd_ps(struct cmd *c)
{
	struct thread_info_row *rows;
	unsigned int n, got;
	char where[KSYM_SYMBOL_LEN / 4];
	struct cmd_opts o = { };
	bool wide = false;
	char *symbol;
	int opt;

	/* Everything is always shown; the letters that people type by habit are taken. */
	while ((opt = cmd_getopt(c, &o, "aefluxwAH")) != -1) {
		if (opt == OPT_HELP)
			return 0;
		if (opt == '?')
			return cmd_usage(c);
		wide |= opt == 'l';
	}
	symbol = kmalloc(KSYM_SYMBOL_LEN, GFP_KERNEL);
	n = threads_snapshot(NULL, 0) + 8;	/* some may start meanwhile */
	rows = kvmalloc_array(n, sizeof(*rows), GFP_KERNEL);
	if (!rows || !symbol) {
		kvfree(rows);
		kfree(symbol);
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	}
	got = min(threads_snapshot(rows, n), n);
	cmd_puts(c, "    PID    PPID S CPU  NI     TIME SWITCHES WCHAN                    COMMAND\n");
	for (unsigned int i = 0; i < got; i++) {
		const struct thread_info_row *r = &rows[i];
		u64 ms = div_u64(r->cpu_ns, NSEC_PER_MSEC);
		char nice[8];

		if (r->nice < -20)
			snprintf(nice, sizeof(nice), "rt%d", -100 - r->nice);
		else
			snprintf(nice, sizeof(nice), "%d", r->nice);
		where[0] = '-';
		where[1] = '\0';
		if (r->wchan) {
			sprint_symbol_no_offset(symbol, r->wchan);
			strscpy(where, symbol, sizeof(where));
		}
		cmd_printf(c, "%7d %7d %c %3u %3s %4llu.%03u %8lu %-24s %s\n", r->pid, r->ppid, r->state,
			   r->cpu, nice, div_u64(ms, 1000), (unsigned int)(ms % 1000),
			   r->nvcsw + r->nivcsw, where, r->comm);
	}
	kvfree(rows);
	kfree(symbol);
	return 0;
}

static int parse_signal(const char *s)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT }, { "KILL", SIGKILL },
		{ "USR1", SIGUSR1 }, { "USR2", SIGUSR2 }, { "ALRM", SIGALRM }, { "TERM", SIGTERM },
	};
	int n;

	if (!kstrtoint(s, 10, &n))
		return n > 0 && n < 64 ? n : -1;
	if (strstarts(s, "SIG"))
		s += 3;
	for (unsigned int i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!strcmp(s, signals[i].name))
			return signals[i].number;
	}
	return -1;
}

static int cmd_kill(struct cmd *c)
{
	int sig = SIGTERM, first = 1, status = 0;

	if (c->argc > 1 && c->argv[1][0] == '-') {
		if (!strcmp(c->argv[1], "--help"))
			return cmd_usage(c);
		sig = parse_signal(c->argv[1] + 1);
		first = 2;
	}
	if (sig < 0)
		return cmd_error(c, "%s: invalid signal specification", c->argv[1] + 1);
	if (first >= c->argc)
		return cmd_usage(c);
	for (int i = first; i < c->argc; i++) {
		struct task_struct *t;
		int pid, err = -ESRCH;

		if (kstrtoint(c->argv[i], 10, &pid)) {
			status = cmd_error(c, "%s: arguments must be process ids", c->argv[i]);
			continue;
		}
		rcu_read_lock();
		t = find_task_by_vpid(pid);
		if (t)
			err = send_sig(sig, t, 1);
		rcu_read_unlock();
		if (err)
			status = cmd_error(c, "(%d) - %s", pid, errno_text(err));
	}
	return status;
}

/* ---- Small ones ---- */

static int cmd_nproc(struct cmd *c)
{
	cmd_printf(c, "%u\n", num_online_cpus());
	return 0;
}

static int cmd_hostname(struct cmd *c)
{
	struct new_utsname *u = utsname();

	if (c->argc > 2)
		return cmd_usage(c);
	if (c->argc == 2) {
		if (!c->argv[1][0] || strlen(c->argv[1]) > __NEW_UTS_LEN)
			return cmd_error(c, "invalid name");
		strscpy(u->nodename, c->argv[1], sizeof(u->nodename));
	} else {
		cmd_printf(c, "%s\n", u->nodename);
	}
	return 0;
}

static int cmd_clear(struct cmd *c)
{
	cmd_puts(c, "\033[H\033[2J");
	return 0;
}

/* sysctl NAME, sysctl NAME=VALUE: the files below /proc/sys with dots for slashes. */
static int sysctl_one(struct cmd *c, char *arg)
{
	char *value = strchr(arg, '='), *path, *text;
	struct file *f;
	size_t len;
	int err;

	if (value)
		*value++ = '\0';
	path = kasprintf(GFP_KERNEL, "/proc/sys/%s", arg);
	if (!path)
		return cmd_error(c, "%s", errno_text(-ENOMEM));
	strreplace(path + strlen("/proc/sys/"), '.', '/');
	if (value) {
		f = filp_open(path, O_WRONLY, 0);
		err = PTR_ERR_OR_ZERO(f);
		if (!err) {
			err = file_write_all(f, value, strlen(value));
			fput(f);
		}
		if (!err)
			cmd_printf(c, "%s = %s\n", arg, value);
	} else {
		err = read_whole_file(NULL, path, (void **)&text, &len);
		if (!err) {
			cmd_printf(c, "%s = %s", arg, text);
			kvfree(text);
		}
	}
	if (err == -ENOENT)
		cmd_error(c, "cannot stat %s: No such file or directory", path);
	else if (err)
		cmd_error(c, "setting key \"%s\": %s", arg, errno_text(err));
	kfree(path);
	return err ? 1 : 0;
}

static int cmd_sysctl(struct cmd *c)
{
	int status = 0, first = 1;

	if (c->argc > 1 && !strcmp(c->argv[1], "-w"))
		first = 2;
	if (first >= c->argc)
		return cmd_usage(c);
	for (int i = first; i < c->argc; i++)
		status |= sysctl_one(c, c->argv[i]);
	return status;
}

/* ---- The end ---- */

/* Nothing but -f, which there is no other way than: a word that is not understood must not end the machine. */
static int ends_machine(struct cmd *c)
{
	struct cmd_opts o = { 0 };
	int opt;

	while ((opt = cmd_getopt(c, &o, "f")) != -1)
		if (opt != 'f')
			return opt == OPT_HELP ? 0 : cmd_usage(c);
	return o.index < c->argc ? cmd_usage(c) : -1;
}

static int cmd_poweroff(struct cmd *c)
{
	int refused = ends_machine(c);

	if (refused >= 0)
		return refused;
	kernel_power_off();
	return cmd_error(c, "this machine has no way to switch itself off");
}

static int cmd_reboot(struct cmd *c)
{
	int refused = ends_machine(c);

	if (refused >= 0)
		return refused;
	kernel_restart(NULL);
	return cmd_error(c, "this machine has no way to restart");
}

SHELL_COMMAND(uname, "uname", cmd_uname, 0, "[-asnrvm]", "Name and release of the system");
SHELL_COMMAND(free, "free", cmd_free, 0, "[-bkmgh]", "Memory, used and free");
SHELL_COMMAND(ps, "ps", cmd_ps, 0, "[-ef]", "List the threads");
SHELL_COMMAND(kill, "kill", cmd_kill, 0, "[-SIGNAL] PID...", "Send a signal to threads");
SHELL_COMMAND(nproc, "nproc", cmd_nproc, 0, "", "Number of CPUs");
SHELL_COMMAND(hostname, "hostname", cmd_hostname, 0, "[NAME]", "Show or set the host's name");
SHELL_COMMAND(clear, "clear", cmd_clear, 0, "", "Clear the screen");
SHELL_COMMAND(sysctl, "sysctl", cmd_sysctl, 0, "[-w] NAME[=VALUE]...", "Show or set files of /proc/sys");
SHELL_COMMAND(poweroff, "poweroff", cmd_poweroff, 0, "[-f]", "Switch the machine off");
SHELL_COMMAND(halt, "halt", cmd_poweroff, 0, "[-f]", "Switch the machine off");
SHELL_COMMAND(reboot, "reboot", cmd_reboot, 0, "[-f]", "Restart the machine");
