/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/time.h>
#include <arch/cpu.h>
#include <arch/time.h>

typedef unsigned long cycles_t;

static inline cycles_t get_cycles(void) { return arch_cycles(); }
#define random_get_entropy() get_cycles()
