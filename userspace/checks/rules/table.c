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
 * What the kernel does not promise has no rule. A short-term read-only pin of a
 * page that is not anonymous may go stale, and so may a plain reference after any
 * fork(). Of these only one thing is promised: they see the old data or the
 * write, and nothing else.
 */
#include "array_size.h"
#include "judge.h"

bool scenario_is_refused(const struct scenario *scenario)
{
	uint32_t foll = scenario->access->foll;

	/* GUP-fast does not see that the mapping may not be read. */
	if (scenario->memory->traits & MEMORY_UNREADABLE &&
	    scenario->way->traits & WAY_FAST && !(foll & PINTEST_FOLL_WRITE))
		return false;
	return memory_refuses(scenario->memory, foll);
}

/* Whether the memory can be pinned so, and the event can happen to it. */
static bool fits(const struct scenario *scenario)
{
	if (scenario->way->outside && scenario->event->traits & OUR_OWN_ONLY)
		return false;
	return way_is_for(scenario->way, scenario->access->foll,
			  scenario->memory->traits) &&
	       event_fits(scenario->event, scenario->memory);
}

/* File systems differ in events that concern files. */
static bool leads(const struct memory_kind *kind, const struct event *event)
{
	if (kind->traits & (MEMORY_LONG | MEMORY_MOVABLE))
		return false;
	if (kind->traits & MEMORY_WRITTEN)
		return event->traits & EVENT_AROUND;
	return kind->traits & MEMORY_LEADING ||
	       (kind->filesystem && event->needs & MEMORY_FILE);
}

/* Whether a pin for writing cannot be a long-term one. */
static bool is_longest_write(const struct scenario *scenario)
{
	return scenario->access == &access_table[RW] &&
	       scenario->memory->refuses & REFUSES_LONGTERM_WRITE;
}

/* Short-term pins are like long-term ones, but for what is not anonymous. */
static bool stands_for_others(const struct scenario *scenario)
{
	const struct way *way = scenario->way;

	if (!leads(scenario->memory, scenario->event) ||
	    !(way->traits & WAY_LEADING))
		return false;
	/* How a page was pinned does not matter to what is around it. */
	if (scenario->event->traits & EVENT_AROUND)
		return way->traits & WAY_FAST &&
		       (scenario->access->leading ||
			is_longest_write(scenario));
	return scenario->access->leading ||
	       (scenario->memory->traits & MEMORY_ANON &&
		way->traits & WAY_FAST &&
		!(scenario->access->foll & PINTEST_FOLL_FORCE));
}

/* Whether it is worth it as well. */
static bool is_wanted(const struct scenario *scenario)
{
	return (!(scenario->event->traits & EVENT_LEADING_ONLY) ||
		stands_for_others(scenario)) &&
	       fits(scenario);
}

/*
 * A forced read makes a difference where other reads are refused, a forced write
 * where the mapping is read-only. With hugetlb pages nothing is promised: from
 * 5.19 to 6.13 the kernel refuses to force a write to them.
 */
static bool force_matters(const struct scenario *scenario)
{
	const struct memory_kind *kind = scenario->memory;

	if (!(scenario->access->foll & PINTEST_FOLL_WRITE))
		return kind->refuses & REFUSES_READ;
	return !(kind->traits & MEMORY_VARIANT) ||
	       (kind->traits & MEMORY_READ_ONLY &&
		!(kind->traits & MEMORY_HUGETLB));
}

/*
 * What there is to learn of a variant: whether pins go stale when the process
 * writes, and of anonymous memory also whether fork() leaves them alone; and
 * FOLL_FORCE where it makes a difference.
 */
