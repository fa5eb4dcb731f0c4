// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file of hugetlb pages that loses its pages under those who look at them.
 *
 * Where two processes map the same gigabyte of it, they share the table of these
 * pages. A hole that is punched takes the table from one of them, and nobody
 * asks for its mmap lock: a look must not follow an entry that leads there no
 * more.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include "device.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "undo.h"

#define SIZE_OF_PAGES	(21U << 26) /* MFD_HUGE_2MB, for older C libraries */
#define GIGABYTE	(1UL << 30)
#define PUNCHES		2000

static int file;
static bool over;

/* At such an address that a table can be shared; one page of it is there. */
static char *map_gigabyte(void)
{
	uintptr_t room = (uintptr_t)map_nothing(2 * GIGABYTE / page_size);
	char *memory = mmap((void *)((room + GIGABYTE) & ~(GIGABYTE - 1)),
			    GIGABYTE, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_NORESERVE | MAP_FIXED, file, 0);

	REQUIRE(memory != MAP_FAILED);
	*memory = 1;
	return memory;
}

static void share_table(int fd, void *arg __attribute__((unused)))
{
	peer_send(fd, (uintptr_t)map_gigabyte());
	peer_wait_close(fd);
}

static void *punch(void *arg __attribute__((unused)))
{
	int i;

	for (i = 0; i < PUNCHES; i++)
		REQUIRE(!fallocate(file,
				   FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				   0, GIGABYTE));
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	return NULL;
}

/* What is there is of the file, whenever it is. */
static void look(pid_t pid, char *memory)
{
	struct pintest_record found[8];
	uint64_t next;
	int i, ret;

	*(volatile char *)memory = 1;
	ret = inspect(pid, (uintptr_t)memory, GIGABYTE, found,
		      ARRAY_SIZE(found), &next);
	REQUIRE(ret >= 0);
	for (i = 0; i < ret; i++)
		REQUIRE(found[i].flags & PINTEST_PAGE_HUGETLB);
}

static void need_pool(void)
{
	if (sizeof(long) < 8 ||
	    !undo_set("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages",
		      "4"))
		ktap_skip("there are no hugetlb pages of 2 MiB");
	file = memfd_create("holes", MFD_CLOEXEC | MFD_HUGETLB | SIZE_OF_PAGES);
	if (file < 0)
		ktap_skip("no memfd has hugetlb pages here");
	REQUIRE(!ftruncate(file, GIGABYTE));
}

/* Our own memory, or that of the process that shares the table with us. */
static void look_while_punched(const void *other)
{
	struct peer peer;
	pthread_t thread;
	char *memory;

	need_mapped();
	need_pool();
	peer = peer_start(share_table, NULL);
	memory = map_gigabyte();
	REQUIRE_EQ(peer_receive(peer.fd), (uintptr_t)memory);
	REQUIRE(!pthread_create(&thread, NULL, punch, NULL));
	while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
		look(other ? peer.pid : 0, memory);
	REQUIRE(!pthread_join(thread, NULL));
	peer_join(&peer);
}

TEST("races.holes.inspect")
{
	look_while_punched(NULL);
}

TEST("races.holes.inspect_of_another")
{
	look_while_punched("another");
}
