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
 * What is not promised has no rule. A short-term R/O pin of a page that is not
 * anonymous may go stale, and a plain reference may be on the wrong side of a
 * copy after any fork: they are left with the promise that they never see
 * anything but old data or the write.
 */
#include "array_size.h"
#include "judge.h"

bool scenario_is_refused(const struct scenario *scenario)
{
	uint32_t foll = scenario->access->foll;

	/* GUP-fast never comes to see that the mapping may not be read. */
	if (scenario->memory->traits & MEMORY_UNREADABLE &&
	    scenario->way->traits & WAY_FAST && !(foll & PINTEST_FOLL_WRITE))
		return false;
	return memory_refuses(scenario->memory, foll);
}

/* Whether the memory can be pinned so, and the event can happen to it. */
static bool fits(const struct scenario *scenario)
{
	return way_is_for(scenario->way, scenario->access->foll,
			  scenario->memory->traits) &&
	       event_fits(scenario->event, scenario->memory);
}

/* Files differ in what happens to files. */
static bool leads(const struct memory_kind *kind, const struct event *event)
{
	if (kind->traits & MEMORY_LONG)
		return false;
	return kind->traits & MEMORY_LEADING ||
	       (kind->filesystem && event->needs & MEMORY_FILE);
}

/* Short-term pins are like long-term ones, but for what is not anonymous. */
static bool stands_for_others(const struct scenario *scenario)
{
	const struct way *way = scenario->way;

	if (!leads(scenario->memory, scenario->event) ||
	    !(way->traits & WAY_LEADING))
		return false;
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
 * where the mapping is read-only. Of hugetlb pages it makes none that is
 * promised: from 5.19 to 6.13 the kernel refuses to force a write there.
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
	if (!(memory & MEMORY_VARIANT))
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
	return is_wanted(scenario) && !is_learnt_elsewhere(scenario) &&
	       !scenario_is_refused(scenario);
}

/*
 * Each rule is asked of every product of the other axes: what rules most of
 * them out stands first in these.
 */
static bool on_write(const struct scenario *scenario)
{
	return scenario->event->traits & EVENT_WRITES && is_meant(scenario);
}

/* fork() copies the pages of pins for the child, but not those of others. */
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
 * The device looks where the memory was when it was pinned, and does not tell
 * of what may not be read.
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

/* What is not anonymous is unmapped and moved like any page. */
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

/* R/O pins are reliable without FOLL_LONGTERM if the page is anonymous. */
static bool on_write_if_anon(const struct scenario *scenario)
{
	return scenario->way->traits & WAY_PINS &&
	       scenario->memory->traits & MEMORY_ANON &&
	       on_write_if_kept(scenario);
}

/*
 * What is only in use, and not pinned, is put aside as if it were not, but for
 * a huge page, which would have to be split for that.
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

/* A refused pin meets no event: one is enough. */
static bool on_refusal(const struct scenario *scenario)
{
	return scenario->event->traits == EVENT_WRITES &&
	       scenario->way->traits & WAY_PINS && fits(scenario) &&
	       scenario_is_refused(scenario) && !is_learnt_elsewhere(scenario);
}

/* Where ro-longterm is judged, but for the flag that makes it reliable. */
static bool on_write_elsewhere(const struct scenario *scenario)
{
	return scenario->event->traits == EVENT_WRITES &&
	       scenario->memory->traits & MEMORY_PRIVATE &&
	       scenario->memory->traits & (MEMORY_ZERO | MEMORY_FILE) &&
	       is_meant(scenario);
}

#define SEES	"the pin sees what the process writes, and nothing that a child writes"
#define SAME	"the pinned page is the mapped page after a write"
#define STORE	"the process, and no child, sees what is stored through the pin"
#define SAFE	"the pin keeps its pages, as they are, when the process gives them up"
#define KEEPS	"the kernel leaves pinned anonymous pages mapped where they are"
#define REFUSED	"what must not be pinned so is refused with the right error, and no page too many or too few is pinned before it"
#define PLACE	"no page is pinned in memory that is to be kept movable"
#define UNPIN	"unpinning gives back the references and pins that were taken"

