/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/irq.h>

#define for_each_irq_desc(irq, desc)					\
	for (irq = 0, desc = irq_to_desc(irq); irq < nr_irqs; irq++, desc = irq_to_desc(irq)) \
		if (!desc) ; else
