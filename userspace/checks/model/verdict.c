// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: their names, which one matters more, and who loses by them.
 */
#include <stddef.h>
#include <string.h>

#include "array_size.h"
#include "verdict.h"

const char *verdict_name(enum verdict verdict)
{
	static const char * const names[VERDICT_COUNT] = {
		[VERDICT_PASS] = "PASS",
		[VERDICT_FAIL] = "FAIL",
		[VERDICT_BROKEN] = "BROKEN",
		[VERDICT_SKIP] = "SKIP",
		[VERDICT_XFAIL] = "XFAIL",
		[VERDICT_DETACHED] = "DETACHED",
		[VERDICT_REFUSED] = "REFUSED",
		[VERDICT_LIMIT] = "LIMIT",
		[VERDICT_CRASHED] = "CRASHED",
	};

	return names[verdict];
}

enum verdict verdict_of(const char *name)
{
	enum verdict verdict;

	for (verdict = 0; verdict < VERDICT_COUNT; verdict++)
		if (!strcmp(verdict_name(verdict), name))
			break;
	return verdict;
}

enum outcome verdict_outcome(enum verdict verdict)
{
	static const enum outcome outcomes[VERDICT_COUNT] = {
		[VERDICT_PASS] = OUTCOME_PASSED,
		[VERDICT_FAIL] = OUTCOME_FAILED,
		[VERDICT_BROKEN] = OUTCOME_ERROR,
		[VERDICT_SKIP] = OUTCOME_SKIPPED,
		[VERDICT_XFAIL] = OUTCOME_KNOWN,
		[VERDICT_DETACHED] = OUTCOME_PASSED,
		[VERDICT_REFUSED] = OUTCOME_PASSED,
		[VERDICT_LIMIT] = OUTCOME_PASSED,
		[VERDICT_CRASHED] = OUTCOME_FAILED,
	};

	return outcomes[verdict];
}

bool verdict_fails(enum verdict verdict)
{
	enum outcome outcome = verdict_outcome(verdict);

	return outcome != OUTCOME_PASSED && outcome != OUTCOME_SKIPPED;
}

static const struct {
	enum finding finding;
	const char *name;
} findings[] = {
	{ FINDING_NO_FLAG, "no-flag" },
	{ FINDING_REFUSED, "refused" },
	{ FINDING_STALE, "stale" },
	{ FINDING_OTHER_PAGE, "other-page" },
	{ FINDING_LOST, "lost" },
	{ FINDING_LEAKED, "leaked" },
	{ FINDING_UNBALANCED, "unbalanced" },
	{ FINDING_HANG, "hang" },
	{ FINDING_MOVED, "moved" },
	{ FINDING_FLAG, "flag" },
	{ FINDING_UNPROTECTED, "unprotected" },
	{ FINDING_MARKED, "marked" },
	{ FINDING_KILLED, "killed" },
	{ FINDING_STAYS, "stays" },
	{ FINDING_EXPOSED, "exposed" },
	{ FINDING_EVENT, "event" },
	{ FINDING_UNMARKED, "unmarked" },
	{ FINDING_ALLOWED, "allowed" },
	{ FINDING_DISAGREE, "disagree" },
	{ FINDING_CRASHED, "crashed" },
	{ FINDING_WAY_CRASHED, "way-crashed" },
	{ FINDING_UNPINNED, "unpinned" },
};

const char *finding_name(enum finding finding)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(findings); i++)
		if (findings[i].finding == finding)
			return findings[i].name;
	return NULL;
}

enum finding finding_of(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(findings); i++)
		if (!strcmp(findings[i].name, name))
			return findings[i].finding;
	return FINDING_NONE;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	static const int weight[VERDICT_COUNT] = {
		[VERDICT_SKIP] = 0,
		[VERDICT_DETACHED] = 1,
		[VERDICT_PASS] = 2,
		[VERDICT_REFUSED] = 3,
		[VERDICT_LIMIT] = 4,
		[VERDICT_XFAIL] = 5,
		[VERDICT_BROKEN] = 6,
		[VERDICT_FAIL] = 7,
		[VERDICT_CRASHED] = 8,
	};

	return weight[a] >= weight[b] ? a : b;
}

#define TRACKER_LOSES							\
	(FINDING_UNPROTECTED | FINDING_UNMARKED | FINDING_MARKED |	\
	 FINDING_EVENT)
#define SYSTEM_LOSES							\
	(FINDING_UNBALANCED | FINDING_HANG | FINDING_ALLOWED |		\
	 FINDING_KILLED | FINDING_STAYS | FINDING_EXPOSED)

/* What is neither is wrong data, or a pin that cannot be had. */
enum loser judgement_loser(const struct judgement *judgement)
{
	if (judgement->verdict != VERDICT_FAIL &&
	    judgement->verdict != VERDICT_XFAIL &&
	    judgement->verdict != VERDICT_LIMIT)
		return LOSER_NONE;
	if (judgement->finding & SYSTEM_LOSES)
		return LOSER_SYSTEM;
	return judgement->finding & TRACKER_LOSES ? LOSER_TRACKER :
						    LOSER_DRIVER;
}

const char *loser_name(enum loser loser)
{
	static const char * const names[] = {
		[LOSER_NONE] = NULL,
		[LOSER_DRIVER] = "driver",
		[LOSER_TRACKER] = "tracker",
		[LOSER_SYSTEM] = "system",
	};

	return names[loser];
}
