// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes of a pin: pread(), pwrite(), read(), write() and lseek() on it.
 */
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"

#define PAGES 5
#define SIZE (PAGES * page_size)

static int pin_for(char *memory, uint32_t foll)
{
	return pin(memory, PAGES, PINTEST_API_PIN_FAST, foll);
}

/* Different bytes everywhere, so that no offset can be mistaken. */
static char *map_pattern(void)
{
	char *memory = map_pages(PAGES);
	size_t i;

	for (i = 0; i < SIZE; i++)
		memory[i] = (char)(i * 7 + i / page_size * 31 + 1);
	return memory;
}

static void reads_what_is_there(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pattern(), *bytes = map_pages(PAGES);
	size_t first, count;
	int fd;

	need_api(api);
	fd = pin(memory, PAGES, api, 0);
	for (first = 0; first < SIZE; first += page_size / 2 + 1) {
		for (count = 1; count <= SIZE - first; count = count * 5 + 3) {
			memset(bytes, 0, SIZE);
			REQUIRE_EQ(SYS(pread(fd, bytes, count, first)), count);
			REQUIRE(!memcmp(bytes, memory + first, count));
		}
	}
}

static void writes_are_seen(const void *arg)
{
	uint32_t api = (uintptr_t)arg;
	char *memory = map_pattern(), *wanted = map_pattern();
	char bytes[100];
	size_t first;
	int fd;

	need_api(api);
	fd = pin(memory, PAGES, api, PINTEST_FOLL_WRITE);
	for (first = 0; first + 100 <= SIZE; first += page_size - 50) {
		memset(bytes, memory_byte(first), sizeof(bytes));
		memcpy(wanted + first, bytes, sizeof(bytes));
		REQUIRE_EQ(SYS(pwrite(fd, bytes, sizeof(bytes), first)),
			   sizeof(bytes));
		REQUIRE(!memcmp(memory, wanted, SIZE));
	}
}

TEST_GROUP
{
	uintptr_t api;

	for (api = 0; api < NR_APIS; api++) {
		ktap_add(reads_what_is_there, (void *)api,
			 "abi.access.pread_reads_what_is_there.%s",
			 device_api_names[api]);
		ktap_add(writes_are_seen, (void *)api,
			 "abi.access.pwrite_is_seen_in_memory.%s",
			 device_api_names[api]);
	}
}

TEST("abi.access.sees_later_writes_of_the_process")
{
	char *memory = map_pattern(), byte;
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);

	memory[page_size + 1] = 'x';
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, page_size + 1)), 1);
	REQUIRE_EQ(byte, 'x');
}

/* The pinned page, not what is mapped there by now. */
TEST("abi.access.stays_with_the_pinned_page")
{
	char *memory = map_pattern(), before = *memory, byte = 'x';
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);

	REQUIRE(!madvise(memory, SIZE, MADV_DONTNEED));
	REQUIRE_EQ(*memory, 0);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, 0)), 1);
	REQUIRE_EQ(byte, before);
	REQUIRE_EQ(SYS(pwrite(fd, "y", 1, 0)), 1);
	REQUIRE_EQ(*memory, 0);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, 0)), 1);
	REQUIRE_EQ(byte, 'y');
}

TEST("abi.access.ends_after_the_last_page")
{
	char *memory = map_pattern(), *bytes = map_pages(PAGES);
	int fd = pin_for(memory, 0);

	REQUIRE_EQ(SYS(pread(fd, bytes, SIZE + 1, 0)), SIZE);
	REQUIRE_EQ(SYS(pread(fd, bytes, SIZE, SIZE - 3)), 3);
	REQUIRE(!memcmp(bytes, memory + SIZE - 3, 3));
	REQUIRE_EQ(SYS(pread(fd, bytes, 1, SIZE)), 0);
	REQUIRE_EQ(SYS(pread(fd, bytes, 1, SIZE + 1)), 0);
	REQUIRE_EQ(SYS(pread(fd, bytes, SIZE, 1ULL << 32)), 0);
	REQUIRE_EQ(SYS(pread(fd, bytes, SIZE, LLONG_MAX - SIZE)), 0);
	REQUIRE_EQ(SYS(pread(fd, bytes, 0, 0)), 0);
}

