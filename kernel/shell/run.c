// SPDX-License-Identifier: MIT
/*
 * Running commands: every command that may reach a module's code runs in a thread of its own.
 *
 * An oops there ends that thread only. What the command holds (words, files, the copy of the
 * environment) belongs to its struct job, which the waiting shell owns, so that it can be given back
 * after an oops, too. Pipelines, subshells, $(…) and & run in jobs as well.
 *
 * Ctrl-C: all threads that work for the foreground are in one list; shell_interrupt() sends SIGINT to each.
 */
#include <linux/cpumask.h>
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include <paddock/sched.h>
#include "run.h"

#define STATUS_KILLED 137	/* 128 + SIGKILL: what Linux's shells say of a process that an oops ended */

static DEFINE_SPINLOCK(foreground_lock);	/* guards the list; leaf, taken in interrupts */
static LIST_HEAD(foreground_list);

struct job {
	struct foreground fg;
	bool background;
	struct shell sh;		/* a copy: what the job changes is lost with it */
	bool has_shell;
	struct node *node;		/* either a tree, to be run in the copy; */
	const char *text;		/* or source text, in the copy or in cmd_shell; */
	struct shell *cmd_shell;	/* or one command in this shell, which waits */
	const struct shell_command *cmd;
	int argc;
	char **argv;
	struct redir *redirs;
	struct arena arena;
	struct stdfiles files;
	char *outbuf;
	struct task_struct *task;
	unsigned int nr_interrupts;	/* when the job was made */
};

/* ---- The foreground ---- */

static unsigned int nr_interrupts;	/* Ctrl-C's so far; foreground_lock */

void foreground_enter(struct foreground *fg)
{
	unsigned long flags;

	fg->task = current;
	allow_signal(SIGINT);
	spin_lock_irqsave(&foreground_lock, flags);
	list_add(&fg->node, &foreground_list);
	spin_unlock_irqrestore(&foreground_lock, flags);
}

/* Also for a thread that an oops has ended: then by who waited for it. Twice is harmless. */
void foreground_leave(struct foreground *fg)
{
	unsigned long flags;

	spin_lock_irqsave(&foreground_lock, flags);
	if (fg->task)
		list_del(&fg->node);
	fg->task = NULL;
	spin_unlock_irqrestore(&foreground_lock, flags);
}

void shell_interrupt(void)
{
	struct foreground *fg;
	unsigned long flags;

	spin_lock_irqsave(&foreground_lock, flags);
	nr_interrupts++;
	list_for_each_entry(fg, &foreground_list, node)
		send_sig(SIGINT, fg->task, 0);
	spin_unlock_irqrestore(&foreground_lock, flags);
}

bool shell_check_interrupt(struct shell *sh)
{
	if (signal_pending(current))
		sh->interrupted = true;
	return sh->interrupted;
}

#define STACK_FOR_STEP (6 * 1024)	/* what any command may need, from one check to the next */
#define STACK_FOR_TEXT (10 * 1024)	/* some compound commands within one another, and then a command */

static unsigned long stack_left(void)
{
	return (unsigned long)__builtin_frame_address(0) - (unsigned long)task_stack_page(current);
}

bool shell_stack_low(void)
{
	return stack_left() < STACK_FOR_STEP;
}

/* ---- Threads ---- */

static struct task_struct *start_thread(int (*fn)(void *), void *arg, const char *name, int cpu)
{
	struct task_struct *t = thread_create(fn, arg, "%s", name);

	if (IS_ERR(t))
		return t;
	if (cpu >= 0)
		set_cpus_allowed_ptr(t, cpumask_of(cpu));
	wake_up_process(t);
	return t;
}

static int close_lost_files(void *arg)
{
	close_files_of((pid_t)(unsigned long)arg);
	return 0;
}

/*
 * Thread @pid has died of an oops: put what files it had open, else their modules could never be
 * unloaded. Their release() is a module's code again: in a thread, which may die as well, once.
 */
static void close_after_oops(pid_t pid)
{
	struct task_struct *t = start_thread(close_lost_files, (void *)(unsigned long)pid, "sh-close", -1);
	pid_t closer;

	if (IS_ERR(t))
		return;
	closer = task_pid_nr(t);
	if (thread_join(t) == THREAD_OOPSED)
		close_files_of(closer);	/* the one file that it died in */
}

