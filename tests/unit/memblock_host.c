// SPDX-License-Identifier: MIT
/* What memblock logs, for test_memblock.c to look at. */
#include <stdio.h>
#include <string.h>
#include "memblock_glue.h"

char host_log[1 << 16];

void host_vlog(const char *fmt, va_list args)
{
	size_t len = strlen(host_log);

	vsnprintf(host_log + len, sizeof(host_log) - len, fmt, args);
}
