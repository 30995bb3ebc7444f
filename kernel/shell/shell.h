/* SPDX-License-Identifier: MIT */
/*
 * The shell, inside: what a command gets, what a shell environment holds, and who calls whom.
 *
 *   boot.c, edit*.c  lines from a script or the console
 *   lex.c, parse*.c  text -> tree (struct node), in an arena
 *   expand*.c        a word of the tree -> fields: parameters, $(…), arithmetic, splitting, globs
 *   exec.c           walks a tree; exec_simple.c: one command's assignments, words, redirections
 *   run.c            threads and pipelines; redir.c: the files; Ctrl-C
 *   builtin.c        commands that change the shell itself (cd, set, export, …)
 *   cmd_*.c          all other commands, a family per file, listed by SHELL_COMMAND()
 *
 * Memory: a tree and all that its execution makes along the way live in arenas (arena.c) and go with
 * them, so no error path has to free piece by piece. When memory runs out a function returns
 * -ENOMEM; the command fails with "Out of memory" and the prompt comes back.
 */
#pragma once

#include <linux/types.h>
#include <linux/list.h>

struct file;
struct dentry;
struct task_struct;
struct shell;
struct node;

/* ---- Commands ---- */

/*
 * One run of a command. argv[argc] is NULL. The files are borrowed; in is never NULL.
 * A command writes through cmd_printf() and cmd_write(): the output is buffered and flushed at
 * its end, when it reads from the console, and when the buffer is full.
 */
struct cmd {
	struct shell *sh;
	int argc;
	char **argv;
	struct file *in, *out, *err;
	char *outbuf;
	size_t outlen;
	int out_error;		/* first failed write of the output: -errno */
};

#define STATUS_INTERRUPTED 130	/* 128 + SIGINT */

/* What runs: returns the exit status, 0…255. */
typedef int (*cmd_fn)(struct cmd *c);

#define CMD_SHELL	1	/* changes the shell itself: runs in the shell's own thread */

struct shell_command {
	const char *name;
	cmd_fn run;
	unsigned int flags;
	const char *usage;	/* "[-n] [WORD...]" */
	const char *summary;	/* one line, no full stop */
};

/* Adds a command to the table that `help` lists. One line per command, at the end of its file. */
#define SHELL_COMMAND(id, cmdname, fn, cmdflags, use, text) \
	static const struct shell_command shell_command_##id \
	__attribute__((section("__shell_commands"), used, aligned(8))) = \
		{ .name = cmdname, .run = fn, .flags = cmdflags, .usage = use, .summary = text }

/* NULL: none of that name. */
const struct shell_command *shell_command_find(const char *name);
/* The n-th command in alphabetical order, or NULL behind the last: for help and completion. */
const struct shell_command *shell_command_nth(unsigned int n);

