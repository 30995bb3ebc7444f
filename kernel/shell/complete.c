// SPDX-License-Identifier: MIT
/*
 * Completion: what could stand at the cursor. Commands where a command begins, modules behind insmod
 * and its kin, variables behind '$', paths everywhere else.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <paddock/fs.h>
#include "edit.h"

static void add(struct completions *c, const char *dir, const char *name, const char *tail)
{
	char **v;

	if (c->n == c->cap) {
		v = krealloc(c->v, (c->cap + 32) * sizeof(*v), GFP_KERNEL);
		if (!v) {
			c->oom = true;
			return;
		}
		c->v = v;
		c->cap += 32;
	}
	c->v[c->n] = kasprintf(GFP_KERNEL, "%s%s%s", dir, name, tail);
	if (c->v[c->n])
		c->n++;
	else
		c->oom = true;
}

void completions_free(struct completions *c)
{
	for (unsigned int i = 0; i < c->n; i++)
		kfree(c->v[i]);
	kfree(c->v);
	memset(c, 0, sizeof(*c));
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_unique(struct completions *c)
{
	unsigned int n = 0;

	if (!c->n)
		return;
	sort(c->v, c->n, sizeof(*c->v), compare, NULL);
	for (unsigned int i = 1; i < c->n; i++) {
		if (strcmp(c->v[i], c->v[n]))
			c->v[++n] = c->v[i];
		else
			kfree(c->v[i]);
	}
	c->n = n + 1;
}

/* ---- What there is ---- */

static void add_commands(struct shell *sh, const char *prefix, struct completions *c)
{
	static const char *const keywords[] = {
		"case", "do", "done", "elif", "else", "esac", "fi", "for", "if", "then", "while", "until",
	};
	const struct shell_command *cmd;

	for (unsigned int i = 0; (cmd = shell_command_nth(i)); i++) {
		if (strstarts(cmd->name, prefix))
			add(c, "", cmd->name, "");
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (strstarts(keywords[i], prefix))
			add(c, "", keywords[i], "");
	}
	for (struct func *f = sh->funcs; f; f = f->next) {
		if (strstarts(f->name, prefix))
			add(c, "", f->name, "");
	}
}

struct path_walk {
	struct completions *c;
	struct dentry *dir;
	const char *typed_dir;		/* as typed, with the slash; "" for none */
	const char *prefix;
	const char *suffix;		/* only names that end so, shown without it; or NULL */
};

static int add_path(void *arg, const char *name, unsigned int type)
{
	struct path_walk *w = arg;
	struct file_stat st;
	size_t len = strlen(name), suffix = w->suffix ? strlen(w->suffix) : 0;
	char *plain;

	if (!strstarts(name, w->prefix) || (name[0] == '.' && !w->prefix[0]))
		return 0;
	if (w->suffix) {
		if (len <= suffix || strcmp(name + len - suffix, w->suffix))
			return 0;
		plain = kstrndup(name, len - suffix, GFP_KERNEL);
		if (plain)
			add(w->c, w->typed_dir, plain, "");
		kfree(plain);
		return 0;
	}
	if (type == DT_LNK && !path_stat(w->dir, name, &st) && S_ISDIR(st.mode))
		type = DT_DIR;
	add(w->c, w->typed_dir, name, type == DT_DIR ? "/" : "");
	return 0;
}

static void add_paths(struct shell *sh, const char *word, struct completions *c)
{
	const char *slash = strrchr(word, '/');
	struct path_walk w = { .c = c, .typed_dir = "", .prefix = slash ? slash + 1 : word };
	char *typed = NULL;

	if (slash) {
		typed = kstrndup(word, slash + 1 - word, GFP_KERNEL);
		if (!typed) {
			c->oom = true;
			return;
		}
		w.typed_dir = typed;
		c->dir_len = strlen(typed);
	}
	w.dir = path_lookup_dir(sh->cwd, typed ? typed : ".");
	if (!IS_ERR(w.dir)) {
		list_dir(w.dir, ".", add_path, &w);
		dput(w.dir);
	}
	kfree(typed);
}

static void add_module_files(struct shell *sh, const char *prefix, struct completions *c)
{
	struct path_walk w = { .c = c, .typed_dir = "", .prefix = prefix, .suffix = ".ko" };

	list_dir(NULL, "/lib/modules", add_path, &w);
}

