/* SPDX-License-Identifier: MIT */
/* The files of the sample modules, for suites that load them: every initramfs of ours has them. */
#pragma once

#include <kunit/test.h>
#include <paddock/module.h>

struct ko {
	u8 *data;
	size_t len;
};

/* /lib/modules/<name>.ko in memory, freed with the case; one that is missing fails it. Context: thread. */
struct ko ko_read(struct kunit *test, const char *name);
/* Read, load with @args, and forget the file. Returns: module_load()'s, or the errno of reading. */
int ko_load(const char *name, const char *args);