static bool is_learnt_elsewhere(const struct scenario *scenario)
{
	const struct access *access = scenario->access;
	unsigned int memory = scenario->memory->traits;
	unsigned int event = scenario->event->traits;

	if (access->foll & PINTEST_FOLL_FORCE && !force_matters(scenario))
		return true;
	if (!(memory & MEMORY_VARIANT) || event & EVENT_AROUND)
		return false;
	if (!(scenario->way->traits & WAY_LEADING) ||
	    event & (EVENT_CHILD_WRITES | EVENT_REPINS) ||
	    (event & EVENT_FORKS && !(memory & MEMORY_ANON)))
		return true;
	if (access->leading || access->foll & PINTEST_FOLL_FORCE)
		return false;
	return access->foll || !(memory & MEMORY_ANON);
}

static bool is_meant(const struct scenario *scenario)
{
	if (scenario->alone)
		return fits(scenario) && !scenario_is_refused(scenario);
	return is_wanted(scenario) && !is_learnt_elsewhere(scenario) &&
	       !scenario_is_refused(scenario);
}

/*
 * Each rule is tried with every product of the other axes. The condition that
 * excludes most of them comes first.
 */
static bool on_write(const struct scenario *scenario)
{
	return scenario->event->traits & EVENT_WRITES && is_meant(scenario);
}

/* fork() copies pinned pages for the child, but not referenced ones. */
static bool on_write_if_kept(const struct scenario *scenario)
{
	return on_write(scenario) &&
	       (scenario->way->traits & WAY_PINS ||
		!(scenario->event->traits & EVENT_FORKS));
}

static bool on_write_if_attached(const struct scenario *scenario)
{
	return !event_detaches(scenario->event, scenario->memory) &&
	       on_write_if_kept(scenario);
}

/*
 * The device inspects the address at which the memory was pinned. It reports
 * nothing about memory that may not be read.
 */
static bool on_write_in_place(const struct scenario *scenario)
{
	return !(scenario->event->traits & EVENT_REMAPS) &&
	       !(scenario->memory->traits & MEMORY_UNREADABLE) &&
	       on_write_if_attached(scenario);
}

static bool on_detach(const struct scenario *scenario)
{
	return event_detaches(scenario->event, scenario->memory) &&
	       is_meant(scenario);
}

/* The kernel unmaps and moves pages that are not anonymous as it likes. */
static bool on_move(const struct scenario *scenario)
{
	return scenario->event->traits & EVENT_MOVES &&
	       scenario->memory->traits & MEMORY_PRIVATE && is_meant(scenario);
}

static bool on_move_of_anon(const struct scenario *scenario)
{
	return scenario->memory->traits & MEMORY_ANON &&
	       scenario->way->traits & WAY_PINS && on_move(scenario);
}

/* Read-only pins of anonymous pages are reliable without FOLL_LONGTERM. */
static bool on_write_if_anon(const struct scenario *scenario)
{
	return scenario->way->traits & WAY_PINS &&
	       scenario->memory->traits & MEMORY_ANON &&
	       on_write_if_kept(scenario);
}

/*
 * The kernel unmaps a page that is referenced, but not pinned, like any other.
 * A huge page is an exception: it would have to be split first.
 */
static bool on_unmap_elsewhere(const struct scenario *scenario)
{
	return scenario->event->traits & EVENT_UNMAPS &&
	       scenario->memory->traits & MEMORY_LEADING &&
	       scenario->memory->traits & MEMORY_ANON &&
	       !(scenario->memory->traits & MEMORY_THP) &&
	       !(scenario->way->traits & WAY_PINS) && fits(scenario);
}

static bool on_repin(const struct scenario *scenario)
{
	return scenario->event->traits & EVENT_REPINS && is_meant(scenario);
}

static bool on_long_stay(const struct scenario *scenario)
{
	return scenario->memory->traits & MEMORY_MOVABLE &&
	       scenario->access->foll & PINTEST_FOLL_LONGTERM &&
	       scenario->event->traits == EVENT_WRITES && is_meant(scenario);
}

/* No event follows a refused pin, so one event is enough. */
static bool on_refusal(const struct scenario *scenario)
{
	return scenario->event->traits == EVENT_WRITES &&
	       scenario->way->traits & WAY_PINS && fits(scenario) &&
	       scenario_is_refused(scenario) && !is_learnt_elsewhere(scenario);
}

