// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts, and the names of what is observed.
 */
#include "engine.h"

const char *verdict_name(enum verdict verdict)
{
	static const char * const names[VERDICT_COUNT] = {
		[VERDICT_PASS] = "PASS",
		[VERDICT_FAIL] = "FAIL",
		[VERDICT_BROKEN] = "BROKEN",
		[VERDICT_SKIP] = "SKIP",
		[VERDICT_XFAIL] = "XFAIL",
		[VERDICT_DETACHED] = "DETACHED",
	};

	return names[verdict];
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	static const int weight[VERDICT_COUNT] = {
		[VERDICT_SKIP] = 0,
		[VERDICT_DETACHED] = 1,
		[VERDICT_PASS] = 2,
		[VERDICT_XFAIL] = 3,
		[VERDICT_BROKEN] = 4,
		[VERDICT_FAIL] = 5,
	};

	return weight[a] >= weight[b] ? a : b;
}

const char *stage_name(enum stage stage)
{
	static const char * const names[] = {
		[STAGE_ASK] = "asking the device",
		[STAGE_MAP] = "mapping memory",
		[STAGE_PIN] = "pinning",
		[STAGE_LOOK] = "looking at the pin",
		[STAGE_EVENT] = "running the event",
		[STAGE_WRITE] = "writing",
		[STAGE_STORE] = "storing through the pin",
		[STAGE_END] = "hearing the child",
		[STAGE_UNPIN] = "unpinning",
		[STAGE_SOLO] = "running the check",
		[STAGE_DONE] = "ending",
	};

	return names[stage];
}

const char *moment_name(enum moment moment)
{
	static const char * const names[MOMENT_COUNT] = {
		[MOMENT_BEFORE] = "before",
		[MOMENT_PINNED] = "pinned",
		[MOMENT_BETWEEN] = "between",
		[MOMENT_AFTER] = "after",
		[MOMENT_UNPINNED] = "unpinned",
	};

	return names[moment];
}

const char *reading_name(enum reading reading)
{
	static const char * const names[READ_COUNT] = {
		[READ_PINNED] = "at first the pin",
		[READ_BETWEEN] = "meanwhile the pin",
		[READ_AFTER] = "then the pin",
		[READ_PROCESS] = "the process",
		[READ_STORED] = "in the end the process",
		[READ_BACK] = "in the end the pin",
		[READ_CHILD] = "the child",
	};

	return names[reading];
}

bool record_taken(const struct pintest_record *record)
{
	return record->addr;
}
