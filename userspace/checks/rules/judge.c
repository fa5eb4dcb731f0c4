// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rules judge: pure functions of what was observed.
 *
 * Each looks at page after page; the first one that is not as promised
 * decides.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/reason.h"
#include "judge.h"
#include "model/words.h"

const struct judgement passed = { .verdict = VERDICT_PASS };

struct judgement judged(enum verdict verdict, enum finding finding,
			const char *format, ...)
{
	struct judgement judgement = {
		.verdict = verdict,
		.finding = finding,
	};
	va_list args;

	va_start(args, format);
	vsnprintf(judgement.why.text, sizeof(judgement.why.text), format,
		  args);
	va_end(args);
	return judgement;
}

struct told tell(const struct observations *seen, size_t page,
		 enum reading reading)
{
	char word[WORD_TEXT_LENGTH];
	struct told told;

	snprintf(told.text, sizeof(told.text), "page %zu: %s reads %s", page,
		 reading_name(reading),
		 word_text(&seen->pages[page].words[reading], word));
	return told;
}

/*
 * A call into the kernel that hangs is a failure of the kernel, if it is about
 * the pin or its memory. Mapping memory that takes too long is not, nor is an
 * event that is work on the whole machine. A check that stands alone tells of
 * hangs itself.
 */
static bool may_be_late(const struct scenario *scenario, enum stage stage)
{
	return stage == STAGE_MAP || stage == STAGE_STORY ||
	       (stage == STAGE_EVENT &&
		scenario->event->traits & EVENT_MACHINE_WIDE);
}

static struct judgement judge_late(const struct scenario *scenario,
				   const struct observations *seen)
{
	bool ours = may_be_late(scenario, seen->stage);

	return judged(ours ? VERDICT_BROKEN : VERDICT_FAIL,
		      ours ? FINDING_NONE : FINDING_HANG,
		      "killed: %s did not end in time",
		      stage_name(seen->stage));
}

/* What runs out is the machine's affair, anything else the kernel's. */
static struct judgement judge_refused(const struct observations *seen)
{
	switch (-seen->error) {
	case EMFILE:
	case ENFILE:
	case EINTR:
	case ENOMEM:
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "the pin could not be taken: %s: free memory, or raise RLIMIT_MEMLOCK",
			      strerror(-seen->error));
	default:
		return judged(VERDICT_FAIL, FINDING_REFUSED, "%s",
			      seen->why.text);
	}
}

struct judgement judge_ending(const struct scenario *scenario,
			      const struct observations *seen)
{
	if (seen->late)
		return judge_late(scenario, seen);
	if (seen->signal)
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "killed while %s: %s", stage_name(seen->stage),
			      strsignal(seen->signal));
	if (seen->stage == STAGE_DONE)
		return passed;
	if (!seen->error)
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "its process is gone while %s",
			      stage_name(seen->stage));
	if (seen->stage == STAGE_ASK)
		return judged(VERDICT_SKIP,
			      seen->error == -ENOSYS ? FINDING_NONE :
						       FINDING_NO_FLAG,
			      "%s", seen->why.text);
	if (seen->stage == STAGE_PIN)
		return judge_refused(seen);
	return judged(seen->error == -EOPNOTSUPP ? VERDICT_SKIP :
						   VERDICT_BROKEN,
		      FINDING_NONE, "%s", seen->why.text);
}

/* What the pin has to read before the process writes. */
static uint64_t old_data(const struct scenario *scenario,
			 const struct observations *seen)
{
	if (scenario->event->traits & EVENT_CHILD_WRITES &&
	    !(scenario->memory->traits & MEMORY_PRIVATE))
		return WORD_CHILD;
	if (scenario->event->traits & EVENT_WRITES_FIRST)
		return WORD_PROCESS;
	return seen->filled;
}

static struct judgement judge_old_data(const struct scenario *scenario,
				       const struct observations *seen,
				       size_t page)
{
	const struct word *words = seen->pages[page].words;

	if (!word_is(&words[READ_PINNED], seen->filled))
		return judged(VERDICT_FAIL, FINDING_NONE,
			      "%s, not what was there",
			      tell(seen, page, READ_PINNED).text);
	if (scenario->event->traits & EVENT_WRITES_FIRST &&
	    word_is(&words[READ_BETWEEN], seen->filled))
		return judged(VERDICT_FAIL, FINDING_STALE,
			      "%s, not the write of the process",
			      tell(seen, page, READ_BETWEEN).text);
	if (!word_is(&words[READ_BETWEEN], old_data(scenario, seen)))
		return judged(VERDICT_FAIL, FINDING_LEAKED,
			      "%s, which the process did not write",
			      tell(seen, page, READ_BETWEEN).text);
	if (!word_is(&words[READ_PROCESS], WORD_PROCESS))
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "%s, not its own write",
			      tell(seen, page, READ_PROCESS).text);
	return passed;
}

static struct judgement judge_went_apart(const struct scenario *scenario,
					 const struct observations *seen)
{
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++)
		if (!word_is(&seen->pages[i].words[READ_AFTER], WORD_PROCESS))
			return judged(VERDICT_DETACHED, FINDING_NONE,
				      "the pin does not see writes after %s, and need not",
				      scenario->event->id);
	return passed;
}