/* First words of the lines of /proc/modules. */
static void add_loaded_modules(const char *prefix, struct completions *c)
{
	void *text;
	size_t len;
	char *p, *line;

	if (read_whole_file(NULL, "/proc/modules", &text, &len))
		return;
	p = text;
	while ((line = strsep(&p, "\n"))) {
		char *name = strsep(&line, " ");

		if (*name && strstarts(name, prefix))
			add(c, "", name, "");
	}
	kvfree(text);
}

static void add_variables(struct shell *sh, const char *prefix, struct completions *c)
{
	for (struct var *v = sh->vars; v; v = v->next) {
		if (strstarts(v->name, prefix))
			add(c, "$", v->name, "");
	}
}

/* ---- Where the cursor is ---- */

/* Where a scan of the line has come to. */
struct scan {
	char *word;		/* the current word, without its quoting */
	size_t n;
	char quote;		/* inside '…' or "…", or 0 */
	bool in_word;
	bool expect_command;	/* the next word is a command's name */
	char *first_word;	/* of the command that the current word belongs to; "" in its place */
	size_t first_size;
};

/* Is the word followed by a command again: `sudo`, keywords, assignments? */
static bool precedes_command(const char *word)
{
	static const char *const words[] = {
		"sudo", "if", "then", "else", "elif", "do", "while", "until", "!", "time",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return true;
	return strchr(word, '=');
}

/* Blank or operator @ch, unquoted. */
static void end_word(struct scan *s, char ch)
{
	if (s->in_word && s->expect_command) {
		s->word[s->n] = '\0';
		s->expect_command = precedes_command(s->word);
		strscpy(s->first_word, s->expect_command ? "" : s->word, s->first_size);
	}
	s->in_word = false;
	s->n = 0;
	if (strchr(";|&(", ch)) {
		s->expect_command = true;
		s->first_word[0] = '\0';
	} else if (ch == '<' || ch == '>') {
		/* What follows is a file, wherever it stands. */
		strscpy(s->first_word, ">", s->first_size);
		s->expect_command = false;
	}
}

/*
 * The word at the end of the line, without its quoting. Sets *first_word to the word that
 * begins its command ("" when it does itself).
 */
static char *current_word(const char *line, size_t len, char *first_word, size_t size)
{
	struct scan s = {
		.word = kmalloc(len + 1, GFP_KERNEL), .expect_command = true,
		.first_word = first_word, .first_size = size,
	};

	if (!s.word)
		return NULL;
	first_word[0] = '\0';
	for (size_t i = 0; i < len; i++) {
		char ch = line[i];

		if (!s.quote && strchr(" \t;|&(<>", ch)) {
			end_word(&s, ch);
			continue;
		}
		s.in_word = true;
		if (s.quote && ch == s.quote)
			s.quote = 0;
		else if (!s.quote && (ch == '\'' || ch == '"'))
			s.quote = ch;
		else if (!s.quote && ch == '\\' && i + 1 < len)
			s.word[s.n++] = line[++i];
		else
			s.word[s.n++] = ch;
	}
	s.word[s.n] = '\0';
	return s.word;
}

void complete_line(struct shell *sh, const char *line, size_t pos, struct completions *c)
{
	char first[32];
	char *word = current_word(line, pos, first, sizeof(first));
	const char *part = word;

	if (!word) {
		c->oom = true;
		return;
	}
	/* The names are put behind what is typed: offsets count from the end of the unquoted word. */
	if (word[0] == '$') {
		add_variables(sh, word + 1, c);
	} else if (!first[0] && !strchr(word, '/')) {
		add_commands(sh, word, c);
	} else if (strchr(word, '/')) {
		add_paths(sh, word, c);
	} else if (!strcmp(first, "insmod") || !strcmp(first, "modprobe") || !strcmp(first, "modinfo")) {
		add_module_files(sh, word, c);
		if (strcmp(first, "modprobe"))
			add_paths(sh, word, c);
	} else if (!strcmp(first, "rmmod")) {
		add_loaded_modules(word, c);
	} else if (!strcmp(first, "help") || !strcmp(first, "sudo") || !strcmp(first, "type")) {
		add_commands(sh, word, c);
	} else {
		/* name=path, as in an assignment or dd's operands */
		part = strchr(word, '=') ? strchr(word, '=') + 1 : word;
		add_paths(sh, part, c);
	}
	c->word_start = pos - strlen(part);
	kfree(word);
	sort_unique(c);
}
