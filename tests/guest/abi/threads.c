// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at the same time. What a call may answer then is either what it
 * would answer before or after the others.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

#define PAGES 4
#define ROUNDS 100
#define NR_THREADS 4

/* The pin that all threads work on, and its memory. */
static atomic_int shared_fd;
static atomic_bool over;
static char *shared_memory;
static pthread_barrier_t barrier;

static bool read_records(int fd)
{
	struct pintest_record record[PAGES];
	int ret = records(fd, 0, record, PAGES), i;

	for (i = 0; i < ret; i++)
		REQUIRE_EQ(record[i].addr,
			   (uintptr_t)shared_memory + i * page_size);
	if (ret != PAGES && ret != -ENXIO && ret != -EBADF)
		FAIL("RECORDS of a shared pin gives %d", ret);
	return ret == PAGES;
}

static bool read_bytes(int fd)
{
	unsigned char bytes[2];
	long long ret = SYS(pread(fd, bytes, 2, page_size - 1));

	if (ret == 2) {
		REQUIRE_EQ(bytes[0], memory_byte(0));
		REQUIRE_EQ(bytes[1], memory_byte(1));
	} else if (ret != -ENXIO && ret != -EBADF) {
		FAIL("pread() of a shared pin gives %lld", ret);
	}
	return ret == 2;
}

static bool write_bytes(int fd)
{
	unsigned char byte = memory_byte(2);
	long long ret = SYS(pwrite(fd, &byte, 1, 2 * page_size + 5));

	if (ret != 1 && ret != -ENXIO && ret != -EBADF)
		FAIL("pwrite() of a shared pin gives %lld", ret);
	return ret == 1;
}

static bool (*const uses[NR_THREADS])(int fd) = {
	read_records, read_bytes, write_bytes, read_records,
};

/* Uses the pin until it is gone: once gone it must stay so. */
static void *use_until_gone(void *arg)
{
	bool (*use)(int fd) = *(bool (*const *)(int fd))arg;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		while (use(shared_fd))
			;
		REQUIRE(!use(shared_fd));
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

static void end_by_unpin(int fd)
{
	REQUIRE_EQ(unpin(fd, PINTEST_UNPIN_DIRTY), 0);
}

static void end_by_close(int fd)
{
	close(fd);
}

static void start_threads(pthread_t *threads, void *(*run)(void *arg))
{
	size_t i;

	for (i = 0; i < NR_THREADS; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, run,
					(void *)&uses[i]));
}

static void join_threads(pthread_t *threads)
{
	size_t i;

	for (i = 0; i < NR_THREADS; i++)
		REQUIRE(!pthread_join(threads[i], NULL));
}

static void all_use_what_one_ends(void (*end)(int fd))
{
	long long pins = kernel_pins();
	pthread_t threads[NR_THREADS];
	int round;

	device();
	shared_memory = map_pages(PAGES);
	REQUIRE(!pthread_barrier_init(&barrier, NULL, NR_THREADS + 1));
	start_threads(threads, use_until_gone);
	for (round = 0; round < ROUNDS; round++) {
		shared_fd = pin(shared_memory, PAGES,
				some_api(round, PINTEST_FOLL_WRITE),
				PINTEST_FOLL_WRITE);
		pthread_barrier_wait(&barrier);
		end(shared_fd);
		pthread_barrier_wait(&barrier);
		close(shared_fd);
	}
	join_threads(threads);
	REQUIRE_EQ(kernel_pins(), pins);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

TEST("abi.threads.unpin_while_others_use_the_pin")
{
	all_use_what_one_ends(end_by_unpin);
}

TEST("abi.threads.close_while_others_use_the_pin")
{
	all_use_what_one_ends(end_by_close);
}

static atomic_int unpinned;

static void *unpin_once(void *arg __attribute__((unused)))
{
	int round, ret;

	for (round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&barrier);
		ret = unpin(shared_fd, 0);
		if (!ret)
			unpinned++;
		else
			REQUIRE_EQ(ret, -ENXIO);
		pthread_barrier_wait(&barrier);
	}
	return NULL;
}

