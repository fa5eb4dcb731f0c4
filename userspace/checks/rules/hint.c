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

static const char *hint_stale(const struct scenario *scenario)
{
	if (writes(scenario))
		return "is FOLL_WRITE missing where the device writes?";
	if (is_longterm(scenario))
		return "is FOLL_LONGTERM missing, or the kernel older than 6.2?";
	return NULL;
}

static const char *hint_of(const struct scenario *scenario,
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
	case FINDING_STALE:
	case FINDING_LOST:
	case FINDING_OTHER_PAGE:
		return hint_stale(scenario);
	case FINDING_MOVED:
		return "does the driver call get_user_pages() in place of pin_user_pages()?";
	default:
		return NULL;
	}
}

void judge_hint(const struct scenario *scenario, struct judgement *judgement)
{
	const char *hint = hint_of(scenario, judgement->finding);
	char *text = judgement->why.text;
	size_t length = strlen(text);

	if (judgement->verdict == VERDICT_FAIL && hint)
		snprintf(text + length, sizeof(judgement->why.text) - length,
			 ": %s", hint);
}