TEST("abi.access.negative_offset_is_EINVAL")
{
	char byte = 0;
	int fd = pin_for(map_pattern(), PINTEST_FOLL_WRITE);

	REQUIRE_EQ(SYS(pread(fd, &byte, 1, -1)), -EINVAL);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, LLONG_MIN)), -EINVAL);
	REQUIRE_EQ(SYS(pwrite(fd, &byte, 1, -1)), -EINVAL);
}

TEST("abi.access.write_at_the_end_is_ENOSPC_and_before_it_short")
{
	char *memory = map_pattern();
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);

	REQUIRE_EQ(SYS(pwrite(fd, "abcd", 4, SIZE - 2)), 2);
	REQUIRE(!memcmp(memory + SIZE - 2, "ab", 2));
	REQUIRE_EQ(SYS(pwrite(fd, "abcd", 4, SIZE)), -ENOSPC);
	REQUIRE_EQ(SYS(pwrite(fd, "abcd", 4, SIZE + 1)), -ENOSPC);
	REQUIRE_EQ(SYS(pwrite(fd, "abcd", 4, LLONG_MAX - 5)), -ENOSPC);
	REQUIRE_EQ(SYS(pwrite(fd, "abcd", 0, 0)), 0);
}

TEST("abi.access.write_needs_a_pin_with_FOLL_WRITE")
{
	char *memory = map_pattern(), *same = map_pattern();
	int fd = pin_for(memory, 0);

	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), -EBADF);
	REQUIRE_EQ(SYS(write(fd, "x", 1)), -EBADF);
	close(fd);
	fd = pin_for(memory, PINTEST_FOLL_LONGTERM);
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), -EBADF);
	REQUIRE(!memcmp(memory, same, SIZE));
}

TEST("abi.access.read_and_write_move_the_offset")
{
	char *memory = map_pattern(), *bytes = map_pages(PAGES);
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);

	REQUIRE_EQ(SYS(read(fd, bytes, 10)), 10);
	REQUIRE_EQ(SYS(lseek(fd, 0, SEEK_CUR)), 10);
	REQUIRE_EQ(SYS(write(fd, "xy", 2)), 2);
	REQUIRE(!memcmp(memory + 10, "xy", 2));
	REQUIRE_EQ(SYS(read(fd, bytes, SIZE)), SIZE - 12);
	REQUIRE(!memcmp(bytes, memory + 12, SIZE - 12));
	REQUIRE_EQ(SYS(read(fd, bytes, 1)), 0);
	REQUIRE_EQ(SYS(write(fd, "z", 1)), -ENOSPC);
}

TEST("abi.access.pread_does_not_move_the_offset")
{
	char byte;
	int fd = pin_for(map_pattern(), 0);

	REQUIRE_EQ(SYS(pread(fd, &byte, 1, page_size)), 1);
	REQUIRE_EQ(SYS(lseek(fd, 0, SEEK_CUR)), 0);
}

TEST("abi.access.lseek_knows_the_length")
{
	int fd = pin_for(map_pattern(), 0);

	REQUIRE_EQ(SYS(lseek(fd, 0, SEEK_END)), SIZE);
	REQUIRE_EQ(SYS(lseek(fd, -1, SEEK_END)), SIZE - 1);
	REQUIRE_EQ(SYS(lseek(fd, 5, SEEK_SET)), 5);
	REQUIRE_EQ(SYS(lseek(fd, 5, SEEK_CUR)), 10);
	REQUIRE_EQ(SYS(lseek(fd, -1, SEEK_SET)), -EINVAL);
	REQUIRE_EQ(SYS(lseek(fd, 1, SEEK_END)), -EINVAL);
	REQUIRE_EQ(SYS(lseek(fd, 0, 77)), -EINVAL);
}

TEST("abi.access.vectors_are_read_one_after_the_other")
{
	char *memory = map_pattern(), a[3], b[5];
	struct iovec iov[] = { { a, sizeof(a) }, { b, sizeof(b) } };
	int fd = pin_for(memory, 0);

	REQUIRE_EQ(SYS(preadv(fd, iov, 2, page_size - 4)), 8);
	REQUIRE(!memcmp(a, memory + page_size - 4, 3));
	REQUIRE(!memcmp(b, memory + page_size - 1, 5));
}

