// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the pages of memory are.
 */
#include <errno.h>

#include "machine/pagemap.h"
#include "places.h"

bool pages_mapped(const struct memory *memory)
{
	const char *page = memory->addr;
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++, page += page_size())
		if (page_entry(page) & PAGEMAP_PRESENT)
			return true;
	return false;
}

static uint64_t pfn_of(const void *addr)
{
	uint64_t entry = page_entry(addr);

	return entry & PAGEMAP_PRESENT ? entry & PAGEMAP_PFN : 0;
}

int places_of(const struct memory *memory, struct places *places)
{
	const char *page = memory->addr;
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++, page += page_size()) {
		places->pfns[i] = pfn_of(page);
		if (!places->pfns[i])
			return -EPERM;
	}
	return 0;
}

bool places_left(const struct memory *memory, const struct places *places)
{
	const char *page = memory->addr;
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++, page += page_size())
		if (pfn_of(page) == places->pfns[i])
			return false;
	return true;
}
