/* SPDX-License-Identifier: MIT */
/* What `uname` tells. */
#pragma once

#define __NEW_UTS_LEN 64

struct new_utsname {
	char sysname[__NEW_UTS_LEN + 1];
	char nodename[__NEW_UTS_LEN + 1];	/* the host name; changed through /proc/sys/kernel/hostname */
	char release[__NEW_UTS_LEN + 1];
	char version[__NEW_UTS_LEN + 1];
	char machine[__NEW_UTS_LEN + 1];	/* "x86_64", "aarch64" */
	char domainname[__NEW_UTS_LEN + 1];
};

struct new_utsname *utsname(void);

static inline struct new_utsname *init_utsname(void)
{
	return utsname();
}
