// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: what is promised of a pin.
 *
 * The twelve cases that came with "mm/gup: reliable R/O long-term pinning in
 * COW mappings" (2022), as they are called here:
 *
 *	memory		GUP, slow				GUP-fast
 *	zero page	ro-longterm.slow.zeropage.write		...fast...
 *	huge zero page	ro-longterm.slow.huge-zeropage.write	...fast...
 *	memfd		ro-longterm.slow.memfd-private.write	...fast...
 *	tmpfile		ro-longterm.slow.tmpfile-private.write	...fast...
 *	hugetlb 2 MiB	ro-longterm.slow.memfd-hugetlb-2m.write	...fast...
 *	hugetlb 1 GiB	ro-longterm.slow.memfd-hugetlb-1g.write	...fast...
 *
 * What is not promised has no rule. A short-term R/O pin may go stale, and a
 * plain reference may be on the wrong side of a copy after any fork: they are
 * left with the promise that they never see anything but old data or the
 * write.
 */
#include <string.h>

#include "array_size.h"
#include "judge.h"

static const struct access access_table[] = {
	{ "ro-longterm", PINTEST_FOLL_LONGTERM },
	{ "rw-longterm", PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE },
	{ "rw-longterm-force", PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE |
			       PINTEST_FOLL_FORCE },
	{ "ro", 0 },
	{ "rw", PINTEST_FOLL_WRITE },
};

const struct access *accesses(size_t *count)
{
	*count = ARRAY_SIZE(access_table);
	return access_table;
}

/* FOLL_LONGTERM is for pins only. */
static bool is_meant(const struct scenario *scenario)
{
	return scenario->way->traits & WAY_PINS ||
	       !(scenario->access->foll & PINTEST_FOLL_LONGTERM);
}

static bool on_write(const struct scenario *scenario)
{
	return is_meant(scenario) && scenario->event->traits & EVENT_WRITES;
}

/* fork() copies the pages of pins for the child, but not those of others. */
static bool on_write_if_kept(const struct scenario *scenario)
{
	return on_write(scenario) &&
	       (scenario->way->traits & WAY_PINS ||
		!(scenario->event->traits & EVENT_FORKS));
}

static bool on_repin(const struct scenario *scenario)
{
	return is_meant(scenario) && scenario->event->traits & EVENT_REPINS;
}

/* Where ro-longterm is judged, but for the flag that makes it reliable. */
static bool on_write_elsewhere(const struct scenario *scenario)
{
	return scenario->event->traits == EVENT_WRITES &&
	       scenario->memory->traits & (MEMORY_ZERO | MEMORY_FILE);
}

#define SEES	"the pin sees what the process writes, and nothing that a child writes"
#define SAME	"the pinned page is the mapped page after a write"
#define STORE	"the process, and no child, sees what is stored through the pin"
#define UNPIN	"unpinning gives back the references and pins that were taken"

static const struct rule table[] = {
	{ "ro-longterm", "R/O long-term: " SEES, "ro-longterm",
	  on_write_if_kept, judge_fresh },
	{ "ro-longterm-page", "R/O long-term: " SAME, "ro-longterm",
	  on_write_if_kept, judge_page },
	{ "ro-longterm-unpin", "R/O long-term: " UNPIN, "ro-longterm",
	  on_repin, judge_unpin },
	{ "rw-longterm", "R/W long-term: " SEES, "rw-longterm",
	  on_write_if_kept, judge_fresh },
	{ "rw-longterm-page", "R/W long-term: " SAME, "rw-longterm",
	  on_write_if_kept, judge_page },
	{ "rw-longterm-store", "R/W long-term: " STORE, "rw-longterm",
	  on_write_if_kept, judge_store },
	{ "rw-longterm-unpin", "R/W long-term: " UNPIN, "rw-longterm",
	  on_repin, judge_unpin },
	{ "rw-longterm-force", "R/W long-term, forced: " SEES,
	  "rw-longterm-force", on_write_if_kept, judge_fresh },
	{ "rw-longterm-force-page", "R/W long-term, forced: " SAME,
	  "rw-longterm-force", on_write_if_kept, judge_page },
	{ "rw-longterm-force-store", "R/W long-term, forced: " STORE,
	  "rw-longterm-force", on_write_if_kept, judge_store },
	{ "rw-longterm-force-unpin", "R/W long-term, forced: " UNPIN,
	  "rw-longterm-force", on_repin, judge_unpin },
	{ "snapshot",
	  "R/O short-term: the pin reads the old data or the write of the process, never anything else",
	  "ro", on_write, judge_snapshot },
	{ "snapshot-unpin", "R/O short-term: " UNPIN, "ro", on_repin,
	  judge_unpin },
	{ "control",
	  "control: without FOLL_LONGTERM, a page that nobody can write to misses the write, which the tool notices",
	  "ro", on_write_elsewhere, judge_control },
	{ "rw", "R/W short-term: " SEES, "rw", on_write_if_kept,
	  judge_fresh },
	{ "rw-page", "R/W short-term: " SAME, "rw", on_write_if_kept,
	  judge_page },
	{ "rw-store", "R/W short-term: " STORE, "rw", on_write_if_kept,
	  judge_store },
	{ "rw-unpin", "R/W short-term: " UNPIN, "rw", on_repin, judge_unpin },
};

const struct rule *rules(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

struct judgement rule_judge(const struct rule *rule,
			    const struct scenario *scenario,
			    const struct observations *seen)
{
	struct judgement ending = judge_ending(scenario, seen);

	return ending.verdict == VERDICT_PASS ? rule->judge(scenario, seen) :
						ending;
}
