// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways: the kernel calls that take pins, and the control group that takes
 * plain references.
 */
#include "array_size.h"
#include "memory/memory.h"
#include "ways.h"

static const struct way table[] = {
	{
		.id = "slow",
		.what = "pin_user_pages()",
		.api = PINTEST_API_PIN,
		.traits = WAY_PINS | WAY_LEADING,
	}, {
		.id = "fast",
		.what = "pin_user_pages_fast()",
		.api = PINTEST_API_PIN_FAST,
		.traits = WAY_PINS | WAY_LEADING | WAY_FAST,
	}, {
		.id = "unlocked",
		.what = "pin_user_pages_unlocked()",
		.api = PINTEST_API_PIN_UNLOCKED,
		.traits = WAY_PINS,
	}, {
		.id = "remote",
		.what = "pin_user_pages_remote() that keeps the mmap lock",
		.api = PINTEST_API_PIN_REMOTE,
		.traits = WAY_PINS,
	}, {
		.id = "remote-locked",
		.what = "pin_user_pages_remote() that may drop the mmap lock",
		.api = PINTEST_API_PIN_REMOTE_LOCKED,
		.traits = WAY_PINS,
	}, {
		.id = "iter",
		.what = "iov_iter_extract_pages()",
		.api = PINTEST_API_PIN_ITER,
		.traits = WAY_PINS | WAY_FAST,
		.never = PINTEST_FOLL_LONGTERM | PINTEST_FOLL_FORCE,
	}, {
		.id = "memfd",
		.what = "memfd_pin_folios()",
		.api = PINTEST_API_PIN_MEMFD,
		.traits = WAY_PINS | WAY_LEADING,
		.never = PINTEST_FOLL_FORCE,
		.always = PINTEST_FOLL_LONGTERM,
		.needs = MEMORY_SHMEM,
	}, {
		.id = "get",
		.what = "get_user_pages()",
		.api = PINTEST_API_GET,
		.never = PINTEST_FOLL_LONGTERM,
	}, {
		.id = "get-fast",
		.what = "get_user_pages_fast()",
		.api = PINTEST_API_GET_FAST,
		.traits = WAY_FAST,
		.never = PINTEST_FOLL_LONGTERM,
	},
};

const struct way *ways(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

bool way_is_for(const struct way *way, uint32_t foll, unsigned int memory)
{
	return !(foll & way->never) && !(way->always & ~foll) &&
	       !(way->needs & ~memory);
}
