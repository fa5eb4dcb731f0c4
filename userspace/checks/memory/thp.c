// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: private anonymous memory in transparent huge pages, of the
 * size that a page table entry of the second level maps, and of the smaller
 * sizes that newer kernels have.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/settings.h"
#include "model/words.h"

#define THP_DIRECTORY	"/sys/kernel/mm/transparent_hugepage"
#define SIZES_MAX	16
/* The size that stands for the smaller ones. */
#define LEADING_SIZE	(UINT64_C(64) << 10)

uint64_t memory_pmd_size(void)
{
	FILE *file = fopen(THP_DIRECTORY "/hpage_pmd_size", "re");
	uint64_t size = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &size) != 1)
		size = 0;
	fclose(file);
	return size;
}

static int prepare_thp(const struct memory_kind *kind, unsigned int children,
		       struct settings *settings, struct reason *why)
{
	int ret = settings_need_thp(settings, kind->traits & MEMORY_ZERO, why);

	(void)children;
	return ret ? ret :
		     settings_need_thp_size(settings, kind->huge_size, why);
}

static int prepare_swapped_thp(const struct memory_kind *kind,
			       unsigned int children,
			       struct settings *settings, struct reason *why)
{
	int ret = prepare_thp(kind, children, settings, why);

	return ret ? ret : settings_need_swap(settings, why);
}

/*
 * One whole, aligned huge page that is advised to be one. There is as much as
 * half of it beside it in the mapping. The advice is for exactly this range, so
 * that no larger one fits.
 */
static int map_range(struct memory *memory, int advice, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;
	int ret;

	if (!size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no transparent huge pages");
	ret = memory_mmap_aligned(memory, size, why);
	if (ret)
		return ret;
	if (madvise(memory->addr, size, advice))
		return reason(why, -errno,
			      "advice on transparent huge pages is refused: %s",
			      strerror(errno));
	return 0;
}

static int map_huge_zeropage(struct memory *memory, struct reason *why)
{
	int ret = map_range(memory, MADV_HUGEPAGE, why);

	if (!ret)
		memory_touch(memory);
	return ret;
}

static int map_thp(struct memory *memory, struct reason *why)
{
	int ret = map_range(memory, MADV_HUGEPAGE, why);

	if (!ret)
		memory_fill(memory);
	return ret;
}

/* What follows does something to the part behind the pages to be pinned. */
struct rest {
	char *addr;
	size_t length;
};

static struct rest rest_of(const struct memory *memory, size_t skip)
{
	return (struct rest) {
		.addr = (char *)memory->addr + skip,
		.length = memory->kind->huge_size - skip,
	};
}

static int refused(const struct memory *memory, const char *call,
		   struct reason *why)
{
	return reason(why, -errno, "%s on a part of %s is refused: %s", call,
		      memory->kind->id, strerror(errno));
}

int memory_keep_from_khugepaged(const struct memory *memory,
				struct reason *why)
{
	struct rest all = rest_of(memory, 0);

	if (madvise(all.addr, all.length, MADV_NOHUGEPAGE))
		return refused(memory, "MADV_NOHUGEPAGE", why);
	return 0;
}

/* To be mapped page by page. */
static int map_thp_to_split(struct memory *memory, struct reason *why)
{
	int ret = map_thp(memory, why);

	return ret ? ret : memory_keep_from_khugepaged(memory, why);
}

/* An entry for the whole cannot have a last page of its own. */
static int map_by_ptes(struct memory *memory, struct reason *why)
{
	int ret = map_thp_to_split(memory, why);
	struct rest last = rest_of(memory,
				   memory->kind->huge_size - page_size());

	if (ret)
		return ret;
	if (mprotect(last.addr, last.length, PROT_READ) ||
	    mprotect(last.addr, last.length, PROT_READ | PROT_WRITE))
		return refused(memory, "mprotect()", why);
	return 0;
}

static int map_remnant(struct memory *memory, struct reason *why)
{
	int ret = map_thp_to_split(memory, why);
	struct rest rest = rest_of(memory, memory->length);

	if (!ret && rest.length &&
	    madvise(rest.addr, rest.length, MADV_DONTNEED))
		return refused(memory, "MADV_DONTNEED", why);
	return ret;
}

/* To where the mapping has room, so that all of it can be unmapped at once. */
static int map_mremapped(struct memory *memory, struct reason *why)
{
	size_t half = memory->kind->huge_size / 2;
	int ret = map_thp_to_split(memory, why);
	struct rest rest = rest_of(memory, half);
	char *room = memory->base;

	if (ret)
		return ret;
	if ((size_t)((char *)memory->addr - room) < half)
		room = rest.addr + rest.length;
	if (mremap(rest.addr, half, half, MREMAP_MAYMOVE | MREMAP_FIXED,
		   room) == MAP_FAILED)
		return refused(memory, "mremap()", why);
	memory->extent = half;
	return 0;
}

/* The half that is not to be pinned has never been anybody else's. */
static int map_partly_shared(struct memory *memory, struct reason *why)
{
	int ret = map_thp_to_split(memory, why);
	struct rest rest = rest_of(memory, memory->kind->huge_size / 2);

	if (ret)
		return ret;
	if (madvise(rest.addr, rest.length, MADV_DONTFORK))
		return refused(memory, "MADV_DONTFORK", why);
	ret = memory_share_for_a_while(memory, why);
	if (!ret && madvise(rest.addr, rest.length, MADV_DOFORK))
		return refused(memory, "MADV_DOFORK", why);
	return ret;
}

static int map_swapped(struct memory *memory, struct reason *why)
{
	int ret = map_thp(memory, why);

	return ret ? ret : memory_swap_out(memory, why);
}

static int map_by_ptes_swapped(struct memory *memory, struct reason *why)
{
	int ret = map_by_ptes(memory, why);

	return ret ? ret : memory_swap_out(memory, why);
}

static int map_remnant_swapped(struct memory *memory, struct reason *why)
{
	int ret = map_remnant(memory, why);

	return ret ? ret : memory_swap_out(memory, why);
}

static int map_collapsed(struct memory *memory, struct reason *why)
{
	int ret = map_range(memory, MADV_NOHUGEPAGE, why);
	struct rest all = rest_of(memory, 0);

	if (ret)
		return ret;
	words_fill(all.addr, all.length, memory->word);
	if (madvise(all.addr, all.length, MADV_HUGEPAGE))
		return refused(memory, "MADV_HUGEPAGE", why);
	if (!madvise(all.addr, all.length, MADV_COLLAPSE))
		return 0;
	if (errno == EINVAL)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no MADV_COLLAPSE");
	if (errno == ENOMEM)
		return memory_no_huge_page(memory->kind, why);
	return refused(memory, "MADV_COLLAPSE", why);
}

#define PMD_MAPPED	(PINTEST_PAGE_ANON | PINTEST_PAGE_THP | \
			 PINTEST_PAGE_HEAD_ANON_EXCLUSIVE)
