/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/kernel.h>
