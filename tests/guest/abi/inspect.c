// SPDX-License-Identifier: GPL-2.0-only
/*
 * INSPECT: which pages have records, in how many calls, and that nobody can
 * tell that somebody looked.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define ROOM 2000

static struct pintest_record record[ROOM];

/* Page faults are counted: only those of the test itself may come. */
static void touch_room(void)
{
	memset(record, 0xee, sizeof(record));
}

TEST("abi.inspect.count_0_is_EINVAL")
{
	char *page = map_pages(1);
	uint64_t next;

	REQUIRE_EQ(inspect(0, (uintptr_t)page, page_size, record, 0, &next),
		   -EINVAL);
}

TEST("abi.inspect.bad_array_is_EFAULT")
{
	char *memory = map_pages(4), *to = map_island(1);
	struct pintest_record *last =
		(struct pintest_record *)(to + page_size) - 1;
	uint64_t addr = (uintptr_t)memory, length = 4 * page_size, next;

	REQUIRE_EQ(inspect(0, addr, length, NULL, 1, &next), -EFAULT);
	REQUIRE_EQ(inspect(0, addr, length, last, 2, &next), -EFAULT);
	REQUIRE_EQ(inspect(0, addr, length, last, 1, &next), 1);
	REQUIRE(!mprotect(to, page_size, PROT_READ));
	REQUIRE_EQ(inspect(0, addr, length, last, 1, &next), -EFAULT);
}

TEST("abi.inspect.nothing_mapped_has_no_records")
{
	char *nothing = map_nothing(100), *untouched = map_untouched(100);

	REQUIRE_EQ(inspect_all(0, (uintptr_t)nothing, 100 * page_size, record,
			       ROOM), 0);
	REQUIRE_EQ(inspect_all(0, (uintptr_t)untouched, 100 * page_size,
			       record, ROOM), 0);
}

TEST("abi.inspect.inaccessible_pages_have_no_records")
{
	char *memory = map_pages(3);

	REQUIRE(!mprotect(memory + page_size, page_size, PROT_NONE));
	REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, 3 * page_size, record,
			       ROOM), 2);
	REQUIRE_EQ(record[0].addr, (uintptr_t)memory);
	REQUIRE_EQ(record[1].addr, (uintptr_t)memory + 2 * page_size);
}

/* Every other page of many is touched, and maybe more than fits in a batch. */
TEST("abi.inspect.finds_what_is_mapped_and_nothing_else")
{
	const size_t pages = 1500;
	char *memory = map_untouched(pages);
	size_t i, nr = 0;

	for (i = 0; i < pages; i++)
		if (i % 2 || i > 1000)
			memory[i * page_size] = 1;
	REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, pages * page_size, record,
			       ROOM), 500 + 499);
	for (i = 0; i < pages; i++)
		if (i % 2 || i > 1000)
			REQUIRE_EQ(record[nr++].addr,
				   (uintptr_t)memory + i * page_size);
}

TEST("abi.inspect.stops_at_count_and_goes_on_from_next")
{
	char *memory = map_pages(20);
	uint64_t addr = (uintptr_t)memory, end = addr + 20 * page_size, next;
	size_t i;

	for (i = 0; i < 20; i++, addr = next) {
		touch_room();
		REQUIRE_EQ(inspect(0, addr, end - addr, record, 1, &next), 1);
		REQUIRE_EQ(record[0].addr, (uintptr_t)memory + i * page_size);
		REQUIRE_EQ(record[1].addr, 0xeeeeeeeeeeeeeeeeULL);
		REQUIRE(next > record[0].addr);
	}
	REQUIRE_EQ(addr, end);
}

/* The range ends where it is said to, whatever is mapped behind it. */
TEST("abi.inspect.stays_in_the_range")
{
	char *memory = map_pages(300);
	uint64_t addr = (uintptr_t)memory, next;
	size_t pages;

	for (pages = 1; pages < 290; pages += 24) {
		REQUIRE_EQ(inspect(0, addr + 5 * page_size, pages * page_size,
				   record, ROOM, &next), pages);
		REQUIRE_EQ(next, addr + (5 + pages) * page_size);
		REQUIRE_EQ(record[0].addr, addr + 5 * page_size);
	}
}

