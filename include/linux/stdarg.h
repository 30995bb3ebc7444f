/* SPDX-License-Identifier: MIT */
#pragma once
#include <stdarg.h>
