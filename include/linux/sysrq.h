/* SPDX-License-Identifier: MIT */
/* One-letter requests to the kernel, through /proc/sysrq-trigger. */
#pragma once

/* handle_sysrq - do what @key asks for; an unknown one lists them all. Context: thread. */
void handle_sysrq(int key);
