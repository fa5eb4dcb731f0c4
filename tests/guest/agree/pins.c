// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pins of every kind of memory by every call: records agree with the kernel
 * while the pin is held, and the counts rise and fall by what a pin is worth.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "compare.h"
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

static struct pintest_record before[MAX_PAGES], during[MAX_PAGES];
static struct pintest_record after[MAX_PAGES];

/* A pin of a folio that has no pincount is that many references. */
#define BIAS 1024

static bool is_pin(uint32_t api)
{
	return api != PINTEST_API_GET && api != PINTEST_API_GET_FAST;
}

/* How many pages of the region are in the folio of page @index. */
static int pages_in_folio(struct region region, size_t index)
{
	uint64_t head = before[index].pfn - before[index].folio_index;
	int nr = 0;
	size_t i;

	for (i = 0; i < region.pages; i++)
		nr += before[i].pfn - before[i].folio_index == head;
	return nr;
}

/*
 * What references rise by for @nr pages of a folio. Of the zeropage that
 * depends on the kernel: @counted says if it counts them.
 */
static int references_of(const struct pintest_record *record, int nr,
			 bool pinned, bool counted)
{
	if (!pinned)
		return nr;
	if (record->flags & PINTEST_PAGE_ZERO)
		return counted ? nr * BIAS : 0;
	return record->pincount_kind == PINTEST_PINCOUNT_EXACT ? nr :
								 nr * BIAS;
}

static void page_must_be_pinned(struct region region, size_t i, bool pinned,
				bool counted)
{
	bool looks_pinned = during[i].flags & PINTEST_PAGE_MAYBE_DMA_PINNED;
	bool zero = during[i].flags & PINTEST_PAGE_ZERO;
	int nr = pages_in_folio(region, i);

	ktap_about("page %zu of %zu, pinned %d", i, region.pages, pinned);
	REQUIRE(during[i].flags & PINTEST_PAGE_MAPPED_SAME);
	REQUIRE_EQ(during[i].pfn, before[i].pfn);
	REQUIRE_EQ(during[i].refcount - before[i].refcount,
		   references_of(&during[i], nr, pinned, counted));
	REQUIRE_EQ(during[i].pincount_kind == PINTEST_PINCOUNT_NOT_COUNTED,
		   zero);
	REQUIRE_EQ(!(during[i].fields & PINTEST_FIELD_PINCOUNT), zero);
	if (zero)
		return;
	REQUIRE_EQ(during[i].pincount - before[i].pincount, pinned ? nr : 0);
	REQUIRE_EQ(looks_pinned, pinned);
	if (during[i].folio_order == 0)
		REQUIRE_EQ(during[i].pincount_kind,
			   PINTEST_PINCOUNT_ESTIMATE);
}

/* References that come and go by themselves make it no measurement. */
static bool is_settled(struct region region)
{
	size_t i;

	for (i = 0; i < region.pages; i++)
		if (before[i].pfn != after[i].pfn ||
		    before[i].refcount != after[i].refcount ||
		    before[i].pincount != after[i].pincount)
			return false;
	return true;
}

/*
 * Pins, looks and unpins. Returns by how many the kernel says that there were
 * more pins meanwhile: it may take some only to give them back at once.
 */
static long long measure(struct region region, uint32_t api, uint32_t foll)
{
	struct source mapped = { .region = region, .fd = -1 };
	struct source pinned = { .region = region };
	long long pins;

	get_records(&mapped, before);
	pins = kernel_pins();
	pinned.fd = pin(region.addr, region.pages, api, foll);
	pins = kernel_pins() - pins;
	records_must_agree(&pinned, during);
	close(pinned.fd);
	get_records(&mapped, after);
	return pins;
}