/* A tebibyte, or what fits, with a few pages in it: exactly those, at once. */
TEST("abi.inspect.finds_few_pages_in_a_huge_range")
{
	const uint64_t size = sizeof(long) == 8 ? 1ULL << 40 : 1ULL << 30;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			    0);
	uint64_t offsets[] = {
		0, page_size, 511 * page_size, 512 * page_size, size / 256,
		size / 4 - page_size, size / 4, size / 2 + 12345 * page_size,
		size - page_size,
	};
	uint64_t addr = (uintptr_t)memory, end = addr + size, next;
	size_t i, nr = 0, calls;

	if (memory == MAP_FAILED)
		ktap_skip("cannot map %llu bytes", (unsigned long long)size);
	madvise(memory, size, MADV_NOHUGEPAGE);
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		memory[offsets[i]] = 1;
	for (calls = 0; addr < end; calls++, addr = next) {
		int ret = inspect(0, addr, end - addr, record + nr, ROOM - nr,
				  &next);

		REQUIRE(ret >= 0);
		nr += ret;
		REQUIRE(calls < 10);
	}
	REQUIRE_EQ(nr, ARRAY_SIZE(offsets));
	for (i = 0; i < nr; i++)
		REQUIRE_EQ(record[i].addr, (uintptr_t)memory + offsets[i]);
}

/* From the first byte to where user space must have ended. */
TEST("abi.inspect.gets_through_a_whole_process")
{
	const uint64_t end = sizeof(long) == 8 ? 1ULL << 56 : 1ULL << 31;
	const char *page = map_pages(1);
	uint64_t addr, next, last = 0;
	size_t calls = 0;
	bool seen = false;
	int ret, i;

	for (addr = 0; addr < end; addr = next) {
		ret = inspect(0, addr, end - addr, record, ROOM, &next);
		REQUIRE(ret >= 0);
		for (i = 0; i < ret; i++) {
			REQUIRE(record[i].addr >= last);
			last = record[i].addr + page_size;
			seen |= record[i].addr == (uintptr_t)page;
		}
		REQUIRE(last <= next);
		REQUIRE(++calls < 1000);
	}
	REQUIRE(seen || (uintptr_t)page >= end);
}

static void touch_two(int fd, void *arg)
{
	char *memory = arg;

	memory[0] = 1;
	memory[2 * page_size] = 1;
	peer_send(fd, 0);
	peer_wait_close(fd);
}

TEST("abi.inspect.looks_at_another_process")
{
	char *memory = map_untouched(4);
	struct peer child = peer_start(touch_two, memory);

	peer_receive(child.fd);
	REQUIRE_EQ(inspect_all(child.pid, (uintptr_t)memory, 4 * page_size,
			       record, ROOM), 2);
	REQUIRE_EQ(record[1].addr, (uintptr_t)memory + 2 * page_size);
	REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, 4 * page_size, record,
			       ROOM), 0);
	peer_join(&child);
}

/* All that a process can find out about some of its pages. */
struct traces {
	uint64_t pagemap[8];
	unsigned char resident[8];
	long long referenced;
	long long rss;
	long faults;
};

static struct traces traces_of(char *memory)
{
	struct rusage usage;
	struct traces traces;

	memset(&traces, 0, sizeof(traces));
	kernel_pagemap(0, (uintptr_t)memory, traces.pagemap, 8);
	REQUIRE(!mincore(memory, 8 * page_size, traces.resident));
	traces.referenced = kernel_smaps(memory, "Referenced:");
	traces.rss = kernel_smaps(memory, "Rss:");
	/* Last, as reading the others may fault. */
	REQUIRE(!getrusage(RUSAGE_SELF, &usage));
	traces.faults = usage.ru_minflt + usage.ru_majflt;
	return traces;
}

/* Half of the pages touched, none since the kernel was told to watch. */
static char *map_watched(void)
{
	char *memory = map_untouched(8);
	size_t i;

	for (i = 0; i < 8; i += 2)
		memory[i * page_size] = 1;
	kernel_write("/proc/self/clear_refs", "1");
	if (!kernel_try_write("/proc/self/clear_refs", "4"))
		ktap_note("this kernel has no soft-dirty bits");
	return memory;
}

