/* SPDX-License-Identifier: MIT */
/* The operations behind the files that /dev always has. */
#pragma once

#include <linux/fs.h>

extern const struct file_operations tty_fops;	/* console, tty: tty.c */
extern const struct file_operations kmsg_fops;	/* kmsg.c */
