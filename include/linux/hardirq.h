/* SPDX-License-Identifier: MIT */
/* In which context are we; and waiting until handlers that run elsewhere have returned. */
#pragma once

#include <linux/preempt.h>
#include <linux/irqflags.h>
#include <linux/bottom_half.h>

/* Wait for handlers of @irq on all CPUs to return. Context: thread, may sleep. */
void synchronize_irq(unsigned int irq);
bool synchronize_hardirq(unsigned int irq);
