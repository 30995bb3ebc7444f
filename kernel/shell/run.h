/* SPDX-License-Identifier: MIT */
/* Running commands, between exec.c, exec_simple.c, run.c and redir.c. */
#pragma once

#include "parse.h"

/* The standard files of one command, after its redirections. */
struct stdfiles {
	struct file *f[3];
	bool owned[3];		/* opened by a redirection: to be put */
};

/*
 * redirect - apply @redirs on top of @files.
 * Context: thread; opening may run a module's code. Reports failures as the shell does.
 * Returns: 0 or -errno; what was opened is in @files either way.
 */
int redirect(struct shell *sh, struct arena *a, struct redir *redirs, struct stdfiles *files);
void close_files(struct stdfiles *files);

/*
 * Work in a thread of its own, because it may run a module's code: if that oopses, the
 * thread ends and the shell goes on. protected() runs fn(arg) so and waits.
 * Returns: what fn returned, or THREAD_OOPSED, or -ENOMEM.
 */
int protected(int (*fn)(void *arg), void *arg, const char *name, int cpu);

/* run.c: one simple command in words, in a thread; with its redirections. */
int run_command(struct shell *sh, const struct shell_command *cmd, int argc, char **argv,
		struct redir *redirs, bool own_thread);
int run_pipeline(struct shell *sh, struct node *n);
int run_subshell(struct shell *sh, struct node *n);
int run_background(struct shell *sh, struct node *n);
/*
 * run_text - a function's body in this shell: where it stands if the stack is long enough, else in a thread with a stack of
 * its own. Returns: its status, 126 if there can be no such thread, STATUS_KILLED after an oops.
 */
int run_text(struct shell *sh, const char *text);
/* exec.c: has break, return, exit or Ctrl-C been met, so that everything unwinds? */
bool shell_leaving(struct shell *sh);
/* exec_simple.c: N_FUNCTION. Returns the status. */
int exec_define_function(struct shell *sh, struct node *n);
/*
 * exec_simple.c: run @fn in this thread with the shell's standard files redirected. Returns its status, or 1 when a file
 * cannot be opened; that is reported, and @fn does not run.
 */
int exec_with_redirections(struct shell *sh, struct arena *a, struct redir *redirs,
			   int (*fn)(struct shell *sh, void *arg), void *arg);
/* exec_simple.c: a simple command; @own_thread: this thread belongs to the command already. */
int exec_simple(struct shell *sh, struct node *n, bool own_thread);
