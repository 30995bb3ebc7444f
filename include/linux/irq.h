/* SPDX-License-Identifier: MIT */
/*
 * Interrupt controllers: what a controller driver gives, and how it hooks lines up.
 *
 * Linux irq numbers are 0 .. NR_IRQS-1. The controller driver decides the numbering of its lines:
 * x86_64 uses the global system interrupt (so IRQ 4 is COM1), arm64 the GIC's INTID.
 * For each line: irq_set_chip_and_handler(irq, &chip, handle_fasteoi_irq), irq_set_chip_data().
 * The architecture's vector then calls handle_irq(irq); acknowledging what belongs to the CPU
 * interface (reading IAR) is the vector's job, ending the interrupt is irq_eoi's.
 */
#pragma once

#include <linux/types.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/spinlock.h>
#include <arch/trap.h>

#define NR_IRQS	1024
extern unsigned int nr_irqs;

#define IRQ_TYPE_NONE		0
#define IRQ_TYPE_EDGE_RISING	1
#define IRQ_TYPE_EDGE_FALLING	2
#define IRQ_TYPE_EDGE_BOTH	3
#define IRQ_TYPE_LEVEL_HIGH	4
#define IRQ_TYPE_LEVEL_LOW	8
#define IRQ_TYPE_LEVEL_MASK	12
#define IRQ_TYPE_SENSE_MASK	15
#define IRQ_LEVEL		(1 << 8)
#define IRQ_PER_CPU		(1 << 9)

#define IRQ_SET_MASK_OK		0
#define IRQ_SET_MASK_OK_DONE	2

struct irq_chip;
struct irq_desc;
typedef void (*irq_flow_handler_t)(struct irq_desc *desc);

/* What the controller's functions are given: one line. */
struct irq_data {
	unsigned int irq;		/* [I] Linux number */
	unsigned long hwirq;		/* [I] the controller's own number; = irq unless set */
	struct irq_chip *chip;		/* [I] */
	void *chip_data;		/* [I] the controller's */
	u32 type;			/* [L] IRQ_TYPE_* */
	struct cpumask affinity;	/* [L] where it is (to be) delivered */
};

/* All are called with the line's lock held and interrupts masked. NULL where there is nothing to do. */
struct irq_chip {
	const char *name;		/* for /proc/interrupts */
	unsigned int (*irq_startup)(struct irq_data *data);	/* default: unmask */
	void (*irq_shutdown)(struct irq_data *data);		/* default: mask */
	void (*irq_enable)(struct irq_data *data);
	void (*irq_disable)(struct irq_data *data);
	void (*irq_ack)(struct irq_data *data);			/* edge: taken, the next may come */
	void (*irq_mask)(struct irq_data *data);
	void (*irq_mask_ack)(struct irq_data *data);
	void (*irq_unmask)(struct irq_data *data);
	void (*irq_eoi)(struct irq_data *data);			/* end of interrupt */
	int (*irq_set_affinity)(struct irq_data *data, const struct cpumask *dest, bool force);
	int (*irq_set_type)(struct irq_data *data, unsigned int flow_type);
	int (*irq_retrigger)(struct irq_data *data);
	unsigned long flags;
};

/* [L] lock */
struct irq_desc {
	struct irq_data irq_data;
	raw_spinlock_t lock;
	irq_flow_handler_t handle_irq;		/* [I] */
	struct irqaction *action;		/* [L] the handlers */
	unsigned int depth;			/* [L] disable nesting; 1 until requested */
	unsigned int in_progress;		/* [L] handlers run now */
	bool pending;				/* [L] fired while disabled or running: run (again) */
	bool percpu;				/* private to each CPU (arm64 PPI) */
	unsigned int unhandled;			/* [L] in a row; many: the line is shut off */
	unsigned int __percpu *kstat_irqs;	/* counts; NULL until requested */
};

/* Returns NULL when there is no such line. */
struct irq_desc *irq_to_desc(unsigned int irq);
static inline struct irq_data *irq_desc_get_irq_data(struct irq_desc *desc) { return &desc->irq_data; }
static inline struct irq_chip *irq_desc_get_chip(struct irq_desc *desc) { return desc->irq_data.chip; }
struct irq_data *irq_get_irq_data(unsigned int irq);
static inline void *irq_data_get_irq_chip_data(struct irq_data *d) { return d->chip_data; }
static inline u32 irqd_get_trigger_type(struct irq_data *d) { return d->type & IRQ_TYPE_SENSE_MASK; }
static inline irq_hw_number_t irqd_to_hwirq(struct irq_data *d) { return d->hwirq; }

/*
 * irq_set_chip_and_handler - line @irq belongs to @chip; @handle is one of those below.
 * Context: boot or thread; before the line is requested. Allocates nothing.
 */
void irq_set_chip_and_handler_name(unsigned int irq, struct irq_chip *chip, irq_flow_handler_t handle, const char *name);
static inline void irq_set_chip_and_handler(unsigned int irq, struct irq_chip *chip, irq_flow_handler_t handle)
{
	irq_set_chip_and_handler_name(irq, chip, handle, NULL);
}
int irq_set_chip_data(unsigned int irq, void *data);
int irq_set_hwirq(unsigned int irq, unsigned long hwirq);
int irq_set_irq_type(unsigned int irq, unsigned int type);
/* Private to each CPU: handled without the line's lock; request with request_percpu_irq(). */
int irq_set_percpu_devid(unsigned int irq);

void handle_fasteoi_irq(struct irq_desc *desc);	/* handlers, then eoi: GIC, APIC level */
void handle_level_irq(struct irq_desc *desc);	/* mask+ack, handlers, unmask */
void handle_edge_irq(struct irq_desc *desc);	/* ack, handlers, again while pending; then eoi if any */
void handle_simple_irq(struct irq_desc *desc);
void handle_percpu_irq(struct irq_desc *desc);	/* ack, handlers, eoi, without lock */
void handle_bad_irq(struct irq_desc *desc);

/* A fake trigger, for tests and for controllers that lost an edge. Context: any. */
void generic_handle_irq(unsigned int irq);

/* kernel/irq.c: figures that belong to no line ("LOC", "RES", "CAL", "ERR"), for /proc/interrupts. */
void irq_count_ipi(unsigned int kind);
/* Lines that the architecture adds at the end of /proc/interrupts; set once. */
struct seq_file;
extern void (*arch_show_interrupts)(struct seq_file *p, int prec);
