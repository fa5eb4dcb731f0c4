// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways: the kernel calls that take pins, and the control group that takes
 * plain references.
 */
#include "array_size.h"
#include "checks.h"

static const struct way table[] = {
	{ "slow", "pin_user_pages()", PINTEST_API_PIN,
	  WAY_PINS | WAY_LEADING },
	{ "fast", "pin_user_pages_fast()", PINTEST_API_PIN_FAST,
	  WAY_PINS | WAY_LEADING | WAY_FAST },
	{ "unlocked", "pin_user_pages_unlocked()", PINTEST_API_PIN_UNLOCKED,
	  WAY_PINS },
	{ "remote", "pin_user_pages_remote() that keeps the mmap lock",
	  PINTEST_API_PIN_REMOTE, WAY_PINS },
	{ "remote-locked", "pin_user_pages_remote() that may drop the mmap lock",
	  PINTEST_API_PIN_REMOTE_LOCKED, WAY_PINS },
	{ "get", "get_user_pages()", PINTEST_API_GET, 0 },
	{ "get-fast", "get_user_pages_fast()", PINTEST_API_GET_FAST,
	  WAY_FAST },
};

const struct way *ways(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}
