// SPDX-License-Identifier: GPL-2.0-only
/*
 * References: no page gets more of them than it can count, whoever asks for them,
 * and by whichever call.
 */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

/* A pin of a small page is so many references. */
#define BIAS		1024
#define MAX_REFERENCES	(1 << 30)

/* What has been pinned for long, and what is not counted but just pinned. */
static void references_must_be_in_bounds(int fd)
{
	struct pintest_record record = record_of(fd, 0);

	REQUIRE(record.refcount > 0);
	REQUIRE(record.refcount <= MAX_REFERENCES + MAX_REFERENCES / 2);
}

/* Pins all of @memory again and again, until it is ENOMEM. Returns the pages. */
static uint64_t pin_to_the_end(const char *memory, size_t pages, uint64_t max)
{
	struct pintest_pin_args args = pin_args(memory, pages,
						PINTEST_API_PIN_FAST, 0);
	uint64_t pinned = 0;
	int fd = -1, last;

	do {
		last = fd;
		fd = pin_try(&args);
		if (fd < 0)
			break;
		references_must_be_in_bounds(fd);
		pinned += args.out_pages;
	} while (!args.out_errno && pinned < max);
	REQUIRE(last >= 0);
	if (pinned < max) {
		REQUIRE_EQ(fd < 0 ? -fd : (int)args.out_errno, ENOMEM);
		REQUIRE_EQ(args.out_stop, PINTEST_STOP_COUNT);
	}
	return pinned;
}

/* Where the kernel does not count pins of the zeropage, all are taken. */
TEST("abi.count.zeropage_keeps_below_its_limit")
{
	const size_t pages = 1 << 18;
	char *memory = map_untouched(pages);
	uint64_t max = MAX_REFERENCES / BIAS * 2;
	uint64_t pinned = pin_to_the_end(memory, pages, max);

	ktap_note("%llu pages pinned", (unsigned long long)pinned);
	if (pinned < max)
		REQUIRE(pinned > MAX_REFERENCES / BIAS - pages);
}

/* One page of a file, at @times addresses that follow each other. */
static char *map_often(size_t times)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	char *memory = map_nothing(times);
	size_t i;

	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, page_size));
	for (i = 0; i < times; i++)
		REQUIRE(mmap(memory + i * page_size, page_size,
			     PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED |
			     MAP_POPULATE, fd, 0) != MAP_FAILED);
	close(fd);
	return memory;
}

/* A call that goes too far gives nothing, where a smaller one still may. */
static void take_the_rest(const char *memory, uint32_t api)
{
	struct pintest_pin_args args;
	size_t pages;

	for (pages = BIAS; pages; pages /= 2) {
		args = pin_args(memory, pages, api, 0);
		pin_try(&args);
	}
}

static void bench_must_stop(const char *memory, uint32_t api, uint32_t foll)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = api,
		.addr = (uintptr_t)memory,
		.length = page_size,
		.foll = foll,
		.batch = 1,
	};

	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_BENCH, &args), -ENOMEM);
	REQUIRE_EQ(args.out_stop, PINTEST_STOP_COUNT);
}

static void every_call_must_stop(int fd __attribute__((unused)), void *arg)
{
	uint64_t apis = device_info(0).out_apis;
	uint32_t api, foll;

	for (api = 0; api <= NR_APIS; api++) {
		if (!(apis & 1ULL << api))
			continue;
		ktap_about("%s", device_api_names[api]);
		foll = api == PINTEST_API_PIN_MEMFD ? PINTEST_FOLL_LONGTERM : 0;
		pin_must_run_out_at_once(pin_args(arg, 1, api, foll),
				      PINTEST_STOP_COUNT);
		bench_must_stop(arg, api, foll);
	}
}

/* By each call, of this process and of another one. */
TEST("abi.count.file_page_keeps_below_its_limit")
{
	const size_t times = 1 << 14;
	char *memory = map_often(times);
	uint64_t pinned = pin_to_the_end(memory, times,
					 MAX_REFERENCES / BIAS * 2);

	REQUIRE(pinned > MAX_REFERENCES / BIAS - times);
	REQUIRE(pinned <= MAX_REFERENCES / BIAS);
	take_the_rest(memory, PINTEST_API_PIN_FAST);
	take_the_rest(memory, PINTEST_API_GET_FAST);
	every_call_must_stop(-1, memory);
	in_child(every_call_must_stop, memory);
}
