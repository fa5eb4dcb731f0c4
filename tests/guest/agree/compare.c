// SPDX-License-Identifier: GPL-2.0-only
/*
 * A page may change while it is looked at: the kernel's files are read between
 * two looks at the records, and count if these are the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "compare.h"
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

/* Bits of /proc/kpageflags. */
#define KPF(bit)		(1ULL << (bit))
#define KPF_DIRTY		KPF(4)
#define KPF_LRU			KPF(5)
#define KPF_WRITEBACK		KPF(8)
#define KPF_ANON		KPF(12)
#define KPF_SWAPCACHE		KPF(13)
#define KPF_SWAPBACKED		KPF(14)
#define KPF_COMPOUND_HEAD	KPF(15)
#define KPF_COMPOUND_TAIL	KPF(16)
#define KPF_HUGE		KPF(17)
#define KPF_KSM			KPF(21)
#define KPF_THP			KPF(22)
#define KPF_ZERO_PAGE		KPF(24)
#define KPF_MLOCKED		KPF(33)

/* Every flag of a folio, and what the kernel's file says of it. */
static const struct {
	uint32_t flag;
	uint64_t mask;
	uint64_t wanted;
} same_flags[] = {
	{ PINTEST_PAGE_ANON, KPF_ANON, KPF_ANON },
	{ PINTEST_PAGE_KSM, KPF_KSM, KPF_KSM },
	{ PINTEST_PAGE_ZERO, KPF_ZERO_PAGE | KPF_THP, KPF_ZERO_PAGE },
	{ PINTEST_PAGE_HUGE_ZERO, KPF_ZERO_PAGE | KPF_THP,
	  KPF_ZERO_PAGE | KPF_THP },
	{ PINTEST_PAGE_HUGETLB, KPF_HUGE, KPF_HUGE },
	{ PINTEST_PAGE_THP, KPF_ZERO_PAGE | KPF_THP, KPF_THP },
	{ PINTEST_PAGE_SWAPBACKED, KPF_SWAPBACKED, KPF_SWAPBACKED },
	{ PINTEST_PAGE_DIRTY, KPF_DIRTY, KPF_DIRTY },
	{ PINTEST_PAGE_WRITEBACK, KPF_WRITEBACK, KPF_WRITEBACK },
	{ PINTEST_PAGE_LRU, KPF_LRU, KPF_LRU },
	{ PINTEST_PAGE_MLOCKED, KPF_MLOCKED, KPF_MLOCKED },
	{ PINTEST_PAGE_SWAPCACHE, KPF_SWAPCACHE, KPF_SWAPCACHE },
};

/* What the kernel says of one page. */
struct facts {
	uint64_t pagemap;
	uint64_t flags;
	uint64_t head_flags;
	uint64_t count;
};

static struct facts facts_of(const struct pintest_record *record,
			     uint64_t pagemap)
{
	return (struct facts){
		.pagemap = pagemap,
		.flags = kernel_page_flags(record->pfn),
		.head_flags = kernel_page_flags(record->pfn -
						record->folio_index),
		.count = kernel_page_count(record->pfn),
	};
}

/* Asked of a page that nobody could have merged. */
bool kernel_knows_ksm(void)
{
	static int knows = -1;
	uint64_t pfn;

	if (knows < 0) {
		pfn = kernel_pagemap_of(map_pages(1)) & PAGEMAP_PFN;
		knows = !(kernel_page_flags(pfn) & KPF_KSM);
	}
	return knows;
}

static void flags_must_agree(const struct pintest_record *record,
			     const struct facts *facts)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(same_flags); i++) {
		bool ours = record->flags & same_flags[i].flag;
		bool theirs = (facts->head_flags & same_flags[i].mask) ==
			      same_flags[i].wanted;

		REQUIRE(record->flags_known & same_flags[i].flag);
		if (same_flags[i].flag == PINTEST_PAGE_KSM &&
		    !kernel_knows_ksm())
			continue;
		if (ours != theirs)
			FAIL("flags %#x have %#x %d, kpageflags %#llx",
			     record->flags, same_flags[i].flag, ours,
			     (unsigned long long)facts->head_flags);
	}
}

static void mapped_must_agree(const struct pintest_record *record,
			      const struct facts *facts)
{
	bool present = facts->pagemap & PAGEMAP_PRESENT;
	bool mapped = record->flags & PINTEST_PAGE_MAPPED;
	bool same = record->flags & PINTEST_PAGE_MAPPED_SAME;

	REQUIRE(record->flags_known & PINTEST_PAGE_MAPPED);
	REQUIRE_EQ(mapped, present);
	if (!mapped)
		return;
	REQUIRE_EQ(record->mapped_pfn, facts->pagemap & PAGEMAP_PFN);
	REQUIRE_EQ(same, record->pfn == record->mapped_pfn);
}

static void mapcount_must_agree(const struct pintest_record *record,
				const struct facts *facts)
{
	bool exclusive = facts->pagemap & PAGEMAP_EXCLUSIVE;

	if (!(record->fields & PINTEST_FIELD_MAPCOUNT))
		return;
	REQUIRE_EQ(record->mapcount, facts->count);
	REQUIRE(record->entire_mapcount <= record->mapcount);
	if (record->flags & PINTEST_PAGE_MAPPED_SAME)
		REQUIRE_EQ(exclusive, record->mapcount == 1);
}

