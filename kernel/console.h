/* SPDX-License-Identifier: MIT */
/* Between printk.c and console.c. */
#pragma once

/* Show what is new in the log, unless another CPU does so already: it then shows ours too. Context: any. */
void console_flush(void);
