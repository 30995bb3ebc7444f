/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/math.h>
