/* SPDX-License-Identifier: MIT */
/* Between test_pmalloc.c (C library) and pmalloc_glue.c (the kernel's headers): plain types only. */
#pragma once

/* {first word, objects, bytes, stack} each. */
void glue_append(unsigned int n, const unsigned int (*runs)[4]);
int glue_find(unsigned int word, unsigned int *start, unsigned int *size, unsigned int *stack);
int glue_remove(unsigned int word);	/* the object that @word lies in */
unsigned int glue_objects_in(unsigned int from, unsigned int to);
const char *glue_check(void);
unsigned int glue_blocks(void);
void glue_reset(void);

void *host_zalloc(unsigned long size);
void host_release(void *p);