int protected(int (*fn)(void *arg), void *arg, const char *name, int cpu)
{
	struct task_struct *t = start_thread(fn, arg, name, cpu);
	int status;
	pid_t pid;

	if (IS_ERR(t))
		return PTR_ERR(t);
	pid = task_pid_nr(t);
	status = thread_join(t);
	if (status == THREAD_OOPSED)
		close_after_oops(pid);
	return status;
}

/*
 * Each job has a thread with a stack of its own, so without a limit `f() { f | f; }; f` would end only when memory
 * does. Linux has `ulimit -u` for that.
 */
#define MAX_JOBS 512

static atomic_t nr_jobs;

static struct job *new_job(struct shell *sh)
{
	unsigned int interrupts = READ_ONCE(nr_interrupts);
	struct job *j = NULL;
	int err = -EAGAIN;

	/*
	 * A Ctrl-C that this thread has got already is not passed on by what it starts. One that it gets from here on finds
	 * the new thread in the list, or by the count.
	 */
	if (shell_check_interrupt(sh))
		return NULL;
	if (atomic_inc_return(&nr_jobs) <= MAX_JOBS) {
		err = -ENOMEM;
		j = kzalloc(sizeof(*j), GFP_KERNEL);
	}
	if (!j) {
		atomic_dec(&nr_jobs);
		shell_error(sh, "fork: %s", errno_text(err));
		return NULL;
	}
	j->nr_interrupts = interrupts;
	memcpy(j->files.f, sh->std, sizeof(sh->std));
	return j;
}

static int close_job_files(void *arg)
{
	struct job *j = arg;

	close_files(&j->files);
	return 0;
}

/* What is left of a job when its thread has ended. */
static void free_job(struct job *j, bool oopsed)
{
	/* A file's release is a module's code, too; an ordinary end has closed them already. */
	foreground_leave(&j->fg);
	if (!oopsed || protected(close_job_files, j, "sh-close", -1) == -ENOMEM)
		close_files(&j->files);
	if (j->has_shell)
		shell_destroy(&j->sh);
	arena_free(&j->arena);
	kfree(j->outbuf);
	kfree(j);
	atomic_dec(&nr_jobs);
}

static int job_work(struct job *j)
{
	struct shell *sh = j->has_shell ? &j->sh : j->cmd_shell;
	struct cmd c;
	int err, status;

	if (j->text)
		return shell_run_text(sh, j->text, sh->name);
	if (j->node && j->node->kind == N_SIMPLE)
		return exec_simple(sh, j->node, true);
	if (j->node)
		return exec_node(sh, j->node);
	err = redirect(sh, &j->arena, j->redirs, &j->files);
	if (err)
		return 1;
	if (j->cmd->flags & CMD_SHELL)		/* `sh`, `eval` and the like hand their standard files on */
		memcpy(sh->std, j->files.f, sizeof(sh->std));
	c = (struct cmd){ .sh = sh, .argc = j->argc, .argv = j->argv, .in = j->files.f[0],
			  .out = j->files.f[1], .err = j->files.f[2], .outbuf = j->outbuf };
	status = j->cmd->run(&c);
	err = cmd_flush(&c);
	if (err && err != -EPIPE && err != -ERESTARTSYS && err != -EINTR) {
		/* A shell's own echo and printf: the error names the shell, as everywhere. */
		bool print = !strcmp(j->argv[0], "echo") || !strcmp(j->argv[0], "printf");

		if (print)
			shell_error(sh, "write error: %s", errno_text(err));
		else
			cmd_error(&c, "write error: %s", errno_text(err));
		status = 1;
	}
	return status;
}

static int job_main(void *arg)
{
	struct job *j = arg;
	bool background = j->background;
	int status;

	if (!background) {
		foreground_enter(&j->fg);
		if (READ_ONCE(nr_interrupts) != j->nr_interrupts)
			send_sig(SIGINT, current, 0);	/* it came before this thread was in the list */
	}
	status = job_work(j);
	close_files(&j->files);
	if (background)
		free_job(j, false);	/* nobody waits */
	else
		foreground_leave(&j->fg);
	return status;
}

#define OUT_BYTES 4000		/* flushed when full; see cmd_io.c */

