/* SPDX-License-Identifier: MIT */
/*
 * The basic types, with Linux's names. 64-bit integers are "long long" on both processors, so that
 * one printf format (%llu) fits; size_t and pointers are "long".
 */
#pragma once

#ifndef __ASSEMBLY__
#include <linux/stddef.h>
#include <linux/compiler_types.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

typedef u8 __u8, uint8_t, u_int8_t;
typedef u16 __u16, uint16_t, u_int16_t;
typedef u32 __u32, uint32_t, u_int32_t;
typedef u64 __u64, uint64_t, u_int64_t;
typedef s8 __s8, int8_t;
typedef s16 __s16, int16_t;
typedef s32 __s32, int32_t;
typedef s64 __s64, int64_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef unsigned __int128 u128;
typedef __int128 s128;

/* Values in a stated byte order; sparse tells them apart, the compiler does not. */
typedef u16 __bitwise __le16, __be16;
typedef u32 __bitwise __le32, __be32;
typedef u64 __bitwise __le64, __be64;
typedef u16 __bitwise __sum16;
typedef u32 __bitwise __wsum;

typedef unsigned char unchar, u_char;
typedef unsigned short ushort, u_short;
typedef unsigned int uint, u_int;
typedef unsigned long ulong, u_long;

typedef long ssize_t;
typedef long long loff_t;
typedef long off_t;
typedef u32 dev_t, __kernel_dev_t;	/* see <linux/kdev_t.h> */
typedef unsigned short umode_t;
typedef unsigned int fmode_t;
typedef unsigned int gfp_t;		/* see <linux/gfp_types.h> */
typedef unsigned int slab_flags_t;
typedef int pid_t, __kernel_pid_t;
typedef unsigned int uid_t, gid_t;
typedef unsigned long ino_t;
typedef unsigned int nlink_t;
typedef int key_t;
typedef int clockid_t;
typedef long clock_t;
typedef s64 time64_t;
typedef u64 sector_t, blkcnt_t;
typedef unsigned long pgoff_t;
typedef unsigned int __poll_t;
typedef unsigned long __kernel_ulong_t, __kernel_size_t;
typedef long __kernel_long_t;
typedef u64 phys_addr_t;		/* a physical address */
typedef phys_addr_t resource_size_t;
typedef u64 dma_addr_t;
typedef unsigned long irq_hw_number_t;
typedef unsigned int isolate_mode_t;

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

/* An entry of a queue of deferred calls; RCU's is embedded in the object to free. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
} __attribute__((aligned(sizeof(void *))));
#define rcu_head callback_head

typedef void (*rcu_callback_t)(struct rcu_head *head);
typedef void (*call_rcu_func_t)(struct rcu_head *head, rcu_callback_t func);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);

#define BITS_PER_LONG		64
#define BITS_PER_LONG_LONG	64
#define BITS_TO_LONGS(n)	(((n) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

#endif /* __ASSEMBLY__ */
