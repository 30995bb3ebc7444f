/* SPDX-License-Identifier: MIT */
/* Who does it: root, always. */
#pragma once

#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#define current_uid()		GLOBAL_ROOT_UID
#define current_euid()		GLOBAL_ROOT_UID
#define current_suid()		GLOBAL_ROOT_UID
#define current_fsuid()		GLOBAL_ROOT_UID
#define current_gid()		GLOBAL_ROOT_GID
#define current_egid()		GLOBAL_ROOT_GID
#define current_fsgid()		GLOBAL_ROOT_GID
#define current_user_ns()	(&init_user_ns)