static int start_job(struct shell *sh, struct job *j, const char *name)
{
	j->outbuf = kmalloc(OUT_BYTES, GFP_KERNEL);
	if (!j->outbuf)
		goto no_memory;
	j->task = start_thread(job_main, j, name, sh->cpu);
	if (!IS_ERR(j->task))
		return 0;
no_memory:
	shell_error(sh, "fork: %s", errno_text(-ENOMEM));
	free_job(j, false);
	return -ENOMEM;
}

static int finish_job(struct shell *sh, struct job *j)
{
	pid_t pid = task_pid_nr(j->task);
	int status = thread_join(j->task);
	bool oopsed = status == THREAD_OOPSED;

	free_job(j, oopsed);
	if (oopsed) {
		close_after_oops(pid);
		shell_error(sh, "Killed");
		return STATUS_KILLED;
	}
	return status;
}

/* Without a thread of its own: this one is the command's already, or the command is the shell's. */
static int run_here(struct shell *sh, const struct shell_command *cmd, int argc, char **argv,
		    struct redir *redirs)
{
	struct job *j = new_job(sh);
	struct file *saved[3];
	int status;

	if (!j)
		return 126;
	j->outbuf = kmalloc(OUT_BYTES, GFP_KERNEL);
	if (!j->outbuf) {
		free_job(j, false);
		shell_error(sh, "%s", errno_text(-ENOMEM));
		return 126;
	}
	j->cmd_shell = sh;
	j->cmd = cmd;
	j->argc = argc;
	j->argv = argv;
	j->redirs = redirs;
	memcpy(saved, sh->std, sizeof(saved));
	status = job_work(j);
	memcpy(sh->std, saved, sizeof(saved));
	close_files(&j->files);
	free_job(j, false);
	return status;
}

int run_command(struct shell *sh, const struct shell_command *cmd, int argc, char **argv,
		struct redir *redirs, bool own_thread)
{
	struct file *saved[3];
	struct job *j;
	int status;

	/*
	 * The shell's own commands run in its thread, unless a file is involved that a driver may have a hand
	 * in: then in one of their own all the same, while the shell waits.
	 */
	if (own_thread || ((cmd->flags & CMD_SHELL) && !redirs && file_is_plain(sh->std[0]) &&
			   file_is_plain(sh->std[1])))
		return run_here(sh, cmd, argc, argv, redirs);
	j = new_job(sh);
	if (!j)
		return 126;
	j->cmd_shell = sh;
	j->cmd = cmd;
	j->argc = argc;
	j->argv = argv;
	j->redirs = redirs;
	memcpy(saved, sh->std, sizeof(saved));
	if (start_job(sh, j, cmd->name))
		return 126;
	status = finish_job(sh, j);
	memcpy(sh->std, saved, sizeof(saved));
	return status;
}

/* ---- Jobs that are trees ---- */

/* A job that runs @n in a copy of @sh. Its files are borrowed until it ends. */
static struct job *tree_job(struct shell *sh, struct node *n)
{
	struct job *j = new_job(sh);

	if (!j)
		return NULL;
	if (shell_copy(&j->sh, sh)) {
		shell_error(sh, "fork: %s", errno_text(-ENOMEM));
		free_job(j, false);
		return NULL;
	}
	j->has_shell = true;
	j->node = n;
	return j;
}

static const char *job_name(struct node *n)
{
	return n->kind == N_SIMPLE && n->nr_words && !strpbrk(n->words[0], "$`'\"\\/") ? n->words[0] : "sh";
}

int run_subshell(struct shell *sh, struct node *n)
{
	struct job *j = tree_job(sh, n);

	if (!j || start_job(sh, j, "sh"))
		return 126;
	return finish_job(sh, j);
}

#define MAX_STAGES 16

