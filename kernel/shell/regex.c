// SPDX-License-Identifier: MIT
/*
 * Regular expressions: compiled to a small program, run by stepping a set of threads through the text at once
 * (Thompson's construction), so that time is bounded by pattern × text whatever the pattern.
 *
 * Source: POSIX.1-2017, Base Definitions 9, "Regular Expressions". Back-references are not regular and are
 * refused. K. Thompson, "Regular Expression Search Algorithm", CACM 11(6), 1968.
 */
#include <linux/bitmap.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "regex.h"

enum { OP_CHAR, OP_ANY, OP_SET, OP_BOL, OP_EOL, OP_SPLIT, OP_JUMP, OP_MATCH, OP_WORD_START, OP_WORD_END, OP_GROUP };

#define MAX_OPS 1024

struct op {
	u8 kind;
	u8 c;
	u16 x, y;		/* SPLIT: both ways, the preferred first; JUMP: x; SET: index of the set; GROUP: 0 begins, 1 ends */
};

struct regex {
	struct op ops[MAX_OPS];
	unsigned int n;
	unsigned long (*sets)[256 / BITS_PER_LONG];
	unsigned int nr_sets;
	bool ignore_case;
	bool has_group;		/* the first one's place is kept */
};

struct compiler {
	struct regex *re;
	const char *p;
	bool extended;
	unsigned int depth;
	const char *error;
	bool oom;
};

static void alternatives(struct compiler *c);

static unsigned int add(struct compiler *c, u8 kind, u8 ch, u16 x, u16 y)
{
	if (c->re->n == MAX_OPS) {
		c->error = "Regular expression too big";
		return 0;
	}
	c->re->ops[c->re->n] = (struct op){ kind, ch, x, y };
	return c->re->n++;
}

/* Make room for one op at @at; everything behind moves, and jumps into it with it. */
static bool insert(struct compiler *c, unsigned int at)
{
	struct regex *re = c->re;
	unsigned int i;

	if (re->n == MAX_OPS) {
		c->error = "Regular expression too big";
		return false;
	}
	memmove(&re->ops[at + 1], &re->ops[at], (re->n - at) * sizeof(re->ops[0]));
	re->n++;
	for (i = at + 1; i < re->n; i++) {
		if (re->ops[i].kind == OP_SPLIT || re->ops[i].kind == OP_JUMP) {
			if (re->ops[i].x >= at)
				re->ops[i].x++;
			if (re->ops[i].kind == OP_SPLIT && re->ops[i].y >= at)
				re->ops[i].y++;
		}
	}
	return true;
}

/* The macros of ctype.h as functions. */
#define CLASS(name) static bool is_##name(char c) { return is##name(c); }
CLASS(alpha) CLASS(digit) CLASS(alnum) CLASS(upper) CLASS(lower) CLASS(space)
CLASS(punct) CLASS(xdigit) CLASS(cntrl) CLASS(print) CLASS(graph)
#undef CLASS

static void add_class(unsigned long *set, const char *name, size_t len, const char **error)
{
	static const struct {
		const char *name;
		bool (*holds)(char c);
	} classes[] = {
		{ "alpha", is_alpha }, { "digit", is_digit }, { "alnum", is_alnum }, { "upper", is_upper },
		{ "lower", is_lower }, { "space", is_space }, { "punct", is_punct }, { "xdigit", is_xdigit },
		{ "cntrl", is_cntrl }, { "print", is_print }, { "graph", is_graph },
	};
	unsigned int i, ch;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		if (strlen(classes[i].name) != len || strncmp(classes[i].name, name, len))
			continue;
		for (ch = 0; ch < 128; ch++)
			if (classes[i].holds(ch))
				__set_bit(ch, set);
		return;
	}
	*error = "Invalid character class name";
}

