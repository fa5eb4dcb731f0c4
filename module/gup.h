/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GUP call itself. It is inline since gup_test.c makes benchmarks of it,
 * which are compared with those of the kernel's own: there, too, nothing but
 * a choice by the kind of call stands between the clock and the call.
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
 * @pages: where they go; may have holes on old kernels if zeroed before
 * @locked: 1; 0 afterwards if the call has dropped the mmap lock
 *
 * Return: pages taken, or what the kernel gave as error.
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
