/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/compiler.h>

#define ARRAY_SIZE(arr)	(sizeof(arr) / sizeof((arr)[0]) + __must_be_array(arr))