/* At '[' + 1. */
static void bracket(struct compiler *c)
{
	unsigned long (*sets)[256 / BITS_PER_LONG], *set;
	struct regex *re = c->re;
	bool negate = *c->p == '^', first = true;

	sets = krealloc(re->sets, (re->nr_sets + 1) * sizeof(*sets), GFP_KERNEL);
	if (!sets) {
		c->oom = true;
		return;
	}
	re->sets = sets;
	set = sets[re->nr_sets];
	memset(set, 0, sizeof(*sets));
	if (negate)
		c->p++;
	for (; *c->p && (*c->p != ']' || first); first = false) {
		unsigned int low = (u8)*c->p++, high = low;

		if (low == '[' && *c->p == ':') {
			const char *end = strstr(c->p, ":]");

			if (!end)
				break;
			add_class(set, c->p + 1, end - c->p - 1, &c->error);
			c->p = end + 2;
			continue;
		}
		if (c->p[0] == '-' && c->p[1] && c->p[1] != ']') {
			high = (u8)c->p[1];
			c->p += 2;
			if (high < low)
				c->error = "Invalid range end";
		}
		for (; low <= high; low++) {
			__set_bit(low, set);
			if (re->ignore_case) {
				__set_bit(tolower(low), set);
				__set_bit(toupper(low), set);
			}
		}
	}
	if (*c->p != ']') {
		c->error = "Unmatched [, [^, [:, [., or [=";
		return;
	}
	c->p++;
	if (negate)
		bitmap_complement(set, set, 256);
	add(c, OP_SET, 0, re->nr_sets++, 0);
}

/* Is the operator @ch here, in this syntax? BRE spells most with a backslash. */
static bool at_op(struct compiler *c, char ch)
{
	return c->extended ? *c->p == ch : *c->p == '\\' && c->p[1] == ch;
}

static void take_op(struct compiler *c)
{
	c->p += c->extended ? 1 : 2;
}

static void escape(struct compiler *c)
{
	static const char shorts[] = "wWsSdD";
	char ch = *c->p++;

	if (!ch) {
		c->error = "Trailing backslash";
	} else if (ch == '<' || ch == '>') {
		add(c, ch == '<' ? OP_WORD_START : OP_WORD_END, 0, 0, 0);
	} else if (isdigit(ch)) {
		c->error = "Back-references are not supported";
	} else if (strchr(shorts, ch)) {
		static const char *const sets[] = { "[:alnum:]_]", "^[:alnum:]_]", "[:space:]]", "^[:space:]]", "0-9]", "^0-9]" };
		const char *rest = c->p;

		c->p = sets[strchr(shorts, ch) - shorts];
		bracket(c);
		c->p = rest;
	} else {
		add(c, OP_CHAR, ch, 0, 0);
	}
}

static void atom(struct compiler *c, bool first)
{
	char ch = *c->p;

	if (at_op(c, '(')) {
		bool kept = !c->re->has_group;

		take_op(c);
		c->re->has_group = true;
		if (kept)
			add(c, OP_GROUP, 0, 0, 0);
		if (++c->depth > 10)
			c->error = "Regular expression too big";
		else
			alternatives(c);
		c->depth--;
		if (!c->error && !at_op(c, ')'))
			c->error = "Unmatched ( or \\(";
		else if (!c->error)
			take_op(c);
		if (kept)
			add(c, OP_GROUP, 0, 1, 0);
		return;
	}
	c->p++;
	if (ch == '.')
		add(c, OP_ANY, 0, 0, 0);
	else if (ch == '[')
		bracket(c);
	else if (ch == '^' && (c->extended || first))
		add(c, OP_BOL, 0, 0, 0);
	else if (ch == '$' && (c->extended || !*c->p || at_op(c, ')') || at_op(c, '|')))
		add(c, OP_EOL, 0, 0, 0);
	else if (ch == '\\')
		escape(c);
	else
		add(c, OP_CHAR, ch, 0, 0);
}

/* Append another copy of ops [from, to). */
static void copy_ops(struct compiler *c, unsigned int from, unsigned int to)
{
	unsigned int shift = c->re->n - from, i;

	for (i = from; i < to && !c->error; i++) {
		struct op o = c->re->ops[i];

		if (o.kind == OP_SPLIT || o.kind == OP_JUMP) {
			o.x += shift;
			o.y += shift;
		}
		add(c, o.kind, o.c, o.x, o.y);
	}
}

/* The atom in ops [from, n) may be left out. */
static void make_optional(struct compiler *c, unsigned int from)
{
	if (insert(c, from))
		c->re->ops[from] = (struct op){ OP_SPLIT, 0, from + 1, c->re->n };
}

static void make_star(struct compiler *c, unsigned int from)
{
	if (!insert(c, from))
		return;
	add(c, OP_JUMP, 0, from, 0);
	c->re->ops[from] = (struct op){ OP_SPLIT, 0, from + 1, c->re->n };
}

