/* SPDX-License-Identifier: MIT */
#pragma once
#include <kunit/test.h>
