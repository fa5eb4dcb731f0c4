// SPDX-License-Identifier: GPL-2.0-only
/*
 * RECORDS: where they go and how many; what is in them is for agree to say.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"

#define PAGES 3
#define RECORD sizeof(struct pintest_record)

static struct pintest_records_args args_for(void *to, uint32_t count)
{
	return (struct pintest_records_args){
		.size = sizeof(struct pintest_records_args),
		.record_size = RECORD,
		.records = (uintptr_t)to,
		.count = count,
	};
}

static int pin_some(char **memory)
{
	*memory = map_pages(PAGES);
	return pin(*memory, PAGES, PINTEST_API_PIN, 0);
}

static int call(int fd, struct pintest_records_args *args)
{
	return device_ioctl(fd, PINTEST_IOC_RECORDS, args);
}

/* The record size is one of two ioctls' arguments. */
static void record_size_must_fail(uint32_t size)
{
	struct pintest_record record;
	char *memory;
	int fd = pin_some(&memory);
	struct pintest_records_args args = args_for(&record, 1);
	struct pintest_inspect_args inspect_args = {
		.size = sizeof(inspect_args),
		.record_size = size,
		.addr = (uintptr_t)memory,
		.length = page_size,
		.records = (uintptr_t)&record,
		.count = 1,
	};

	args.record_size = size;
	REQUIRE_EQ(call(fd, &args), -EINVAL);
	if (device_knows(PINTEST_PAGE_MAPPED))
		REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_INSPECT,
					&inspect_args), -EINVAL);
	close(fd);
}

TEST("abi.record_size.too_small_is_EINVAL")
{
	uint32_t size;

	for (size = 0; size < RECORD; size++)
		record_size_must_fail(size);
}

TEST("abi.record_size.not_a_multiple_of_8_is_EINVAL")
{
	uint32_t extra;

	for (extra = 1; extra < 16; extra++)
		if (extra % 8)
			record_size_must_fail(RECORD + extra);
	record_size_must_fail(UINT32_MAX);
	record_size_must_fail(UINT32_MAX - 3);
}