static void make_plus(struct compiler *c, unsigned int from)
{
	unsigned int here = c->re->n;

	add(c, OP_SPLIT, 0, from, here + 1);
}

/* {m}, {m,}, {m,n} behind the atom in ops [from, n). */
static void interval(struct compiler *c, unsigned int from)
{
	unsigned int to = c->re->n, low = 0, high, i;
	bool open = false;

	if (!isdigit(*c->p))
		c->error = "Invalid content of \\{\\}";
	while (isdigit(*c->p) && low < 1000)
		low = low * 10 + *c->p++ - '0';
	high = low;
	if (*c->p == ',') {
		c->p++;
		open = !isdigit(*c->p);
		for (high = open ? low : 0; isdigit(*c->p) && high < 1000; )
			high = high * 10 + *c->p++ - '0';
	}
	if (!at_op(c, '}') || high < low || high > 255)
		c->error = "Invalid content of \\{\\}";
	if (c->error)
		return;
	take_op(c);
	for (i = 1; i < low; i++)
		copy_ops(c, from, to);
	if (open) {
		unsigned int at = c->re->n;

		if (low) {
			copy_ops(c, from, to);
			make_star(c, at);
		} else {
			make_star(c, from);
		}
		return;
	}
	for (i = low ? low : 1; i < high; i++) {
		unsigned int at = c->re->n;

		copy_ops(c, from, to);
		make_optional(c, at);
	}
	if (!high)
		c->re->n = from;
	else if (!low)
		make_optional(c, from);
}

static void branch(struct compiler *c)
{
	bool first = true;

	while (*c->p && !c->error && !c->oom && !at_op(c, '|') && !at_op(c, ')')) {
		unsigned int from = c->re->n;

		if (*c->p == '*' && first && !c->extended) {
			c->p++;
			add(c, OP_CHAR, '*', 0, 0);
		} else {
			atom(c, first);
		}
		first = false;
		for (;;) {
			if (c->error || c->oom)
				return;
			if (*c->p == '*') {
				c->p++;
				make_star(c, from);
			} else if (at_op(c, '+')) {
				take_op(c);
				make_plus(c, from);
			} else if (at_op(c, '?')) {
				take_op(c);
				make_optional(c, from);
			} else if (at_op(c, '{')) {
				take_op(c);
				interval(c, from);
			} else {
				break;
			}
		}
	}
}

static void alternatives(struct compiler *c)
{
	unsigned int from = c->re->n;

	branch(c);
	while (!c->error && !c->oom && at_op(c, '|')) {
		unsigned int jump;

		take_op(c);
		if (!insert(c, from))
			return;
		jump = add(c, OP_JUMP, 0, 0, 0);
		c->re->ops[from] = (struct op){ OP_SPLIT, 0, from + 1, c->re->n };
		/* The rest is the second way; its own alternatives nest to the right. */
		if (++c->depth > 40) {
			c->error = "Regular expression too big";
			return;
		}
		alternatives(c);
		c->depth--;
		c->re->ops[jump].x = c->re->n;
	}
}

struct regex *regex_compile(const char *pattern, bool extended, bool ignore_case, const char **error)
{
	struct compiler c = { .p = pattern, .extended = extended };

	*error = NULL;
	c.re = kvzalloc(sizeof(*c.re), GFP_KERNEL);
	if (!c.re)
		return NULL;
	c.re->ignore_case = ignore_case;
	alternatives(&c);
	if (!c.error && !c.oom && *c.p)
		c.error = "Unmatched ) or \\)";
	add(&c, OP_MATCH, 0, 0, 0);
	if (c.error || c.oom) {
		*error = c.error;
		regex_free(c.re);
		return NULL;
	}
	return c.re;
}

void regex_free(struct regex *re)
{
	if (re)
		kfree(re->sets);
	kvfree(re);
}

bool regex_has_group(const struct regex *re)
{
	return re->has_group;
}

/* ---- Matching ---- */

/* A way through the program: where it is, and where the first group began and ended on it. Earlier ones are preferred. */
struct thread {
	u16 pc;
	const char *group[2];
};

struct threads {
	struct thread *t;
	unsigned int n;
	unsigned long *seen;	/* bit: this op is in the list or led to what is */
};

