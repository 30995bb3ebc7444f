/* SPDX-License-Identifier: MIT */
/*
 * The steps of kmain(), each implemented by the part of the kernel that it brings up.
 * Context of all: boot CPU; up to time_init() with interrupts masked and no sleeping, from
 * smp_init() on in the first thread. A step that cannot do its work panics with the reason.
 */
#pragma once

#include <linux/init.h>

void params_early_init(void);	/* kernel/options.c */
void memblock_init(void);	/* mm/memblock.c */
void paging_init(void);		/* mm/pgtable.c, mm/image.c */
void setup_per_cpu_areas(void);	/* kernel/percpu.c */
void buddy_init(void);		/* mm/buddy.c */
void slab_init(void);		/* mm/slab.c */
void vmalloc_init(void);	/* mm/vmalloc.c */
void rcu_init(void);		/* kernel/sched/rcu.c */
void sched_init(void);		/* kernel/sched/core.c */
void irq_init(void);		/* kernel/irq.c */
void time_init(void);		/* kernel/time/ */
/* Starts the first thread and turns the caller into CPU 0's idle loop. */
void __attribute__((noreturn)) sched_start(int (*init_main)(void *));

void smp_init(void);		/* kernel/smp.c */
void workqueue_init(void);	/* kernel/sched/workqueue.c */
void pmalloc_init(void);	/* mm/pmalloc/pool.c */
void kfence_init(void);		/* mm/kfence/control.c */
void fs_init(void);		/* kernel/fs/ */
void params_values_init(void);	/* kernel/options.c */
void params_init(void);		/* kernel/params_sysfs.c */
void do_initcalls(void);	/* kernel/initcall.c */
void initramfs_init(void);	/* kernel/fs/initramfs.c */
void free_init_memory(void);	/* mm/image.c */
void kunit_boot(void);		/* kernel/kunit.c */
void shell_boot(void);		/* kernel/shell/ */
