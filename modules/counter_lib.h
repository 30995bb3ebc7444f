/* SPDX-License-Identifier: MIT */
/* What counter_lib exports. */
#ifndef COUNTER_LIB_H
#define COUNTER_LIB_H

int counter_add(int n);		/* returns the new count */
int counter_read(void);

#endif
