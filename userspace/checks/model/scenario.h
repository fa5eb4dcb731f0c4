/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scenarios: what is done to find something out.
 *
 * Rules that pin alike share a scenario. It runs once, in a child of its own, and
 * leaves observations, which each of those rules judges.
 */
#ifndef PINTEST_SCENARIO_H
#define PINTEST_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event;
struct memory_kind;
struct story;
struct way;

/**
 * struct access - with which flags memory is pinned
 *
 * @id: its name, a part of the names of the rules that judge it
 * @foll: &enum pintest_foll bits
 * @leading: stands for accesses like it: every event happens to its pins
 */
struct access {
	const char *id;
	uint32_t foll;
	bool leading;
};

/** enum access_row - rows of the table of accesses */
enum access_row {
	RO_LONGTERM,
	RO_LONGTERM_FORCE,
	RW_LONGTERM,
	RW_LONGTERM_FORCE,
	RO,
	RW,
	ACCESS_ROWS,
};

extern const struct access access_table[ACCESS_ROWS];

/**
 * access_of() - the access that pins with some flags
 *
 * FOLL_WRITE, FOLL_FORCE and FOLL_LONGTERM count. No access forces a pin that is
 * not long-term: that is the one without FOLL_FORCE.
 */
const struct access *access_of(uint32_t foll);

/** accesses() - the table of accesses; @count is how many rows there are */
const struct access *accesses(size_t *count);

/**
 * struct scenario - what is done
 *
 * @memory: the memory kind
 * @access: the access
 * @way: the way
 * @event: the event
 * @story: the check that stands alone, which has none of the others; or NULL
 * @alone: it was asked for by itself, and is no part of a plan: rules judge it
 *	though another scenario of the plan would say the same
 */
struct scenario {
	const struct memory_kind *memory;
	const struct access *access;
	const struct way *way;
	const struct event *event;
	const struct story *story;
	bool alone;
};

#endif /* PINTEST_SCENARIO_H */