static void place_in_folio_must_agree(const struct pintest_record *record,
				      const struct facts *facts)
{
	bool tail = facts->flags & KPF_COMPOUND_TAIL;
	bool head = facts->head_flags & KPF_COMPOUND_HEAD;

	REQUIRE_EQ(record->folio_index > 0, tail);
	REQUIRE_EQ(record->folio_order > 0, head);
	REQUIRE(record->folio_index < 1u << record->folio_order);
}

static void one_must_agree(const struct pintest_record *record,
			   const struct facts *facts)
{
	REQUIRE(record->fields & PINTEST_FIELD_PFN);
	REQUIRE(record->fields & PINTEST_FIELD_FOLIO);
	place_in_folio_must_agree(record, facts);
	flags_must_agree(record, facts);
	mapped_must_agree(record, facts);
	mapcount_must_agree(record, facts);
}

void get_records(const struct source *source, struct pintest_record *to)
{
	struct region region = source->region;
	size_t nr, i;

	if (source->fd < 0)
		nr = inspect_all(0, (uintptr_t)region.addr,
				 region.pages * page_size, to, MAX_PAGES);
	else
		nr = records(source->fd, 0, to, MAX_PAGES);
	REQUIRE_EQ(nr, region.pages);
	for (i = 0; i < nr; i++)
		REQUIRE_EQ(to[i].addr,
			   (uintptr_t)region.addr + i * page_size);
}

void records_must_agree(const struct source *source,
			struct pintest_record *to)
{
	static struct pintest_record again[MAX_PAGES];
	static struct facts facts[MAX_PAGES];
	static uint64_t pagemap[MAX_PAGES];
	size_t nr = source->region.pages, i;
	int tries = 0;

	need_mapped();
	do {
		if (++tries > 100)
			FAIL("the pages change all the time");
		get_records(source, to);
		kernel_pagemap(0, (uintptr_t)source->region.addr, pagemap, nr);
		for (i = 0; i < nr; i++)
			facts[i] = facts_of(&to[i], pagemap[i]);
		get_records(source, again);
	} while (memcmp(to, again, nr * sizeof(*to)));
	for (i = 0; i < nr; i++)
		one_must_agree(&to[i], &facts[i]);
}

/* A zone's range of page frames, which may have holes. */
struct zone {
	char name[16];
	int node;
	unsigned long long start;
	unsigned long long spanned;
};

static struct zone zones[64];
static size_t nr_zones;

static void read_zones(void)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	struct zone zone = { .name = "" };
	char line[200];

	REQUIRE(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %d, zone %15s", &zone.node,
			   zone.name) == 2)
			zone.spanned = 0;
		else if (sscanf(line, " spanned %llu", &zone.spanned) == 1)
			continue;
		else if (sscanf(line, " start_pfn: %llu", &zone.start) == 1 &&
			 zone.spanned && nr_zones < ARRAY_SIZE(zones))
			zones[nr_zones++] = zone;
	}
	fclose(file);
	REQUIRE(nr_zones);
}

static const char *const zone_names[] = {
	"DMA", "DMA32", "Normal", "HighMem", "Movable", "Device",
};

/* Of zones whose ranges overlap, one has to be right. */
static void zone_must_agree(const struct pintest_record *record)
{
	size_t i;

	REQUIRE(record->fields & PINTEST_FIELD_ZONE);
	REQUIRE(record->fields & PINTEST_FIELD_NODE);
	REQUIRE(record->zone < ARRAY_SIZE(zone_names));
	for (i = 0; i < nr_zones; i++)
		if (record->pfn >= zones[i].start &&
		    record->pfn - zones[i].start < zones[i].spanned &&
		    record->node == zones[i].node &&
		    !strcmp(zone_names[record->zone], zones[i].name))
			return;
	FAIL("pfn %#llx is not in zone %s of node %d",
	     (unsigned long long)record->pfn, zone_names[record->zone],
	     record->node);
}

/* The kernel tells the node of most pages, but not of all. */
static void node_must_agree(const struct pintest_record *record)
{
	void *page = (void *)(uintptr_t)record->addr;
	int node;

	if (!syscall(SYS_move_pages, 0, 1, &page, NULL, &node, 0) && node >= 0)
		REQUIRE_EQ(record->node, node);
}

/* The pages of the folio are its tails, and there are no others. */
static void order_must_agree(const struct pintest_record *record)
{
	uint64_t head = record->pfn - record->folio_index;
	uint64_t end = head + (1ULL << record->folio_order), pfn;

	for (pfn = head + 1; pfn < end; pfn++)
		REQUIRE(kernel_page_flags(pfn) & KPF_COMPOUND_TAIL);
	if (kernel_has_page(end))
		REQUIRE(!(kernel_page_flags(end) & KPF_COMPOUND_TAIL));
}

void folios_must_agree(struct region region,
		       const struct pintest_record *record)
{
	uint64_t last = 0, head;
	size_t i;

	read_zones();
	for (i = 0; i < region.pages; i++) {
		zone_must_agree(&record[i]);
		node_must_agree(&record[i]);
		if (record[i].fields & PINTEST_FIELD_MIGRATETYPE)
			REQUIRE(record[i].migratetype <=
				PINTEST_MIGRATE_ISOLATE);
		head = record[i].pfn - record[i].folio_index;
		if (head != last)
			order_must_agree(&record[i]);
		last = head;
	}
}
