// SPDX-License-Identifier: MIT
/*
 * For KFENCE's suites: reports are read back from the kernel log, message by message, so it does not matter what
 * the console shows or how slow it is. Suites run one at a time, in one thread: no locks.
 */
#include <linux/ctype.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kfence.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <paddock/log.h>
#include "../../mm/kfence/kfence.h"
#include "kfence_kunit.h"

/* ---- Reading reports ---- */

static u64 seen_from;

void kfence_seen_start(void)
{
	seen_from = log_next_seq();
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/* Copy from @s up to one of @stop's characters. */
static void copy_until(char *dst, size_t size, const char *s, const char *stop)
{
	size_t n = strcspn(s, stop);

	n = min(n, size - 1);
	memcpy(dst, s, n);
	dst[n] = '\0';
}

/* The number behind @tag in @line, hexadecimal if it begins with 0x; 0 when there is none. */
static unsigned long number_behind(const char *line, const char *tag)
{
	const char *p = strstr(line, tag);

	return p ? simple_strtoul(p + strlen(tag), NULL, 0) : 0;
}

static void parse_title(struct kfence_seen *r, const char *s)
{
	const char *in = strstr(s, " in ");

	if (!in)
		return;
	copy_until(r->kind, min(sizeof(r->kind), (size_t)(in - s) + 1), s, "");
	copy_until(r->function, sizeof(r->function), in + 4, "+ ");
}

static void parse_detail(struct kfence_seen *r, const char *s)
{
	const char *at = strstr(s, " at 0x") ?: strstr(s, " of 0x"), *paren = strchr(s, '(');

	copy_until(r->detail, min(sizeof(r->detail), (size_t)(at - s) + 1), s, "");
	r->addr = simple_strtoul(at + 4, NULL, 0);
	if (strchr(s, '['))
		copy_until(r->damage, sizeof(r->damage), strchr(s, '[') + 1, "]");
	if (!paren)
		return;
	if (starts_with(paren, "(in ")) {
		strcpy(r->side, "in");
	} else {
		r->distance = simple_strtoul(paren + 1, NULL, 10);
		strcpy(r->side, strstr(paren, "B left of ") ? "left" : strstr(paren, "B right of ") ? "right" : "?");
	}
}

static void parse_object(struct kfence_seen *r, const char *s)
{
	const char *dash = strchr(s, ':');

	r->has_object = true;
	r->number = simple_strtoul(s + strlen("kfence-#"), NULL, 10);
	r->unused = strstr(s, " unused");
	r->start = number_behind(s, ": ");
	dash = dash ? strchr(dash, '-') : NULL;
	r->end = dash ? simple_strtoul(dash + 1, NULL, 0) : 0;
	r->size = number_behind(s, "size=");
	if (strstr(s, "cache="))
		copy_until(r->cache, sizeof(r->cache), strstr(s, "cache=") + 6, "");
}

/* "… by task 14 on cpu 1 at 2.345678s (0.000012s ago):" */
static void parse_task(const char *s, int *pid, int *cpu, u64 *us)
{
	const char *dot = strstr(s, " at ");

	*pid = number_behind(s, " by task ");
	*cpu = number_behind(s, " on cpu ");
	*us = number_behind(s, " at ") * USEC_PER_SEC;
	dot = dot ? strchr(dot, '.') : NULL;
	if (dot)
		*us += simple_strtoul(dot + 1, NULL, 10);
}

/* "CPU: 1 PID: 14 Comm: insmod Tainted: …" */
static void parse_who(struct kfence_seen *r, const char *s)
{
	r->cpu = number_behind(s, "CPU: ");
	r->pid = number_behind(s, " PID: ");
	if (strstr(s, " Comm: "))
		copy_until(r->comm, sizeof(r->comm), strstr(s, " Comm: ") + 7, " ");
}

/* State of the reader: which report, and whose stack it is in. */
struct reader {
	struct kfence_seen *out, *r;	/* r: the report being read, NULL: between reports */
	struct kfence_seen scratch;	/* for those that do not fit */
	unsigned int max, nr;
	char *first_frame, *stack;	/* NULL: the first line is over; no stack */
	bool detail_due;
};

/* A stack begins behind the line just read. */
static void begin_stack(struct reader *rd, char *first_frame, char *stack)
{
	rd->first_frame = first_frame;
	rd->stack = stack;
}

static void read_frame(struct reader *rd, const char *s)
{
	size_t size = sizeof(rd->r->access_stack), len = strlen(rd->stack);

	if (rd->first_frame)
		copy_until(rd->first_frame, sizeof(rd->r->alloc_first), s + 1, "+");
	rd->first_frame = NULL;
	copy_until(rd->stack + len, size - len, s + 1, "+");
	if (strlen(rd->stack) < size - 1)
		strcat(rd->stack, " ");
}

static void read_line(struct reader *rd, const char *s)
{
	struct kfence_seen *r = rd->r;

	if (starts_with(s, "BUG: KFENCE: ")) {
		r = rd->r = rd->nr < rd->max ? &rd->out[rd->nr] : &rd->scratch;
		memset(r, 0, sizeof(*r));
		rd->nr++;
		parse_title(r, s + strlen("BUG: KFENCE: "));
		rd->detail_due = true;
	} else if (!r) {
		return;
	} else if (starts_with(s, "=====")) {
		r->complete = true;
		rd->r = NULL;
	} else if (rd->detail_due && (strstr(s, " at 0x") || strstr(s, " of 0x"))) {
		parse_detail(r, s);
		rd->detail_due = false;
		begin_stack(rd, r->access_first, r->access_stack);
	} else if (starts_with(s, "kfence-#")) {
		parse_object(r, s);
	} else if (starts_with(s, "access: ")) {
		copy_until(r->access, sizeof(r->access), s + strlen("access: "), "");
	} else if (starts_with(s, "allocated by task ")) {
		parse_task(s, &r->alloc_pid, &r->alloc_cpu, &r->alloc_us);
		begin_stack(rd, r->alloc_first, r->alloc_stack);
	} else if (starts_with(s, "freed by task ") || starts_with(s, "rcu freeing by task ")) {
		r->has_free = true;
		r->rcu_freeing = s[0] == 'r';
		parse_task(s, &r->free_pid, &r->free_cpu, &r->free_us);
		begin_stack(rd, r->free_first, r->free_stack);
	} else if (starts_with(s, "CPU: ")) {
		parse_who(r, s);
	} else if (rd->stack && s[0] == ' ') {
		read_frame(rd, s);
	} else {
		rd->stack = NULL;
	}
}

unsigned int kfence_seen_all(struct kfence_seen *out, unsigned int max)
{
	static struct log_entry e;	/* large for a stack */
	static struct reader rd;
	char *line, *next;

	rd = (struct reader){ .out = out, .max = max };
	for (u64 seq = seen_from; log_read(seq, &e); seq = e.seq + 1) {
		for (line = e.text; line; line = next) {
			next = strchr(line, '\n');
			if (next)
				*next++ = '\0';
			read_line(&rd, line);
		}
	}
	return rd.nr;
}

void kfence_expect_one(struct kunit *test, struct kfence_seen *out)
{
	unsigned int n = kfence_seen_all(out, 1);

	kfence_seen_start();
	KUNIT_ASSERT_EQ_MSG(test, n, 1u, "number of reports");
	KUNIT_EXPECT_TRUE_MSG(test, out->complete, "the report has no closing bar");
}

void kfence_expect_none(struct kunit *test)
{
	struct kfence_seen r;
	unsigned int n = kfence_seen_all(&r, 1);

	kfence_seen_start();
	KUNIT_EXPECT_EQ_MSG(test, n, 0u, "unexpected report: %s in %s", n ? r.kind : "", n ? r.function : "");
}

void kfence_expect(struct kunit *test, const char *kind, const void *addr, const char *function,
		   const void *start, size_t size, struct kfence_seen *out)
{
	struct kfence_seen own, *r = out ?: &own;
	bool corruption = !strcmp(kind, "memory corruption"), bad_free = !strcmp(kind, "invalid free");
	char detail[32];

	kfence_expect_one(test, r);
	KUNIT_EXPECT_STREQ(test, r->kind, kind);
	strscpy(detail, corruption ? "Corrupted memory" : kind, sizeof(detail));
	detail[0] = toupper(detail[0]);
	KUNIT_EXPECT_STREQ(test, r->detail, detail);
	KUNIT_EXPECT_EQ(test, r->addr, (unsigned long)addr);
	if (function)
		KUNIT_EXPECT_STREQ(test, r->function, function);
	KUNIT_EXPECT_STREQ(test, r->access_first, r->function);
	KUNIT_EXPECT_EQ(test, r->access[0] != '\0', !corruption && !bad_free);
	if (!start)
		return;
	KUNIT_EXPECT_EQ(test, r->start, (unsigned long)start);
	KUNIT_EXPECT_EQ(test, r->end, (unsigned long)start + size - 1);
	KUNIT_EXPECT_EQ(test, (size_t)r->size, size);
	KUNIT_EXPECT_STREQ(test, r->alloc_first, "kfence_test_alloc");
	if (starts_with(kind, "out-of-bounds")) {
		bool left = (unsigned long)addr < r->start;

		KUNIT_EXPECT_STREQ(test, r->side, left ? "left" : "right");
		KUNIT_EXPECT_EQ(test, r->distance, left ? r->start - r->addr : r->addr - r->start);
		KUNIT_EXPECT_FALSE(test, r->has_free);
	} else {
		KUNIT_EXPECT_STREQ(test, r->side, "in");
	}
	if (starts_with(kind, "use-after-free"))
		KUNIT_EXPECT_STREQ(test, r->free_first, "kfence_test_free");
}

/* ---- Parameters and counters, by their files ---- */

static int file_write_text(const char *path, const char *value)
{
	struct file *f = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(f))
		return PTR_ERR(f);
	n = kernel_write(f, value, strlen(value), &pos);
	filp_close(f, NULL);
	return n < 0 ? n : 0;
}

