// SPDX-License-Identifier: MIT
/*
 * The PC's serial port (16550A and its kin): console output polled, input by interrupt.
 *
 * Output polls, so that it works in every context, panic included. The transmit FIFO is filled 16
 * bytes at a time: one look at the status register per 16 bytes counts under emulation, where each
 * port access costs microseconds. printk serialises writers; a panic may write in between, which at
 * worst mixes characters.
 * Source: National Semiconductor PC16550D data sheet, "8.0 Registers".
 */
#include <linux/console.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <arch/boot.h>
#include <asm/io.h>
#include <paddock/acpi.h>
#include <paddock/fs.h>
#include <asm/x86.h>

enum {
	UART_DATA = 0,		/* divisor's low byte while LCR_DIVISOR is set */
	UART_IER = 1,		/* divisor's high byte */
	UART_FCR = 2,
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_SCRATCH = 7,
};

#define IER_RECEIVED	0x01
#define FCR_ENABLE	0x07	/* on, both FIFOs cleared, interrupt at the first byte */
#define LCR_8N1		0x03
#define LCR_DIVISOR	0x80
#define MCR_ON		0x0b	/* DTR, RTS, OUT2 (which lets the interrupt out) */
#define LSR_RECEIVED	0x01
#define LSR_EMPTY	0x20	/* the transmit FIFO */

#define FIFO_BYTES	16
#define CLOCK_HZ	115200	/* divided by the divisor */
#define DEFAULT_BAUD	115200
#define SPINS_MAX	1000000	/* a line that never drains must not stop the kernel */

static const struct {
	u16 port;
	u8 isa_irq;
} uarts[] = { { 0x3f8, 4 }, { 0x2f8, 3 }, { 0x3e8, 4 }, { 0x2e8, 3 } };

static unsigned int unit;	/* index of the one in use, ttyS<unit> */
static u16 port;		/* its base; 0: there is none */

static bool uart_wait_empty(void)
{
	for (unsigned int i = 0; i < SPINS_MAX; i++) {
		if (inb(port + UART_LSR) & LSR_EMPTY)
			return true;
	}
	return false;
}

static void uart_write(struct console *con, const char *s, unsigned int len)
{
	unsigned int room = 0;

	while (len--) {
		if (room < 2) {		/* a newline takes two */
			if (!uart_wait_empty())
				return;
			room = FIFO_BYTES;
		}
		if (*s == '\n') {
			outb('\r', port + UART_DATA);
			room--;
		}
		outb(*s++, port + UART_DATA);
		room--;
	}
}

static struct console uart_console = {
	.name = "ttyS",
	.write = uart_write,
	.flags = CON_PRINTBUFFER | CON_CONSDEV | CON_ENABLED,
};

/* "console=ttyS1,9600" on the command line, which is not parsed yet. */
static unsigned int __init parse_console_option(void)
{
	const char *opt = strstr(boot_info.cmdline, "console=ttyS");
	unsigned int baud = 0;

	if (!opt)
		return DEFAULT_BAUD;
	opt += strlen("console=ttyS");
	if (*opt >= '0' && *opt < '0' + (int)ARRAY_SIZE(uarts))
		unit = *opt++ - '0';
	if (*opt++ == ',') {
		while (*opt >= '0' && *opt <= '9' && baud <= CLOCK_HZ)
			baud = baud * 10 + *opt++ - '0';
	}
	return baud && baud <= CLOCK_HZ ? baud : DEFAULT_BAUD;
}

void __init arch_early_console_init(void)
{
	unsigned int baud = parse_console_option();
	unsigned int divisor = CLOCK_HZ / baud;
	u16 base = uarts[unit].port;

	/* Where nothing answers, the bus reads all ones. */
	outb(0x5a, base + UART_SCRATCH);
	if (inb(base + UART_SCRATCH) != 0x5a)
		return;

	port = base;
	outb(0, port + UART_IER);
	outb(LCR_DIVISOR, port + UART_LCR);
	outb(divisor, port + UART_DATA);
	outb(divisor >> 8, port + UART_IER);
	outb(LCR_8N1, port + UART_LCR);
	outb(FCR_ENABLE, port + UART_FCR);
	outb(MCR_ON, port + UART_MCR);

	uart_console.index = unit;
	register_console(&uart_console);
}

static irqreturn_t uart_interrupt(int irq, void *dev)
{
	irqreturn_t ret = IRQ_NONE;

	while (inb(port + UART_LSR) & LSR_RECEIVED) {
		console_input(inb(port + UART_DATA));
		ret = IRQ_HANDLED;
	}
	return ret;
}

void __init uart8250_init(void)
{
	unsigned int irq = acpi.isa_irqs[uarts[unit].isa_irq].gsi;
	int err;

	if (!port)
		return;
	err = request_irq(irq, uart_interrupt, IRQF_SHARED, "ttyS", &uart_console);
	if (err) {
		pr_err("ttyS%u: no interrupt %u (error %d), so no input\n", unit, irq, err);
		return;
	}
	outb(IER_RECEIVED, port + UART_IER);
	uart_interrupt(irq, &uart_console);	/* what came before raises no interrupt any more */
}
