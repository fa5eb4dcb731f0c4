/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of runs, side by side.
 *
 * A comparison has a row for each check that any record has, and a column for
 * each run. Shards of one run are one column.
 */
#ifndef PINTEST_COMPARISON_H
#define PINTEST_COMPARISON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/reason.h"
#include "pool.h"

struct json_object;

/**
 * enum outcome_class - what a verdict means for a comparison
 *
 * @OUTCOME_HELD: judged, and no failure: PASS, REFUSED, DETACHED, LIMIT
 * @OUTCOME_FAILED: judged, and a failure: FAIL, XFAIL, CRASHED
 * @OUTCOME_BROKEN: not judged: BROKEN, or a word that this version does not know
 * @OUTCOME_SKIPPED: does not apply: SKIP
 * @OUTCOME_UNPLANNED: the run was not to ask this
 * @OUTCOME_LOST: the run has no answer, and may have been to ask
 */
enum outcome_class {
	OUTCOME_HELD,
	OUTCOME_FAILED,
	OUTCOME_BROKEN,
	OUTCOME_SKIPPED,
	OUTCOME_UNPLANNED,
	OUTCOME_LOST,
	OUTCOME_CLASSES,
};

/**
 * struct outcome - how checks ended
 *
 * Texts are numbers of &comparison.words, of which 0 is the empty text.
 *
 * @class: what the verdict means
 * @verdict: its word
 * @finding: what was found, as a word
 * @known: number in &comparison.known, or POOL_NONE
 * @reason: what was seen
 * @where: the stage at which it ended, and the error
 * @evidence: number in &comparison.evidence, or POOL_NONE
 */
struct outcome {
	enum outcome_class class;
	uint32_t verdict;
	uint32_t finding;
	uint32_t known;
	uint32_t reason;
	uint32_t where;
	uint32_t evidence;
};

/**
 * struct row - a check
 *
 * Numbers of &comparison.words.
 *
 * @rule: its rule, or the first word of a check that stands alone
 * @memory: its memory kind, or the other words of a check that stands alone
 * @way: its way, or 0
 * @event: its event, or 0
 */
struct row {
	uint32_t rule;
	uint32_t memory;
	uint32_t way;
	uint32_t event;
};

/**
 * struct record - a file with the record of a run
 *
 * @path: the file
 * @run: its first line; owned
 * @plan: how many checks were to be run
 * @checks: how many have a line
 * @complete: its last line says that it is all
 * @why: why not, or empty
 * @scenario: what began last
 */
struct record {
	const char *path;
	struct json_object *run;
	size_t plan;
	size_t checks;
	bool complete;
	struct reason why;
	struct reason scenario;
};

/**
 * struct column - a run
 *
 * @label: names it in reports; owned
 * @first: its record, or the first of its shards
 * @records: how many records it has
 * @plan: how many checks were to be run
 * @checks: how many have a result
 * @missing_shards: shards that no record is of
 * @complete: all records are, and no shard is missing
 * @outcomes: number in &comparison.outcomes of each row, or POOL_NONE
 * @room: for how many rows there is room
 * @closed: no other record is a part of it
 * @shards: the shards that its records are of, such as "2/8"
 */
struct column {
	char *label;
	const struct record *first;
	size_t records;
	size_t plan;
	size_t checks;
	size_t missing_shards;
	bool complete;
	uint32_t *outcomes;
	size_t room;
	bool closed;
	struct pool shards;
};

/**
 * struct comparison - records side by side
 *
 * @ids: ids of the checks; the numbers are those of the rows
 * @rows: their parts
 * @row_room: for how many there is room
 * @words: texts that occur in records
 * @outcomes: the ways in which checks ended, as text
 * @outcome: the same as structures
 * @outcome_room: for how many there is room
 * @evidence: what was seen, as lists of numbers of @sights
 * @sights: what was read, and page records, each as a list in JSON
 * @known: ids of known behaviours
 * @behaviours: their lines, by number in @known; NULL if there is none; owned
 * @behaviour_room: for how many there is room
 * @records: the records, in the order given
 * @record_count: how many
 * @record_room: for how many there is room
 * @columns: the runs, in the order given
 * @column_count: how many
 * @column_room: for how many there is room
 * @repeated: checks that a column has from two records
 * @disagreed: those of them that ended differently, in words; the worse counts
 * @merge: records of one kernel are one column, shards or not
 */
struct comparison {
	struct pool ids;
	struct row *rows;
	size_t row_room;
	struct pool words;
	struct pool outcomes;
	struct outcome *outcome;
	size_t outcome_room;
	struct pool evidence;
	struct pool sights;
	struct pool known;
	struct json_object **behaviours;
	size_t behaviour_room;
	struct record **records;
	size_t record_count;
	size_t record_room;
	struct column *columns;
	size_t column_count;
	size_t column_room;
	size_t repeated;
	struct pool disagreed;
	bool merge;
};

/** comparison_begin() - an empty comparison, for comparison_free() */
void comparison_begin(struct comparison *cmp);

/**
 * comparison_read() - add a record
 * @cmp: the comparison
 * @path: the file, which must stay valid
 * @why: what is wrong with it
 *
 * A record that ends early is added as far as it goes.
 *
 * Return: 0 or -errno.
 */
int comparison_read(struct comparison *cmp, const char *path,
		    struct reason *why);

/** comparison_end() - name the columns, and see what they lack */
void comparison_end(struct comparison *cmp);

/** comparison_free() - free what it holds */
void comparison_free(struct comparison *cmp);

/** outcome_at() - how a check ended in a run, or NULL if it has no result */
const struct outcome *outcome_at(const struct comparison *cmp, size_t row,
				 size_t column);

/** class_at() - the same as a class, also of what has no result */
enum outcome_class class_at(const struct comparison *cmp, size_t row,
			    size_t column);

/**
 * outcome_differs() - whether two outcomes of a check are not the same
 *
 * Why a check was skipped makes no difference, and neither does whether a failure
 * was said to be known (XFAIL).
 */
bool outcome_differs(const struct outcome *a, const struct outcome *b);

/** word() - a text by its number */
const char *word(const struct comparison *cmp, uint32_t number);

/** run_text() - a member of the run line of a column, or @otherwise */
const char *run_text(const struct column *column, const char *member,
		     const char *otherwise);

/** evidence_add() - keep the evidence of a check; its number, or POOL_NONE */
uint32_t evidence_add(struct comparison *cmp, struct json_object *evidence);

#endif /* PINTEST_COMPARISON_H */
