/* SPDX-License-Identifier: MIT */
#pragma once

enum irqreturn {
	IRQ_NONE = 0,			/* not my device */
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,		/* wake the thread_fn */
};
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x)	((x) ? IRQ_HANDLED : IRQ_NONE)