static int file_read_text(const char *path, char *buf, size_t size)
{
	struct file *f = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(f))
		return PTR_ERR(f);
	n = kernel_read(f, buf, size - 1, &pos);
	filp_close(f, NULL);
	if (n < 0)
		return n;
	buf[n] = '\0';
	return 0;
}

int kfence_param_set(const char *name, const char *value)
{
	char path[80];

	snprintf(path, sizeof(path), "/sys/module/kfence/parameters/%s", name);
	return file_write_text(path, value);
}

int kfence_param_get(const char *name, char *buf, size_t size)
{
	char path[80];
	int err;

	snprintf(path, sizeof(path), "/sys/module/kfence/parameters/%s", name);
	err = file_read_text(path, buf, size);
	if (!err)
		strim(buf);
	return err;
}

static char stats_text[2048];

long kfence_stat(const char *name)
{
	char tag[64];
	const char *p;

	if (file_read_text("/sys/kernel/debug/kfence/stats", stats_text, sizeof(stats_text)))
		return -1;
	snprintf(tag, sizeof(tag), "%s: ", name);
	p = strstr(stats_text, tag);
	return p ? simple_strtol(p + strlen(tag), NULL, 10) : -1;
}

/* ---- A known state ---- */

static bool have_saved;
static char saved_interval[24], saved_objects[24], saved_mode[24];