static void must_leave_no_trace(bool look)
{
	char *memory = map_watched();
	struct traces before, after;
	int tries = 3;

	touch_room();
	/*
	 * Once for the faults of doing it for the first time. Writing to these
	 * two is part of it, which a compiler would leave out of a memset().
	 * A fault of some other cause may come between; looking would be one
	 * every time.
	 */
	explicit_bzero(&before, sizeof(before));
	explicit_bzero(&after, sizeof(after));
	inspect_all(0, (uintptr_t)memory, 8 * page_size, record, ROOM);
	traces_of(memory);
	do {
		before = traces_of(memory);
		if (look)
			REQUIRE_EQ(inspect_all(0, (uintptr_t)memory,
					       8 * page_size, record, ROOM), 4);
		else
			memory[page_size] = 1;
		after = traces_of(memory);
	} while (look && after.faults > before.faults && --tries);
	REQUIRE_EQ(before.referenced, 0);
	REQUIRE_EQ(after.pagemap[1] == before.pagemap[1], look);
	REQUIRE_EQ(after.resident[1] == before.resident[1], look);
	REQUIRE_EQ(after.rss == before.rss, look);
	REQUIRE_EQ(after.referenced == before.referenced, look);
	REQUIRE_EQ(after.faults > before.faults, !look);
	REQUIRE_EQ(!memcmp(before.pagemap, after.pagemap,
			   sizeof(before.pagemap)), look);
}

TEST("abi.inspect.leaves_no_trace")
{
	must_leave_no_trace(true);
	/* What would be seen of somebody who touches. */
	must_leave_no_trace(false);
}

TEST("abi.inspect.takes_no_reference")
{
	char *page = map_pages(1);
	uint64_t addr = (uintptr_t)page;
	long long pins = kernel_pins();
	int32_t references;
	int i;

	/* The last of a long series of calls would show what each one took. */
	REQUIRE_EQ(inspect_all(0, addr, page_size, record, 1), 1);
	references = record->refcount;
	for (i = 0; i < 100; i++)
		REQUIRE_EQ(inspect_all(0, addr, page_size, record, 1), 1);
	REQUIRE(record->refcount <= references);
	REQUIRE_EQ(record->pincount, 0);
	REQUIRE_EQ(kernel_pins(), pins);
}

/*
 * Maps memory and a file that it has opened for itself and locked. The lock ends
 * when nothing has that open file any more: the mapping is the last that has.
 */
static void map_and_lock(int fd, void *arg)
{
	struct flock lock = { .l_type = F_WRLCK };
	char path[40];
	int own;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", *(int *)arg);
	own = open(path, O_RDWR | O_CLOEXEC);
	REQUIRE(own >= 0);
	REQUIRE(!fcntl(own, F_OFD_SETLK, &lock));
	map_or_fail(page_size, PROT_READ, MAP_SHARED, own);
	close(own);
	peer_send(fd, (uintptr_t)map_pages(8));
	peer_wait_close(fd);
}

static bool is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK };

	REQUIRE(!fcntl(fd, F_OFD_GETLK, &lock));
	return lock.l_type != F_UNLCK;
}

/**
 * struct subject - whose memory to look at
 * @pid: the process
 * @addr: of its memory
 */
struct subject {
	pid_t pid;
	uint64_t addr;
};

static void inspect_and_stop(int fd, void *arg)
{
	struct pintest_record *to = (void *)map_untouched(1);
	const struct subject *subject = arg;
	uint64_t next;

	peer_send_fd(fd, stop_faults((char *)to, 1));
	inspect(subject->pid, subject->addr, 8 * page_size, to, 8, &next);
	FAIL("nothing stopped INSPECT");
}

TEST("abi.inspect.keeps_no_memory_of_a_killed_process")
{
	int memfd = memfd_create("test", MFD_CLOEXEC), status;
	struct pollfd uffd = { .events = POLLIN };
	struct peer child, inspector;
	struct subject subject;

	need_mapped();
	REQUIRE(memfd >= 0 && !ftruncate(memfd, page_size));
	child = peer_start(map_and_lock, &memfd);
	subject.pid = child.pid;
	subject.addr = peer_receive(child.fd);
	REQUIRE(is_locked(memfd));
	inspector = peer_start(inspect_and_stop, &subject);
	uffd.fd = peer_receive_fd(inspector.fd);
	REQUIRE_EQ(poll(&uffd, 1, -1), 1);
	REQUIRE(is_locked(memfd));
	REQUIRE(!kill(child.pid, SIGKILL));
	REQUIRE_EQ(waitpid(child.pid, &status, 0), child.pid);
	REQUIRE(!is_locked(memfd));
	REQUIRE(!kill(inspector.pid, SIGKILL));
	REQUIRE_EQ(waitpid(inspector.pid, &status, 0), inspector.pid);
}
