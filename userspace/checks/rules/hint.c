// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the driver behind an outside way most likely does wrong.
 *
 * Rules tell what was seen of pages. Who wrote a driver thinks of the call that
 * pins, and of its flags.
 */
#include <stdio.h>
#include <string.h>

#include "judge.h"

static bool is_longterm(const struct scenario *scenario)
{
	return scenario->access->foll & PINTEST_FOLL_LONGTERM;
}

static bool writes(const struct scenario *scenario)
{
	return scenario->access->foll & PINTEST_FOLL_WRITE;
}

/* Which of the reasons to refuse was passed over. */
static const char *hint_allowed(const struct scenario *scenario)
{
	if (memory_refuses(scenario->memory, 0))
		return "no flags allow it: does the driver map it without a pin?";
	if (writes(scenario) &&
	    memory_refuses(scenario->memory, PINTEST_FOLL_WRITE))
		return "is FOLL_WRITE missing where the device writes?";
	if (is_longterm(scenario))
		return "is FOLL_LONGTERM missing?";
	return NULL;
}

static const char *hint_refused(const struct scenario *scenario)
{
	if (!writes(scenario) &&
	    memory_refuses(scenario->memory, scenario->access->foll |
			   PINTEST_FOLL_WRITE))
		return "is FOLL_WRITE set where the device only reads?";
	return NULL;
}

/* Whether all pages are known to be still mapped that were pinned. */
static bool is_same(const struct observations *seen)
{
	bool same = true;
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++)
		if (!(seen->pages[i].records[MOMENT_AFTER].flags &
		      PINTEST_PAGE_MAPPED_SAME))
			same = false;
	return same;
}

static const char *hint_stale(const struct scenario *scenario,
			      const struct observations *seen)
{
	if (is_same(seen))
		return "the pinned page is still mapped: does read() return an old copy?";
	if (writes(scenario))
		return "is FOLL_WRITE missing where the device writes, or does read() return an old copy?";
	if (is_longterm(scenario))
		return "is FOLL_LONGTERM missing, or the kernel older than 6.2?";
	return NULL;
}

/* What the device does not read back it has not stored. */
static const char *hint_lost(const struct observations *seen)
{
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++)
		if (!word_is(&seen->pages[i].words[READ_BACK], WORD_DEVICE))
			return "the device does not read it back either: does write() store all?";
	return "is FOLL_WRITE missing where the device writes?";
}

static const char *hint_of(const struct scenario *scenario,
			   const struct observations *seen,
			   enum finding finding)
{
	switch (finding) {
	case FINDING_UNPINNED:
		return "does the driver call get_user_pages() in place of pin_user_pages()?";
	case FINDING_UNBALANCED:
		return "does the driver unpin what it pinned, with unpin_user_pages()?";
	case FINDING_STAYS:
		return "is FOLL_LONGTERM missing?";
	case FINDING_ALLOWED:
		return hint_allowed(scenario);
	case FINDING_REFUSED:
		return hint_refused(scenario);
	case FINDING_LOST:
		return hint_lost(seen);
	case FINDING_STALE:
	case FINDING_OTHER_PAGE:
		return hint_stale(scenario, seen);
	case FINDING_MOVED:
		return "does the driver call get_user_pages() in place of pin_user_pages()?";
	default:
		return NULL;
	}
}

void judge_hint(const struct scenario *scenario,
		const struct observations *seen, struct judgement *judgement)
{
	const char *hint = hint_of(scenario, seen, judgement->finding);
	char *text = judgement->why.text;
	size_t length = strlen(text);

	if (judgement->verdict == VERDICT_FAIL && hint)
		snprintf(text + length, sizeof(judgement->why.text) - length,
			 ": %s", hint);
}
