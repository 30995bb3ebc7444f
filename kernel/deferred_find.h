/* SPDX-License-Identifier: MIT */
/* The finders behind kernel/deferred.c: the (skip + 1)-th item whose function lies in [start, end), copied. */
#pragma once

#include <linux/types.h>

#include <paddock/deferred.h>

bool timers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool hrtimers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
bool irqs_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
/*
 * Take a scheduled tasklet off its list, even a disabled one, for which tasklet_kill() would wait for
 * ever; wait until it does not run. Context: thread.
 */
struct tasklet_struct;
void tasklet_forget(struct tasklet_struct *t);
bool notifiers_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
/* Take it off its chain, whichever that is; what it calls now has ended. Context: thread, may sleep. */
struct notifier_block;
void notifier_unregister(struct notifier_block *nb);
bool tasklets_find(unsigned long start, unsigned long end, struct deferred *out, unsigned int skip);
