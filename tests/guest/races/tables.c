// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables of another process that come and go under those who look at them:
 * huge pages are made, split and dropped there by two threads, and neither of
 * its processors is ours.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

#define TABLE		(2UL << 20)
#define TABLES		16
#define SIZE		(TABLES * TABLE)
#define ROUNDS		20000

/* For older C libraries. */
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

static bool over;

static void *touch(void *memory)
{
	unsigned int seed = 1;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		((volatile char *)memory)[rand_r(&seed) % SIZE] = 1;
	return NULL;
}

/* Advice that this kernel or moment does not take is none. */
static void change(char *memory, unsigned int *seed)
{
	static const int advice[] = {
		MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED, MADV_COLLAPSE,
		MADV_HUGEPAGE, MADV_NOHUGEPAGE,
	};
	char *table = memory + rand_r(seed) % TABLES * TABLE;
	size_t pages = rand_r(seed) % (TABLE / page_size) + 1;
	int what = advice[rand_r(seed) % ARRAY_SIZE(advice)];

	if (rand_r(seed) % 4)
		pages = TABLE / page_size;
	madvise(table, pages * page_size, what);
}

static void change_tables(int fd, void *arg)
{
	unsigned int seed = 2;
	char *memory = arg;
	pthread_t thread;
	int i;

	REQUIRE(!pthread_create(&thread, NULL, touch, memory));
	peer_send(fd, 0);
	for (i = 0; i < ROUNDS; i++)
		change(memory, &seed);
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	REQUIRE(!pthread_join(thread, NULL));
}

/* Whatever was seen is in the range, in order, and anonymous when it was there. */
static void look(pid_t pid, uint64_t start)
{
	static struct pintest_record found[TABLE / 4096];
	uint64_t end = start + SIZE, addr = start, last = 0, next;
	int i, ret;

	for (; addr < end; addr = next) {
		ret = inspect(pid, addr, end - addr, found, ARRAY_SIZE(found),
			      &next);
		if (ret == -ESRCH)
			return;
		REQUIRE(ret >= 0);
		for (i = 0; i < ret; i++) {
			REQUIRE(found[i].addr >= addr && found[i].addr < next);
			REQUIRE(found[i].addr > last);
			REQUIRE(!(found[i].flags & PINTEST_PAGE_HUGETLB));
			last = found[i].addr;
		}
	}
}

TEST("races.tables.inspect_of_another")
{
	char *room = map_or_fail(SIZE + TABLE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1);
	char *memory = (char *)(((uintptr_t)room + TABLE - 1) & ~(TABLE - 1));
	struct peer peer;
	int i;

	need_mapped();
	peer = peer_start(change_tables, memory);
	peer_receive(peer.fd);
	for (i = 0; i < 500; i++)
		look(peer.pid, (uintptr_t)memory);
	peer_join(&peer);
}
