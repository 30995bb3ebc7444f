/* SPDX-License-Identifier: MIT */
/*
 * The version string that a module carries ("vermagic=" in .modinfo) and that must agree, word
 * by word, with the kernel's.
 */
#pragma once

#include <generated/utsrelease.h>

#ifdef __aarch64__
#define MODULE_ARCH_VERMAGIC "aarch64"
#else
#define MODULE_ARCH_VERMAGIC ""
#endif

#define VERMAGIC_STRING UTS_RELEASE " SMP preempt mod_unload modversions " MODULE_ARCH_VERMAGIC