#define PTE_MAPPED	(PINTEST_PAGE_ANON | PINTEST_PAGE_THP | \
			 PINTEST_PAGE_ANON_EXCLUSIVE)
#define TRAITS		(MEMORY_PRIVATE | MEMORY_ANON | MEMORY_THP)
#define VARIANT		(TRAITS | MEMORY_VARIANT)

static const struct memory_kind huge_zeropage = {
	.id = "huge-zeropage",
	.what = "private anonymous memory that was read but never written: the shared huge zero page",
	.traits = MEMORY_PRIVATE | MEMORY_ZERO | MEMORY_THP,
	.is = PINTEST_PAGE_HUGE_ZERO,
	.map = map_huge_zeropage,
};

/* In the states that all anonymous memory can be in. */
static const struct memory_kind pmd_kinds[] = {
	{
		.id = "anon-thp",
		.what = "private anonymous memory in a transparent huge page that only this process has written",
		.traits = TRAITS | MEMORY_LEADING,
		.is = PMD_MAPPED,
		.map = map_thp,
	}, {
		.id = "anon-thp-pte",
		.what = "private anonymous memory in a transparent huge page that is mapped by PTEs",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PTE_MAPPED,
		.map = map_by_ptes,
	}, {
		.id = "anon-thp-remnant",
		.what = "private anonymous memory that is left of a transparent huge page, the rest of which was discarded",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PTE_MAPPED,
		.map = map_remnant,
	}, {
		.id = "anon-thp-mremapped",
		.what = "private anonymous memory in a transparent huge page, half of which was moved elsewhere by mremap()",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PTE_MAPPED,
		.map = map_mremapped,
	}, {
		.id = "anon-thp-swapped",
		.what = "private anonymous memory in a transparent huge page that only this process has written and that is swapped out",
		.traits = VARIANT | MEMORY_UNMAPPED,
		.prepare = prepare_swapped_thp,
		.map = map_swapped,
	}, {
		.id = "anon-thp-pte-swapped",
		.what = "private anonymous memory in a transparent huge page that was mapped by PTEs and is swapped out",
		.traits = VARIANT | MEMORY_UNMAPPED,
		.prepare = prepare_swapped_thp,
		.map = map_by_ptes_swapped,
	}, {
		.id = "anon-thp-remnant-swapped",
		.what = "private anonymous memory that was left of a transparent huge page and is swapped out",
		.traits = VARIANT | MEMORY_UNMAPPED,
		.prepare = prepare_swapped_thp,
		.map = map_remnant_swapped,
	},
};