/* cmd_io.c. Output never fails half-way: the first error is kept, and reported by the caller. */
void cmd_write(struct cmd *c, const void *data, size_t len);
void cmd_puts(struct cmd *c, const char *s);
void cmd_printf(struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int cmd_flush(struct cmd *c);
/* "name: text\n" on standard error. Returns 1, to be the command's status. */
int cmd_error(struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* "name: what: No such file or directory\n". Returns 1. */
int cmd_perror(struct cmd *c, const char *what, int err);
/* "Usage: name …\n" on standard error. Returns 2. */
int cmd_usage(struct cmd *c);
/* The text of an errno, as strerror() says it. @err may be negative. */
const char *errno_text(int err);
/* Has Ctrl-C been typed? Long loops ask, and return 130. */
bool cmd_interrupted(struct cmd *c);

/*
 * Reading by lines.
 *   struct line_reader r = { .file = f };
 *   while ((n = read_line(&r, &line)) > 0) …    line is NUL-terminated, without its '\n'
 *   line_reader_end(&r);
 * read_line returns the line's length + 1, 0 at the end, or -errno.
 */
struct line_reader {
	struct file *file;
	char *buf;
	size_t start, end, cap;
	bool eof, had_newline;	/* had_newline: the line ended in one */
};
ssize_t read_line(struct line_reader *r, char **line);
void line_reader_end(struct line_reader *r);

/*
 * cmd_open_arg - open an operand for reading, relative to the shell's directory; "-" is standard input.
 * Reports failure. Owner: caller; cmd_close_arg().
 */
struct file *cmd_open_arg(struct cmd *c, const char *path);
void cmd_close_arg(struct cmd *c, struct file *f);

/*
 * cmd_each_input - call @fn for each operand from argv[@index] on, opened; "-" or none is standard input.
 * Returns: the last status of @fn that was not 0. Operands that cannot be opened are reported and make it @bad_status;
 *          STATUS_INTERRUPTED after Ctrl-C.
 */
int cmd_each_input(struct cmd *c, int index, int bad_status,
		   int (*fn)(struct cmd *c, struct file *f, const char *name, void *arg), void *arg);
/* Reading @name failed with @err: reports it. Returns the status. */
int cmd_read_failed(struct cmd *c, const char *name, ssize_t err);

/*
 * Options as getopt() reads them: cmd_getopt(c, &o, "n:v") returns the letter, -1 at the end (o.index is then the
 * first operand), '?' for a bad one, after an error message. "--help" prints the usage and gives 'h'+256.
 */
struct cmd_opts {
	int index;		/* next argument; starts as 1 (0 is taken for 1) */
	int pos;		/* inside a group like -xvf */
	const char *arg;	/* the option's argument */
};
int cmd_getopt(struct cmd *c, struct cmd_opts *o, const char *spec);
#define OPT_HELP ('h' + 256)

/* ---- Memory ---- */

struct arena {
	struct arena_chunk *chunks;
	size_t used, size;	/* of the newest chunk */
};
void *arena_alloc(struct arena *a, size_t size);	/* 8-byte aligned, zeroed; NULL: no memory */
char *arena_strndup(struct arena *a, const char *s, size_t len);
char *arena_strdup(struct arena *a, const char *s);
void arena_free(struct arena *a);

/* A growing string. After a failed allocation oom is set and further text is dropped. */
struct strbuf {
	char *s;		/* NUL-terminated once something was added; NULL before */
	size_t len, cap;
	bool oom;
};
void sb_add(struct strbuf *b, const char *s, size_t len);
void sb_addc(struct strbuf *b, char c);
void sb_puts(struct strbuf *b, const char *s);
void sb_free(struct strbuf *b);

/* ---- The shell environment ---- */

struct var {
	struct var *next;
	bool exported;
	bool is_array;
	char *value;		/* of a plain variable; owned */
	char **elems;		/* of an array; owned, as each element */
	unsigned int nr_elems;
	char name[];
};

struct func {
	struct func *next;
	char *text;		/* source of the body, parsed again at each call */
	char name[];
};

/* What `local` in a function hides: the variable of that name from outside, or none. */
struct hidden_var {
	struct hidden_var *next;
	struct var *old;	/* taken out of the shell's list; NULL: there was none */
	char name[];
};

/* One call of a function. */
struct call_frame {
	struct hidden_var *hidden;
};

struct shell {
	struct var *vars;
	struct func *funcs;
	struct dentry *cwd;	/* holds a reference */
	struct file *std[3];	/* standard files, borrowed from who made the shell */
	char **args;		/* $1… ; owned */
	int nr_args;
	const char *name;	/* $0, and what messages begin with */
	int status;		/* $? */
	int cpu;		/* commands run on this CPU (`cpu N CMD`), or -1 */
	struct call_frame *frame;	/* of the function that runs; NULL: none does */
	struct call_frame own_frame;	/* of a subshell in a function, which ends before the function does */
	unsigned int loops;	/* nesting of loops here */
	int leave_loops;	/* break or continue: how many to leave still */
	bool continue_last;	/* … and the last of them goes on */
	bool returning;		/* from a function or a sourced file */
	bool exiting;
	bool errexit, xtrace;	/* set -e, set -x */
	unsigned int conditions;	/* nesting of if/while conditions, && and ||: -e does not look there */
	bool interactive;
	bool interrupted;	/* Ctrl-C: unwinding to the prompt */
	unsigned long job_pid;	/* $! */
};

/* Is so little left of this thread's stack that a construct must not nest further? run.c. */
bool shell_stack_low(void);

/* vars.c. Names are not checked here, see is_name(). Setters return 0 or -ENOMEM. */
const char *var_get(struct shell *sh, const char *name);	/* NULL: unset */
struct var *var_find(struct shell *sh, const char *name, size_t len);
int var_set(struct shell *sh, const char *name, const char *value);
int var_set_array(struct shell *sh, const char *name, char **elems, unsigned int nr);
int var_set_elem(struct shell *sh, const char *name, unsigned int index, const char *value);
void var_unset(struct shell *sh, const char *name);
/*
 * var_make_local - from here to the end of the function that runs @name is another variable, without a value; nothing
 * happens if it is already. sh->frame is set. 0 or -ENOMEM.
 * vars_leave - the end of the call: what it made local goes, and what that had hidden is back.
 */
int var_make_local(struct shell *sh, const char *name);
void vars_leave(struct shell *sh, struct call_frame *frame);
bool is_name(const char *s, size_t len);
int set_args(struct shell *sh, int argc, char **argv);
void free_args(struct shell *sh);

/*
 * shell_init - a fresh environment; shell_copy - one like @from, for a subshell. Both: 0 or -ENOMEM.
 * shell_destroy - give back what it holds.
 */
int shell_init(struct shell *sh, struct file *in, struct file *out, struct file *err);
int shell_copy(struct shell *sh, struct shell *from);
void shell_destroy(struct shell *sh);

/* ---- Parsing ---- */

struct parse_error {
	char text[160];		/* "syntax error near unexpected token `done' (line 3, column 7)" */
	bool incomplete;	/* more lines could complete it: the prompt asks for them */
};

struct parser {
	const char *text;	/* whole input, NUL-terminated */
	const char *p;		/* where the next token starts */
	const char *line_start;
	unsigned int line;
	struct arena *arena;
	struct parse_error *err;
	/* the current token */
	int tok;
	const char *tok_start, *tok_end;
	bool tok_ready;
	struct heredoc *heredocs;	/* seen on this line, bodies not read yet */
	bool failed;
};

/* Begin at the start of @text, which must stay; trees will live in @arena, the first error goes to *err. */
void parser_init(struct parser *p, const char *text, struct arena *arena, struct parse_error *err);
/*
 * parse_line - the next complete command line.
 * Returns: 1 with *out set (NULL for an empty line), 0 at the end of the text, -EINVAL with err filled, -ENOMEM.
 */
int parse_line(struct parser *p, struct node **out);

/*
 * lex.c: the end of the word at @p (quotes and nested $(…) seen through), or NULL when it is not closed, or
 * (*deep then set) nested deeper than the stack allows to look.
 */
const char *skip_word(const char *p, bool *deep);
const char *skip_dollar(const char *p);	/* at '$': the end of the expansion */

/* ---- Expansion ---- */

struct fields {
	char **v;
	unsigned int n, cap;
};

/* All expansions, splitting and globs: appends fields. Messages go to standard error. 0 or -errno. */
int expand_word(struct shell *sh, struct arena *a, const char *word, struct fields *out);
/* Without splitting and globs, to one string (assignments, redirections, case). NULL: failed. */
char *expand_single(struct shell *sh, struct arena *a, const char *word);
/* The same, with the characters that were quoted kept quoted for match_pattern(). */
char *expand_pattern(struct shell *sh, struct arena *a, const char *word);
int fields_add(struct fields *f, struct arena *a, char *s);
/* Here-document: parameters, $(…) and arithmetic only. */
char *expand_heredoc(struct shell *sh, struct arena *a, const char *text);

/* glob.c: does @s match? '\\' in the pattern quotes. */
bool match_pattern(const char *pattern, const char *s);
bool has_glob(const char *pattern);
/* Paths that match, sorted; none: nothing added. */
int glob_paths(struct shell *sh, struct arena *a, const char *pattern, struct fields *out);

/* arith.c: evaluate; *err gets the reason or stays NULL. Assignments set variables of @sh. */
s64 arith_eval(struct shell *sh, const char *text, const char **err);

/* ---- Execution ---- */

/* Run a text to its end, in this environment. @name: for messages. Returns the exit status. */
int shell_run_text(struct shell *sh, const char *text, const char *name);
int exec_node(struct shell *sh, struct node *n);
/* Run a command that is already in words, with the shell's standard files. */
int exec_argv(struct shell *sh, int argc, char **argv);
/* Could more lines complete this text? Then the prompt asks for them. */
bool shell_needs_more(const char *text);
/* Output of `text` as $(text) gives it: in *b. Returns 0 or -errno. */
int exec_substitution(struct shell *sh, const char *text, size_t len, struct strbuf *b);
/* "sh: text\n" on the shell's standard error. */
void shell_error(struct shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Did Ctrl-C arrive for this thread? Sets sh->interrupted. */
bool shell_check_interrupt(struct shell *sh);

/*
 * The thread of an interactive shell or a script is in the foreground between these two: Ctrl-C reaches it.
 * Threads that work for it are so by themselves.
 */
struct foreground {
	struct list_head node;
	struct task_struct *task;
};
void foreground_enter(struct foreground *fg);
void foreground_leave(struct foreground *fg);

/* Ctrl-C on the console: signal every thread that works for the foreground. Context: any, interrupts too. */
void shell_interrupt(void);
