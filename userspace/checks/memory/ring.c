// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: pages that a driver has allocated and mapped for the process.
 *
 * Nobody but the check writes to them: the packet socket is bound to no protocol,
 * and io_uring is not entered.
 *
 * Kernels differ in how they map such pages: with their struct pages, which may be
 * pinned, or by number (VM_PFNMAP), which has to be refused.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/modules.h"
#include "machine/pagemap.h"

static int open_packet_ring(size_t length, struct reason *why)
{
	struct tpacket_req ring = {
		.tp_block_size = length,
		.tp_block_nr = 1,
		.tp_frame_size = page_size(),
		.tp_frame_nr = length / page_size(),
	};
	int fd;

	module_need("af_packet");
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return reason(why, -EOPNOTSUPP, "no packet socket can be had: %s",
			      strerror(errno));
	if (!setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof(ring)))
		return fd;
	reason(why, -errno, "no packet ring can be had: %s", strerror(errno));
	close(fd);
	return -EIO;
}

static int map_packet_ring(struct memory *memory, struct reason *why)
{
	int ret;

	memory->fd = open_packet_ring(memory->length, why);
	if (memory->fd < 0)
		return memory->fd;
	ret = memory_mmap(memory, memory->length, MAP_SHARED, why);
	if (!ret)
		memory_fill(memory);
	return ret;
}

static int map_queue(struct memory *memory, struct reason *why)
{
	memory->base = mmap(NULL, memory->length, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, memory->fd,
			    IORING_OFF_SQES);
	if (memory->base == MAP_FAILED)
		return reason(why, -errno, "cannot map io_uring's queue: %s",
			      strerror(errno));
	memory->base_length = memory->length;
	memory->addr = memory->base;
	memory->extent = memory->length;
	return 0;
}

/* What the kind promises, against how this kernel maps it. */
static int fill_if_as_promised(struct memory *memory, struct reason *why)
{
	bool by_number = memory->kind->refuses & REFUSES_READ;

	if (by_number != mapping_has(memory->addr, "pf"))
		return reason(why, -EOPNOTSUPP,
			      "this kernel maps it with%s struct pages",
			      by_number ? "" : "out");
	if (!by_number)
		memory_fill(memory);
	return 0;
}

/* The entries of the queue: the kernel reads them when it is entered. */
static int map_io_uring(struct memory *memory, struct reason *why)
{
	struct io_uring_params params = { 0 };
	int ret;

	memory->fd = syscall(SYS_io_uring_setup,
			     memory->length / sizeof(struct io_uring_sqe),
			     &params);
	if (memory->fd < 0)
		return reason(why, -EOPNOTSUPP, "no io_uring can be had: %s",
			      strerror(errno));
	ret = map_queue(memory, why);
	return ret ? ret : fill_if_as_promised(memory, why);
}

#define DRIVERS	.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO

static const struct memory_kind kinds[] = {
	{
		.id = "packet-ring",
		.what = "the ring of a packet socket: pages of a driver, mapped shared (VM_MIXEDMAP)",
		.traits = MEMORY_VARIANT,
		DRIVERS,
		.map = map_packet_ring,
	}, {
		.id = "io-uring-queue",
		.what = "entries of io_uring's queue: pages of a driver, mapped shared (VM_MIXEDMAP)",
		.traits = MEMORY_VARIANT,
		DRIVERS,
		.map = map_io_uring,
	}, {
		.id = "io-uring-queue-pfnmap",
		.what = "entries of io_uring's queue, mapped without struct pages (VM_PFNMAP)",
		.traits = MEMORY_UNMAPPED | MEMORY_VARIANT,
		.refuses = REFUSES_ALL,
		.map = map_io_uring,
	},
};

void memory_add_ring(struct memory_table *table)
{
	memory_add_kinds(table, kinds, ARRAY_SIZE(kinds));
}
