/* SPDX-License-Identifier: MIT */
/* Log lines go nowhere, but are counted, and still checked against their arguments. */
#pragma once
#include <stdio.h>

extern unsigned int log_lines;
#define pr_warn(...)		do { log_lines++; if (0) printf(__VA_ARGS__); } while (0)
#define pr_warn_once(...)	pr_warn(__VA_ARGS__)
