// SPDX-License-Identifier: GPL-2.0-only
/*
 * memfd_pin_folios(): what is pinned is what the file has, one pin for each
 * folio of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

#define PAGES	600
#define LONGTERM PINTEST_FOLL_LONGTERM
#define WRITE	(PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE)

static int memfd_of(size_t pages)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, pages * page_size));
	return fd;
}

/* A call is made for SEGMENT pages of address space at a time. */
#define SEGMENT	512

static char *map_shared(int fd, size_t pages)
{
	const size_t segment = SEGMENT * page_size;
	uintptr_t room = (uintptr_t)map_nothing(pages + SEGMENT);
	char *start = (char *)((room + segment - 1) / segment * segment);

	REQUIRE(mmap(start, pages * page_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, fd, 0) == start);
	return start;
}

/* Every byte of page n is memory_byte(n). */
static char *map_filled(size_t pages)
{
	char *memory = map_shared(memfd_of(pages), pages);
	size_t i;

	for (i = 0; i < pages; i++)
		memset(memory + i * page_size, memory_byte(i), page_size);
	return memory;
}

static void memfd_must_fail(const char *memory, size_t pages, uint32_t foll,
			    int error)
{
	struct pintest_pin_args args = pin_args(memory, pages,
						PINTEST_API_PIN_MEMFD, foll);

	pin_must_fail(&args, error);
}

TEST("abi.memfd.pages_are_those_of_the_mapping")
{
	char *memory;
	size_t i;
	int fd;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_filled(PAGES);
	fd = pin(memory, PAGES, PINTEST_API_PIN_MEMFD, WRITE);
	for (i = 0; i < PAGES; i++) {
		pin_must_have_page(fd, i, i);
		if (device_knows(PINTEST_PAGE_MAPPED_SAME))
			REQUIRE(record_of(fd, i).flags &
				PINTEST_PAGE_MAPPED_SAME);
	}
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 7 * page_size)), 1);
	REQUIRE_EQ(memory[7 * page_size], 'x');
	close(fd);
}

/* From the middle of the file, and from what the mapping begins with. */
TEST("abi.memfd.range_may_begin_anywhere")
{
	char *memory, *part;
	int memfd, fd;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_filled(8);
	fd = pin(memory + 5 * page_size, 3, PINTEST_API_PIN_MEMFD, LONGTERM);
	pin_must_have_page(fd, 0, 5);
	pin_must_have_page(fd, 2, 7);
	memfd = memfd_of(8);
	part = mmap(NULL, 4 * page_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		    memfd, 4 * page_size);
	REQUIRE(part != MAP_FAILED);
	memset(part, memory_byte(4), page_size);
	memset(part + page_size, memory_byte(5), page_size);
	fd = pin(part + page_size, 1, PINTEST_API_PIN_MEMFD, LONGTERM);
	pin_must_have_page(fd, 0, 5);
}

/* Page tables are not asked: nobody has touched the file. */
TEST("abi.memfd.untouched_pages_are_made")
{
	char *memory, byte = 1;
	int fd;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_shared(memfd_of(PAGES), PAGES);
	fd = pin(memory, PAGES, PINTEST_API_PIN_MEMFD, LONGTERM);
	REQUIRE_EQ(SYS(pread(fd, &byte, 1, (PAGES - 1) * page_size)), 1);
	REQUIRE_EQ(byte, 0);
	REQUIRE(!(kernel_pagemap_of(memory) & PAGEMAP_PRESENT));
}

/* Of small pages, one each; everything goes back in each of the ways. */
TEST("abi.memfd.pins_are_given_back")
{
	long long was;
	char *memory;
	int fd;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_filled(PAGES);
	was = kernel_pins();
	fd = pin(memory, PAGES, PINTEST_API_PIN_MEMFD, WRITE);
	REQUIRE(kernel_pins() > was);
	close(fd);
	REQUIRE_EQ(kernel_pins(), was);
	fd = pin(memory, PAGES, PINTEST_API_PIN_MEMFD, WRITE);
	REQUIRE_EQ(unpin(fd, PINTEST_UNPIN_DIRTY), 0);
	REQUIRE_EQ(kernel_pins(), was);
}

TEST("abi.memfd.needs_FOLL_LONGTERM")
{
	need_api(PINTEST_API_PIN_MEMFD);
	memfd_must_fail(map_filled(1), 1, 0, -EBADRQC);
	memfd_must_fail(map_filled(1), 1, PINTEST_FOLL_WRITE, -EBADRQC);
	memfd_must_fail(map_filled(1), 1, WRITE | PINTEST_FOLL_FORCE,
			-EBADRQC);
}