/* The first pin may change what is mapped; it is the second that counts. */
static void pin_must_count(struct region region, uint32_t api, uint32_t foll)
{
	bool pinned = is_pin(api);
	long long pins;
	size_t i;
	int tries = 0;

	close(pin(region.addr, region.pages, api, foll));
	do {
		if (++tries > 100)
			FAIL("references change all the time");
		pins = measure(region, api, foll);
	} while (!is_settled(region));
	if (!(during[0].flags & PINTEST_PAGE_ZERO) || pins)
		REQUIRE_EQ(pins, pinned ? region.pages : 0);
	for (i = 0; i < region.pages; i++)
		page_must_be_pinned(region, i, pinned, pins);
}

static void pins_agree_with(const struct kind *kind, uint32_t foll)
{
	struct region region = kind->map();
	uint32_t api;

	for_each_api(api, foll) {
		ktap_about("%s, flags %#x", device_api_names[api], foll);
		pin_must_count(region, api, foll);
	}
}

static void short_term(const void *arg)
{
	pins_agree_with(arg, 0);
}

static void long_term(const void *arg)
{
	pins_agree_with(arg, PINTEST_FOLL_LONGTERM);
}

static void for_writing(const void *arg)
{
	pins_agree_with(arg, PINTEST_FOLL_WRITE);
}

TEST_GROUP
{
	size_t i;

	for (i = 0; i < nr_kinds; i++) {
		ktap_add(short_term, &kinds[i], "agree.pin.%s",
			 kinds[i].name);
		ktap_add(long_term, &kinds[i], "agree.pin-longterm.%s",
			 kinds[i].name);
		if (!kinds[i].read_only)
			ktap_add(for_writing, &kinds[i], "agree.pin-write.%s",
				 kinds[i].name);
	}
}

/* Of two pins each is counted, and a page that is no more mapped as well. */
TEST("agree.pin.twice-and-unmapped")
{
	struct region region = { map_pages(3), 3 };
	int a = pin(region.addr, 3, PINTEST_API_PIN, PINTEST_FOLL_WRITE);
	int b = pin(region.addr, 3, PINTEST_API_PIN_FAST, PINTEST_FOLL_WRITE);
	struct source source = { .region = region, .fd = a };
	int i;

	records_must_agree(&source, during);
	for (i = 0; i < 3; i++)
		REQUIRE_EQ(during[i].pincount, 2);
	REQUIRE(!madvise(region.addr, 3 * page_size, MADV_DONTNEED));
	records_must_agree(&source, during);
	for (i = 0; i < 3; i++) {
		REQUIRE(!(during[i].flags & PINTEST_PAGE_MAPPED));
		REQUIRE_EQ(during[i].mapcount, 0);
	}
	memset(region.addr, 1, 3 * page_size);
	records_must_agree(&source, during);
	for (i = 0; i < 3; i++) {
		REQUIRE(during[i].flags & PINTEST_PAGE_MAPPED);
		REQUIRE(!(during[i].flags & PINTEST_PAGE_MAPPED_SAME));
		REQUIRE_EQ(during[i].pincount, 2);
	}
	close(b);
	records_must_agree(&source, during);
	REQUIRE_EQ(during[0].pincount, 1);
}

/* With a page of a hugetlb or THP folio pinned, all of it says so. */
static void one_page_of_many(const char *name)
{
	struct region region = { 0 };
	struct source source = { .fd = -1 };
	size_t i;

	for (i = 0; i < nr_kinds; i++)
		if (!strcmp(kinds[i].name, name))
			region = kinds[i].map();
	REQUIRE(region.pages);
	source.region = region;
	pin(region.addr + 3 * page_size, 2, PINTEST_API_PIN,
	    PINTEST_FOLL_WRITE);
	records_must_agree(&source, during);
	for (i = 0; i < region.pages; i++) {
		REQUIRE_EQ(during[i].pincount, 2);
		REQUIRE_EQ(during[i].pincount_kind, PINTEST_PINCOUNT_EXACT);
		REQUIRE_EQ(during[i].folio_index, i);
	}
}

TEST("agree.pin.two-pages-of-a-thp")
{
	one_page_of_many("thp");
}

TEST("agree.pin.two-pages-of-a-hugetlb-page")
{
	one_page_of_many("hugetlb");
}
