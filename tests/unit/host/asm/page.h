/* SPDX-License-Identifier: MIT */
/* What pure code asks of the page geometry. */
#pragma once

#define PAGE_SHIFT	12
#define PAGE_SIZE	(1ul << PAGE_SHIFT)
