/* SPDX-License-Identifier: MIT */
/* Settings as files below /proc/sys. */
#pragma once

#include <linux/types.h>
#include <linux/list.h>

struct ctl_table;
typedef int proc_handler(struct ctl_table *ctl, int write, void *buffer, size_t *lenp, loff_t *ppos);

/* One file. A table is an array that ends with an entry without procname. */
struct ctl_table {
	const char *procname;
	void *data;
	int maxlen;			/* bytes at data */
	umode_t mode;
	struct ctl_table *child;	/* folders within tables: not taken, give the whole path instead */
	proc_handler *proc_handler;
	void *extra1;			/* minimum and maximum of the _minmax handlers, or NULL */
	void *extra2;
};

struct ctl_table_header;

/*
 * register_sysctl - make /proc/sys/<path>/<procname> for each entry of @table, which must stay.
 * Returns: what unregister_sysctl_table() takes, or NULL.
 */
struct ctl_table_header *register_sysctl(const char *path, struct ctl_table *table);
#define register_sysctl_init(path, table) ((void)register_sysctl(path, table))
void unregister_sysctl_table(struct ctl_table_header *header);

extern const int sysctl_vals[];
#define SYSCTL_ZERO	((void *)&sysctl_vals[0])
#define SYSCTL_ONE	((void *)&sysctl_vals[1])
#define SYSCTL_TWO	((void *)&sysctl_vals[2])
#define SYSCTL_ONE_HUNDRED ((void *)&sysctl_vals[3])
#define SYSCTL_INT_MAX	((void *)&sysctl_vals[4])

/* Handlers, as Linux's: numbers separated by blanks; -EINVAL for anything else, the old value stays. */
int proc_dostring(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_dointvec(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_douintvec(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_dointvec_minmax(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_douintvec_minmax(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_doulongvec_minmax(struct ctl_table *, int, void *, size_t *, loff_t *);
int proc_dobool(struct ctl_table *, int, void *, size_t *, loff_t *);
