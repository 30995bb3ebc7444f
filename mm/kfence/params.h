/* SPDX-License-Identifier: MIT */
/* KFENCE's parameters as the command line and the files have set them. Guarded by kfence_mutex. */
#pragma once

#include <linux/types.h>

#define KFENCE_BOOTING_MAX_DEFAULT "0-128M:0,128M-256M:1M,256M-:2M"

extern long kfence_sample_interval;		/* ms; negative: full mode; 0: off */
extern unsigned long kfence_num_objects;
extern bool kfence_per_node;			/* pool_mode=node */
extern char kfence_booting_max[256];
void kfence_seal_if_locked(void);		/* kfence.lock is set: nothing can write the settings any more */
extern bool kfence_params_ready;		/* kfence_init() has run: sample_interval acts at once */
