// SPDX-License-Identifier: MIT
/*
 * Letting through so many events per interval. Lockless: two CPUs that begin a new interval at once
 * may each let one event more through.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ratelimit.h>

int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	unsigned long begin = READ_ONCE(rs->begin), now = jiffies;
	int missed;

	if (!rs->interval)
		return 1;
	if (!begin || time_is_before_jiffies(begin + rs->interval)) {
		/* 0 means "not started": the first moment of all is as good one later. */
		WRITE_ONCE(rs->begin, now ?: 1);
		__atomic_store_n(&rs->printed, 0, __ATOMIC_RELAXED);
		missed = __atomic_exchange_n(&rs->missed, 0, __ATOMIC_RELAXED);
		if (missed && !(rs->flags & RATELIMIT_MSG_ON_RELEASE))
			pr_warn("%s: %d callbacks suppressed\n", func, missed);
	}
	if (__atomic_fetch_add(&rs->printed, 1, __ATOMIC_RELAXED) < rs->burst)
		return 1;
	__atomic_fetch_add(&rs->missed, 1, __ATOMIC_RELAXED);
	return 0;
}
EXPORT_SYMBOL(___ratelimit);
