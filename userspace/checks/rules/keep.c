// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether a pin keeps its pages when the process gives them up, and whether
 * the kernel keeps pinned pages mapped where it unmaps others.
 */
#include "judge.h"
#include "model/words.h"

/* What the pin may read besides what was there, before the process writes. */
static uint64_t may_read(const struct scenario *scenario,
			 const struct observations *seen)
{
	if (scenario->event->traits & EVENT_WRITES_FILE)
		return WORD_FILE;
	if (scenario->event->traits & EVENT_CLEARS)
		return WORD_ZERO;
	return seen->filled;
}

/* What the pin reads, unless it sees what the process writes. */
static struct judgement judge_kept_word(const struct observations *seen,
					size_t page, enum reading reading,
					uint64_t also)
{
	const struct word *word = &seen->pages[page].words[reading];

	if (word_is(word, seen->filled) || word_is(word, also))
		return passed;
	return judged(VERDICT_FAIL, FINDING_LEAKED,
		      "%s, which nobody wrote to the pinned page",
		      tell(seen, page, reading).text);
}

/* The last mapping may be gone, but not the pin. */
static struct judgement judge_held(const struct scenario *scenario,
				   const struct observations *seen,
				   size_t page)
{
	const struct pintest_record *record =
		&seen->pages[page].records[MOMENT_AFTER];
	bool pins = scenario->way->traits & WAY_PINS;

	if (record->fields & PINTEST_FIELD_REFCOUNT && record->refcount < 1)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "page %zu: the pinned page has %d references",
			      page, (int)record->refcount);
	if (pins && record->fields & PINTEST_FIELD_PINCOUNT &&
	    record->pincount < 1)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "page %zu: the pinned page has a pincount of %d",
			      page, (int)record->pincount);
	return passed;
}

static struct judgement judge_own_store(const struct scenario *scenario,
					const struct observations *seen,
					size_t page)
{
	const struct word *back = &seen->pages[page].words[READ_BACK];

	if (!(scenario->access->foll & PINTEST_FOLL_WRITE) ||
	    !(way_facts(scenario->way, true) & FACT_STORE) ||
	    word_is(back, WORD_DEVICE))
		return passed;
	return judged(VERDICT_FAIL, FINDING_LOST, "%s, not what was stored through it",
		      tell(seen, page, READ_BACK).text);
}

struct judgement judge_safe(const struct scenario *scenario,
			    const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++) {
		judgement = judge_kept_word(seen, i, READ_BETWEEN,
					    may_read(scenario, seen));
		if (!judgement.verdict)
			judgement = judge_kept_word(seen, i, READ_AFTER,
						    WORD_PROCESS);
		if (!judgement.verdict)
			judgement = judge_held(scenario, seen, i);
		if (!judgement.verdict)
			judgement = judge_own_store(scenario, seen, i);
	}
	return judgement;
}

/* Page cache and zero pages are not the process's own. */
static struct judgement judge_one_mapping(const struct scenario *scenario,
					  const struct observations *seen,
					  size_t page)
{
	const struct pintest_record *records = seen->pages[page].records;
	const struct pintest_record *is = &records[MOMENT_BETWEEN];

	if (!(is->flags_known & PINTEST_PAGE_MAPPED_SAME))
		return judge_page_unknown(scenario);
	if (!(records[MOMENT_PINNED].flags & PINTEST_PAGE_ANON))
		return judged(VERDICT_SKIP, FINDING_NONE,
			      "the pinned page is not anonymous on this kernel");
	if (is->flags & PINTEST_PAGE_MAPPED_SAME)
		return passed;
	return judged(VERDICT_FAIL, FINDING_MOVED, "page %zu: %s", page,
		      is->flags & PINTEST_PAGE_MAPPED ?
		      "another page is mapped instead of the pinned one" :
		      "the kernel unmapped the pinned page");
}

struct judgement judge_mapping(const struct scenario *scenario,
			       const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++)
		judgement = judge_one_mapping(scenario, seen, i);
	return judgement;
}

struct judgement judge_unmapped(const struct scenario *scenario,
				const struct observations *seen)
{
	struct judgement judgement = judge_mapping(scenario, seen);

	if (judgement.verdict == VERDICT_FAIL)
		return passed;
	if (judgement.verdict == VERDICT_SKIP)
		return judgement;
	return judged(VERDICT_BROKEN, FINDING_NONE,
		      "a page that is referenced but not pinned stays mapped: this check could not notice that a pinned page is unmapped");
}
