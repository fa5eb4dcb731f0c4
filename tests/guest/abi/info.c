// SPDX-License-Identifier: GPL-2.0-only
/*
 * INFO: what the module says that this kernel has.
 */
#include <string.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"

#define ALL_FIELDS (PINTEST_FIELD_MIGRATETYPE * 2 - 1)
#define ALL_FLAGS (PINTEST_PAGE_MAYBE_DMA_PINNED * 2 - 1)
#define ALL_FOLL ((1u << NR_FOLL) - 1)

#define FAST_NEVER (PINTEST_FOLL_NOWAIT | PINTEST_FOLL_HWPOISON | \
		    PINTEST_FOLL_ANON | PINTEST_FOLL_DUMP | \
		    PINTEST_FOLL_SPLIT_PMD | PINTEST_FOLL_INTERRUPTIBLE | \
		    PINTEST_FOLL_TOUCH | PINTEST_FOLL_MIGRATION | \
		    PINTEST_FOLL_NUMA | PINTEST_FOLL_SPLIT)

TEST("abi.info.speaks_of_this_kernel")
{
	struct pintest_info_args info = device_info(PINTEST_API_PIN);

	REQUIRE_EQ(info.out_abi, PINTEST_ABI);
	REQUIRE_EQ(info.out_page_size, page_size);
	REQUIRE_EQ(info.out_record_size, sizeof(struct pintest_record));
	REQUIRE(info.out_charges & 1 << PINTEST_CHARGE_LOCKED_VM);
	REQUIRE(info.out_charges & 1 << PINTEST_CHARGE_PINNED_VM);
}

TEST("abi.info.has_only_what_the_header_defines")
{
	uint32_t api;

	for (api = 0; api <= NR_APIS; api++) {
		struct pintest_info_args info = device_info(api);

		REQUIRE_EQ(info.api, api);
		REQUIRE_EQ(info.out_apis & ~((2ULL << NR_APIS) - 1), 0);
		REQUIRE_EQ(info.out_foll & ~(uint64_t)ALL_FOLL, 0);
		REQUIRE_EQ(info.out_fields & ~(uint64_t)ALL_FIELDS, 0);
		REQUIRE_EQ(info.out_flags & ~(uint64_t)ALL_FLAGS, 0);
	}
}

/* Calls and flags that every kernel from 5.10 on has. */
TEST("abi.info.has_what_every_kernel_has")
{
	const uint64_t always = PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE;
	const uint64_t slow = PINTEST_FOLL_NOWAIT | PINTEST_FOLL_HWPOISON |
			      PINTEST_FOLL_ANON | PINTEST_FOLL_DUMP |
			      PINTEST_FOLL_SPLIT_PMD;
	uint32_t api;

	for (api = 0; api <= PINTEST_API_GET_FAST; api++) {
		struct pintest_info_args info = device_info(api);
		bool fast = api == PINTEST_API_PIN_FAST ||
			    api == PINTEST_API_GET_FAST;

		REQUIRE(info.out_apis & 1ULL << api);
		REQUIRE_EQ(info.out_foll & always, always);
		REQUIRE_EQ(info.out_foll & slow, fast ? 0 : slow);
		if (fast)
			REQUIRE_EQ(info.out_foll & FAST_NEVER, 0);
	}
}

/* Whether there is such a call or not: it takes no flag that it does not know. */
TEST("abi.info.calls_without_flags_have_few")
{
	uint64_t apis = device_info(0).out_apis;

	REQUIRE_EQ(device_info(PINTEST_API_PIN_ITER).out_foll,
		   apis & 1ULL << PINTEST_API_PIN_ITER ? PINTEST_FOLL_WRITE :
							 0);
	REQUIRE_EQ(device_info(PINTEST_API_PIN_MEMFD).out_foll,
		   apis & 1ULL << PINTEST_API_PIN_MEMFD ?
		   PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM : 0);
}

TEST("abi.info.longterm_is_for_pins_only")
{
	static const uint32_t with[] = {
		PINTEST_API_PIN, PINTEST_API_PIN_FAST, PINTEST_API_PIN_REMOTE,
	};
	static const uint32_t without[] = {
		PINTEST_API_GET, PINTEST_API_GET_FAST,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(with); i++)
		REQUIRE(device_info(with[i]).out_foll & PINTEST_FOLL_LONGTERM);
	for (i = 0; i < ARRAY_SIZE(without); i++)
		REQUIRE(!(device_info(without[i]).out_foll &
			  PINTEST_FOLL_LONGTERM));
}

TEST("abi.info.unknown_api_is_EOPNOTSUPP")
{
	static const uint32_t unknown[] = {
		NR_APIS + 1, 63, 64, 0x80000000, UINT32_MAX,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		struct pintest_info_args args = {
			.size = sizeof(args),
			.api = unknown[i],
		};

		REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_INFO, &args),
			   -EOPNOTSUPP);
	}
}

TEST("abi.info.junk_in_out_fields_is_overwritten")
{
	struct pintest_info_args args, clean = device_info(0);

	memset(&args, 0xa5, sizeof(args));
	args.size = sizeof(args);
	args.api = 0;
	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_INFO, &args), 0);
	REQUIRE(!memcmp(&args, &clean, sizeof(args)));
}

/* What INFO lists is what records of a plain page have, seen by root. */
TEST("abi.info.fields_and_flags_are_those_of_records")
{
	struct pintest_info_args info = device_info(0);
	struct pintest_record record;

	record = record_of(pin(map_pages(1), 1, PINTEST_API_PIN, 0), 0);
	REQUIRE_EQ(record.fields, info.out_fields);
	REQUIRE_EQ(record.flags_known, info.out_flags);
}
