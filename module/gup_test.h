/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ABI of /sys/kernel/debug/gup_test. It mirrors mm/gup_test.h of the
 * kernel, which no package installs (6.12).
 *
 * The ioctl numbers carry the size of their argument, which differs for
 * 32-bit callers on x86: there the structures have no padding at the end. All
 * fields are at the same offsets, so both sizes are taken.
 *
 * Errors of all ioctls:
 *
 * EINVAL: no such number, or another size of the argument
 * EFAULT: the argument cannot be read, or not be written back
 * EINTR: a fatal signal came while waiting for the mmap lock, or for another
 *	call on the same file
 *
 * of benchmarks:
 *
 * EINVAL: the range wraps, or does not fit an address
 * ENOMEM: no memory to keep the pages in
 *
 * A benchmark that gets fewer pages than it asked for succeeds, and size says
 * how many bytes it covered: 0 if nothing is mapped, or if the call does not
 * take the flags. A fatal signal also ends it early.
 *
 * of GUP_TEST_LONGTERM_START, which pins all or nothing:
 *
 * EINVAL: something is pinned already; an unknown flag; a range that is empty,
 *	wraps or is not whole pages
 * EFAULT: something in the range is not mapped, not writable for a
 *	GUP_TEST_LONGTERM_WRITE, or refused to long-term pins
 * ENOMEM: no memory, RLIMIT_MEMLOCK is reached, or a page cannot be migrated
 * or what else the pin call returned
 *
 * of GUP_TEST_LONGTERM_READ:
 *
 * EINVAL: nothing is pinned
 * EFAULT: no room for the bytes, or a page that cannot be read
 *
 * GUP_TEST_LONGTERM_STOP succeeds, also if nothing is pinned.
 */
#ifndef PINTEST_GUP_TEST_H
#define PINTEST_GUP_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define GUP_TEST_IOC_TYPE 'g'

/* Numbers of the ioctls: the argument is a struct gup_test_args, ... */
enum gup_test_nr {
	GUP_TEST_GUP_FAST_BENCHMARK	= 1,
	GUP_TEST_PIN_FAST_BENCHMARK	= 2,
	GUP_TEST_PIN_LONGTERM_BENCHMARK	= 3,
	GUP_TEST_GUP_BASIC		= 4,
	GUP_TEST_PIN_BASIC		= 5,
	GUP_TEST_DUMP_USER_PAGES	= 6,
	/* ... a struct gup_test_longterm_args, nothing, and a __u64. */
	GUP_TEST_LONGTERM_START		= 7,
	GUP_TEST_LONGTERM_STOP		= 8,
	GUP_TEST_LONGTERM_READ		= 9,
};

#define GUP_TEST_MAX_DUMP 8

/* gup_test_args.test_flags: DUMP_USER_PAGES pins the pages (FOLL_PIN). */
#define GUP_TEST_FLAG_DUMP_PIN 1

/**
 * struct gup_test_args - a benchmark
 * @get_delta_usec: out: microseconds that taking the pages took
 * @put_delta_usec: out: microseconds that giving them back took
 * @addr: first byte of the range
 * @size: bytes; out: bytes covered
 * @nr_pages_per_call: pages that each GUP call is asked for
 * @gup_flags: FOLL flags as this kernel numbers them
 * @test_flags: GUP_TEST_FLAG_DUMP_PIN
 * @which_pages: which pages to dump; 1 is the first, 0 means none
 */
struct gup_test_args {
	__u64 get_delta_usec;
	__u64 put_delta_usec;
	__u64 addr;
	__u64 size;
	__u32 nr_pages_per_call;
	__u32 gup_flags;
	__u32 test_flags;
	__u32 which_pages[GUP_TEST_MAX_DUMP];
};

/* gup_test_longterm_args.flags */
#define GUP_TEST_LONGTERM_WRITE	1
#define GUP_TEST_LONGTERM_FAST	2

/**
 * struct gup_test_longterm_args - pages to pin until STOP
 * @addr: first byte of the range, a multiple of the page size
 * @size: bytes, a multiple of the page size, not 0
 * @flags: GUP_TEST_LONGTERM_WRITE, GUP_TEST_LONGTERM_FAST
 */
struct gup_test_longterm_args {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

#endif /* PINTEST_GUP_TEST_H */
