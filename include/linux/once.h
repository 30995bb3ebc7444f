/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/once_lite.h>

#define DO_ONCE(func, ...)	DO_ONCE_LITE(func, ##__VA_ARGS__)
#define DO_ONCE_SLEEPABLE(func, ...) DO_ONCE_LITE(func, ##__VA_ARGS__)
#define get_random_once(buf, nbytes) DO_ONCE(get_random_bytes, (buf), (nbytes))
