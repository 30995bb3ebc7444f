/* SPDX-License-Identifier: MIT */
#pragma once

#include <linux/notifier.h>

/* Called by panic(), other CPUs stopped, with the message as data. */
extern struct atomic_notifier_head panic_notifier_list;
