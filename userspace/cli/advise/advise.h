/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What `pintest advise` knows of a kernel call, and the parts of its answer.
 */
#ifndef PINTEST_CLI_ADVISE_H
#define PINTEST_CLI_ADVISE_H

#include <stdio.h>

#include "console/table.h"
#include "engine/engine.h"

/**
 * struct ask - the kernel call that is asked about
 *
 * @way: the way
 * @access: its flags, as far as checks have them
 * @stand_in: the way that is checked in its place with memory that only leading
 *	ways are checked with, or NULL
 */
struct ask {
	const struct way *way;
	const struct access *access;
	const struct way *stand_in;
};

/** ask_of() - what is asked about a way with flags */
struct ask ask_of(const struct way *way, const struct access *access);

/** way_of() - the way of an &enum pintest_api */
const struct way *way_of(uint32_t api);

/**
 * struct fact - what a check has found
 *
 * @scenario: what was done
 * @rule: the rule; NULL of a story
 * @id: id of the check
 * @verdict: its verdict
 * @finding: what it is about
 * @known: the known behaviour that explains it, or NULL
 * @reason: what was seen
 */
struct fact {
	const struct scenario *scenario;
	const struct rule *rule;
	const char *id;
	enum verdict verdict;
	enum finding finding;
	const struct known *known;
	const char *reason;
};

/**
 * struct facts - all that was found
 *
 * @fact: the facts, those of one memory kind together
 * @count: how many
 * @plan: the checks that they are of, or NULL if other facts own it
 * @run: their results, to which facts point
 */
struct facts {
	struct fact *fact;
	size_t count;
	struct plan *plan;
	struct run run;
};

/**
 * enum topic - columns of the answer: what events are about
 *
 * @TOPIC_WRITE: the process writes
 * @TOPIC_FORK: the process forks
 * @TOPIC_MOVE: the kernel wants to move, merge or reclaim pages
 * @TOPIC_PROTECT: the mapping is protected, tracked or moved
 * @TOPIC_GIVE_UP: the process gives the memory up
 * @TOPIC_UNPIN: the pin is given back
 */
enum topic {
	TOPIC_WRITE,
	TOPIC_FORK,
	TOPIC_MOVE,
	TOPIC_PROTECT,
	TOPIC_GIVE_UP,
	TOPIC_UNPIN,
	TOPICS,
};

/** fact_topic() - what a fact of a scenario that pins is about */
enum topic fact_topic(const struct fact *fact);

/** fact_is_of() - whether a fact is about a memory kind, pinned as asked */
bool fact_is_of(const struct fact *fact, const struct ask *ask,
		const struct memory_kind *kind);

/** fact_fails() - whether something is wrong, known or not */
bool fact_fails(const struct fact *fact);

/** fact_is_refusal() - whether the kernel refused, rightly or not */
bool fact_is_refusal(const struct fact *fact);

/** fact_is_measured() - whether its check was run, or was skipped by this kernel */
bool fact_is_measured(const struct fact *fact);

/** facts_measured() - how many facts about a call are measured */
size_t facts_measured(const struct facts *facts, const struct ask *ask);

/* The reason of a fact that is not measured. */
extern const char *const not_measured;

/** finding_says() - a finding in a word or two, such as "goes stale" */
const char *finding_says(enum finding finding);

/** ask_name() - "pin_user_pages_fast(FOLL_LONGTERM)" */
const char *ask_name(const struct ask *ask, char *buf, size_t size);

/** struct recorded - the record of a run, as `pintest check` writes it */
struct recorded;

/** recorded_read() - read a record; NULL with @why filled in if there is none */
struct recorded *recorded_read(const char *path, struct reason *why);

/** recorded_kernel() - the release of the kernel that was checked */
const char *recorded_kernel(const struct recorded *recorded);

/** recorded_fill() - take the result of a check from a record, if it has one */
void recorded_fill(const struct recorded *recorded, struct fact *fact);

/** recorded_free() - free a record, or NULL; facts point into it */
void recorded_free(struct recorded *recorded);

/** struct releases - a range of kernel releases, "5.10" to "6.12" */
struct releases {
	unsigned int from;
	unsigned int to;
};

/**
 * releases_parse() - read "5.10..6.12", "5.10.." or "6.1"
 *
 * Return: 0 or -EINVAL.
 */
int releases_parse(const char *text, struct releases *releases);

/** advise_table() - a line for each memory kind, a column for each topic */
void advise_table(const struct facts *facts, const struct ask *ask);

/** advise_write_table() - the same as a list in a cell of JSON */
void advise_write_table(struct cell *cell, const struct facts *facts,
			const struct ask *ask);

/**
 * struct advice - all about one call, for JSON
 *
 * @ask: the call
 * @kernel: release of the kernel that was checked
 * @facts: what was found of it
 * @stories: side effects, and bugs
 */
struct advice {
	const struct ask *ask;
	const char *kernel;
	const struct facts *facts;
	const struct facts *stories;
};

/** advice_table() - begin JSON of advice; table_add() adds a &struct advice */
struct table *advice_table(void);

/** advise_release() - the call that gives the pages back, and how */
const char *advise_release(const struct ask *ask);

/** advise_tell() - sentences on what is refused, stale, and so on */
void advise_tell(const struct facts *facts, const struct ask *ask);

/** advise_give_back() - which call gives the pages back */
void advise_give_back(const struct ask *ask, const char *driver_release);

/** advise_instead() - accesses to try instead of one, ended by NULL */
const struct access *const *advise_instead(const struct access *access);

/** advise_better() - what another call does where the asked one fails */
void advise_better(const struct facts *facts, const struct ask *ask,
		   const struct ask *other);

/** advise_kernels() - what other kernels are known for, not measured */
void advise_kernels(const struct facts *facts, const struct ask *ask,
		    const struct releases *releases);

/** advise_stories() - side effects and bugs that have checks of their own */
void advise_stories(const struct facts *facts);

#endif /* PINTEST_CLI_ADVISE_H */
