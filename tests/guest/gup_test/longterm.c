// SPDX-License-Identifier: GPL-2.0-only
/*
 * START, STOP and READ: what can be pinned, and by whom it is kept.
 */
#include <limits.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "gup.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define PAGES 5

static const uint32_t all_flags[] = {
	0, START_WRITE, START_FAST, START_WRITE | START_FAST,
};

/* START must fail with @error and leave nothing pinned. */
static void start_must_fail(const void *addr, size_t pages, uint32_t flags,
			    int error)
{
	long long pins = kernel_pins();
	int fd = gup_open();

	REQUIRE_EQ(gup_start(fd, addr, pages, flags), error);
	REQUIRE_EQ(kernel_pins(), pins);
	REQUIRE_EQ(gup_read(fd, map_untouched(1)), -EINVAL);
	close(fd);
}

static void args_must_fail(uint64_t addr, uint64_t size, uint32_t flags,
			   int error)
{
	struct start_args args = {
		.addr = addr, .size = size, .flags = flags,
	};
	long long pins = kernel_pins();
	int fd = gup_open();

	REQUIRE_EQ(gup_ioctl(fd, START, &args), error);
	REQUIRE_EQ(kernel_pins(), pins);
	close(fd);
}

TEST("gup_test.longterm.start_pins_and_stop_unpins")
{
	char *memory = map_pages(PAGES);
	long long pins = kernel_pins();
	int fd = gup_open();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all_flags); i++) {
		REQUIRE_EQ(gup_start(fd, memory, PAGES, all_flags[i]), 0);
		REQUIRE_EQ(kernel_pins() - pins, PAGES);
		gup_must_have_pages(fd, PAGES);
		REQUIRE_EQ(gup_stop(fd), 0);
		REQUIRE_EQ(kernel_pins(), pins);
	}
}

TEST("gup_test.longterm.read_sees_what_was_written_later")
{
	char *memory = map_pages(PAGES), *copy = map_untouched(PAGES);
	int fd = gup_open();

	REQUIRE_EQ(gup_start(fd, memory, PAGES, START_WRITE), 0);
	memset(memory, 0xff, PAGES * page_size);
	REQUIRE_EQ(gup_read(fd, copy), 0);
	REQUIRE(!memcmp(memory, copy, PAGES * page_size));
}

TEST("gup_test.longterm.a_second_start_is_EINVAL")
{
	char *memory = map_pages(PAGES);
	long long pins = kernel_pins();
	int fd = gup_open();

	REQUIRE_EQ(gup_start(fd, memory, PAGES, 0), 0);
	REQUIRE_EQ(gup_start(fd, memory, 1, 0), -EINVAL);
	REQUIRE_EQ(kernel_pins() - pins, PAGES);
	gup_must_have_pages(fd, PAGES);
}

TEST("gup_test.longterm.every_descriptor_has_its_own_pages")
{
	char *memory = map_pages(PAGES);
	long long pins = kernel_pins();
	int one = gup_open(), other = gup_open();

	REQUIRE_EQ(gup_start(one, memory, PAGES, 0), 0);
	REQUIRE_EQ(gup_start(other, memory, 1, START_FAST), 0);
	REQUIRE_EQ(kernel_pins() - pins, PAGES + 1);
	REQUIRE_EQ(gup_stop(one), 0);
	REQUIRE_EQ(kernel_pins() - pins, 1);
	gup_must_have_pages(other, 1);
	close(other);
	REQUIRE_EQ(kernel_pins(), pins);
}

TEST("gup_test.longterm.stop_without_start_is_fine")
{
	REQUIRE_EQ(gup_stop(gup_open()), 0);
}

TEST("gup_test.longterm.read_without_start_is_EINVAL")
{
	int fd = gup_open();

	REQUIRE_EQ(gup_read(fd, map_untouched(1)), -EINVAL);
	REQUIRE_EQ(gup_start(fd, map_pages(1), 1, 0), 0);
	REQUIRE_EQ(gup_stop(fd), 0);
	REQUIRE_EQ(gup_read(fd, map_untouched(1)), -EINVAL);
}