/* As for ro-longterm, but without the flag that makes the pin reliable. */
static bool on_write_elsewhere(const struct scenario *scenario)
{
	return scenario->event->traits == EVENT_WRITES &&
	       scenario->memory->traits & MEMORY_PRIVATE &&
	       scenario->memory->traits & (MEMORY_ZERO | MEMORY_FILE) &&
	       is_meant(scenario);
}

#define SEES	"the pin sees what the process writes, and not what a child writes"
#define SAME	"after a write, the pinned page is still the mapped page"
#define STORE	"the process sees what is stored through the pin, and a child does not"
#define SAFE	"the pin keeps its pages unchanged when the process gives them up"
#define KEEPS	"pinned anonymous pages stay mapped"
#define REFUSED	"the kernel refuses memory that must not be pinned like this, with the right error, pins exactly the pages before it, and leaves nothing behind"
#define PLACE	"no page stays in memory that has to stay movable"
#define UNPIN	"unpinning gives back all references and pins that were taken"

static const struct rule table[] = {
	{ "ro-longterm", "read-only long-term: " SEES,
	  &access_table[RO_LONGTERM], FACT_WORDS,
	  on_write_if_kept, judge_fresh },
	{ "ro-longterm-page", "read-only long-term: " SAME,
	  &access_table[RO_LONGTERM], FACT_PAGE,
	  on_write_in_place, judge_page },
	{ "ro-longterm-safe", "read-only long-term: " SAFE,
	  &access_table[RO_LONGTERM], FACT_WORDS,
	  on_detach, judge_safe },
	{ "ro-longterm-mapping", "read-only long-term: " KEEPS,
	  &access_table[RO_LONGTERM], FACT_PAGE,
	  on_move, judge_mapping },
	{ "ro-longterm-place", "read-only long-term: " PLACE,
	  &access_table[RO_LONGTERM], FACT_PLACE,
	  on_long_stay, judge_place },
	{ "ro-longterm-refusal", "read-only long-term: " REFUSED,
	  &access_table[RO_LONGTERM], 0,
	  on_refusal, judge_refusal },
	{ "ro-longterm-unpin", "read-only long-term: " UNPIN,
	  &access_table[RO_LONGTERM], FACT_PINS,
	  on_repin, judge_unpin },
	{ "ro-longterm-force", "read-only long-term, forced: " SEES,
	  &access_table[RO_LONGTERM_FORCE], FACT_WORDS,
	  on_write_if_kept, judge_fresh },
	{ "ro-longterm-force-page", "read-only long-term, forced: " SAME,
	  &access_table[RO_LONGTERM_FORCE], FACT_PAGE,
	  on_write_in_place, judge_page },
	{ "ro-longterm-force-refusal", "read-only long-term, forced: " REFUSED,
	  &access_table[RO_LONGTERM_FORCE], 0,
	  on_refusal, judge_refusal },
	{ "rw-longterm", "read-write long-term: " SEES,
	  &access_table[RW_LONGTERM], FACT_WORDS,
	  on_write_if_kept, judge_fresh },
	{ "rw-longterm-page", "read-write long-term: " SAME,
	  &access_table[RW_LONGTERM], FACT_PAGE,
	  on_write_in_place, judge_page },
	{ "rw-longterm-store", "read-write long-term: " STORE,
	  &access_table[RW_LONGTERM], FACT_STORE,
	  on_write_if_attached, judge_store },
	{ "rw-longterm-safe", "read-write long-term: " SAFE,
	  &access_table[RW_LONGTERM], FACT_WORDS,
	  on_detach, judge_safe },
	{ "rw-longterm-mapping", "read-write long-term: " KEEPS,
	  &access_table[RW_LONGTERM], FACT_PAGE,
	  on_move, judge_mapping },
	{ "rw-longterm-place", "read-write long-term: " PLACE,
	  &access_table[RW_LONGTERM], FACT_PLACE,
	  on_long_stay, judge_place },
	{ "rw-longterm-refusal", "read-write long-term: " REFUSED,
	  &access_table[RW_LONGTERM], 0,
	  on_refusal, judge_refusal },
	{ "rw-longterm-unpin", "read-write long-term: " UNPIN,
	  &access_table[RW_LONGTERM], FACT_PINS,
	  on_repin, judge_unpin },
	{ "rw-longterm-force", "read-write long-term, forced: " SEES,
	  &access_table[RW_LONGTERM_FORCE], FACT_WORDS,
	  on_write_if_kept, judge_fresh },
	{ "rw-longterm-force-page", "read-write long-term, forced: " SAME,
	  &access_table[RW_LONGTERM_FORCE], FACT_PAGE,
	  on_write_in_place, judge_page },
	{ "rw-longterm-force-store", "read-write long-term, forced: " STORE,
	  &access_table[RW_LONGTERM_FORCE], FACT_STORE,
	  on_write_if_attached, judge_store },
	{ "rw-longterm-force-refusal", "read-write long-term, forced: " REFUSED,
	  &access_table[RW_LONGTERM_FORCE], 0,
	  on_refusal, judge_refusal },
	{ "rw-longterm-force-unpin", "read-write long-term, forced: " UNPIN,
	  &access_table[RW_LONGTERM_FORCE], FACT_PINS,
	  on_repin, judge_unpin },
	{ "snapshot",
	  "read-only short-term: the pin reads the old data or the write of the process, never anything else",
	  &access_table[RO], FACT_WORDS,
	  on_write, judge_snapshot },
	{ "ro-anon", "read-only short-term, anonymous memory: " SEES,
	  &access_table[RO], FACT_WORDS,
	  on_write_if_anon, judge_fresh },
	{ "ro-anon-mapping", "read-only short-term, anonymous memory: " KEEPS,
	  &access_table[RO], FACT_PAGE,
	  on_move_of_anon, judge_mapping },
	{ "ro-refusal", "read-only short-term: " REFUSED,
	  &access_table[RO], 0,
	  on_refusal, judge_refusal },
	{ "snapshot-unpin", "read-only short-term: " UNPIN,
	  &access_table[RO], FACT_PINS,
	  on_repin, judge_unpin },
	{ "control",
	  "control: without FOLL_LONGTERM, a pin of a page that nobody can write to misses the write, and the check notices it",
	  &access_table[RO], FACT_WORDS,
	  on_write_elsewhere, judge_control },
	{ "control-mapping",
	  "control: the kernel unmaps a page that is referenced, but not pinned, and the check notices it",
	  &access_table[RO], FACT_PAGE,
	  on_unmap_elsewhere, judge_unmapped },
	{ "rw", "read-write short-term: " SEES,
	  &access_table[RW], FACT_WORDS,
	  on_write_if_kept, judge_fresh },
	{ "rw-page", "read-write short-term: " SAME,
	  &access_table[RW], FACT_PAGE,
	  on_write_in_place, judge_page },
	{ "rw-store", "read-write short-term: " STORE,
	  &access_table[RW], FACT_STORE,
	  on_write_if_attached, judge_store },
	{ "rw-mapping", "read-write short-term: " KEEPS,
	  &access_table[RW], FACT_PAGE,
	  on_move_of_anon, judge_mapping },
	{ "rw-refusal", "read-write short-term: " REFUSED,
	  &access_table[RW], 0,
	  on_refusal, judge_refusal },
	{ "rw-unpin", "read-write short-term: " UNPIN,
	  &access_table[RW], FACT_PINS,
	  on_repin, judge_unpin },
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
	struct judgement judgement = passed;

	if (!scenario_is_refused(scenario))
		judgement = judge_ending(scenario, seen);
	if (!judgement.verdict)
		judgement = rule->judge(scenario, seen);
	if (!judgement.verdict || judgement.verdict == VERDICT_DETACHED)
		judgement = judge_pool(seen, &judgement);
	if (scenario->way->outside)
		judge_hint(scenario, seen, &judgement);
	return judgement;
}
