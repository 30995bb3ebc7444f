/* SPDX-License-Identifier: MIT */
/* Flags of open(), with the values of Linux's generic set (asm-generic/fcntl.h). */
#pragma once

#define O_ACCMODE	00000003
#define O_RDONLY	00000000
#define O_WRONLY	00000001
#define O_RDWR		00000002
#define O_CREAT		00000100	/* make the file if it is missing */
#define O_EXCL		00000200	/* with O_CREAT: fail if it is there */
#define O_NOCTTY	00000400
#define O_TRUNC		00001000	/* cut a regular file to nothing */
#define O_APPEND	00002000	/* each write goes to the end */
#define O_NONBLOCK	00004000	/* -EAGAIN instead of waiting */
#define O_NDELAY	O_NONBLOCK
#define O_DSYNC		00010000
#define O_LARGEFILE	00100000
#define O_DIRECTORY	00200000	/* fail unless it is a directory */
#define O_NOFOLLOW	00400000	/* fail with -ELOOP if it is a symbolic link */
#define O_CLOEXEC	02000000
