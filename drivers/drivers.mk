# SPDX-License-Identifier: MIT
# Which machine has which device. One line per file.
drivers-x86_64 += firmware/acpi.c
drivers-x86_64 += firmware/acpi_parse.c
drivers-x86_64 += firmware/smbios.c
drivers-x86_64 += irqchip/ioapic.c
drivers-x86_64 += irqchip/lapic.c
drivers-x86_64 += power/pc_power.c
drivers-x86_64 += power/pvpanic_isa.c
drivers-x86_64 += rtc/cmos.c
drivers-x86_64 += serial/uart8250.c
drivers-x86_64 += timer/hpet.c
drivers-x86_64 += timer/pit.c
drivers-x86_64 += timer/pm_timer.c