/* All stages at once, each in its thread; the status is the last one's. */
int run_pipeline(struct shell *sh, struct node *n)
{
	struct job *jobs[MAX_STAGES];
	struct file *from = NULL, *r, *w;
	int started = 0, status = 126, i;

	if (n->nr_kids > MAX_STAGES) {
		shell_error(sh, "pipeline of more than %d commands", MAX_STAGES);
		return 2;
	}
	for (i = 0; i < n->nr_kids; i++) {
		struct job *j;

		r = w = NULL;
		if (i + 1 < n->nr_kids && create_pipe(&r, &w)) {
			shell_error(sh, "pipe: %s", errno_text(-ENOMEM));
			break;
		}
		j = tree_job(sh, n->kids[i]);
		if (j) {
			if (from) {
				j->files.f[0] = j->sh.std[0] = from;
				j->files.owned[0] = true;
			}
			if (w) {
				j->files.f[1] = j->sh.std[1] = w;
				j->files.owned[1] = true;
			}
		} else {
			if (from)
				fput(from);
			if (w)
				fput(w);
		}
		from = r;
		if (!j)
			break;
		/* A job that does not start is freed; its pipe ends must go, too, or a neighbour waits for ever. */
		if (start_job(sh, j, job_name(n->kids[i])))
			break;
		jobs[started++] = j;
	}
	if (from && i < n->nr_kids)
		fput(from);
	for (i = 0; i < started; i++)
		status = finish_job(sh, jobs[i]);
	return started == n->nr_kids ? status : 126;
}

/* In the background, and in $(…): source text, since the tree around it may be gone before the job is. */
static struct job *text_job(struct shell *sh, const char *text, size_t len)
{
	struct job *j = tree_job(sh, NULL);

	if (!j)
		return NULL;
	j->text = arena_strndup(&j->arena, text, len);
	if (!j->text) {
		free_job(j, false);
		return NULL;
	}
	return j;
}

/*
 * The text runs in @sh itself. Each such job takes a stack, and is counted as any job is: so this ends, in words, before
 * the memory does. Should the shell die in there, what its calls have made local stays as it is.
 */
int run_text(struct shell *sh, const char *text)
{
	struct call_frame *frame = sh->frame;
	unsigned int loops = sh->loops, conditions = sh->conditions;
	struct job *j;
	int status;

	if (stack_left() >= STACK_FOR_TEXT)
		return shell_run_text(sh, text, sh->name);
	j = new_job(sh);
	if (!j)
		return 126;
	j->cmd_shell = sh;
	j->text = text;
	if (start_job(sh, j, "sh"))
		return 126;
	status = finish_job(sh, j);
	sh->frame = frame;
	sh->loops = loops;
	sh->conditions = conditions;
	return status;
}

int run_background(struct shell *sh, struct node *n)
{
	struct job *j = text_job(sh, n->name, strlen(n->name));
	struct file *null;
	struct task_struct *task;

	if (!j)
		return 126;
	null = open_path(NULL, "/dev/null", O_RDONLY, 0);
	if (!IS_ERR(null)) {
		j->files.f[0] = j->sh.std[0] = null;
		j->files.owned[0] = true;
	}
	j->background = true;
	j->outbuf = kmalloc(OUT_BYTES, GFP_KERNEL);
	task = j->outbuf ? thread_create(job_main, j, "sh") : ERR_PTR(-ENOMEM);
	if (IS_ERR(task)) {
		shell_error(sh, "fork: %s", errno_text(-ENOMEM));
		free_job(j, false);
		return 126;
	}
	sh->job_pid = task_pid_nr(task);
	wake_up_process(task);		/* from here on the job frees itself */
	put_task_struct(task);
	return 0;
}

int exec_substitution(struct shell *sh, const char *text, size_t len, struct strbuf *b)
{
	struct file *r, *w;
	struct job *j;
	char buf[256];
	ssize_t got = 0;
	int err = create_pipe(&r, &w);

	if (err) {
		shell_error(sh, "pipe: %s", errno_text(err));
		return err;
	}
	j = text_job(sh, text, len);
	if (!j) {
		fput(w);
		fput(r);
		return -ENOMEM;
	}
	j->files.f[1] = j->sh.std[1] = w;
	j->files.owned[1] = true;
	if (start_job(sh, j, "sh")) {
		fput(r);
		return -ENOMEM;
	}
	while (!b->oom && (got = file_read(r, buf, sizeof(buf))) > 0)
		sb_add(b, buf, got);
	fput(r);			/* what is still written now fails with EPIPE */
	sh->status = finish_job(sh, j);
	if (got < 0 && !shell_check_interrupt(sh))
		return got;
	return b->oom ? -ENOMEM : 0;
}
