// SPDX-License-Identifier: MIT
/*
 * Arm PL011 UART: the console. Polled output from the first message on; input by interrupt once there
 * are interrupts. The firmware has set the line's speed.
 *
 * Output needs no lock: printk lets one CPU write at a time, but for a panic, which may come in
 * between and then mixes its characters with what was being written.
 * Source: Arm DDI 0183 "PrimeCell UART (PL011) Technical Reference Manual", chapter 3.
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <arch/cpu.h>
#include <paddock/fs.h>
#include "../../arch/arm64/arm64.h"

#define UART_DR		0x00
#define UART_FR		0x18
#define UART_LCR_H	0x2c
#define UART_CR		0x30
#define UART_IFLS	0x34
#define UART_IMSC	0x38
#define UART_MIS	0x40
#define UART_ICR	0x44

#define FR_RXFE		(1 << 4)	/* nothing to read */
#define FR_TXFF		(1 << 5)	/* no room */
#define FR_TXFE		(1 << 7)	/* all sent */
#define LCR_8BIT	(3 << 5)
#define LCR_FIFO	(1 << 4)
#define CR_ENABLE	0x301		/* UARTEN, TXE, RXE */
#define INT_RX		(1 << 4)
#define INT_RX_TIMEOUT	(1 << 6)	/* fewer than the trigger level, and silence since */
#define INT_ALL		0x7ff
#define DR_ERRORS	0xf00		/* framing, parity, break, overrun */

/* The smallest FIFO that any revision has. An empty one takes as many without asking again. */
#define TX_FIFO		16

static void *uart __ro_after_init;

static void pl011_write(struct console *con, const char *s, unsigned int len)
{
	unsigned int room = 0;
	bool cr_sent = false;

	while (len) {
		while (!room) {
			u32 fr = readl(uart + UART_FR);

			if (fr & FR_TXFE)
				room = TX_FIFO;
			else if (!(fr & FR_TXFF))
				room = 1;
			else
				arch_cpu_relax();
		}
		room--;
		if (*s == '\n' && !cr_sent) {
			writel('\r', uart + UART_DR);
			cr_sent = true;
			continue;
		}
		writel((u8)*s++, uart + UART_DR);
		cr_sent = false;
		len--;
	}
}

static struct console pl011_console = {
	.name = "ttyAMA",
	.write = pl011_write,
	.flags = CON_PRINTBUFFER | CON_CONSDEV,
};

bool pl011_early_console(void *regs)
{
	uart = regs;
	writel(0, uart + UART_IMSC);
	writel(INT_ALL, uart + UART_ICR);
	writel(LCR_8BIT | LCR_FIFO, uart + UART_LCR_H);
	writel(CR_ENABLE, uart + UART_CR);
	register_console(&pl011_console);
	return true;
}

static irqreturn_t pl011_interrupt(int irq, void *dev)
{
	u32 status = readl(uart + UART_MIS);

	if (!status)
		return IRQ_NONE;
	writel(status, uart + UART_ICR);
	while (!(readl(uart + UART_FR) & FR_RXFE)) {
		u32 data = readl(uart + UART_DR);

		if (!(data & DR_ERRORS))
			console_input(data & 0xff);
	}
	return IRQ_HANDLED;
}

void pl011_start_input(unsigned int irq)
{
	int err = uart ? request_irq(irq, pl011_interrupt, 0, "uart-pl011", &pl011_console) : -ENODEV;

	if (err) {
		pr_err("pl011: no interrupt %u (%d): the console cannot read\n", irq, err);
		return;
	}
	writel(0, uart + UART_IFLS);	/* from one eighth full */
	writel(INT_RX | INT_RX_TIMEOUT, uart + UART_IMSC);
}
