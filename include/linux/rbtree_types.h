/* SPDX-License-Identifier: MIT */
#pragma once
#include <linux/rbtree.h>
