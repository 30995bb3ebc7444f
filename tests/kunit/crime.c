// SPDX-License-Identifier: MIT
/* Threads that are ended for what they do, and the lines that tell so. See crime.h. */
#include <linux/kthread.h>
#include <linux/sched.h>
#include "crime.h"

struct crime {
	void (*fn)(void *arg);
	void *arg;
	bool survived;
};

static int crime_thread(void *data)
{
	struct crime *c = data;

	c->fn(c->arg);
	c->survived = true;
	return 0;
}

bool crime_dies(struct kunit *test, const char *name, void (*fn)(void *arg), void *arg, int cpu)
{
	struct crime *c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	struct task_struct *task;

	KUNIT_ASSERT_NOT_NULL(test, c);
	c->fn = fn;
	c->arg = arg;
	task = kthread_create(crime_thread, c, "%s", name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	get_task_struct(task);
	if (cpu >= 0)
		kthread_bind(task, cpu);
	wake_up_process(task);
	while (!READ_ONCE(task->exit_state))
		schedule_timeout_uninterruptible(1);
	put_task_struct(task);
	return !c->survived;
}

void expect_lines(struct kunit *test, u64 seq, const char *const *want, unsigned int n)
{
	struct log_entry *e = kunit_kmalloc(test, sizeof(*e), GFP_KERNEL);
	unsigned int i = 0;

	KUNIT_ASSERT_NOT_NULL(test, e);
	for (; i < n && log_read(seq, e); seq = e->seq + 1)
		if (strstr(e->text, want[i]))
			i++;
	KUNIT_EXPECT_EQ_MSG(test, i, n, "no line with '%s'", i < n ? want[i] : "");
}