TEST("abi.access.bad_buffer_is_EFAULT")
{
	char *memory = map_pattern(), *same = map_pattern();
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);
	char *unwritable = map_pages(1);
	void *bad[] = { NULL, map_nothing(1), (void *)-page_size };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		REQUIRE_EQ(SYS(pread(fd, bad[i], 1, 0)), -EFAULT);
		REQUIRE_EQ(SYS(pwrite(fd, bad[i], 1, 0)), -EFAULT);
	}
	REQUIRE(!mprotect(unwritable, page_size, PROT_READ));
	REQUIRE_EQ(SYS(pread(fd, unwritable, 1, 0)), -EFAULT);
	REQUIRE(!memcmp(memory, same, SIZE));
}

/* What was read before the fault counts, and is right. */
TEST("abi.access.read_into_a_buffer_that_ends_is_short")
{
	char *memory = map_pattern(), *buffer = map_island(2);
	int fd = pin_for(memory, 0);
	ssize_t ret = SYS(pread(fd, buffer, SIZE, 0));

	REQUIRE(ret > 0 && ret <= (ssize_t)(2 * page_size));
	REQUIRE(!memcmp(buffer, memory, ret));
	buffer += page_size / 2 + 3;
	ret = SYS(pread(fd, buffer, SIZE, 1));
	REQUIRE(ret > 0 && ret <= (ssize_t)(2 * page_size));
	REQUIRE(!memcmp(buffer, memory + 1, ret));
}

/* The pin has what was written, and behind it what was there before. */
static void write_must_be_short(size_t skip, size_t offset)
{
	char *memory = map_pattern(), *same = map_pattern();
	char *buffer = map_island(2) + skip;
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);
	size_t there = 2 * page_size - skip;
	ssize_t ret = SYS(pwrite(fd, buffer, there + 100, offset));

	REQUIRE(ret > 0 && ret <= (ssize_t)there);
	REQUIRE(!memcmp(memory, same, offset));
	REQUIRE(!memcmp(memory + offset, buffer, ret));
	REQUIRE(!memcmp(memory + offset + there, same + offset + there,
			SIZE - offset - there));
}

TEST("abi.access.write_from_a_buffer_that_ends_is_short")
{
	write_must_be_short(0, page_size);
	write_must_be_short(0, 0);
	write_must_be_short(0, 10);
	write_must_be_short(page_size / 2 + 3, page_size);
	write_must_be_short(2 * page_size - 1, 3 * page_size - 1);
}

/* The pinned pages themselves as buffer: no lock that a fault would want. */
TEST("abi.access.may_copy_to_and_from_itself")
{
	char *memory = map_pattern(), *same = map_pattern();
	int fd = pin_for(memory, PINTEST_FOLL_WRITE);

	REQUIRE_EQ(SYS(pread(fd, memory, SIZE, 0)), SIZE);
	REQUIRE(!memcmp(memory, same, SIZE));
	REQUIRE_EQ(SYS(pwrite(fd, memory, page_size, page_size)), page_size);
	REQUIRE(!memcmp(memory + page_size, same, page_size));
}

/* Bytes of one page in the middle of a pin of several pieces. */
TEST("abi.access.finds_every_page_of_a_long_pin")
{
	const size_t pages = 1100;
	char *memory = map_pages(pages);
	size_t first, i;
	int fd;

	for (first = 0; first < 40; first += 13) {
		fd = pin(memory + first * page_size, pages - first,
			 PINTEST_API_PIN_FAST, 0);
		for (i = first; i < pages; i++) {
			unsigned char byte;

			REQUIRE_EQ(SYS(pread(fd, &byte, 1,
					     (i - first + 1) * page_size - 1)),
				   1);
			REQUIRE_EQ(byte, memory_byte(i));
		}
		close(fd);
	}
}

/*
 * Of more pieces than there is room for at first. All but three pages are the
 * shared zeropage, so this takes hardly any memory.
 */
TEST("abi.access.finds_pages_of_a_very_long_pin")
{
	const size_t pages = 66 * 512, written[] = { 0, 32800, pages - 1 };
	char *memory = map_untouched(pages), byte;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(written); i++)
		memory[written[i] * page_size] = 'a' + i;
	fd = pin(memory, pages, PINTEST_API_PIN_FAST, 0);
	for (i = 0; i < ARRAY_SIZE(written); i++) {
		REQUIRE_EQ(SYS(pread(fd, &byte, 1, written[i] * page_size)),
			   1);
		REQUIRE_EQ(byte, 'a' + (char)i);
	}
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, 32801 * page_size)), 1);
	REQUIRE_EQ(byte, 0);
}
