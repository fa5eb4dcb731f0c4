// SPDX-License-Identifier: GPL-2.0-only
/*
 * INSPECT of every kind of memory, and of a process as a whole.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "compare.h"
#include "device.h"
#include "huge.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "swap.h"

static struct pintest_record record[MAX_PAGES];

/* What the kind promises, as far as this kernel can know it. */
static void page_must_be(const struct kind *kind,
			 const struct pintest_record *page)
{
	uint32_t known = device_info(0).out_flags;

	REQUIRE_EQ(page->flags_known, known);
	if ((page->flags & kind->is) != (kind->is & known))
		FAIL("flags %#x lack %#x", page->flags,
		     kind->is & known & ~page->flags);
	if (page->flags & kind->is_not)
		FAIL("flags %#x should not have %#x", page->flags,
		     page->flags & kind->is_not);
	if (page->fields & PINTEST_FIELD_MAPCOUNT && kind->mapcount != ANY)
		REQUIRE_EQ(page->mapcount, kind->mapcount);
	if (page->fields & PINTEST_FIELD_PINCOUNT)
		REQUIRE_EQ(page->pincount, 0);
	if (kind->entire_mapcount != ANY)
		REQUIRE_EQ(page->entire_mapcount, kind->entire_mapcount);
}

TEST("agree.kpageflags.knows-what-is-merged")
{
	if (!kernel_knows_ksm())
		ktap_skip("/proc/kpageflags says KSM of every anonymous page, "
			  "so that KSM is not compared on this kernel");
}

static void inspect_agrees(const void *arg)
{
	const struct kind *kind = arg;
	struct source source = { .region = kind->map(), .fd = -1 };
	size_t i;

	REQUIRE(source.region.pages <= MAX_PAGES);
	records_must_agree(&source, record);
	for (i = 0; i < source.region.pages; i++) {
		ktap_about("page %zu of %zu", i, source.region.pages);
		page_must_be(kind, &record[i]);
	}
	ktap_about("folios");
	folios_must_agree(source.region, record);
}

TEST_GROUP
{
	size_t i;

	for (i = 0; i < nr_kinds; i++)
		ktap_add(inspect_agrees, &kinds[i], "agree.inspect.%s",
			 kinds[i].name);
}

/* One folio, but not all of its pages are in the same state. */
TEST("agree.inspect.each-page-of-a-thp-by-itself")
{
	struct region region = map_thp_part_shared();
	struct source source = { .region = region, .fd = -1 };
	uint32_t ours = PINTEST_PAGE_ANON_EXCLUSIVE |
			PINTEST_PAGE_MAPPED_WRITABLE;
	size_t i;

	ours &= device_info(0).out_flags;
	records_must_agree(&source, record);
	for (i = 0; i < region.pages; i++) {
		bool shared = is_page_of_thp_shared(i);

		ktap_about("page %zu", i);
		REQUIRE_EQ(record[i].flags & ours, shared ? 0 : ours);
		REQUIRE_EQ(record[i].folio_index, i);
		if (record[i].fields & PINTEST_FIELD_MAPCOUNT)
			REQUIRE_EQ(record[i].mapcount, shared ? 2 : 1);
	}
}

/* Then its looks are all there is, unless the kernel can be asked. */
TEST("agree.inspect.huge-zeropage-of-a-pin-that-is-not-mapped")
{
	struct region region = map_huge_zeropage();
	int fd = pin(region.addr, 1, PINTEST_API_PIN_FAST, 0);
	struct pintest_record page;

	page = record_of(fd, 0);
	REQUIRE(page.flags_known & page.flags & PINTEST_PAGE_HUGE_ZERO);
	REQUIRE(!munmap(region.addr, region.pages * page_size));
	page = record_of(fd, 0);
	if (page.flags_known & PINTEST_PAGE_HUGE_ZERO)
		REQUIRE(page.flags & PINTEST_PAGE_HUGE_ZERO);
	else
		REQUIRE(!(page.flags & PINTEST_PAGE_HUGE_ZERO));
}

TEST("agree.inspect.swapped-out")
{
	struct region region = { map_pages(3), 3 };
	uint64_t before[3], after[3];

	swap_out(region);
	kernel_pagemap(0, (uintptr_t)region.addr, before, 3);
	REQUIRE_EQ(inspect_all(0, (uintptr_t)region.addr, 3 * page_size,
			       record, MAX_PAGES), 0);
	kernel_pagemap(0, (uintptr_t)region.addr, after, 3);
	REQUIRE(!memcmp(before, after, sizeof(before)));
}

/* A mapping of another process. */
struct mapping {
	unsigned long long start;
	unsigned long long end;
	bool is_memory;
};

/*
 * Reads the next mapping of /proc/PID/smaps. No memory is what is not readable
 * or is a device's, or is outside of user space, as a page of the kernel is on
 * arm.
 */
static bool next_mapping(FILE *smaps, struct mapping *mapping)
{
	unsigned long long start, end;
	bool outside = false;
	char line[600];

	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%llx-%llx ", &start, &end) == 2) {
			mapping->start = start;
			mapping->end = end;
			outside = strstr(line, "[vectors]");
		}
		if (strncmp(line, "VmFlags:", 8))
			continue;
		mapping->is_memory = !outside && strstr(line, " rd") &&
				     !strstr(line, " io") &&
				     !strstr(line, " pf");
		return true;
	}
	return false;
}

/* Every present page has a record, and every record is of a present page. */
static void mapping_must_agree(pid_t pid, const struct mapping *mapping)
{
	size_t pages = (mapping->end - mapping->start) / page_size, nr, i;
	uint64_t *pagemap = calloc(pages, sizeof(*pagemap));
	struct pintest_record *found = calloc(pages + 1, sizeof(*found));
	const struct pintest_record *next = found;

	REQUIRE(pagemap && found);
	ktap_about("mapping %#llx-%#llx", mapping->start, mapping->end);
	nr = inspect_all(pid, mapping->start, mapping->end - mapping->start,
			 found, pages + 1);
	kernel_pagemap(pid, mapping->start, pagemap, pages);
	for (i = 0; i < pages; i++) {
		if (!(pagemap[i] & PAGEMAP_PRESENT))
			continue;
		REQUIRE(next < found + nr);
		REQUIRE_EQ(next->addr, mapping->start + i * page_size);
		REQUIRE_EQ(next->pfn, pagemap[i] & PAGEMAP_PFN);
		next++;
	}
	REQUIRE(next == found + nr);
	free(pagemap);
	free(found);
}

/* Of a child that does nothing, so that nothing changes meanwhile. */
TEST("agree.inspect.whole-process")
{
	struct peer child = peer_idle();
	struct mapping mapping = { 0 };
	size_t nr = 0;
	char path[32];
	FILE *smaps;

	snprintf(path, sizeof(path), "/proc/%d/smaps", child.pid);
	smaps = fopen(path, "re");
	REQUIRE(smaps);
	for (; next_mapping(smaps, &mapping); nr++)
		if (mapping.is_memory)
			mapping_must_agree(child.pid, &mapping);
	REQUIRE(nr > 5);
	fclose(smaps);
	peer_join(&child);
}
