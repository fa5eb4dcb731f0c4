// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folios of records. Pages of a folio mostly follow each other, so one entry is
 * kept for each run of them; entries of one folio are put together at the end.
 */
#include <err.h>
#include <stdlib.h>
#include <unistd.h>

#include "console/cli.h"
#include "folios.h"

/*
 * A folio: its first page frame, or what stands for it, how many of its pages can
 * be pinned, and how many were seen.
 */
struct folio_seen {
	uint64_t head;
	uint32_t pins;
	uint32_t mapped : 31;
	uint32_t estimate : 1;
};

bool folio_looks_pinned(const struct pintest_record *record)
{
	if (record->fields & PINTEST_FIELD_PINCOUNT)
		return record->pincount > 0;
	return record->pincount_kind == PINTEST_PINCOUNT_UNKNOWN &&
	       record->flags & PINTEST_PAGE_MAYBE_DMA_PINNED;
}

/* Addresses are below any number that has this bit, and frames are, too. */
#define NO_FRAME	(1ULL << 63)

static struct folio_seen seen_of(const struct pintest_record *record)
{
	bool known = record->fields & PINTEST_FIELD_PINCOUNT;
	uint32_t pages = 1U << record->folio_order;
	uint32_t pins = known ? (uint32_t)record->pincount : UINT32_MAX;
	struct folio_seen seen = {
		.pins = pins < pages ? pins : pages,
		.mapped = 1,
		.estimate = !known || !record->pincount_min,
	};

	if (record->fields & PINTEST_FIELD_PFN)
		seen.head = record->pfn - record->folio_index;
	else
		seen.head = NO_FRAME | (record->addr - record->folio_index *
						    (uint64_t)getpagesize());
	return seen;
}

static void append(struct folios *folios, struct folio_seen seen)
{
	if (folios->count == folios->room) {
		folios->room = folios->room ? 2 * folios->room : 64;
		folios->all = reallocarray(folios->all, folios->room,
					   sizeof(*folios->all));
		if (!folios->all)
			err(CLI_FAILED, "cannot count folios");
	}
	folios->all[folios->count++] = seen;
}

void folios_add(struct folios *folios, const struct pintest_record *record)
{
	struct folio_seen seen = seen_of(record);
	size_t count = folios->count;

	if (count && folios->all[count - 1].head == seen.head)
		folios->all[count - 1].mapped++;
	else
		append(folios, seen);
}

static int by_head(const void *a, const void *b)
{
	const struct folio_seen *one = a, *other = b;

	return (one->head > other->head) - (one->head < other->head);
}

static void add_up(struct folios *folios, const struct folio_seen *seen)
{
	folios->pages += seen->pins < seen->mapped ? seen->pins :
						     seen->mapped;
	folios->estimates += seen->estimate;
}

size_t folios_sum(struct folios *folios)
{
	struct folio_seen *into = folios->all;
	size_t i;

	folios->pages = 0;
	folios->estimates = 0;
	if (!folios->count)
		return 0;
	qsort(folios->all, folios->count, sizeof(*folios->all), by_head);
	for (i = 1; i < folios->count; i++) {
		if (folios->all[i].head == into->head)
			into->mapped += folios->all[i].mapped;
		else
			*++into = folios->all[i];
	}
	folios->count = into - folios->all + 1;
	for (i = 0; i < folios->count; i++)
		add_up(folios, &folios->all[i]);
	return folios->count;
}

void folios_free(struct folios *folios)
{
	free(folios->all);
	*folios = (struct folios){ 0 };
}
