/* SPDX-License-Identifier: MIT */
#pragma once

#define __stringify_1(x...)	#x
/* The text of the argument after macro expansion. */
#define __stringify(x...)	__stringify_1(x)
