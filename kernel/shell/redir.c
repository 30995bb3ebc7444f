// SPDX-License-Identifier: MIT
/*
 * Redirections: < > >> >| 2> 2>&1 &> << <<< on the three standard files.
 * Source: POSIX.1-2017, Shell Command Language 2.7, "Redirection".
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/string.h>
#include <paddock/fs.h>
#include "run.h"

void close_files(struct stdfiles *files)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (files->owned[i])
			fput(files->f[i]);
		files->owned[i] = false;
	}
}

static void put_file(struct stdfiles *files, int fd, struct file *f)
{
	if (files->owned[fd])
		fput(files->f[fd]);
	files->f[fd] = f;
	files->owned[fd] = true;
}

static int open_redir(struct shell *sh, struct stdfiles *files, int fd, const char *path, int flags)
{
	struct file *f = open_path(sh->cwd, path, flags, 0644);

	if (IS_ERR(f)) {
		shell_error(sh, "%s: %s", path, errno_text(PTR_ERR(f)));
		return PTR_ERR(f);
	}
	put_file(files, fd, f);
	return 0;
}

static int duplicate(struct shell *sh, struct stdfiles *files, int fd, const char *word)
{
	struct file *f;

	if (!strcmp(word, "-"))		/* closed: reads as empty, swallows what is written */
		return open_redir(sh, files, fd, "/dev/null", O_RDWR);
	if (word[0] < '0' || word[0] > '2' || word[1]) {
		shell_error(sh, "%s: Bad file descriptor", word);
		return -EBADF;
	}
	f = get_file(files->f[word[0] - '0']);
	put_file(files, fd, f);
	return 0;
}

/* The text of a here-document, in a file without a name that goes with its last reader. */
static int here_text(struct shell *sh, struct stdfiles *files, int fd, const char *text, bool newline)
{
	struct file *f = create_unnamed_file();
	int err = PTR_ERR_OR_ZERO(f);

	if (!err) {
		put_file(files, fd, f);
		err = file_write_all(f, text, strlen(text));
		if (!err && newline)
			err = file_write_all(f, "\n", 1);
		if (!err)
			err = min_t(loff_t, file_seek(f, 0, SEEK_SET), 0);
	}
	if (err)
		shell_error(sh, "here-document: %s", errno_text(err));
	return err;
}

static int redirect_one(struct shell *sh, struct arena *a, struct redir *r, struct stdfiles *files)
{
	char *word;
	int err;

	if (r->fd > 2) {
		shell_error(sh, "%d: Bad file descriptor", r->fd);
		return -EBADF;
	}
	if (r->kind == R_HEREDOC) {
		word = r->literal ? r->word : expand_heredoc(sh, a, r->word);
		return word ? here_text(sh, files, r->fd, word, false) : -EINVAL;
	}
	word = expand_single(sh, a, r->word);
	if (!word)
		return -EINVAL;
	switch (r->kind) {
	case R_IN:
		return open_redir(sh, files, r->fd, word, O_RDONLY);
	case R_OUT:
		return open_redir(sh, files, r->fd, word, O_WRONLY | O_CREAT | O_TRUNC);
	case R_APPEND:
		return open_redir(sh, files, r->fd, word, O_WRONLY | O_CREAT | O_APPEND);
	case R_DUP:
		return duplicate(sh, files, r->fd, word);
	case R_HERESTRING:
		return here_text(sh, files, r->fd, word, true);
	default:	/* &>file */
		err = open_redir(sh, files, 1, word, O_WRONLY | O_CREAT | O_TRUNC);
		return err ? err : duplicate(sh, files, 2, "1");
	}
}

int redirect(struct shell *sh, struct arena *a, struct redir *redirs, struct stdfiles *files)
{
	int err = 0;

	for (; redirs && !err; redirs = redirs->next)
		err = redirect_one(sh, a, redirs, files);
	return err;
}
