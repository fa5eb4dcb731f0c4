/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GUP call itself. It is inline because benchmarks in gup_test.c use it,
 * and are compared with those of the kernel. There, too, only a switch over
 * the kind of call is between the clock and the call.
 */
#ifndef PINTEST_GUP_H
#define PINTEST_GUP_H

#include "compat/gup.h"
#include "pintest_private.h"

/**
 * pintest_gup_call - make the call
 * @gup: which, on whose memory
 * @start: address of the first page
 * @nr: pages, at most INT_MAX
 * @pages: filled; on old kernels entries may be left unwritten
 * @locked: 1; the call sets it to 0 if it drops the mmap lock
 *
 * Return: pages taken, or the kernel's error.
 */
static __always_inline long
pintest_gup_call(const struct pintest_gup *gup, unsigned long start,
		 unsigned long nr, struct page **pages, int *locked)
{
	unsigned int foll = gup->kernel_foll;

	switch (gup->api) {
	case PINTEST_API_PIN_FAST:
		return pin_user_pages_fast(start, nr, foll, pages);
	case PINTEST_API_GET_FAST:
		return get_user_pages_fast(start, nr, foll, pages);
	case PINTEST_API_PIN_UNLOCKED:
		return pintest_compat_pin_unlocked(start, nr, foll, pages);
	case PINTEST_API_PIN:
		return pintest_compat_pin(start, nr, foll, pages);
	case PINTEST_API_PIN_REMOTE:
		return pintest_compat_pin_remote(gup->mm, start, nr, foll,
						 pages, NULL);
	case PINTEST_API_PIN_REMOTE_LOCKED:
		return pintest_compat_pin_remote(gup->mm, start, nr, foll,
						 pages, locked);
	case PINTEST_API_PIN_ITER:
		return pintest_compat_pin_iter(start, nr,
					       foll & FOLL_WRITE, pages);
	case PINTEST_API_PIN_MEMFD:
		return pintest_memfd_take(gup, start, nr, pages);
	default:
		return pintest_compat_get(start, nr, foll, pages);
	}
}

#endif /* PINTEST_GUP_H */
