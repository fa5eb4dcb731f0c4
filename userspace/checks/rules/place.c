// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether long-term pins keep out of memory that has to stay movable.
 */
#include "base/reason.h"
#include "judge.h"

static struct judgement judge_page_place(const struct pintest_record *record,
					 size_t page)
{
	struct judgement judgement = { .verdict = VERDICT_PASS };

	if (!(record->fields & (PINTEST_FIELD_ZONE |
				PINTEST_FIELD_MIGRATETYPE))) {
		judgement.verdict = VERDICT_SKIP;
		reason(&judgement.why, 0,
		       "this kernel does not report the zone of a page");
	} else if (record_is_movable(record)) {
		judgement.verdict = VERDICT_FAIL;
		judgement.finding = FINDING_STAYS;
		reason(&judgement.why, 0,
		       "page %zu: the pin left the page in memory that has to stay movable",
		       page);
	}
	return judgement;
}

/* The memory kind promises that the pages were in such memory before. */
struct judgement judge_place(const struct scenario *scenario,
			     const struct observations *seen)
{
	struct judgement judgement = { .verdict = VERDICT_PASS };
	size_t i;

	(void)scenario;
	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++)
		judgement = judge_page_place(
			&seen->pages[i].records[MOMENT_PINNED], i);
	return judgement;
}
