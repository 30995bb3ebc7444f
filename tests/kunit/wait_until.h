/* SPDX-License-Identifier: MIT */
/* Waiting for what another thread is about to do: a fixed sleep is too short on some loaded machine. */
#pragma once

#include <linux/delay.h>

/* True as soon as @cond is; false if it isn't within ten seconds or so. May sleep. */
#define wait_until(cond) ({						\
	unsigned int __tries = 0;					\
									\
	while (!(cond) && __tries++ < 10000)				\
		msleep(1);						\
	(cond);								\
})
