/* SPDX-License-Identifier: MIT */
#pragma once

#include <arch/cpu.h>

#define cpu_relax()	arch_cpu_relax()
