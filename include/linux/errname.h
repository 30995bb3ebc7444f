/* SPDX-License-Identifier: MIT */
#pragma once

/* "ENOMEM" for 12, "-ENOMEM" for -12; NULL for a number without a name. */
const char *errname(int err);
