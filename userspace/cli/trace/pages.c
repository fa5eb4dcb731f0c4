// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pages that a call holds: their records, and the mappings that they are in.
 */
#include "console/maps.h"
#include "lint.h"
#include "pages.h"

#define BATCH		256

static bool is_still_held(struct pintest_trace *trace,
			  const struct pintest_event *held)
{
	struct pintest_event now;

	return pintest_trace_held(trace, held->id, &now, 1) == 1 &&
	       now.id == held->id && now.pins == held->pins &&
	       now.flags == held->flags;
}

static const char *perms_at(const struct mappings *maps, uint64_t addr)
{
	size_t i;

	for (i = 0; i < maps->count; i++)
		if (addr >= maps->all[i].start && addr < maps->all[i].end)
			return maps->all[i].perms;
	return "----";
}

static uint32_t lint_records(struct pintest_trace *trace,
			     const struct pintest_event *held,
			     const struct mappings *maps)
{
	struct pintest_record records[BATCH];
	uint64_t first = 0;
	uint32_t lint = 0;
	ssize_t i, n;

	while ((n = pintest_trace_records(trace, held->id, &first, records,
					  BATCH)) > 0) {
		for (i = 0; i < n; i++) {
			lint |= lint_record(&records[i], held->flags &
					    PINTEST_EVENT_GONE);
			lint |= lint_write(held, &records[i],
					   perms_at(maps, records[i].addr));
		}
	}
	return lint;
}

uint32_t lint_pages(struct pintest_trace *trace,
		    const struct pintest_event *held)
{
	const uint32_t foll = PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM;
	struct mappings maps = { 0 };
	uint32_t lint;

	/* Only of these it matters in what mapping they are. */
	if (held->owner && (held->foll & foll) == PINTEST_FOLL_LONGTERM &&
	    mappings_of(held->owner, &maps))
		maps.count = 0;
	lint = lint_records(trace, held, &maps);
	mappings_free(&maps);
	return lint && is_still_held(trace, held) ? lint : 0;
}