struct judgement judge_fresh(const struct scenario *scenario,
			     const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	if (event_detaches(scenario->event, scenario->memory))
		return judge_went_apart(scenario, seen);
	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++) {
		const struct word *after = &seen->pages[i].words[READ_AFTER];

		judgement = judge_old_data(scenario, seen, i);
		if (!judgement.verdict && !word_is(after, WORD_PROCESS))
			judgement = judged(VERDICT_FAIL, FINDING_STALE,
					   "%s, not the write of the process",
					   tell(seen, i, READ_AFTER).text);
	}
	return judgement;
}

static struct judgement judge_one_page(const struct observations *seen,
				       size_t page)
{
	const struct pintest_record *record =
		&seen->pages[page].records[MOMENT_AFTER];

	if (!(record->flags_known & PINTEST_PAGE_MAPPED_SAME))
		return judged(VERDICT_SKIP, FINDING_NONE,
			      "this kernel does not tell which page is mapped");
	if (record->flags & PINTEST_PAGE_MAPPED_SAME)
		return passed;
	if (!(record->flags & PINTEST_PAGE_MAPPED))
		return judged(VERDICT_FAIL, FINDING_OTHER_PAGE,
			      "page %zu: no page is mapped in place of the pinned one",
			      page);
	return judged(VERDICT_FAIL, FINDING_OTHER_PAGE,
		      "page %zu: the process has another page mapped than the pinned one",
		      page);
}

struct judgement judge_page(const struct scenario *scenario,
			    const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	(void)scenario;
	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++)
		judgement = judge_one_page(seen, i);
	return judgement;
}

/* What a child has to read in its own copy. */
static bool child_reads_own(const struct scenario *scenario,
			    const struct observations *seen,
			    const struct word *word)
{
	unsigned int memory = scenario->memory->traits;

	if (memory & MEMORY_WITHHELD)
		return !word->known;
	if (scenario->event->traits & EVENT_CHILD_WRITES)
		return word_is(word, WORD_CHILD);
	return word_is(word, memory & MEMORY_WIPED ? WORD_ZERO : seen->filled);
}

/* A child that did not write still has what was there at the fork. */
static struct judgement judge_child(const struct scenario *scenario,
				    const struct observations *seen,
				    size_t page)
{
	if (!(scenario->event->traits & EVENT_FORKS) ||
	    !(scenario->memory->traits & MEMORY_PRIVATE) ||
	    child_reads_own(scenario, seen,
			    &seen->pages[page].words[READ_CHILD]))
		return passed;
	return judged(VERDICT_FAIL, FINDING_LEAKED,
		      "%s, which is not in its private copy",
		      tell(seen, page, READ_CHILD).text);
}

struct judgement judge_store(const struct scenario *scenario,
			     const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++) {
		const struct word *stored = &seen->pages[i].words[READ_STORED];

		if (!word_is(stored, WORD_DEVICE))
			judgement = judged(VERDICT_FAIL, FINDING_LOST,
					   "%s, not the store through the pin",
					   tell(seen, i, READ_STORED).text);
		else
			judgement = judge_child(scenario, seen, i);
	}
	return judgement;
}

struct judgement judge_snapshot(const struct scenario *scenario,
				const struct observations *seen)
{
	struct judgement judgement = passed;
	bool fresh = true;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++) {
		const struct word *after = &seen->pages[i].words[READ_AFTER];

		fresh &= word_is(after, WORD_PROCESS);
		judgement = judge_old_data(scenario, seen, i);
		if (!judgement.verdict && !word_is(after, WORD_PROCESS) &&
		    !word_is(after, seen->filled))
			judgement = judged(VERDICT_FAIL, FINDING_LEAKED,
					   "%s, neither old data nor the write",
					   tell(seen, i, READ_AFTER).text);
	}
	if (judgement.verdict)
		return judgement;
	return judged(VERDICT_PASS, FINDING_NONE, "%s",
		      fresh ? "reads the write of the process" :
			      "reads the data of pin time, as it may");
}

/*
 * The pages of these memory kinds cannot be written to: the process's write
 * goes to others. Seeing it without FOLL_LONGTERM would mean that the tool is
 * blind, unless an anonymous page was taken in the first place.
 */
struct judgement judge_control(const struct scenario *scenario,
			       const struct observations *seen)
{
	const struct page_seen *page = seen->pages;
	struct judgement judgement = passed;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++, page++) {
		judgement = judge_old_data(scenario, seen, i);
		if (judgement.verdict ||
		    word_is(&page->words[READ_AFTER], seen->filled))
			continue;
		if (page->records[MOMENT_PINNED].flags & PINTEST_PAGE_ANON)
			return judged(VERDICT_SKIP, FINDING_NONE,
				      "this kernel breaks COW for every R/O pin and reference");
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "%s though that page cannot be written to: staleness would not be seen",
			      tell(seen, i, READ_AFTER).text);
	}
	return judgement;
}
