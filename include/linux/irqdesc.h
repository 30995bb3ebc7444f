/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/irq.h>
