// SPDX-License-Identifier: MIT
/*
 * The 8254 timer's channel 2, as a reference clock: every PC has one.
 *
 * Channel 2 drives the speaker; with the speaker off it counts unheard. It counts down from 0xffff
 * and wraps after 55 ms; read() turns that into a counter that goes up.
 * Source: Intel 8254 data sheet, "Mode 0" and "Counter Latch Command".
 */
#include <linux/init.h>
#include <asm/clockref.h>
#include <asm/io.h>

#define PIT_HZ		1193182
#define PIT_CHANNEL2	0x42
#define PIT_COMMAND	0x43
#define PIT_GATE	0x61	/* bit 0: gate of channel 2, bit 1: speaker */

#define LATCH_CHANNEL2		0x80
#define CHANNEL2_MODE0_16BIT	0xb0

static u32 pit_read(void)
{
	u8 low;

	outb(LATCH_CHANNEL2, PIT_COMMAND);
	low = inb(PIT_CHANNEL2);
	return 0xffff - (low | inb(PIT_CHANNEL2) << 8);
}

const struct clock_reference *__init pit_reference(void)
{
	static const struct clock_reference ref = {
		.name = "pit", .hz = PIT_HZ, .mask = 0xffff, .read = pit_read
	};

	outb((inb(PIT_GATE) & ~2) | 1, PIT_GATE);
	outb(CHANNEL2_MODE0_16BIT, PIT_COMMAND);
	outb(0xff, PIT_CHANNEL2);
	outb(0xff, PIT_CHANNEL2);
	return &ref;
}
