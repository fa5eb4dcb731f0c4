// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rules judge: pure functions of what was observed.
 *
 * Each looks at one page after the other. The first page that breaks the
 * promise decides.
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

/* Whether a later reading is still what the pin read first. */
static bool reads_the_same(const struct word *words, enum reading reading)
{
	return reading != READ_PINNED && words[READ_PINNED].known &&
	       words[READ_PINNED].uniform &&
	       word_is(&words[reading], words[READ_PINNED].value);
}

struct told tell(const struct observations *seen, size_t page,
		 enum reading reading)
{
	const struct word *words = seen->pages[page].words;
	char word[WORD_TEXT_LENGTH];
	struct told told;

	snprintf(told.text, sizeof(told.text), "page %zu: %s %s %s", page,
		 reading_name(reading),
		 reads_the_same(words, reading) ? "still reads" : "reads",
		 word_text(&words[reading], word));
	return told;
}

/*
 * A call that hangs is a failure of the kernel if it concerns the pin or its
 * memory. It is none if mapping memory takes too long, or an event that works
 * on the whole machine. Stories report hangs themselves.
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
	bool ours = may_be_late(scenario, seen->stage) && !seen->call;

	if (seen->call)
		return judged(VERDICT_FAIL, FINDING_HANG,
			      "%s of %s did not return, %s", seen->call,
			      scenario->way->id, stage_name(seen->stage));

	return judged(ours ? VERDICT_BROKEN : VERDICT_FAIL,
		      ours ? FINDING_NONE : FINDING_HANG,
		      "killed because it took too long: %s",
		      stage_name(seen->stage));
}

/* Running out of memory or files is no failure of the kernel. */
static struct judgement judge_refused(const struct scenario *scenario,
				      const struct observations *seen)
{
	switch (-seen->error) {
	case EMFILE:
	case ENFILE:
	case EINTR:
	case ENOMEM:
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "cannot pin: %s: free memory, or raise RLIMIT_MEMLOCK",
			      strerror(-seen->error));
	case EOPNOTSUPP:
		if (scenario->way->outside)
			return judged(VERDICT_SKIP, FINDING_NONE, "%s",
				      seen->why.text);
		/* fall through */
	default:
		return judged(VERDICT_FAIL, FINDING_REFUSED, "%s",
			      seen->why.text);
	}
}

/* A callback of an outside way has ended it. */
static struct judgement judge_call(const struct scenario *scenario,
				   const struct observations *seen)
{
	if (seen->error)
		return judged(VERDICT_FAIL, FINDING_WAY_CRASHED, "%s",
			      seen->why.text);
	return judged(VERDICT_FAIL, FINDING_WAY_CRASHED,
		      "%s of %s has ended the process, %s: a callback does not exit",
		      seen->call, scenario->way->id, stage_name(seen->stage));
}

struct judgement judge_ending(const struct scenario *scenario,
			      const struct observations *seen)
{
	if (seen->endless)
		return judged(VERDICT_FAIL, FINDING_HANG, "%s",
			      seen->why.text);
	if (seen->late)
		return judge_late(scenario, seen);
	if (seen->signal && seen->call)
		return judged(VERDICT_FAIL, FINDING_WAY_CRASHED,
			      "%s of %s crashed, %s: %s", seen->call,
			      scenario->way->id, stage_name(seen->stage),
			      strsignal(seen->signal));
	if (seen->signal)
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "killed while %s: %s", stage_name(seen->stage),
			      strsignal(seen->signal));
	if (seen->call)
		return judge_call(scenario, seen);
	if (seen->stage == STAGE_DONE)
		return passed;
	if (!seen->error)
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "the process of the check is gone; it was %s",
			      stage_name(seen->stage));
	if (seen->stage == STAGE_ASK)
		return judged(VERDICT_SKIP,
			      seen->error == -ENOSYS ? FINDING_NONE :
						       FINDING_NO_FLAG,
			      "%s", seen->why.text);
	if (seen->stage == STAGE_PIN)
		return judge_refused(scenario, seen);
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
			      "%s, which is not what the memory held",
			      tell(seen, page, READ_PINNED).text);
	if (scenario->event->traits & EVENT_WRITES_FIRST &&
	    word_is(&words[READ_BETWEEN], seen->filled))
		return judged(VERDICT_FAIL, FINDING_STALE,
			      "%s, though the process has written",
			      tell(seen, page, READ_BETWEEN).text);
	if (!word_is(&words[READ_BETWEEN], old_data(scenario, seen)))
		return judged(VERDICT_FAIL, FINDING_LEAKED,
			      "%s, which the process did not write",
			      tell(seen, page, READ_BETWEEN).text);
	if (!word_is(&words[READ_PROCESS], WORD_PROCESS))
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "%s, not what it wrote itself",
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
				      "after %s the pin no longer sees writes, which is allowed",
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
					   "%s", tell(seen, i, READ_AFTER).text);
	}
	return judgement;
}

/* The kernel counts no pins of the zero page. */
struct judgement judge_page_unknown(const struct scenario *scenario)
{
	return judged(VERDICT_SKIP, FINDING_NONE, "%s",
		      scenario->way->outside ?
		      "the page that is pinned cannot be told, since its count of pins did not grow" :
		      "this kernel does not report which page is mapped");
}

static struct judgement judge_one_page(const struct scenario *scenario,
				       const struct observations *seen,
				       size_t page)
{
	const struct pintest_record *record =
		&seen->pages[page].records[MOMENT_AFTER];

	if (!(record->flags_known & PINTEST_PAGE_MAPPED_SAME))
		return judge_page_unknown(scenario);
	if (record->flags & PINTEST_PAGE_MAPPED_SAME)
		return passed;
	if (!(record->flags & PINTEST_PAGE_MAPPED))
		return judged(VERDICT_FAIL, FINDING_OTHER_PAGE,
			      "page %zu: the pinned page is no longer mapped, and no other page is",
			      page);
	return judged(VERDICT_FAIL, FINDING_OTHER_PAGE,
		      "page %zu: the process has another page mapped instead of the pinned one",
		      page);
}

struct judgement judge_page(const struct scenario *scenario,
			    const struct observations *seen)
{
	struct judgement judgement = passed;
	size_t i;

	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++)
		judgement = judge_one_page(scenario, seen, i);
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
		      "%s, which its private copy must not show",
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
					   "%s, not what was stored through the pin",
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
					   "%s, which is neither the old data nor the write of the process",
					   tell(seen, i, READ_AFTER).text);
	}
	if (judgement.verdict)
		return judgement;
	return judged(VERDICT_PASS, FINDING_NONE, "%s",
		      fresh ? "the pin reads the write of the process" :
			      "the pin reads the data of pin time, which is allowed");
}

/*
 * Nobody can write to the pages of these memory kinds: the process writes to a
 * copy. If a pin without FOLL_LONGTERM sees that write, the check is
 * blind, unless the pin took an anonymous page in the first place.
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
				      "this kernel breaks COW for every read-only pin and reference");
		return judged(VERDICT_BROKEN, FINDING_NONE,
			      "%s, though nobody can write to that page: this check could not notice a stale pin",
			      tell(seen, i, READ_AFTER).text);
	}
	return judgement;
}
