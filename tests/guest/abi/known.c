// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a record says it knows is true: pages that look like others, memory that
 * may not be read, references that are no pins.
 */
#include <linux/if_packet.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

#define BIAS 1024

static struct pintest_record only(const void *addr)
{
	struct pintest_record record[2];

	REQUIRE_EQ(inspect_all(0, (uintptr_t)addr, page_size, record, 2), 1);
	return record[0];
}

/* INSPECT of one page: whether there is a record, or nobody knows. */
static struct pintest_inspect_args look(const void *addr,
					struct pintest_record *record)
{
	struct pintest_inspect_args args = {
		.size = sizeof(args),
		.record_size = sizeof(*record),
		.addr = (uintptr_t)addr,
		.length = page_size,
		.records = (uintptr_t)record,
		.count = 1,
	};

	need_mapped();
	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_INSPECT, &args), 0);
	return args;
}

/* A driver's folio of @size bytes, all of it mapped by entries of its pages. */
static char *map_ring(size_t size)
{
	struct tpacket_req ring = {
		.tp_block_size = size,
		.tp_block_nr = 1,
		.tp_frame_size = page_size,
		.tp_frame_nr = size / page_size,
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0)
		ktap_skip("this kernel has no packet sockets");
	REQUIRE(!setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring,
			    sizeof(ring)));
	return map_or_fail(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
}

static size_t pmd_size(void)
{
	const char *path =
		"/sys/kernel/mm/transparent_hugepage/hpage_pmd_size";

	if (access(path, R_OK))
		ktap_skip("this kernel has no transparent huge pages");
	return kernel_read_number(path);
}

/* It looks like the huge zeropage in all but how it is mapped. */
TEST("abi.known.a_driver's_folio_is_no_huge_zeropage")
{
	size_t size = pmd_size();
	char *ring = map_ring(size);
	struct pintest_record record;
	int fd;

	record = only(ring);
	REQUIRE_EQ(1ULL << record.folio_order, size / page_size);
	REQUIRE(record.flags_known & PINTEST_PAGE_HUGE_ZERO);
	REQUIRE(!(record.flags & PINTEST_PAGE_HUGE_ZERO));
	fd = pin(ring, 1, PINTEST_API_PIN_FAST, PINTEST_FOLL_WRITE);
	REQUIRE(!(record_of(fd, 0).flags & PINTEST_PAGE_HUGE_ZERO));
	/* Known, or not, but not said. */
	REQUIRE(!munmap(ring, size));
	REQUIRE(!(record_of(fd, 0).flags & PINTEST_PAGE_HUGE_ZERO));
}

/* Two pages have no room for all counters everywhere. */
TEST("abi.known.a_folio_of_two_pages_is_not_mapped_as_a_whole")
{
	struct pintest_record record[2];
	char *ring = map_ring(2 * page_size);
	size_t i;

	REQUIRE_EQ(inspect_all(0, (uintptr_t)ring, 2 * page_size, record, 2),
		   2);
	for (i = 0; i < 2; i++) {
		REQUIRE_EQ(record[i].folio_order, 1);
		REQUIRE_EQ(record[i].folio_index, i);
		REQUIRE_EQ(record[i].entire_mapcount, 0);
		if (record[i].fields & PINTEST_FIELD_MAPCOUNT)
			REQUIRE_EQ(record[i].mapcount, 1);
		REQUIRE(record[i].fields & PINTEST_FIELD_PINCOUNT);
		REQUIRE_EQ(record[i].pincount, 0);
	}
}

/* Where page tables are read: on powerpc that depends on its MMU. */
static bool reads_tables(void)
{
#ifdef __powerpc__
	return false;
#else
	return !kernel_is_32bit();
#endif
}

/* Either it is known, and true, or not known. Tables would tell. */
static void must_be_mapped(int fd, const char *page)
{
	const uint32_t mapped = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME;
	struct pintest_record pinned = record_of(fd, 0), record;
	struct pintest_inspect_args args = look(page, &record);

	if (!(pinned.flags_known & PINTEST_PAGE_MAPPED)) {
		REQUIRE_EQ(args.out_count, 0);
		REQUIRE_EQ(args.out_unknown, 1);
		REQUIRE(!reads_tables());
		return;
	}
	REQUIRE_EQ(args.out_unknown, 0);
	REQUIRE_EQ(args.out_count, 1);
	REQUIRE_EQ(pinned.flags & mapped, mapped);
	REQUIRE_EQ(record.flags & mapped, mapped);
}

