/* SPDX-License-Identifier: MIT */
/*
 * The local APIC: each CPU's own interrupt controller and timer (drivers/irqchip/lapic.c).
 */
#pragma once

#include <linux/types.h>

/*
 * Vectors. Device interrupt n (Linux irq number) has VECTOR_IRQ0 + n on whichever CPU it goes to.
 * A higher number is a higher priority, 16 to a class.
 */
#define VECTOR_PIC		0x20	/* 16 of the old controllers, which are masked */
#define VECTOR_IRQ0		0x30
#define NR_DEVICE_VECTORS	0xa0
#define VECTOR_TIMER		0xe0
#define VECTOR_RESCHEDULE	0xe1
#define VECTOR_CALL_FUNCTION	0xe2
#define VECTOR_ERROR		0xe3
#define VECTOR_SPURIOUS		0xff

/* lapic_init - find out how the APIC is reached (MSRs or memory), on the boot CPU. */
void lapic_init(void);
/* lapic_init_cpu - enable this CPU's APIC: all local sources masked but errors. */
void lapic_init_cpu(unsigned int cpu);
bool lapic_is_x2apic(void);
u32 lapic_id(void);

/* Tell it that the interrupt in service has been handled. */
void lapic_eoi(void);

/* Send @vector to the CPU with this APIC id; an NMI; the two steps of starting a CPU. */
void lapic_send_ipi(u32 apic_id, u8 vector);
void lapic_send_nmi(u32 apic_id);
void lapic_send_init(u32 apic_id);
void lapic_send_startup(u32 apic_id, u8 page);

/*
 * The timer: one-shot, counting down at lapic_timer_hz (after calibration), or by TSC deadline.
 * lapic_timer_start: interrupt after @count ticks; 0 stops. lapic_timer_count: ticks left.
 */
void lapic_timer_mode(bool tsc_deadline);
void lapic_timer_start(u32 count);
u32 lapic_timer_count(void);