long kfence_pool_objects(void)
{
	const char *p;
	long objects = 0;

	kfence_stat("enabled");
	p = strstr(stats_text, "pool_size\n");
	if (!p)
		return -1;
	for (p += strlen("pool_size\n"); *p; p = strchrnul(p, '\n'), p += *p == '\n')
		objects += simple_strtoul(p + 8, NULL, 10);
	return objects;
}

bool kfence_areas_add_up(void)
{
	struct kfence_area *area;
	bool right = true;

	mutex_lock(&kfence_areas_lock);
	list_for_each_entry(area, &kfence_areas, list) {
		unsigned long gone = atomic_long_read(&area->out);

		for (unsigned long i = 0; area->draining && i < area->nr_objects; i++)
			gone += kfence_state_is_live(READ_ONCE(area->objects[i].state));
		right &= !area->draining || gone == area->nr_objects;
	}
	mutex_unlock(&kfence_areas_lock);
	return right;
}

bool kfence_wait_drained(long objects)
{
	unsigned long deadline = jiffies + 5 * HZ;

	while (kfence_pool_objects() > objects && time_before(jiffies, deadline)) {
		rcu_barrier();
		msleep(2);
	}
	/* stats forgets an area a little before its memory is back. */
	flush_workqueue(system_wq);
	for (int i = 0; kfence_pool_objects() > objects; i++) {
		if (kfence_areas_add_up())
			return true;
		if (i == 1000)
			return false;
		msleep(5);
	}
	return true;
}

