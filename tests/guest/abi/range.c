// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which ranges PIN, INSPECT and BENCH take.
 */
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

static void range_must_fail(uint64_t addr, uint64_t length, int error)
{
	struct pintest_pin_args args = {
		.size = sizeof(args),
		.addr = addr,
		.length = length,
	};
	struct pintest_bench_args bench = {
		.size = sizeof(bench),
		.addr = addr,
		.length = length,
		.batch = 1,
	};
	struct pintest_record record;
	uint64_t next;

	pin_must_fail(&args, error);
	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_BENCH, &bench), error);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(inspect(0, addr, length, &record, 1, &next), error);
}

static uint64_t somewhere(void)
{
	return (uintptr_t)map_pages(4);
}

TEST("abi.range.misaligned_address_is_EINVAL")
{
	uint64_t addr = somewhere();

	range_must_fail(addr + 1, page_size, -EINVAL);
	range_must_fail(addr + page_size - 1, page_size, -EINVAL);
	range_must_fail(addr + page_size / 2, page_size, -EINVAL);
}

TEST("abi.range.misaligned_length_is_EINVAL")
{
	uint64_t addr = somewhere();

	range_must_fail(addr, 1, -EINVAL);
	range_must_fail(addr, page_size - 1, -EINVAL);
	range_must_fail(addr, page_size + 1, -EINVAL);
	range_must_fail(addr, UINT64_MAX, -EINVAL);
}

TEST("abi.range.length_zero_is_EINVAL")
{
	range_must_fail(somewhere(), 0, -EINVAL);
	range_must_fail(0, 0, -EINVAL);
}

TEST("abi.range.wrap_around_is_EOVERFLOW")
{
	uint64_t addr = somewhere(), last = -(uint64_t)page_size;

	range_must_fail(addr, -addr, -EOVERFLOW);
	range_must_fail(addr, last, -EOVERFLOW);
	range_must_fail(last, page_size, -EOVERFLOW);
	range_must_fail(last, 2 * page_size, -EOVERFLOW);
	range_must_fail(last, last, -EOVERFLOW);
}

static void pin_range_must_fail(uint64_t addr, uint64_t length, uint32_t foll,
				int error)
{
	uint32_t api;

	for_each_api(api, foll) {
		struct pintest_pin_args args = {
			.size = sizeof(args),
			.api = api,
			.foll = foll,
			.addr = addr,
			.length = length,
		};

		pin_must_fail(&args, error);
	}
}

TEST("abi.pin.unmapped_is_EFAULT")
{
	uint64_t nothing = (uintptr_t)map_nothing(4);

	pin_range_must_fail(nothing, page_size, 0, -EFAULT);
	pin_range_must_fail(nothing, 4 * page_size, 0, -EFAULT);
	pin_range_must_fail(0, page_size, 0, -EFAULT);
}

/*
 * Here and below, inaccessible memory is asked for writing: on s390 GUP-fast
 * takes it for reading (known behaviour prot-none-pinned).
 */
TEST("abi.pin.inaccessible_is_EFAULT")
{
	char *memory = map_pages(1);

	REQUIRE(!mprotect(memory, page_size, PROT_NONE));
	pin_range_must_fail((uintptr_t)memory, page_size, PINTEST_FOLL_WRITE,
			    -EFAULT);
}

static void kernel_addresses_must_fail(const uint64_t *addrs, size_t count)
{
	uint64_t mask = ~(uint64_t)(page_size - 1);
	size_t i;

	for (i = 0; i < count; i++)
		pin_range_must_fail(addrs[i] & mask, page_size, 0, -EFAULT);
}

TEST("abi.pin.kernel_address_is_EFAULT")
{
	static const uint64_t small[] = { 0xc0000000, 0xf0000000 };
	const uint64_t addrs[] = {
		1ULL << 63,
		/* x86: fixmap and vsyscall, direct map, text, modules */
		0xffffffffff5ff000, 0xffff888000000000, 0xff11000000000000,
		0xffffffff81000000, 0xffffffffa0000000,
		/* the first that is not canonical, with 4 and 5 levels */
		1ULL << 47, 1ULL << 56,
		-(2 * (uint64_t)page_size),
	};

	if (kernel_is_32bit())
		kernel_addresses_must_fail(small, ARRAY_SIZE(small));
	else
		kernel_addresses_must_fail(addrs, ARRAY_SIZE(addrs));
}

TEST("abi.range.more_than_32_bits_is_EOVERFLOW_if_the_kernel_has_32")
{
	if (!kernel_is_32bit())
		ktap_skip("this kernel has addresses of 64 bits");
	range_must_fail(somewhere(), 1ULL << 32, -EOVERFLOW);
	range_must_fail(1ULL << 32, page_size, -EOVERFLOW);
	range_must_fail(-(2 * (uint64_t)page_size), page_size, -EOVERFLOW);
}

