// SPDX-License-Identifier: MIT
/* Interrupt lines (with a controller made of nothing), softirqs, tasklets. */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <paddock/deferred.h>

/* The last lines belong to no controller on the machines that we know. */
#define TEST_IRQ (NR_IRQS - 1)

static struct fake {
	int masked, acked, ended;
} fake;

static void fake_mask(struct irq_data *d) { fake.masked++; }
static void fake_unmask(struct irq_data *d) { fake.masked--; }
static void fake_ack(struct irq_data *d) { fake.acked++; }
static void fake_eoi(struct irq_data *d) { fake.ended++; }

static struct irq_chip fake_chip = {
	.name = "fake",
	.irq_mask = fake_mask,
	.irq_unmask = fake_unmask,
	.irq_ack = fake_ack,
	.irq_eoi = fake_eoi,
};

struct device {
	atomic_t hits, thread_hits;
	bool hard, wake;
	struct completion threaded;
};

static irqreturn_t device_handler(int irq, void *dev_id)
{
	struct device *d = dev_id;

	atomic_inc(&d->hits);
	d->hard = in_hardirq();
	return d->wake ? IRQ_WAKE_THREAD : IRQ_HANDLED;
}

static irqreturn_t device_thread(int irq, void *dev_id)
{
	struct device *d = dev_id;

	atomic_inc(&d->thread_hits);
	complete(&d->threaded);
	return IRQ_HANDLED;
}

/* As the vector does. */
static void fire(void)
{
	local_irq_disable();
	preempt_count_add(HARDIRQ_OFFSET);
	handle_irq(TEST_IRQ);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_enable();
}

static int irq_suite_init(struct kunit *test)
{
	struct device *d = kunit_kcalloc(test, 2, sizeof(*d), GFP_KERNEL);

	if (!d)
		return -ENOMEM;
	memset(&fake, 0, sizeof(fake));
	fake.masked = 1;
	init_completion(&d[0].threaded);
	init_completion(&d[1].threaded);
	irq_set_chip_and_handler(TEST_IRQ, &fake_chip, handle_fasteoi_irq);
	test->priv = d;
	return 0;
}

static void handler_runs_when_the_line_fires(struct kunit *test)
{
	struct device *d = test->priv;

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, device_handler, 0, "dev", d), 0);
	KUNIT_EXPECT_EQ(test, fake.masked, 0);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, device_handler, 0, "other", &d[1]), -EBUSY);
	fire();
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d->hits), 2);
	KUNIT_EXPECT_TRUE(test, d->hard);
	KUNIT_EXPECT_EQ(test, fake.ended, 2);
	KUNIT_EXPECT_STREQ(test, (const char *)free_irq(TEST_IRQ, d), "dev");
	KUNIT_EXPECT_EQ(test, fake.masked, 1);
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d->hits), 2);
}

static void shared_line_calls_all_handlers(struct kunit *test)
{
	struct device *d = test->priv;

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, device_handler, IRQF_SHARED, "a", &d[0]), 0);
	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, device_handler, IRQF_SHARED, "b", &d[1]), 0);
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d[0].hits), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&d[1].hits), 1);
	free_irq(TEST_IRQ, &d[0]);
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d[0].hits), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&d[1].hits), 2);
	free_irq(TEST_IRQ, &d[1]);
}

static void disabled_line_is_silent_and_nests(struct kunit *test)
{
	struct device *d = test->priv;

	KUNIT_ASSERT_EQ(test, request_irq(TEST_IRQ, device_handler, IRQF_TRIGGER_HIGH, "dev", d), 0);
	disable_irq(TEST_IRQ);
	disable_irq(TEST_IRQ);
	fire();
	enable_irq(TEST_IRQ);
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d->hits), 0);
	enable_irq(TEST_IRQ);
	fire();
	KUNIT_EXPECT_EQ(test, atomic_read(&d->hits), 1);
	free_irq(TEST_IRQ, d);
}

static void bad_requests_are_refused(struct kunit *test)
{
	struct device *d = test->priv;

	KUNIT_EXPECT_EQ(test, request_irq(NR_IRQS, device_handler, 0, "none", d), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ - 1, device_handler, 0, "unwired", d), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, NULL, 0, "nothing", d), -EINVAL);
	KUNIT_EXPECT_EQ(test, request_irq(TEST_IRQ, device_handler, IRQF_SHARED, "anonymous", NULL), -EINVAL);
}