struct matcher {
	const struct regex *re;
	const char *s;
	struct threads now, next;
	struct thread *stack;	/* each op is followed once and adds at most one more than it takes: n + 1 is enough */
	const char *end;	/* of the longest match so far, or NULL */
	const char *group[2];	/* on the preferred way to it */
};

static bool is_word(char c)
{
	return isalnum(c) || c == '_';
}

/* Does the op hold at @p without reading? */
static bool stands(const struct op *o, const char *s, const char *p)
{
	switch (o->kind) {
	case OP_BOL:
		return p == s;
	case OP_EOL:
		return !*p;
	case OP_WORD_START:
		return (p == s || !is_word(p[-1])) && is_word(*p);
	default:
		return p > s && is_word(p[-1]) && !is_word(*p);
	}
}

/* Add a thread and those it reaches without reading, the preferred first. */
static void follow(struct matcher *m, struct threads *to, struct thread start, const char *p)
{
	unsigned int depth = 0;

	m->stack[depth++] = start;
	while (depth) {
		struct thread t = m->stack[--depth];
		const struct op *o = &m->re->ops[t.pc];

		if (__test_and_set_bit(t.pc, to->seen))
			continue;
		switch (o->kind) {
		case OP_SPLIT:
			t.pc = o->y;
			m->stack[depth++] = t;
			t.pc = o->x;
			m->stack[depth++] = t;
			break;
		case OP_JUMP:
			t.pc = o->x;
			m->stack[depth++] = t;
			break;
		case OP_GROUP:
			t.group[o->x] = p;
			t.pc++;
			m->stack[depth++] = t;
			break;
		case OP_BOL:
		case OP_EOL:
		case OP_WORD_START:
		case OP_WORD_END:
			t.pc++;
			if (stands(o, m->s, p))
				m->stack[depth++] = t;
			break;
		case OP_MATCH:
			if (m->end != p) {
				m->end = p;
				memcpy(m->group, t.group, sizeof(m->group));
			}
			break;
		default:
			to->t[to->n++] = t;
		}
	}
}

static bool reads(const struct regex *re, const struct op *o, char c)
{
	if (o->kind == OP_ANY)
		return true;
	if (o->kind == OP_SET)
		return test_bit((u8)c, re->sets[o->x]);
	return o->c == (u8)c || (re->ignore_case && tolower(o->c) == tolower((u8)c));
}

static void clear(struct matcher *m, struct threads *t)
{
	t->n = 0;
	bitmap_zero(t->seen, m->re->n);
}

/* The longest match that begins at @p: m->end. */
static void match_at(struct matcher *m, const char *p)
{
	m->end = NULL;
	clear(m, &m->now);
	follow(m, &m->now, (struct thread){ }, p);
	for (; m->now.n && *p; p++) {
		struct threads t;

		clear(m, &m->next);
		for (unsigned int i = 0; i < m->now.n; i++) {
			struct thread way = m->now.t[i];

			if (reads(m->re, &m->re->ops[way.pc], *p)) {
				way.pc++;
				follow(m, &m->next, way, p + 1);
			}
		}
		t = m->now;
		m->now = m->next;
		m->next = t;
	}
}

bool regex_match(const struct regex *re, const char *s, struct regex_match *out)
{
	unsigned int n = re->n, words = BITS_TO_LONGS(n);
	struct thread *t = kvmalloc((3 * n + 1) * sizeof(*t) + 2 * words * sizeof(long), GFP_KERNEL);
	unsigned long *bits = (unsigned long *)(t + 3 * n + 1);
	struct matcher m = { .re = re, .s = s, .now = { t, 0, bits }, .next = { t + n, 0, bits + words }, .stack = t + 2 * n };
	const char *p = s;

	if (!t)
		return false;
	do {
		match_at(&m, p);
	} while (!m.end && *p++);
	kvfree(t);
	if (!m.end)
		return false;
	out->start = p - s;
	out->end = m.end - s;
	out->group_start = m.group[1] ? m.group[0] - s : 0;
	out->group_end = m.group[1] ? m.group[1] - s : 0;
	return true;
}

bool regex_search(const struct regex *re, const char *s, size_t *start, size_t *end)
{
	struct regex_match m;

	if (!regex_match(re, s, &m))
		return false;
	if (start)
		*start = m.start;
	if (end)
		*end = m.end;
	return true;
}