/* Records one @size after the other, zeros between, nothing behind. */
static void stride_must_work(size_t size)
{
	const size_t pages = 200;
	char *memory = map_pages(pages), *to, *tail;
	int fd = pin(memory, pages, PINTEST_API_PIN, 0);
	struct pintest_records_args args;
	struct pintest_record record;
	size_t i, j;

	to = map_or_fail((pages + 1) * size, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memset(to, 0xee, (pages + 1) * size);
	args = args_for(to, pages);
	args.record_size = size;
	REQUIRE_EQ(call(fd, &args), 0);
	REQUIRE_EQ(args.out_count, pages);
	for (i = 0; i < pages; i++) {
		tail = to + i * size;
		memcpy(&record, tail, RECORD);
		REQUIRE(same_state(record, record_of(fd, i)));
		for (j = RECORD; j < size; j++)
			REQUIRE_EQ(tail[j], 0);
	}
	for (i = 0; i < size; i++)
		REQUIRE_EQ((unsigned char)to[pages * size + i], 0xee);
	munmap(to, (pages + 1) * size);
	close(fd);
}

TEST("abi.record_size.longer_gets_a_tail_of_zeros")
{
	stride_must_work(RECORD);
	stride_must_work(RECORD + 8);
	stride_must_work(2 * RECORD);
	stride_must_work(page_size);
}

TEST("abi.record_size.more_than_a_page_is_EINVAL")
{
	record_size_must_fail(page_size + 8);
	record_size_must_fail(0x80000000);
	record_size_must_fail(0xfffffff8);
}

TEST("abi.records.of_a_page_each_are_EFAULT_in_a_small_array")
{
	char *memory, *to = map_island(1);
	int fd = pin_some(&memory);
	struct pintest_records_args args = args_for(to, 1);

	args.record_size = page_size;
	REQUIRE_EQ(call(fd, &args), 0);
	args.count = 2;
	REQUIRE_EQ(call(fd, &args), -EFAULT);
}

TEST("abi.records.begin_at_first")
{
	struct pintest_record record[PAGES];
	char *memory;
	int fd = pin_some(&memory), i;

	for (i = 0; i < PAGES; i++) {
		REQUIRE_EQ(records(fd, i, record, PAGES), PAGES - i);
		REQUIRE_EQ(record->addr, (uintptr_t)memory + i * page_size);
	}
}

TEST("abi.records.beyond_the_end_are_none")
{
	struct pintest_record record;
	char *memory;
	int fd = pin_some(&memory);

	memset(&record, 0xee, sizeof(record));
	REQUIRE_EQ(records(fd, PAGES, &record, 1), 0);
	REQUIRE_EQ(records(fd, PAGES + 1, &record, UINT32_MAX), 0);
	REQUIRE_EQ(records(fd, 1ULL << 32, &record, 1), 0);
	REQUIRE_EQ(records(fd, 1ULL << 52, &record, 1), 0);
	REQUIRE_EQ(records(fd, UINT64_MAX, &record, 1), 0);
	REQUIRE_EQ(record.addr, 0xeeeeeeeeeeeeeeeeULL);
}

TEST("abi.records.count_0_is_none")
{
	char *memory;
	int fd = pin_some(&memory);

	REQUIRE_EQ(records(fd, 0, NULL, 0), 0);
	REQUIRE_EQ(records(fd, 1, NULL, 0), 0);
}

TEST("abi.records.end_with_the_pin")
{
	struct pintest_record record[PAGES + 1];
	char *memory;
	int fd = pin_some(&memory);

	memset(record, 0xee, sizeof(record));
	REQUIRE_EQ(records(fd, 0, record, UINT32_MAX), PAGES);
	REQUIRE_EQ(record[PAGES - 1].addr,
		   (uintptr_t)memory + (PAGES - 1) * page_size);
	REQUIRE_EQ(record[PAGES].addr, 0xeeeeeeeeeeeeeeeeULL);
}

TEST("abi.records.stop_at_count")
{
	struct pintest_record record[PAGES];
	char *memory;
	int fd = pin_some(&memory);

	memset(record, 0xee, sizeof(record));
	REQUIRE_EQ(records(fd, 0, record, 2), 2);
	REQUIRE_EQ(record[2].addr, 0xeeeeeeeeeeeeeeeeULL);
}

TEST("abi.records.bad_array_is_EFAULT")
{
	char *memory, *to = map_island(1);
	int fd = pin_some(&memory);
	struct pintest_record *last =
		(struct pintest_record *)(to + page_size) - 1;

	REQUIRE_EQ(records(fd, 0, NULL, 1), -EFAULT);
	REQUIRE_EQ(records(fd, 0, (void *)-page_size, 1), -EFAULT);
	REQUIRE_EQ(records(fd, 0, (void *)(to + page_size), 1), -EFAULT);
	REQUIRE_EQ(records(fd, 0, last, 2), -EFAULT);
	REQUIRE_EQ(records(fd, 0, last, 1), 1);
	REQUIRE(!mprotect(to, page_size, PROT_READ));
	REQUIRE_EQ(records(fd, 0, last, 1), -EFAULT);
}

/* Into the pinned pages themselves: no lock that a fault would want. */
TEST("abi.records.may_go_into_the_pin")
{
	char *memory = map_untouched(PAGES);
	struct pintest_record *to = (void *)memory;
	int fd = pin(memory, PAGES, PINTEST_API_PIN, 0);

	REQUIRE_EQ(records(fd, 0, to, PAGES), PAGES);
	REQUIRE_EQ(to->addr, (uintptr_t)memory);
}

/* More than is made at a time, from anywhere. */
TEST("abi.records.of_a_long_pin_are_in_order")
{
	enum { LONG = 700 };
	static struct pintest_record record[LONG];
	char *memory = map_pages(LONG);
	int fd = pin(memory, LONG, PINTEST_API_PIN_FAST, 0);
	size_t first, i;

	for (first = 0; first < LONG; first += 97) {
		memset(record, 0, sizeof(record));
		REQUIRE_EQ(records(fd, first, record, LONG), LONG - first);
		for (i = 0; i < LONG - first; i++)
			REQUIRE_EQ(record[i].addr, (uintptr_t)memory +
						   (first + i) * page_size);
	}
}

/* MAPPED, MAPPED_SAME and MAPPED_WRITABLE of a page, all known. */
static void mapped_must_be(int fd, uint64_t wanted)
{
	const uint64_t all = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME |
			     PINTEST_PAGE_MAPPED_WRITABLE;
	struct pintest_record record = record_of(fd, 0);
	bool mapped = wanted & PINTEST_PAGE_MAPPED;
	bool has_pfn = record.fields & PINTEST_FIELD_MAPPED_PFN;

	REQUIRE_EQ(record.flags_known & all, all);
	REQUIRE_EQ(record.flags & all, wanted);
	REQUIRE_EQ(has_pfn, mapped);
	REQUIRE_EQ(record.mapped_pfn != 0, mapped);
}

TEST("abi.records.tell_what_is_mapped_now")
{
	char *memory = map_pages(1);
	int fd = pin(memory, 1, PINTEST_API_PIN, PINTEST_FOLL_WRITE);

	need_mapped();
	mapped_must_be(fd, PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME |
			   PINTEST_PAGE_MAPPED_WRITABLE);
	REQUIRE(!mprotect(memory, page_size, PROT_READ));
	mapped_must_be(fd, PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME);
	REQUIRE(!mprotect(memory, page_size, PROT_NONE));
	mapped_must_be(fd, 0);
	REQUIRE(!mprotect(memory, page_size, PROT_READ | PROT_WRITE));
	REQUIRE(!madvise(memory, page_size, MADV_DONTNEED));
	mapped_must_be(fd, 0);
	*memory = 1;
	mapped_must_be(fd, PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_WRITABLE);
	REQUIRE(!munmap(memory, page_size));
	mapped_must_be(fd, 0);
}
