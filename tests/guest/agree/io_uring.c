// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins that are not ours: fixed buffers of io_uring, of every kind of memory.
 * INSPECT has to see them, and to see them go.
 */
#include <liburing.h>
#include <string.h>
#include <sys/uio.h>
#include "compare.h"
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"

static struct pintest_record before[MAX_PAGES], during[MAX_PAGES];
static struct pintest_record after[MAX_PAGES];

static void start_ring(struct io_uring *ring)
{
	int ret = io_uring_queue_init(1, ring, 0);

	if (ret)
		ktap_skip("no io_uring here: %s", strerror(-ret));
}

/* It pins for writing and for long, which the kernel refuses for some files. */
static void pin_by_ring(struct io_uring *ring, struct region region)
{
	struct iovec buffer = { region.addr, region.pages * page_size };
	int ret = io_uring_register_buffers(ring, &buffer, 1);

	if (ret == -EFAULT || ret == -EOPNOTSUPP)
		ktap_skip("io_uring takes no such memory: %s", strerror(-ret));
	REQUIRE_EQ(ret, 0);
}

/* It may keep one pin of each folio, or of each page. */
static void page_must_be_pinned(size_t i)
{
	ktap_about("page %zu", i);
	REQUIRE_EQ(before[i].pfn, during[i].pfn);
	REQUIRE(before[i].fields & PINTEST_FIELD_PINCOUNT);
	REQUIRE_EQ(before[i].pincount, 0);
	REQUIRE(!(before[i].flags & PINTEST_PAGE_MAYBE_DMA_PINNED));
	REQUIRE(during[i].pincount >= 1);
	REQUIRE(during[i].flags & PINTEST_PAGE_MAYBE_DMA_PINNED);
	REQUIRE_EQ(after[i].pincount, 0);
	REQUIRE(!(after[i].flags & PINTEST_PAGE_MAYBE_DMA_PINNED));
}

/* The first pin may change what is mapped. */
static void inspect_sees_ring(const void *arg)
{
	const struct kind *kind = arg;
	struct source source = { .region = kind->map(), .fd = -1 };
	struct io_uring ring;
	size_t i;

	start_ring(&ring);
	pin_by_ring(&ring, source.region);
	REQUIRE_EQ(io_uring_unregister_buffers(&ring), 0);
	get_records(&source, before);
	pin_by_ring(&ring, source.region);
	records_must_agree(&source, during);
	REQUIRE_EQ(io_uring_unregister_buffers(&ring), 0);
	get_records(&source, after);
	for (i = 0; i < source.region.pages; i++)
		page_must_be_pinned(i);
	io_uring_queue_exit(&ring);
}

TEST_GROUP
{
	size_t i;

	for (i = 0; i < nr_kinds; i++)
		if (!kinds[i].read_only)
			ktap_add(inspect_sees_ring, &kinds[i],
				 "agree.io-uring.%s", kinds[i].name);
}

/* Both count, and go one by one. */
TEST("agree.io-uring.beside-a-pin-of-ours")
{
	struct region region = { map_pages(3), 3 };
	struct source source = { .region = region };
	struct io_uring ring;

	start_ring(&ring);
	pin_by_ring(&ring, region);
	source.fd = pin(region.addr, 3, PINTEST_API_PIN, PINTEST_FOLL_WRITE);
	get_records(&source, during);
	REQUIRE_EQ(during[0].pincount, 2);
	REQUIRE_EQ(io_uring_unregister_buffers(&ring), 0);
	get_records(&source, during);
	REQUIRE_EQ(during[0].pincount, 1);
	io_uring_queue_exit(&ring);
}

static void pin_and_wait(int fd, void *arg)
{
	struct region region = { arg, 3 };
	struct io_uring ring;

	start_ring(&ring);
	pin_by_ring(&ring, region);
	peer_send(fd, 0);
	peer_wait_close(fd);
	REQUIRE_EQ(io_uring_unregister_buffers(&ring), 0);
	io_uring_queue_exit(&ring);
}

/* fork() shares the pages; what the child pins is a copy of its own. */
TEST("agree.io-uring.of-another-process")
{
	char *memory = map_pages(3);
	struct io_uring ring;
	struct peer child;

	start_ring(&ring);
	io_uring_queue_exit(&ring);
	child = peer_start(pin_and_wait, memory);
	peer_receive(child.fd);
	REQUIRE_EQ(inspect_all(child.pid, (uintptr_t)memory, 3 * page_size,
			       during, MAX_PAGES), 3);
	REQUIRE_EQ(inspect_all(0, (uintptr_t)memory, 3 * page_size, before,
			       MAX_PAGES), 3);
	REQUIRE_EQ(during[2].pincount, 1);
	REQUIRE_EQ(before[2].pincount, 0);
	REQUIRE(before[2].pfn != during[2].pfn);
	peer_join(&child);
}