/* User space of s390 grows up to the last page when something is mapped there. */
static bool is_user_space(uint64_t addr)
{
	char *memory;

	if (addr > UINTPTR_MAX)
		return false;
	memory = mmap((void *)(uintptr_t)addr, page_size, PROT_NONE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	return memory != MAP_FAILED;
}

/* From memory that is there to beyond what user space can have. */
TEST("abi.pin.range_out_of_user_space_is_EFAULT")
{
	if (kernel_is_32bit() || is_user_space(1ULL << 58))
		ktap_skip("user space has all addresses");
	pin_range_must_fail(somewhere(), 1ULL << 62, 0, -EFAULT);
	pin_range_must_fail(somewhere(), 1ULL << 58, 0, -EFAULT);
}

TEST("abi.inspect.has_nothing_of_the_kernel")
{
	static const uint64_t addrs[] = {
		0xffff888000000000, 0xff11000000000000, 0xffffffff81000000,
		0xffffffffff600000,
	};
	uint64_t mask = ~(uint64_t)(page_size - 1), next;
	struct pintest_record record;
	size_t i;

	if (kernel_is_32bit())
		ktap_skip("this kernel has addresses of 32 bits");
	for (i = 0; i < ARRAY_SIZE(addrs); i++) {
		REQUIRE_EQ(inspect(0, addrs[i] & mask, page_size, &record, 1,
				   &next), 0);
		REQUIRE_EQ(next, (addrs[i] & mask) + page_size);
	}
}

/* A pin that stops early: as many pages as there are, and why no more. */
static void pin_must_stop(const char *addr, size_t pages, uint32_t foll,
			  size_t after, int error)
{
	uint32_t api;

	for_each_api(api, foll) {
		struct pintest_pin_args args = pin_args(addr, pages, api,
							foll);
		long long locked = kernel_locked_pages(0);
		struct pintest_record record[8];
		int fd = pin_try(&args);

		REQUIRE(fd >= 0);
		REQUIRE_EQ(args.out_pages, after);
		REQUIRE_EQ(args.out_errno, error);
		REQUIRE_EQ(records(fd, 0, record, ARRAY_SIZE(record)), after);
		REQUIRE_EQ(lseek(fd, 0, SEEK_END), after * page_size);
		REQUIRE_EQ(kernel_locked_pages(0) - locked, after);
		pin_must_have_page(fd, after - 1, after - 1);
		close(fd);
		REQUIRE_EQ(kernel_locked_pages(0), locked);
	}
}

TEST("abi.pin.stops_at_a_hole")
{
	char *memory = map_island(5);

	REQUIRE(!munmap(memory + 3 * page_size, page_size));
	pin_must_stop(memory, 5, 0, 3, EFAULT);
}

TEST("abi.pin.stops_at_an_inaccessible_page")
{
	char *memory = map_island(5);

	REQUIRE(!mprotect(memory + page_size, page_size, PROT_NONE));
	pin_must_stop(memory, 5, PINTEST_FOLL_WRITE, 1, EFAULT);
}

TEST("abi.pin.stops_where_write_is_not_allowed")
{
	char *memory = map_pages(4);
	struct pintest_pin_args args = pin_args(memory, 4, PINTEST_API_PIN,
						PINTEST_FOLL_WRITE);

	REQUIRE(!mprotect(memory + 2 * page_size, page_size, PROT_READ));
	REQUIRE(pin_try(&args) >= 0);
	REQUIRE_EQ(args.out_pages, 2);
	REQUIRE_EQ(args.out_errno, EFAULT);
}

/* The last page before a hole, at and around where a pin is cut in pieces. */
TEST("abi.pin.stops_anywhere_in_a_long_range")
{
	const size_t pages = 1300;
	char *memory = map_untouched(pages + 512);
	size_t hole, skew;

	for (skew = 0; skew < 512; skew += 173) {
		for (hole = 1280; hole > 0; hole -= 160) {
			char *start = memory + skew * page_size;
			struct pintest_pin_args args =
				pin_args(start, pages, PINTEST_API_PIN_FAST,
					 PINTEST_FOLL_WRITE);

			REQUIRE(!mprotect(start + hole * page_size, page_size,
					  PROT_NONE));
			REQUIRE(pin_try(&args) >= 0);
			REQUIRE_EQ(args.out_pages, hole);
			REQUIRE_EQ(args.out_errno, EFAULT);
			close(args.out_fd);
		}
		REQUIRE(!mprotect(memory, (pages + 512) * page_size,
				  PROT_READ | PROT_WRITE));
	}
}

/* It takes no memory to be wrong about a length. */
TEST("abi.pin.huge_length_is_pinned_as_far_as_it_goes")
{
	/* Less than where user space ends, whatever the kernel. */
	const uint64_t end = sizeof(long) == 8 ? 1ULL << 38 : 3ULL << 30;
	char *memory = map_island(3);
	unsigned int shift;

	for (shift = 20; shift < 57; shift++) {
		struct pintest_pin_args args =
			pin_args(memory, 0, PINTEST_API_PIN_FAST, 0);
		int fd;

		args.length = 1ULL << shift;
		fd = pin_try(&args);
		if (fd == -EFAULT && args.addr + args.length > end)
			break;
		REQUIRE(fd >= 0);
		REQUIRE_EQ(args.out_pages, 3);
		REQUIRE_EQ(args.out_errno, EFAULT);
		close(fd);
		REQUIRE_EQ(kernel_locked_pages(0), 0);
	}
}
