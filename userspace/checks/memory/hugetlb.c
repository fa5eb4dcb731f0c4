// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: pages of the pools of hugetlb.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"
#include "machine/pool.h"
#include "machine/settings.h"

#define SIZES_MAX	16
/* More than a pool may have that we have not made. */
#define TAKEN_MAX	1024
#define SIZE_2M		(UINT64_C(2) << 20)
#define SIZE_1G		(UINT64_C(1) << 30)

/*
 * A page each for the file, for the process's private copy, and for that of
 * every child.
 */
static int prepare_hugetlb(const struct memory_kind *kind,
			   unsigned int children, struct settings *settings,
			   struct reason *why)
{
	if (kind->traits & MEMORY_SHARED_CHILD)
		children++;
	return settings_need_hugepages(settings, kind->huge_size,
				       2 + children, why);
}

static int prepare_hugetlbfs(const struct memory_kind *kind,
			     unsigned int children, struct settings *settings,
			     struct reason *why)
{
	char size[32];
	int ret = prepare_hugetlb(kind, children, settings, why);

	if (ret)
		return ret;
	snprintf(size, sizeof(size), "%" PRIu64 "K", kind->huge_size >> 10);
	return filesystem_need("hugetlbfs", "pagesize", size, why);
}

/* The size of the pages, written as mmap() has it too. */
static unsigned int size_flag(uint64_t size)
{
	return (unsigned int)__builtin_ctzll(size) << MAP_HUGE_SHIFT;
}

static int map_memfd_hugetlb(struct memory *memory, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;

	memory->fd = memfd_create("pintest", MFD_CLOEXEC | MFD_ALLOW_SEALING |
				  MFD_HUGETLB | size_flag(size));
	if (memory->fd < 0)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no memfd of such pages: %s",
			      strerror(errno));
	return memory_new_file(memory, size, why);
}

static int map_hugetlbfs(struct memory *memory, struct reason *why)
{
	memory->fd = filesystem_file(why);
	if (memory->fd < 0)
		return memory->fd;
	return memory_new_file(memory, memory->kind->huge_size, why);
}

static int map_anon(struct memory *memory, size_t length, int flags,
		    struct reason *why)
{
	return memory_mmap(memory, length, ANONYMOUS | MAP_HUGETLB | flags |
			   size_flag(memory->kind->huge_size), why);
}

static int map_filled(struct memory *memory, int flags, struct reason *why)
{
	int ret = map_anon(memory, memory->kind->huge_size, flags, why);

	if (!ret)
		memory_fill(memory);
	return ret;
}

static int map_anon_hugetlb(struct memory *memory, struct reason *why)
{
	return map_filled(memory, 0, why);
}

/* Pages of the pool are reserved for it, and none is taken. */
static int map_untouched(struct memory *memory, struct reason *why)
{
	memory->word = WORD_ZERO;
	return map_anon(memory, memory->kind->huge_size, 0, why);
}

/* A page may be gone when it is touched; here one is free. */
static int map_unreserved(struct memory *memory, struct reason *why)
{
	return map_filled(memory, MAP_NORESERVE, why);
}

/* One page of the pool more, for what is not touched yet, and its copies. */
static int prepare_partly(const struct memory_kind *kind,
			  unsigned int children, struct settings *settings,
			  struct reason *why)
{
	return prepare_hugetlb(kind, 1 + 2 * children, settings, why);
}

/* The end of a page that was touched, and the beginning of one that was not. */
static int map_partly(struct memory *memory, int flags, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;
	int ret = map_anon(memory, 2 * size, flags, why);

	if (ret)
		return ret;
	memory->word = WORD_ZERO;
	memory->addr = (char *)memory->base + size - page_size();
	memory->extent = memory->length;
	*(volatile char *)memory->addr = 0;
	return 0;
}

static int map_partly_reserved(struct memory *memory, struct reason *why)
{
	return map_partly(memory, 0, why);
}

/* All pages that are free in the pool, until the process ends. */
static int empty_pool(uint64_t size, struct reason *why)
{
	int i;

	for (i = 0; i < TAKEN_MAX; i++)
		if (mmap(NULL, size, PROT_READ | PROT_WRITE,
			 ANONYMOUS | MAP_HUGETLB | MAP_POPULATE |
			 size_flag(size), -1, 0) == MAP_FAILED)
			return 0;
	return reason(why, -EOPNOTSUPP,
		      "the pool has more than %d free hugetlb pages",
		      TAKEN_MAX);
}

static int map_partly_exhausted(struct memory *memory, struct reason *why)
{
	int ret = map_partly(memory, MAP_NORESERVE, why);

	return ret ? ret : empty_pool(memory->kind->huge_size, why);
}

static int prepare_surplus(const struct memory_kind *kind,
			   unsigned int children, struct settings *settings,
			   struct reason *why)
{
	return settings_allow_surplus(settings, kind->huge_size, 2 + children,
				      why);
}

/* Free pages of the pool are taken first. */
static int map_surplus(struct memory *memory, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;
	unsigned long before = pool_count(size).surplus;
	int ret = map_anon_hugetlb(memory, why);

	if (!ret && pool_count(size).surplus <= before)
		ret = reason(why, -EOPNOTSUPP,
			     "the pool has free pages, so that none is in surplus");
	return ret;
}

