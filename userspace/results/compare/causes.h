/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Causes: the known behaviours behind failures.
 */
#ifndef PINTEST_COMPARE_CAUSES_H
#define PINTEST_COMPARE_CAUSES_H

#include "comparison.h"

/**
 * struct cause - a known behaviour that some run shows
 *
 * The checks that fail with it in one run are those that look for it in others.
 *
 * @known: its number in &comparison.known; POOL_NONE is all that no known
 *	behaviour explains
 * @rows: checks that fail with it in some run, in order
 * @count: how many
 * @room: for how many there is room
 */
struct cause {
	uint32_t known;
	uint32_t *rows;
	size_t count;
	size_t room;
};

/**
 * struct causes - all of them
 *
 * @all: the unexplained first, then by how many checks fail with them
 * @count: how many; at least one
 */
struct causes {
	struct cause *all;
	size_t count;
};

/**
 * struct cause_tally - a cause in a run
 *
 * @failed: checks that fail with it there
 * @judged: checks that look for it and have a verdict there
 * @classes: checks that look for it, by how they ended there
 */
struct cause_tally {
	size_t failed;
	size_t judged;
	size_t classes[OUTCOME_CLASSES];
};

/** causes_of() - the causes of a comparison, to be given to causes_free() */
struct causes causes_of(const struct comparison *cmp);

/** causes_free() - free what they hold */
void causes_free(struct causes *causes);

/** cause_tally() - a cause in a run */
struct cause_tally cause_tally(const struct comparison *cmp,
			       const struct cause *cause, size_t column);

/** cause_member() - a text that the record has about a cause, or NULL */
const char *cause_member(const struct comparison *cmp,
			 const struct cause *cause, const char *member);

#endif /* PINTEST_COMPARE_CAUSES_H */
