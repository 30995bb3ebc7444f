/* SPDX-License-Identifier: MIT */
/*
 * Clocks. Monotonic, boottime and raw are one clock, which starts at boot; real time is that
 * plus an offset from the machine's clock chip. Context: any.
 */
#pragma once

#include <linux/ktime.h>

enum tk_offsets { TK_OFFS_REAL, TK_OFFS_BOOT, TK_OFFS_TAI, TK_OFFS_MAX };

extern s64 wall_offset_ns;	/* real time minus monotonic; set at boot */

static inline ktime_t ktime_get(void) { return arch_clock_ns(); }
static inline u64 ktime_get_ns(void) { return arch_clock_ns(); }
static inline ktime_t ktime_get_real(void) { return arch_clock_ns() + READ_ONCE(wall_offset_ns); }
static inline u64 ktime_get_real_ns(void) { return ktime_get_real(); }
static inline ktime_t ktime_get_boottime(void) { return ktime_get(); }
static inline ktime_t ktime_get_raw(void) { return ktime_get(); }
static inline ktime_t ktime_get_coarse(void) { return ktime_get(); }
static inline ktime_t ktime_get_coarse_real(void) { return ktime_get_real(); }
static inline ktime_t ktime_get_clocktai(void) { return ktime_get_real(); }
static inline u64 ktime_get_boottime_ns(void) { return ktime_get(); }
static inline u64 ktime_get_raw_ns(void) { return ktime_get(); }
static inline u64 ktime_get_coarse_ns(void) { return ktime_get(); }
static inline u64 ktime_get_mono_fast_ns(void) { return ktime_get(); }
static inline u64 ktime_get_boot_fast_ns(void) { return ktime_get(); }
static inline u64 ktime_get_real_fast_ns(void) { return ktime_get_real(); }
static inline ktime_t ktime_mono_to_real(ktime_t mono) { return mono + READ_ONCE(wall_offset_ns); }
static inline void ktime_get_ts64(struct timespec64 *ts) { *ts = ns_to_timespec64(ktime_get()); }
static inline void ktime_get_raw_ts64(struct timespec64 *ts) { *ts = ns_to_timespec64(ktime_get()); }
static inline void ktime_get_boottime_ts64(struct timespec64 *ts) { *ts = ns_to_timespec64(ktime_get()); }
static inline void ktime_get_coarse_ts64(struct timespec64 *ts) { *ts = ns_to_timespec64(ktime_get()); }
static inline void ktime_get_real_ts64(struct timespec64 *ts) { *ts = ns_to_timespec64(ktime_get_real()); }
static inline void ktime_get_coarse_real_ts64(struct timespec64 *ts) { ktime_get_real_ts64(ts); }
static inline time64_t ktime_get_seconds(void) { return ktime_get() / NSEC_PER_SEC; }
static inline time64_t ktime_get_boottime_seconds(void) { return ktime_get_seconds(); }
static inline time64_t ktime_get_real_seconds(void) { return ktime_get_real() / NSEC_PER_SEC; }

/* Set real time. Returns 0 or -EINVAL. */
int do_settimeofday64(const struct timespec64 *ts);