#define PAGE_CACHE	.is = PINTEST_PAGE_HUGETLB, .is_not = PINTEST_PAGE_ANON

static const struct memory_kind file_kinds[] = {
	{
		.id = "memfd-hugetlb-%s",
		.what = "private mapping of a memfd of %s hugetlb pages that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE | MEMORY_HUGETLB |
			  MEMORY_LEADING,
		PAGE_CACHE,
		.prepare = prepare_hugetlb,
		.map = map_memfd_hugetlb,
	}, {
		.id = "memfd-hugetlb-%s-shared",
		.what = "shared mapping of a memfd of %s hugetlb pages",
		.traits = MEMORY_FILE | MEMORY_SHMEM | MEMORY_HUGETLB |
			  MEMORY_VARIANT,
		PAGE_CACHE,
		.prepare = prepare_hugetlb,
		.map = map_memfd_hugetlb,
	}, {
		.id = "hugetlbfs-%s-private",
		.what = "private mapping of a file on hugetlbfs with pages of %s that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE | MEMORY_HUGETLB |
			  MEMORY_VARIANT,
		PAGE_CACHE,
		.prepare = prepare_hugetlbfs,
		.map = map_hugetlbfs,
	}, {
		.id = "hugetlbfs-%s-shared",
		.what = "shared mapping of a file on hugetlbfs with pages of %s",
		.traits = MEMORY_FILE | MEMORY_SHMEM | MEMORY_HUGETLB |
			  MEMORY_VARIANT,
		PAGE_CACHE,
		.prepare = prepare_hugetlbfs,
		.map = map_hugetlbfs,
	},
};

static const struct memory_kind anon_kind = {
	.id = "anon-hugetlb-%s",
	.what = "private anonymous memory in hugetlb pages of %s that only this process has written",
	.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_HUGETLB |
		  MEMORY_VARIANT,
	.is = PINTEST_PAGE_HUGETLB | PINTEST_PAGE_ANON |
	      PINTEST_PAGE_ANON_EXCLUSIVE,
	.prepare = prepare_hugetlb,
	.map = map_anon_hugetlb,
};

#define ANON		(MEMORY_PRIVATE | MEMORY_HUGETLB | MEMORY_VARIANT)
#define OWN		(PINTEST_PAGE_HUGETLB | PINTEST_PAGE_ANON | \
			 PINTEST_PAGE_ANON_EXCLUSIVE)

/* As virtual machines map their memory. */
static const struct memory_kind machine_kinds[] = {
	{
		.id = "anon-hugetlb-2m-untouched",
		.what = "private anonymous memory in hugetlb pages of 2m that nobody has touched",
		.traits = ANON | MEMORY_UNMAPPED,
		.huge_size = SIZE_2M,
		.prepare = prepare_hugetlb,
		.map = map_untouched,
	}, {
		.id = "anon-hugetlb-2m-partly",
		.what = "private anonymous memory in hugetlb pages of 2m: the end of one that was touched, and the beginning of one that was not",
		.traits = ANON | MEMORY_UNMAPPED,
		.huge_size = SIZE_2M,
		.is = OWN,
		.refused_from = 1,
		.prepare = prepare_partly,
		.map = map_partly_reserved,
	}, {
		.id = "anon-hugetlb-2m-exhausted",
		.what = "private anonymous memory in hugetlb pages of 2m: the end of one, and the beginning of one that the pool has no page for (MAP_NORESERVE)",
		.traits = ANON | MEMORY_UNMAPPED,
		.huge_size = SIZE_2M,
		.is = OWN,
		.refuses = REFUSES_ALL,
		.refused_from = 1,
		.prepare = prepare_partly,
		.map = map_partly_exhausted,
	}, {
		.id = "anon-hugetlb-2m-noreserve",
		.what = "private anonymous memory in hugetlb pages of 2m that were not reserved (MAP_NORESERVE)",
		.traits = ANON | MEMORY_ANON,
		.huge_size = SIZE_2M,
		.is = OWN,
		.prepare = prepare_hugetlb,
		.map = map_unreserved,
	}, {
		.id = "anon-hugetlb-2m-surplus",
		.what = "private anonymous memory in hugetlb pages of 2m beyond the size of the pool (nr_overcommit_hugepages)",
		.traits = ANON | MEMORY_ANON,
		.huge_size = SIZE_2M,
		.is = OWN,
		.prepare = prepare_surplus,
		.map = map_surplus,
	},
};

static void add_size(struct memory_table *table, uint64_t size)
{
	struct memory_kind row;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(file_kinds); i++) {
		row = memory_sized(&file_kinds[i], size);
		memory_add(table, &row);
	}
	row = memory_sized(&anon_kind, size);
	memory_add_states(table, &row);
}

/* The sizes that every report has, and those that this kernel offers. */
void memory_add_hugetlb(struct memory_table *table)
{
	uint64_t sizes[SIZES_MAX] = { SIZE_2M, SIZE_1G };
	size_t i, count = memory_sizes("/sys/kernel/mm/hugepages",
				       "nr_hugepages", sizes, 2, SIZES_MAX);

	for (i = 0; i < count; i++)
		add_size(table, sizes[i]);
	memory_add_kinds(table, machine_kinds, ARRAY_SIZE(machine_kinds));
}
