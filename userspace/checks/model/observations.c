// SPDX-License-Identifier: GPL-2.0-only
/*
 * Observations: the names of what was seen, for reports.
 */
#include "observations.h"

const char *stage_name(enum stage stage)
{
	static const char * const names[] = {
		[STAGE_ASK] = "querying the device",
		[STAGE_OPEN] = "opening the way",
		[STAGE_MAP] = "mapping memory",
		[STAGE_PIN] = "pinning",
		[STAGE_LOOK] = "inspecting the pin",
		[STAGE_EVENT] = "running the event",
		[STAGE_WRITE] = "writing to the memory",
		[STAGE_STORE] = "storing through the pin",
		[STAGE_END] = "waiting for the child",
		[STAGE_UNPIN] = "unpinning",
		[STAGE_STORY] = "running the check",
		[STAGE_DONE] = "finishing",
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
		[READ_PINNED] = "right after pinning, the pin",
		[READ_BETWEEN] = "after the event, the pin",
		[READ_AFTER] = "after the process wrote, the pin",
		[READ_PROCESS] = "after it wrote, the process",
		[READ_STORED] = "after the store through the pin, the process",
		[READ_BACK] = "after the store through the pin, the pin",
		[READ_CHILD] = "the child",
	};

	return names[reading];
}

const char *stage_word(enum stage stage)
{
	static const char * const words[] = {
		[STAGE_ASK] = "ask",
		[STAGE_MAP] = "map",
		[STAGE_PIN] = "pin",
		[STAGE_LOOK] = "look",
		[STAGE_EVENT] = "event",
		[STAGE_WRITE] = "write",
		[STAGE_STORE] = "store",
		[STAGE_END] = "end",
		[STAGE_UNPIN] = "unpin",
		[STAGE_STORY] = "story",
		[STAGE_DONE] = "done",
	};

	return words[stage];
}

const char *reading_word(enum reading reading)
{
	static const char * const words[READ_COUNT] = {
		[READ_PINNED] = "pinned",
		[READ_BETWEEN] = "between",
		[READ_AFTER] = "after",
		[READ_PROCESS] = "process",
		[READ_STORED] = "stored",
		[READ_BACK] = "back",
		[READ_CHILD] = "child",
	};

	return words[reading];
}

bool record_taken(const struct pintest_record *record)
{
	return record->addr;
}