TEST("abi.threads.only_one_of_many_unpins")
{
	pthread_t threads[NR_THREADS];
	int round;

	device();
	shared_memory = map_pages(PAGES);
	REQUIRE(!pthread_barrier_init(&barrier, NULL, NR_THREADS + 1));
	start_threads(threads, unpin_once);
	for (round = 0; round < ROUNDS; round++) {
		shared_fd = pin(shared_memory, PAGES, PINTEST_API_PIN, 0);
		pthread_barrier_wait(&barrier);
		pthread_barrier_wait(&barrier);
		REQUIRE_EQ(unpinned, round + 1);
		close(shared_fd);
	}
	join_threads(threads);
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

static atomic_int unpinner;

static void *read_all(void *to)
{
	REQUIRE_EQ(pread(shared_fd, to, PAGES * page_size, 0),
		   PAGES * page_size);
	return NULL;
}

static void *unpin_all(void *arg __attribute__((unused)))
{
	unpinner = gettid();
	REQUIRE_EQ(unpin(shared_fd, 0), 0);
	over = true;
	return NULL;
}

/*
 * Whether a thread of ours waits for something that is not a signal. No memory
 * is mapped to find out: it could be what the thread waits for.
 */
static bool is_blocked(pid_t tid)
{
	char path[64], text[200] = "";
	const char *name_end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	REQUIRE(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	name_end = strrchr(text, ')');
	return name_end && !strncmp(name_end, ") D", 3);
}

/* Not by chance: the read stops in the middle until UNPIN has had its turn. */
TEST("abi.threads.unpin_waits_for_a_read")
{
	char *to = map_untouched(PAGES);
	struct pollfd uffd = { .events = POLLIN };
	pthread_t threads[2];

	device();
	shared_memory = map_pages(PAGES);
	shared_fd = pin(shared_memory, PAGES, PINTEST_API_PIN, 0);
	uffd.fd = stop_faults(to, PAGES);
	REQUIRE(!pthread_create(&threads[0], NULL, read_all, to));
	REQUIRE_EQ(poll(&uffd, 1, -1), 1);
	REQUIRE(!pthread_create(&threads[1], NULL, unpin_all, NULL));
	while (!over && !(unpinner && is_blocked(unpinner)))
		;
	REQUIRE(!over);
	close(uffd.fd);
	REQUIRE(!pthread_join(threads[0], NULL));
	REQUIRE(!pthread_join(threads[1], NULL));
	REQUIRE(!memcmp(to, shared_memory, PAGES * page_size));
	REQUIRE_EQ(kernel_locked_pages(0), 0);
}

/* Changes the mappings, and with them the page tables, all the time. */
static void *remap(void *arg __attribute__((unused)))
{
	const size_t size = 1024 * page_size;
	size_t i;

	while (!over) {
		char *memory = map_or_fail(size, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS |
					   MAP_NORESERVE, -1);

		madvise(memory, size, MADV_HUGEPAGE);
		for (i = 0; i < 1024; i += 37)
			memory[i * page_size] = 1;
		REQUIRE(!mprotect(memory + 100 * page_size, page_size,
				  PROT_READ));
		REQUIRE(!madvise(memory, size / 2, MADV_DONTNEED));
		REQUIRE(!munmap(memory, size));
	}
	return NULL;
}

/* Pages of the whole neighbourhood, in order, none of them unmapped. */
static void look_around(uint64_t addr, uint64_t length)
{
	static struct pintest_record record[4096];
	uint64_t end = addr + length, next, last = addr;
	int ret, i;

	for (; addr < end; addr = next) {
		ret = inspect(0, addr, end - addr, record, 4096, &next);
		REQUIRE(ret >= 0);
		for (i = 0; i < ret; i++) {
			REQUIRE(record[i].addr >= last);
			REQUIRE(record[i].flags & PINTEST_PAGE_MAPPED_SAME);
			last = record[i].addr + page_size;
		}
	}
}

TEST("abi.threads.inspect_while_mappings_change")
{
	uint64_t base = (uintptr_t)map_nothing(1);
	pthread_t threads[2];
	int i;

	device();
	base &= ~(uint64_t)(0x1000000 - 1);
	for (i = 0; i < 2; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, remap, NULL));
	for (i = 0; i < ROUNDS; i++)
		look_around(base - 0x2000000, 0x4000000);
	over = true;
	for (i = 0; i < 2; i++)
		REQUIRE(!pthread_join(threads[i], NULL));
}

/* Pins come and go while the pages below them do. */
static void *drop_pages(void *arg __attribute__((unused)))
{
	while (!over) {
		REQUIRE(!madvise(shared_memory, PAGES * page_size,
				 MADV_DONTNEED));
		REQUIRE(!mprotect(shared_memory, page_size, PROT_READ));
		REQUIRE(!mprotect(shared_memory, page_size,
				  PROT_READ | PROT_WRITE));
	}
	return NULL;
}

TEST("abi.threads.pin_while_pages_are_dropped")
{
	long long pins = kernel_pins();
	struct pintest_record record[PAGES];
	pthread_t thread;
	int i;

	device();
	shared_memory = map_untouched(PAGES);
	REQUIRE(!pthread_create(&thread, NULL, drop_pages, NULL));
	for (i = 0; i < 10 * ROUNDS; i++) {
		uint32_t foll = i & NR_APIS ? PINTEST_FOLL_WRITE : 0;
		struct pintest_pin_args args =
			pin_args(shared_memory, PAGES, some_api(i, foll),
				 foll);
		int fd = pin_try(&args);

		if (fd == -EFAULT)
			continue;
		REQUIRE(fd >= 0);
		REQUIRE_EQ(records(fd, 0, record, PAGES), args.out_pages);
		close(fd);
	}
	over = true;
	REQUIRE(!pthread_join(thread, NULL));
	REQUIRE_EQ(kernel_pins(), pins);
}