int kfence_setup(const char *interval, const char *num_objects, const char *pool_mode)
{
	int err;

	if (!have_saved) {
		kfence_param_get("sample_interval", saved_interval, sizeof(saved_interval));
		kfence_param_get("num_objects", saved_objects, sizeof(saved_objects));
		kfence_param_get("pool_mode", saved_mode, sizeof(saved_mode));
		have_saved = true;
	}
	err = kfence_param_set("sample_interval", "0");
	if (!err)
		err = kfence_param_set("num_objects", num_objects);
	if (!err)
		err = kfence_param_set("pool_mode", pool_mode);
	if (!err)
		err = kfence_param_set("sample_interval", interval);
	kfence_seen_start();
	return err;
}

void kfence_must_setup(struct kunit *test, const char *interval, const char *num_objects, const char *pool_mode)
{
	KUNIT_ASSERT_EQ(test, kfence_setup(interval, num_objects, pool_mode), 0);
}

void kfence_case_exit(struct kunit *test)
{
	kfence_param_set("sample_interval", "0");
}

void kfence_suite_exit(struct kunit_suite *suite)
{
	if (!have_saved)
		return;
	kfence_setup(saved_interval, saved_objects, saved_mode);
	have_saved = false;
}

/* ---- Objects ---- */

void *kfence_test_alloc(struct kunit *test, struct kmem_cache *cache, size_t size, gfp_t gfp,
			enum kfence_side side)
{
	unsigned long deadline = jiffies + 10 * HZ;
	void *p;

	for (;;) {
		bool guarded, left;

		p = cache ? kmem_cache_alloc(cache, gfp) : kmalloc(size, gfp);
		if (!p)
			break;
		guarded = is_kfence_address(p);
		left = PAGE_ALIGNED(p);
		if (side == KFENCE_NONE ? !guarded :
		    guarded && (side == KFENCE_ANY || left == (side == KFENCE_LEFT)))
			return p;
		kfence_test_free(cache, p);
		if (time_after(jiffies, deadline))
			break;
		cond_resched();
	}
	p = NULL;
	KUNIT_ASSERT_NOT_NULL_MSG(test, p, "no %s object of %zu bytes was to be had",
				  side == KFENCE_NONE ? "unguarded" : "guarded", size);
	return p;
}

void *kfence_guarded(struct kunit *test, size_t size)
{
	return kfence_test_alloc(test, NULL, size, GFP_KERNEL, KFENCE_ANY);
}

void kfence_test_free(struct kmem_cache *cache, void *ptr)
{
	if (cache)
		kmem_cache_free(cache, ptr);
	else
		kfree(ptr);
}
