// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: their names, which one matters more, and who loses by them.
 */
#include <stddef.h>

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
	};

	return names[verdict];
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
