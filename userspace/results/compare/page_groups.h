/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks on the page, by rule and memory kind. The rows of the table and the groups
 * of the data have the same order.
 */
#ifndef PINTEST_PAGE_GROUPS_H
#define PINTEST_PAGE_GROUPS_H

#include "comparison.h"

/**
 * struct group - the checks of a rule and a memory kind
 *
 * @rule: the rule, a number of &comparison.words
 * @memory: the memory kind, a number of &comparison.words
 * @rows: the checks, in order
 * @count: how many
 * @room: for how many there is room
 */
struct group {
	uint32_t rule;
	uint32_t memory;
	uint32_t *rows;
	size_t count;
	size_t room;
};

/**
 * struct groups - all of them, those of a rule together
 *
 * @all: the groups
 * @room: for how many there is room
 * @names: a name for each, whose number finds it until they are sorted
 */
struct groups {
	struct group *all;
	size_t room;
	struct pool names;
};

/** groups_of() - the groups of a comparison, to be given to groups_free() */
struct groups groups_of(const struct comparison *cmp);

/** groups_free() - free what they hold */
void groups_free(struct groups *groups);

/** define VERDICT_LOOKS - rows of verdict_looks */
#define VERDICT_LOOKS	9

/**
 * struct verdict_look - a verdict on the page
 *
 * @verdict: its word
 * @class: class of the style: h held, f failed, o other, e empty
 * @symbol: its sign
 */
struct verdict_look {
	const char *verdict;
	char class;
	const char *symbol;
};

extern const struct verdict_look verdict_looks[VERDICT_LOOKS];

/** look_of() - row of a verdict; VERDICT_LOOKS for a word that is not there */
size_t look_of(const char *verdict);

#endif /* PINTEST_PAGE_GROUPS_H */
