/* SPDX-License-Identifier: MIT */
/* Between test_link.c and link_glue.c, in plain C types. */
#pragma once

#include "host/host.h"

/* Each returns NULL, or what is wrong. Those with a seed are properties, judged against a naive model. */
const char *link_sound_module(void);
const char *link_each_allocation_fails(void);
const char *link_bad_files(void);
const char *link_vermagic(void);
const char *link_version_table(unsigned int seed);
const char *link_parameter_tables(unsigned int seed);
const char *link_parameter_text(void);
const char *link_mutants(unsigned int seed, unsigned int n, unsigned int *linked);
