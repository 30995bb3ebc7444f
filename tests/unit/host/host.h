/* SPDX-License-Identifier: MIT */
/* What tests may ask of the host layer. Usable with the kernel's headers and with the C library's. */
#pragma once

extern long host_fail_after;	/* allocations that still succeed; -1: all */
extern long host_allocations;	/* live ones */