TEST("gup_test.longterm.read_to_nowhere_is_EFAULT")
{
	char *island = map_island(PAGES - 1);
	int fd = gup_open();

	REQUIRE_EQ(gup_start(fd, map_pages(PAGES), PAGES, 0), 0);
	REQUIRE_EQ(gup_read(fd, NULL), -EFAULT);
	REQUIRE_EQ(gup_read(fd, island), -EFAULT);
	REQUIRE(!mprotect(island, page_size, PROT_READ));
	REQUIRE_EQ(gup_read(fd, island), -EFAULT);
	REQUIRE_EQ(gup_ioctl(fd, READ, NULL), -EFAULT);
	gup_must_have_pages(fd, PAGES);
}

TEST("gup_test.longterm.start_without_argument_is_EFAULT")
{
	int fd = gup_open();

	REQUIRE_EQ(gup_ioctl(fd, START, NULL), -EFAULT);
	REQUIRE_EQ(gup_ioctl(fd, START, map_nothing(1)), -EFAULT);
}

TEST("gup_test.longterm.odd_ranges_are_EINVAL")
{
	uint64_t addr = (uintptr_t)map_pages(PAGES);
	uint64_t page = page_size;

	args_must_fail(addr, 0, 0, -EINVAL);
	args_must_fail(addr + 1, page, 0, -EINVAL);
	args_must_fail(addr, page - 1, 0, -EINVAL);
	args_must_fail(addr, page + 1, 0, -EINVAL);
	args_must_fail(-page, 2 * page, 0, -EINVAL);
	args_must_fail(addr, -page, 0, -EINVAL);
	args_must_fail(addr, 1ULL << 63, 0, -EINVAL);
}

TEST("gup_test.longterm.unknown_flags_are_EINVAL")
{
	uint64_t addr = (uintptr_t)map_pages(1);
	unsigned int bit;

	for (bit = 2; bit < 32; bit++)
		args_must_fail(addr, page_size, 1U << bit, -EINVAL);
}

TEST("gup_test.longterm.what_is_not_mapped_is_EFAULT")
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all_flags); i++) {
		start_must_fail(map_nothing(1), 1, all_flags[i], -EFAULT);
		start_must_fail(map_island(PAGES), PAGES + 1, all_flags[i],
				-EFAULT);
	}
	args_must_fail(-(2 * (uint64_t)page_size), page_size, 0,
		       gup_is_wide() ? -EFAULT : -EINVAL);
	args_must_fail(LONG_MAX & ~(page_size - 1), page_size, 0, -EFAULT);
}

TEST("gup_test.longterm.a_huge_range_is_EFAULT_and_leaves_nothing")
{
	uint64_t addr = (uintptr_t)map_island(PAGES);

	args_must_fail(addr, sizeof(long) == 8 ? 1ULL << 45 : 1ULL << 29, 0,
		       -EFAULT);
}

TEST("gup_test.longterm.write_to_a_read_only_mapping_is_EFAULT")
{
	char *memory = map_pages(PAGES);

	REQUIRE(!mprotect(memory, PAGES * page_size, PROT_READ));
	start_must_fail(memory, PAGES, START_WRITE, -EFAULT);
	start_must_fail(memory, PAGES, START_WRITE | START_FAST, -EFAULT);
}

TEST("gup_test.longterm.rlimit_memlock_is_kept")
{
	const struct rlimit limit = { PAGES * page_size, PAGES * page_size };
	char *memory = map_pages(PAGES + 1);
	int fd = gup_open();

	REQUIRE(!setrlimit(RLIMIT_MEMLOCK, &limit));
	drop_capability(CAP_IPC_LOCK);
	start_must_fail(memory, PAGES + 1, 0, -ENOMEM);
	REQUIRE_EQ(gup_start(fd, memory, PAGES, 0), 0);
	REQUIRE_EQ(kernel_locked_pages(0), PAGES);
	start_must_fail(memory, 1, 0, -ENOMEM);
	REQUIRE_EQ(gup_stop(fd), 0);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}