static const struct rule table[] = {
	{ "ro-longterm", "R/O long-term: " SEES,
	  &access_table[RO_LONGTERM], on_write_if_kept, judge_fresh },
	{ "ro-longterm-page", "R/O long-term: " SAME,
	  &access_table[RO_LONGTERM], on_write_in_place, judge_page },
	{ "ro-longterm-safe", "R/O long-term: " SAFE,
	  &access_table[RO_LONGTERM], on_detach, judge_safe },
	{ "ro-longterm-mapping", "R/O long-term: " KEEPS,
	  &access_table[RO_LONGTERM], on_move, judge_mapping },
	{ "ro-longterm-place", "R/O long-term: " PLACE,
	  &access_table[RO_LONGTERM], on_long_stay, judge_place },
	{ "ro-longterm-refusal", "R/O long-term: " REFUSED,
	  &access_table[RO_LONGTERM], on_refusal, judge_refusal },
	{ "ro-longterm-unpin", "R/O long-term: " UNPIN,
	  &access_table[RO_LONGTERM], on_repin, judge_unpin },
	{ "ro-longterm-force", "R/O long-term, forced: " SEES,
	  &access_table[RO_LONGTERM_FORCE], on_write_if_kept, judge_fresh },
	{ "ro-longterm-force-page", "R/O long-term, forced: " SAME,
	  &access_table[RO_LONGTERM_FORCE], on_write_in_place, judge_page },
	{ "ro-longterm-force-refusal", "R/O long-term, forced: " REFUSED,
	  &access_table[RO_LONGTERM_FORCE], on_refusal, judge_refusal },
	{ "rw-longterm", "R/W long-term: " SEES,
	  &access_table[RW_LONGTERM], on_write_if_kept, judge_fresh },
	{ "rw-longterm-page", "R/W long-term: " SAME,
	  &access_table[RW_LONGTERM], on_write_in_place, judge_page },
	{ "rw-longterm-store", "R/W long-term: " STORE,
	  &access_table[RW_LONGTERM], on_write_if_attached, judge_store },
	{ "rw-longterm-safe", "R/W long-term: " SAFE,
	  &access_table[RW_LONGTERM], on_detach, judge_safe },
	{ "rw-longterm-mapping", "R/W long-term: " KEEPS,
	  &access_table[RW_LONGTERM], on_move, judge_mapping },
	{ "rw-longterm-place", "R/W long-term: " PLACE,
	  &access_table[RW_LONGTERM], on_long_stay, judge_place },
	{ "rw-longterm-refusal", "R/W long-term: " REFUSED,
	  &access_table[RW_LONGTERM], on_refusal, judge_refusal },
	{ "rw-longterm-unpin", "R/W long-term: " UNPIN,
	  &access_table[RW_LONGTERM], on_repin, judge_unpin },
	{ "rw-longterm-force", "R/W long-term, forced: " SEES,
	  &access_table[RW_LONGTERM_FORCE], on_write_if_kept, judge_fresh },
	{ "rw-longterm-force-page", "R/W long-term, forced: " SAME,
	  &access_table[RW_LONGTERM_FORCE], on_write_in_place, judge_page },
	{ "rw-longterm-force-store", "R/W long-term, forced: " STORE,
	  &access_table[RW_LONGTERM_FORCE], on_write_if_attached, judge_store },
	{ "rw-longterm-force-refusal", "R/W long-term, forced: " REFUSED,
	  &access_table[RW_LONGTERM_FORCE], on_refusal, judge_refusal },
	{ "rw-longterm-force-unpin", "R/W long-term, forced: " UNPIN,
	  &access_table[RW_LONGTERM_FORCE], on_repin, judge_unpin },
	{ "snapshot",
	  "R/O short-term: the pin reads the old data or the write of the process, never anything else",
	  &access_table[RO], on_write, judge_snapshot },
	{ "ro-anon", "R/O short-term, of anonymous memory: " SEES,
	  &access_table[RO], on_write_if_anon, judge_fresh },
	{ "ro-anon-mapping", "R/O short-term, of anonymous memory: " KEEPS,
	  &access_table[RO], on_move_of_anon, judge_mapping },
	{ "ro-refusal", "R/O short-term: " REFUSED,
	  &access_table[RO], on_refusal, judge_refusal },
	{ "snapshot-unpin", "R/O short-term: " UNPIN,
	  &access_table[RO], on_repin, judge_unpin },
	{ "control",
	  "control: without FOLL_LONGTERM, a page that nobody can write to misses the write, which the tool notices",
	  &access_table[RO], on_write_elsewhere, judge_control },
	{ "control-mapping",
	  "control: the kernel unmaps a page that is referenced, but not pinned, which the tool notices",
	  &access_table[RO], on_unmap_elsewhere, judge_unmapped },
	{ "rw", "R/W short-term: " SEES,
	  &access_table[RW], on_write_if_kept, judge_fresh },
	{ "rw-page", "R/W short-term: " SAME,
	  &access_table[RW], on_write_in_place, judge_page },
	{ "rw-store", "R/W short-term: " STORE,
	  &access_table[RW], on_write_if_attached, judge_store },
	{ "rw-mapping", "R/W short-term: " KEEPS,
	  &access_table[RW], on_move_of_anon, judge_mapping },
	{ "rw-refusal", "R/W short-term: " REFUSED,
	  &access_table[RW], on_refusal, judge_refusal },
	{ "rw-unpin", "R/W short-term: " UNPIN,
	  &access_table[RW], on_repin, judge_unpin },
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
	struct judgement ending;

	if (scenario_is_refused(scenario))
		return rule->judge(scenario, seen);
	ending = judge_ending(scenario, seen);
	return ending.verdict == VERDICT_PASS ? rule->judge(scenario, seen) :
						ending;
}
