/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stories: checks that stand alone.
 */
#ifndef PINTEST_STORIES_H
#define PINTEST_STORIES_H

#include "machine/settings.h"
#include "model/observations.h"
#include "pintest.h"

/**
 * struct story_run - a check that stands alone, as it runs
 *
 * @pt: the device
 * @arg: that of its row
 * @seen: its verdict, by story_passes() or story_fails(), and its first page as it
 *	was pinned last, by story_pin()
 */
struct story_run {
	struct pintest *pt;
	const void *arg;
	struct observations *seen;
};

/**
 * struct story - a row of the table of checks that stand alone
 *
 * What is no product of the axes: one story with its own memory, pins, events
 * and verdict. It runs in a child of its own, as scenarios do.
 *
 * @id: id of the check, of two slugs: "bugs.uffd-wp-huge-zeropage"
 * @what: what is promised, in one sentence
 * @prepare: changes settings of the machine for it, or NULL
 * @run: does it and tells the verdict; what it maps, opens and forks may be
 *	left to the end of its process
 * @arg: for @prepare and @run, which several rows may share
 */
struct story {
	const char *id;
	const char *what;
	int (*prepare)(const void *arg, struct settings *settings,
		       struct reason *why);
	int (*run)(struct story_run *run, struct reason *why);
	const void *arg;
};

/** stories() - the table of checks that stand alone; @count is its rows */
const struct story *stories(size_t *count);

/** story_run() - run a check that stands alone in this process */
void story_run(struct pintest *pt, const struct story *story,
	      struct observations *seen);

/** story_judge() - judge a check that stands alone, however far it got */
struct judgement story_judge(const struct observations *seen);

#endif /* PINTEST_STORIES_H */
