/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/gup_test, called by hand: errors are -errno. This is what
 * the kernel's mm/gup_test.h says, in words of our own.
 */
#ifndef TESTS_GUP_H
#define TESTS_GUP_H

#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUP_FILE "/sys/kernel/debug/gup_test"
#define GUP_DUMPS 8

struct bench_args {
	__u64 get_usec;
	__u64 put_usec;
	__u64 addr;
	__u64 size;
	__u32 pages_per_call;
	__u32 foll;
	__u32 flags;
	__u32 which[GUP_DUMPS];
};

/* bench_args.flags, for DUMP */
#define DUMP_PIN 1

struct start_args {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

/* start_args.flags */
#define START_WRITE 1
#define START_FAST 2

#define GET_FAST _IOWR('g', 1, struct bench_args)
#define PIN_FAST _IOWR('g', 2, struct bench_args)
#define PIN_LONGTERM _IOWR('g', 3, struct bench_args)
#define GET _IOWR('g', 4, struct bench_args)
#define PIN _IOWR('g', 5, struct bench_args)
#define DUMP _IOWR('g', 6, struct bench_args)
#define START _IOW('g', 7, struct start_args)
#define STOP _IO('g', 8)
#define READ _IOW('g', 9, __u64)

/* The benchmarks. */
#define NR_BENCHES 6
struct bench {
	const char *name;
	unsigned int cmd;
};
extern const struct bench benches[NR_BENCHES];

/* Whether addresses have 64 bits in the kernel, whatever they have here. */
bool gup_is_wide(void);

/* A descriptor of its own for each call. */
int gup_open(void);

int gup_ioctl(int fd, unsigned int cmd, void *args);

/* Arguments for whole pages, a page a call. */
struct bench_args bench_args(const void *addr, size_t pages);

/* On a descriptor that is closed again. Returns what the ioctl does. */
int bench_run(unsigned int cmd, struct bench_args *args);

int gup_start(int fd, const void *addr, size_t pages, uint32_t flags);
int gup_stop(int fd);
int gup_read(int fd, void *to);

/* READ must give pages as map_pages() fills them. */
void gup_must_have_pages(int fd, size_t pages);

#endif /* TESTS_GUP_H */
