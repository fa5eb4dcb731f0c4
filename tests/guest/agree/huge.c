// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include "huge.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "undo.h"

#define THP "/sys/kernel/mm/transparent_hugepage/"
#define SMALL_THP THP "hugepages-64kB/enabled"
#define SMALL_THP_SIZE 65536

static size_t thp_size(void)
{
	long long size = kernel_read_number(THP "hpage_pmd_size");

	if (size <= 0)
		ktap_skip("this kernel has no transparent huge pages");
	return size;
}

/* Pages of memory around a place for a THP. */
#define AROUND 4

/* A place for one THP, with nothing in it, and memory all around. */
static struct region map_thp_place(void)
{
	size_t size = thp_size(), around = AROUND * page_size;
	char *memory = map_or_fail(2 * size + 2 * around,
				   PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);

	REQUIRE(undo_set(THP "enabled", "madvise"));
	memory = (char *)(((uintptr_t)memory + around + size - 1) &
			  ~(size - 1));
	REQUIRE(!madvise(memory, size, MADV_HUGEPAGE));
	return (struct region){ memory, size / page_size };
}

static bool is_mapped_as_a_whole(struct region region)
{
	return kernel_smaps(region.addr, "AnonHugePages:") ==
	       (long long)(region.pages * page_size);
}

struct region map_thp(void)
{
	struct region region = map_thp_place();

	memset(region.addr, 1, region.pages * page_size);
	if (!is_mapped_as_a_whole(region))
		ktap_skip("the kernel has no huge page to spare");
	return region;
}

/* An entry that maps it all cannot belong to two mappings. */
struct region map_thp_by_pages(void)
{
	struct region region = map_thp();

	REQUIRE(!madvise(region.addr, page_size, MADV_DONTFORK));
	REQUIRE(!madvise(region.addr, page_size, MADV_DOFORK));
	REQUIRE(!is_mapped_as_a_whole(region));
	return region;
}

struct region map_thp_shared(void)
{
	struct region region = map_thp();

	peer_idle();
	return region;
}

/* Small pages, a THP and again small pages. */
struct region map_thp_among_others(void)
{
	struct region region = map_thp();

	region.addr -= 3 * page_size;
	region.pages += 7;
	memset(region.addr, 1, 3 * page_size);
	memset(region.addr + (region.pages - 4) * page_size, 1, 4 * page_size);
	return region;
}

/*
 * A child has some of the pages, in runs of this many, but not the others. There
 * are 32 in a THP if a page is 64 KiB.
 */
#define RUN 10

bool is_page_of_thp_shared(size_t index)
{
	return index / RUN % 2;
}

struct region map_thp_part_shared(void)
{
	struct region region = map_thp();
	size_t i;

	for (i = 0; i < region.pages; i += RUN)
		if (!is_page_of_thp_shared(i))
			REQUIRE(!madvise(region.addr + i * page_size,
					 RUN * page_size, MADV_DONTFORK));
	peer_idle();
	return region;
}

/* Less than a PMD maps. */
struct region map_thp_small(void)
{
	char *memory = map_or_fail(2 * SMALL_THP_SIZE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (!undo_set(SMALL_THP, "always"))
		ktap_skip("this kernel has no small THPs");
	memory = (char *)(((uintptr_t)memory + SMALL_THP_SIZE - 1) &
			  ~(uintptr_t)(SMALL_THP_SIZE - 1));
	memset(memory, 1, SMALL_THP_SIZE);
	return (struct region){ memory, SMALL_THP_SIZE / page_size };
}

struct region map_huge_zeropage(void)
{
	struct region region = map_thp_place();

	if (!undo_set(THP "use_zero_page", "1"))
		ktap_skip("this kernel has no huge zeropage");
	REQUIRE_EQ(*(volatile char *)region.addr, 0);
	if (!(kernel_pagemap_of(region.addr + page_size) & PAGEMAP_PRESENT))
		ktap_skip("the kernel does not map the huge zeropage here");
	return region;
}

static size_t need_hugetlb(void)
{
	long long size = kernel_meminfo("Hugepagesize:");

	if (size <= 0)
		ktap_skip("this kernel has no hugetlb pages");
	undo_set("/proc/sys/vm/nr_hugepages", "4");
	if (kernel_meminfo("HugePages_Free:") < 3)
		ktap_skip("the kernel has no hugetlb pages to spare");
	return size * 1024;
}

struct region map_hugetlb(void)
{
	size_t size = need_hugetlb();
	char *memory = map_or_fail(size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB,
				   -1);

	memset(memory, 1, size);
	return (struct region){ memory, size / page_size };
}

struct region map_hugetlb_file(void)
{
	size_t size = need_hugetlb();
	int fd = memfd_create("agree", MFD_CLOEXEC | MFD_HUGETLB);
	char *memory;

	if (fd < 0)
		ktap_skip("no memfd of hugetlb pages: %s", strerror(errno));
	memory = map_or_fail(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	memset(memory, 1, size);
	return (struct region){ memory, size / page_size };
}
