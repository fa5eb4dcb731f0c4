/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes: what is different between two runs.
 */
#ifndef PINTEST_CHANGES_H
#define PINTEST_CHANGES_H

#include "comparison.h"

/**
 * enum change_kind - which way a change goes
 *
 * @CHANGE_WORSE: what held fails
 * @CHANGE_BETTER: what failed holds
 * @CHANGE_OTHER: anything else, such as what was skipped and is not any more
 */
enum change_kind {
	CHANGE_WORSE,
	CHANGE_BETTER,
	CHANGE_OTHER,
	CHANGE_KINDS,
};

/**
 * struct change - checks that changed in the same way
 *
 * @kind: which way it goes
 * @text: from what to what
 * @rows: the checks, in order
 * @count: how many
 * @room: for how many there is room
 */
struct change {
	enum change_kind kind;
	const char *text;
	uint32_t *rows;
	size_t count;
	size_t room;
};

/**
 * struct changes - all changes between two runs
 *
 * @texts: texts of the changes
 * @all: by kind, and then by how many checks there are
 * @room: for how many there is room
 * @differ: checks that both runs have and that ended differently
 * @same: checks that both runs have and that ended in the same way
 * @only_from: checks that are not in the plan of the second run
 * @only_to: checks that are not in the plan of the first run
 * @unknown: checks of which one of them may have lost the result
 */
struct changes {
	struct pool texts;
	struct change *all;
	size_t room;
	size_t differ;
	size_t same;
	size_t only_from;
	size_t only_to;
	size_t unknown;
};

/** changes_between() - what is different, to be given to changes_free() */
struct changes changes_between(const struct comparison *cmp, size_t from,
			       size_t to);

/** changes_free() - free what they hold */
void changes_free(struct changes *changes);

#endif /* PINTEST_CHANGES_H */
