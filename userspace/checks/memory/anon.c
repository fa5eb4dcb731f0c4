// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: private anonymous memory in base pages.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "model/words.h"

#define INHERITED_PAGES	16

int memory_base_pages(struct memory *memory, struct reason *why)
{
	return memory_mmap(memory, memory->length, ANONYMOUS, why);
}

static int map_zeropage(struct memory *memory, struct reason *why)
{
	int ret = memory_base_pages(memory, why);

	if (!ret)
		memory_touch(memory);
	return ret;
}

int memory_filled_pages(struct memory *memory, struct reason *why)
{
	int ret = memory_base_pages(memory, why);

	if (!ret)
		memory_fill(memory);
	return ret;
}

/* Larger ones take too long to be filled by an event. */
#define RANGE_MAX	(UINT64_C(32) << 20)

/* In a range that could be a huge page, if the kernel were let make one. */
static int map_in_range(struct memory *memory, struct reason *why)
{
	uint64_t size = memory_pmd_size();
	int ret;

	if (memory->length > size || size > RANGE_MAX)
		return memory_filled_pages(memory, why);
	ret = memory_mmap_aligned(memory, size, why);
	if (ret)
		return ret;
	memory->extent = memory->length;
	memory_fill(memory);
	return 0;
}

/*
 * Mapped by the engine, whose children run the scenarios: they share the pages
 * with it since their fork.
 */
static struct {
	void *addr;
	pid_t parent;
} inherited;

static int prepare_inherited(const struct memory_kind *kind,
			     unsigned int children, struct settings *settings,
			     struct reason *why)
{
	size_t length = INHERITED_PAGES * page_size();
	void *addr;

	(void)children;
	(void)settings;
	if (inherited.addr)
		return 0;
	addr = mmap(NULL, length, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
	if (addr == MAP_FAILED)
		return reason(why, -errno, "cannot map %s: %s", kind->id,
			      strerror(errno));
	madvise(addr, length, MADV_NOHUGEPAGE);
	words_fill(addr, length, WORD_PIN_TIME);
	inherited.addr = addr;
	inherited.parent = getpid();
	return 0;
}

static int map_inherited(struct memory *memory, struct reason *why)
{
	size_t length = INHERITED_PAGES * page_size();

	if (inherited.parent == getpid() || memory->length > length)
		return reason(why, -EOPNOTSUPP,
			      "no parent has %zu pages of this memory: see 'pintest check'",
			      memory->length / page_size());
	memory->addr = inherited.addr;
	memory->base = memory->addr;
	memory->base_length = length;
	memory->extent = memory->length;
	return 0;
}

/* Newer kernels see that nobody else has the page and map it writable. */
static int protect_and_back(struct memory *memory, struct reason *why)
{
	int ret = memory_protect(memory, PROT_READ, why);

	return ret ? ret : memory_protect(memory, PROT_READ | PROT_WRITE, why);
}

/* Writes of the process are noticed by taking write access away. */
static int clear_soft_dirty(struct memory *memory, struct reason *why)
{
	(void)memory;
	return soft_dirty_clear(why);
}

static const struct memory_kind zeropage_readonly = {
	.id = "zeropage-readonly",
	.what = "private anonymous memory that was read but never written, and that is mapped read-only, until the process makes it writable and writes",
	.traits = MEMORY_PRIVATE | MEMORY_ZERO | MEMORY_VARIANT |
		  MEMORY_READ_ONLY,
	.is = PINTEST_PAGE_ZERO,
	.refuses = REFUSES_WRITE,
	.map = map_zeropage,
	.alter = memory_make_read_only,
};

static const struct memory_kind zeropage = {
	.id = "zeropage",
	.what = "private anonymous memory that was read but never written: the shared zero page",
	.traits = MEMORY_PRIVATE | MEMORY_ZERO,
	.is = PINTEST_PAGE_ZERO,
	.map = map_zeropage,
};

static const struct memory_kind untouched = {
	.id = "anon-untouched",
	.what = "private anonymous memory that nobody has touched",
	.traits = MEMORY_PRIVATE | MEMORY_ZERO | MEMORY_VARIANT |
		  MEMORY_UNMAPPED,
	.map = memory_base_pages,
};

static const struct memory_kind anon = {
	.id = "anon",
	.what = "private anonymous memory that only this process has written",
	.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_LEADING,
	.is = PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE,
	.is_not = PINTEST_PAGE_THP,
	.map = map_in_range,
};

static const struct memory_kind kinds[] = {
	{
		.id = "anon-inherited",
		.what = "private anonymous memory that the process inherited by fork() and still shares with its parent",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT,
		.is = PINTEST_PAGE_ANON,
		.is_not = EXCLUSIVE | PINTEST_PAGE_THP |
			  PINTEST_PAGE_MAPPED_WRITABLE,
		.prepare = prepare_inherited,
		.map = map_inherited,
	}, {
		.id = "anon-mprotected",
		.what = "private anonymous memory that mprotect() made read-only and then writable again",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE,
		.is_not = PINTEST_PAGE_THP,
		.map = memory_filled_pages,
		.alter = protect_and_back,
	}, {
		.id = "anon-soft-dirty",
		.what = "private anonymous memory whose soft-dirty bits were cleared, so that the next write faults",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE,
		.is_not = PINTEST_PAGE_THP | PINTEST_PAGE_MAPPED_WRITABLE,
		.map = memory_filled_pages,
		.alter = clear_soft_dirty,
	},
};

void memory_add_zero(struct memory_table *table)
{
	memory_add(table, &zeropage);
	memory_add(table, &zeropage_readonly);
	memory_add(table, &untouched);
	memory_add_huge_zero(table);
}

void memory_add_anon(struct memory_table *table)
{
	memory_add_states(table, &anon);
	memory_add_kinds(table, kinds, ARRAY_SIZE(kinds));
}