static void must_not_be_mapped(int fd, const char *page)
{
	struct pintest_record pinned = record_of(fd, 0), record;
	struct pintest_inspect_args args = look(page, &record);

	REQUIRE(pinned.flags_known & PINTEST_PAGE_MAPPED);
	REQUIRE(!(pinned.flags & PINTEST_PAGE_MAPPED));
	REQUIRE_EQ(args.out_unknown, 0);
	REQUIRE_EQ(args.out_count, 0);
}

static void known_when_protected(const void *arg)
{
	int protection = *(const int *)arg;
	char *page = map_pages(1);
	int fd = pin(page, 1, PINTEST_API_PIN_FAST, PINTEST_FOLL_WRITE);

	need_mapped();
	must_be_mapped(fd, page);
	REQUIRE(!mprotect(page, page_size, protection));
	if (protection)
		must_be_mapped(fd, page);
	else
		must_not_be_mapped(fd, page);
	REQUIRE(!munmap(page, page_size));
	must_not_be_mapped(fd, page);
}

TEST_GROUP
{
	static const int protections[] = {
		PROT_NONE, PROT_READ, PROT_WRITE, PROT_EXEC,
		PROT_WRITE | PROT_EXEC,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protections); i++)
		ktap_add(known_when_protected, &protections[i],
			 "abi.known.what_is_mapped_with.%s%s%s",
			 protections[i] & PROT_READ ? "r" : "-",
			 protections[i] & PROT_WRITE ? "w" : "-",
			 protections[i] & PROT_EXEC ? "x" : "-");
}

/* One page of a memfd, mapped @times side by side. */
static char *map_often(size_t times)
{
	char *memory = map_nothing(times);
	int fd = memfd_create("often", MFD_CLOEXEC);
	size_t i;

	REQUIRE(fd >= 0 && !ftruncate(fd, page_size));
	for (i = 0; i < times; i++) {
		char *page = mmap(memory + i * page_size, page_size,
				  PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, fd, 0);

		REQUIRE(page != MAP_FAILED);
		*(volatile char *)page = 1;
	}
	close(fd);
	return memory;
}

static void must_count(struct pintest_record record, int min, int max)
{
	REQUIRE_EQ(record.pincount_kind, PINTEST_PINCOUNT_ESTIMATE);
	REQUIRE(record.fields & PINTEST_FIELD_PINCOUNT);
	REQUIRE_EQ(record.pincount_min, min);
	REQUIRE_EQ(record.pincount, max);
}

/* The kernel takes it for pinned. */
TEST("abi.known.a_page_that_is_mapped_often_is_not_pinned")
{
	char *memory = map_often(BIAS + 100);
	struct pintest_record record = only(memory);
	int fd;

	REQUIRE(record.flags & PINTEST_PAGE_MAYBE_DMA_PINNED);
	REQUIRE(record.refcount > BIAS);
	must_count(record, 0, 0);
	fd = pin(memory, 1, PINTEST_API_PIN_FAST, PINTEST_FOLL_WRITE);
	must_count(only(memory), 0, 1);
	must_count(record_of(fd, 0), 1, 1);
	close(fd);
	must_count(only(memory), 0, 0);
}

/* As many references of another kind: nobody can tell them from a pin. */
TEST("abi.known.references_may_be_a_pin_or_none")
{
	char *memory = map_often(BIAS + 100);
	int fd = pin(memory, BIAS + 50, PINTEST_API_GET_FAST,
		     PINTEST_FOLL_WRITE);

	must_count(only(memory), 0, 1);
	must_count(record_of(fd, 0), 0, 1);
}

/* Each of these has a reference that is known: file, file and two mappings. */
TEST("abi.known.pins_are_not_taken_for_known_references")
{
	char *memory = map_often(2);
	int fd[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fd); i++) {
		fd[i] = pin(memory, 1, PINTEST_API_PIN_FAST,
			    PINTEST_FOLL_WRITE);
		must_count(only(memory), 0, i + 1);
		must_count(record_of(fd[i], 0), 1, i + 1);
	}
}
