/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/timex.h>