static void thread_function_runs_in_a_thread(struct kunit *test)
{
	struct device *d = test->priv;

	d->wake = true;
	KUNIT_ASSERT_EQ(test, request_threaded_irq(TEST_IRQ, device_handler, device_thread, 0, "dev", d), 0);
	fire();
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&d->threaded, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&d->thread_hits), 1);
	free_irq(TEST_IRQ, d);
}

struct tprobe {
	struct tasklet_struct tasklet;
	struct completion done;
	atomic_t runs;
	bool softirq;
};

static void tprobe_fn(struct tasklet_struct *t)
{
	struct tprobe *p = from_tasklet(p, t, tasklet);

	p->softirq = in_serving_softirq();
	atomic_inc(&p->runs);
	complete(&p->done);
}

static void tasklet_runs_once_per_schedule(struct kunit *test)
{
	struct tprobe *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	init_completion(&p->done);
	tasklet_setup(&p->tasklet, tprobe_fn);
	local_bh_disable();
	tasklet_schedule(&p->tasklet);
	tasklet_schedule(&p->tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&p->runs), 0);
	local_bh_enable();
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->done, 10 * HZ), 0UL);
	KUNIT_EXPECT_EQ(test, atomic_read(&p->runs), 1);
	KUNIT_EXPECT_TRUE(test, p->softirq);

	tasklet_disable(&p->tasklet);
	tasklet_schedule(&p->tasklet);
	msleep(3);
	KUNIT_EXPECT_EQ(test, atomic_read(&p->runs), 1);
	tasklet_enable(&p->tasklet);
	KUNIT_EXPECT_GT(test, wait_for_completion_timeout(&p->done, 10 * HZ), 0UL);
	tasklet_kill(&p->tasklet);
	KUNIT_EXPECT_EQ(test, atomic_read(&p->runs), 2);
}

static void context_is_known(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, in_task());
	KUNIT_EXPECT_FALSE(test, in_interrupt());
	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, in_softirq());
	KUNIT_EXPECT_FALSE(test, in_serving_softirq());
	local_bh_enable();
	KUNIT_EXPECT_FALSE(test, in_atomic());
	local_irq_disable();
	KUNIT_EXPECT_TRUE(test, irqs_disabled());
	local_irq_enable();
	KUNIT_EXPECT_FALSE(test, irqs_disabled());
}

static struct {
	unsigned int told;
	char detail[48], outcome[16];
} drained;

static void note_drained(const struct deferred *item, const char *outcome, void *test)
{
	drained.told++;
	KUNIT_EXPECT_EQ((struct kunit *)test, (int)DEFERRED_IRQ, (int)item->kind);
	strscpy(drained.detail, item->detail, sizeof(drained.detail));
	strscpy(drained.outcome, outcome ? outcome : "", sizeof(drained.outcome));
}

static irqreturn_t forgotten_handler(int irq, void *dev_id)
{
	return IRQ_HANDLED;
}

/* What a module's exit should have freed: named and freed before the module's text is. */
static void a_forgotten_handler_is_freed(struct kunit *test)
{
	unsigned long fn = (unsigned long)forgotten_handler;
	struct device d = { };

	memset(&drained, 0, sizeof(drained));
	KUNIT_ASSERT_EQ(test, 0, request_irq(TEST_IRQ, forgotten_handler, 0, "forgotten", &d));
	KUNIT_EXPECT_EQ(test, 0u, deferred_drain(fn, fn + 1, note_drained, test));
	KUNIT_EXPECT_EQ(test, 1u, drained.told);
	KUNIT_EXPECT_NOT_NULL(test, strstr(drained.detail, "(forgotten)"));
	KUNIT_EXPECT_STREQ(test, "freed", drained.outcome);
	KUNIT_EXPECT_EQ(test, 0u, deferred_drain(fn, fn + 1, note_drained, test));
	KUNIT_EXPECT_EQ(test, 1u, drained.told);
}

static struct kunit_case irq_cases[] = {
	KUNIT_CASE(handler_runs_when_the_line_fires),
	KUNIT_CASE(a_forgotten_handler_is_freed),
	KUNIT_CASE(shared_line_calls_all_handlers),
	KUNIT_CASE(disabled_line_is_silent_and_nests),
	KUNIT_CASE(bad_requests_are_refused),
	KUNIT_CASE(thread_function_runs_in_a_thread),
	KUNIT_CASE(tasklet_runs_once_per_schedule),
	KUNIT_CASE(context_is_known),
	{}
};

static struct kunit_suite irq_suite = {
	.name = "irq",
	.init = irq_suite_init,
	.test_cases = irq_cases,
};
kunit_test_suite(irq_suite);
