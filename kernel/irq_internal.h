/* SPDX-License-Identifier: MIT */
/* Between irq.c (descriptors, flow, /proc/interrupts) and irq_request.c (what drivers call). */
#pragma once

#include <linux/irq.h>

extern struct irq_desc irq_descs[NR_IRQS];	/* by line; each by its own lock */

/* Level or edge, as the controller can. Returns 0 or -errno. desc->lock held, the line has a chip. */
int irq_set_type_locked(struct irq_desc *desc, unsigned int type);

/* Tell the controller, if it knows the operation. desc->lock held. */
static inline void irq_mask(struct irq_desc *desc)
{
	struct irq_chip *chip = desc->irq_data.chip;

	if (chip->irq_mask)
		chip->irq_mask(&desc->irq_data);
}

static inline void irq_unmask(struct irq_desc *desc)
{
	struct irq_chip *chip = desc->irq_data.chip;

	if (chip->irq_unmask)
		chip->irq_unmask(&desc->irq_data);
}
