/* SPDX-License-Identifier: MIT */
#pragma once
#include <paddock/sched.h>