static const struct memory_kind partly_shared = {
	.id = "anon-thp-partly-shared",
	.what = "private anonymous memory in a transparent huge page, half of which a child shared until it exited",
	.traits = VARIANT | MEMORY_PTE_MAPPED,
	.is = PINTEST_PAGE_ANON | PINTEST_PAGE_THP,
	.is_not = EXCLUSIVE | PINTEST_PAGE_MAPPED_WRITABLE,
	.map = map_partly_shared,
};

static const struct memory_kind collapsed = {
	.id = "anon-thp-collapsed",
	.what = "private anonymous memory in a transparent huge page that MADV_COLLAPSE made from base pages",
	.traits = VARIANT,
	.is = PMD_MAPPED,
	.map = map_collapsed,
};

static const struct memory_kind mthp = {
	.id = "anon-thp-%s",
	.what = "private anonymous memory in a transparent huge page of %s that only this process has written",
	.traits = VARIANT | MEMORY_PTE_MAPPED,
	.is = PTE_MAPPED,
	.map = map_thp,
};

/* What is left of one of them, or is not all of one kind. */
static const struct memory_kind mthp_parts[] = {
	{
		.id = "anon-thp-%s-remnant",
		.what = "private anonymous memory that is left of a transparent huge page of %s, the rest of which was discarded",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PTE_MAPPED,
		.map = map_remnant,
	}, {
		.id = "anon-thp-%s-mremapped",
		.what = "private anonymous memory in a transparent huge page of %s, half of which was moved elsewhere by mremap()",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PTE_MAPPED,
		.map = map_mremapped,
	}, {
		.id = "anon-thp-%s-partly-shared",
		.what = "private anonymous memory in a transparent huge page of %s, half of which a child shared until it exited",
		.traits = VARIANT | MEMORY_PTE_MAPPED,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_THP,
		.is_not = EXCLUSIVE | PINTEST_PAGE_MAPPED_WRITABLE,
		.map = map_partly_shared,
	},
};

static void add_pmd_kind(struct memory_table *table,
			 const struct memory_kind *kind, bool states)
{
	struct memory_kind row = *kind;

	row.huge_size = memory_pmd_size();
	if (!row.prepare)
		row.prepare = prepare_thp;
	if (states)
		memory_add_states(table, &row);
	else
		memory_add(table, &row);
}

void memory_add_huge_zero(struct memory_table *table)
{
	add_pmd_kind(table, &huge_zeropage, false);
}

static void add_parts(struct memory_table *table, uint64_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mthp_parts); i++) {
		struct memory_kind row = memory_sized(&mthp_parts[i], size);

		row.prepare = prepare_thp;
		memory_add(table, &row);
	}
}

/* Sizes of their own are there beside the one that all kernels have. */
static void add_sizes(struct memory_table *table)
{
	uint64_t sizes[SIZES_MAX], pmd = memory_pmd_size();
	size_t count = memory_sizes(THP_DIRECTORY, "enabled", sizes, 0,
				    SIZES_MAX);
	size_t i;

	for (i = 0; i < count; i++) {
		struct memory_kind row;

		if (sizes[i] == pmd)
			continue;
		row = memory_sized(&mthp, sizes[i]);
		row.prepare = prepare_thp;
		if (sizes[i] == LEADING_SIZE)
			row.traits |= MEMORY_LEADING;
		memory_add_states(table, &row);
		if (sizes[i] == LEADING_SIZE)
			add_parts(table, sizes[i]);
	}
}

void memory_add_thp(struct memory_table *table)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pmd_kinds); i++)
		add_pmd_kind(table, &pmd_kinds[i], true);
	add_pmd_kind(table, &partly_shared, false);
	add_pmd_kind(table, &collapsed, false);
	add_sizes(table);
}
