/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/atomic.h>