TEST("abi.memfd.unknown_to_the_kernel_is_EBADRQC")
{
	if (device_info(0).out_apis & 1ULL << PINTEST_API_PIN_MEMFD)
		ktap_skip("this kernel has memfd_pin_folios()");
	memfd_must_fail(map_filled(1), 1, LONGTERM, -EBADRQC);
}

/* No file, a private mapping, part of two mappings, nothing. */
TEST("abi.memfd.other_memory_is_EFAULT")
{
	char *memory;
	int memfd;

	need_api(PINTEST_API_PIN_MEMFD);
	memfd_must_fail(map_pages(1), 1, LONGTERM, -EFAULT);
	memfd_must_fail(map_nothing(1), 1, LONGTERM, -EFAULT);
	memfd = memfd_of(4);
	memory = map_or_fail(4 * page_size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE, memfd);
	memfd_must_fail(memory, 4, LONGTERM, -EFAULT);
	memory = map_filled(4);
	REQUIRE(!munmap(memory + 2 * page_size, page_size));
	memfd_must_fail(memory, 4, LONGTERM, -EFAULT);
	memfd_must_fail(memory + 2 * page_size, 1, LONGTERM, -EFAULT);
}

TEST("abi.memfd.behind_the_end_of_the_file_is_EINVAL")
{
	char *memory;

	need_api(PINTEST_API_PIN_MEMFD);
	memory = map_shared(memfd_of(2), 4);
	memfd_must_fail(memory, 3, LONGTERM, -EINVAL);
	memfd_must_fail(memory + 2 * page_size, 1, LONGTERM, -EINVAL);
	close(pin(memory, 2, PINTEST_API_PIN_MEMFD, LONGTERM));
}

static void bench_must_fail(const char *memory, size_t pages, uint32_t batch,
			    int error)
{
	struct pintest_bench_args args = {
		.size = sizeof(args),
		.api = PINTEST_API_PIN_MEMFD,
		.addr = (uintptr_t)memory,
		.length = pages * page_size,
		.foll = LONGTERM,
		.batch = batch,
	};

	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_BENCH, &args), error);
}

static void whole_must_fail(const char *memory, size_t pages, int error)
{
	memfd_must_fail(memory, pages, LONGTERM, error);
	bench_must_fail(memory, pages, 1, error);
	bench_must_fail(memory, pages, 600, error);
}

static void map_at(char *addr, int fd, size_t pages)
{
	REQUIRE(mmap(addr, pages * page_size, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, fd, 0) == addr);
}

/* The same request has the same answer wherever in a segment memory begins. */
TEST("abi.memfd.address_does_not_matter")
{
	const size_t slots[] = { 0, 100, 412, 500, SEGMENT - 1 };
	int memfd = memfd_of(600), other = memfd_of(600);
	char *start, *memory;
	size_t i;

	need_api(PINTEST_API_PIN_MEMFD);
	start = map_shared(memfd_of(1), 3 * SEGMENT);
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		memory = start + slots[i] * page_size;
		ktap_about("slot %zu", slots[i]);
		map_at(memory, memfd, 700);
		whole_must_fail(memory, 700, -EINVAL);
		close(pin(memory, 600, PINTEST_API_PIN_MEMFD, LONGTERM));
		map_at(memory, memfd, SEGMENT);
		map_at(memory + SEGMENT * page_size, other, 600);
		whole_must_fail(memory, 2 * SEGMENT, -EFAULT);
		close(pin(memory, SEGMENT, PINTEST_API_PIN_MEMFD, LONGTERM));
	}
}

/* Who can only read the file gets no pin that writes to it. */
TEST("abi.memfd.writing_to_a_read_only_file_is_EFAULT")
{
	char path[64], *memory;
	int fd;

	need_api(PINTEST_API_PIN_MEMFD);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd_of(1));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	REQUIRE(fd >= 0);
	memory = map_or_fail(page_size, PROT_READ, MAP_SHARED, fd);
	memfd_must_fail(memory, 1, WRITE, -EFAULT);
	fd = pin(memory, 1, PINTEST_API_PIN_MEMFD, LONGTERM);
	REQUIRE_EQ(SYS(pwrite(fd, "x", 1, 0)), -EBADF);
}
