/* SPDX-License-Identifier: MIT */
/* Between the files of the scull module. */
#ifndef SCULL_H
#define SCULL_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/ioctl.h>
#include <linux/types.h>

#ifndef SCULL_DEVICES
#define SCULL_DEVICES 2		/* scull0, scull1…; behind them comes scullpipe */
#endif

/* ioctl: forget the contents; tell and set the bytes of a quantum. */
#define SCULL_RESET		_IO('k', 0)
#define SCULL_GET_QUANTUM	_IOR('k', 1, int)
#define SCULL_SET_QUANTUM	_IOW('k', 2, int)

extern unsigned int scull_quantum, scull_qset;
extern const struct file_operations scull_mem_fops, scull_pipe_fops;

int scull_mem_setup(struct cdev *cdevs[SCULL_DEVICES]);
void scull_mem_cleanup(void);
int scull_mem_show_all(char *buf, int len);

int scull_pipe_setup(struct cdev **cdev);
void scull_pipe_cleanup(void);

#endif
