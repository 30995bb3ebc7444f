/* SPDX-License-Identifier: MIT */
/* In Linux 6.1 the flags alone; here they are with the rest. */
#pragma once
#include <linux/gfp.h>
