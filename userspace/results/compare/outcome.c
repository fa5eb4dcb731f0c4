// SPDX-License-Identifier: GPL-2.0-only
/*
 * How checks ended: lines of kind check.
 */
#include <err.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "console/cli.h"
#include "reading.h"

/* A word that is not here says nothing that may be relied on. */
static const struct {
	const char *verdict;
	enum outcome_class class;
} classes[] = {
	{ "PASS", OUTCOME_HELD },
	{ "REFUSED", OUTCOME_HELD },
	{ "DETACHED", OUTCOME_HELD },
	{ "LIMIT", OUTCOME_HELD },
	{ "FAIL", OUTCOME_FAILED },
	{ "XFAIL", OUTCOME_FAILED },
	{ "CRASHED", OUTCOME_FAILED },
	{ "SKIP", OUTCOME_SKIPPED },
};

static enum outcome_class class_of(const char *verdict)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++)
		if (!strcmp(classes[i].verdict, verdict))
			return classes[i].class;
	return OUTCOME_BROKEN;
}

static uint32_t word_of(struct comparison *cmp, struct json_object *line,
			const char *member)
{
	const char *text = member_text(line, member);

	return pool_add(&cmp->words, text ? text : "");
}

static uint32_t known_of(struct comparison *cmp, struct json_object *line)
{
	const char *id = member_text(line, "known");

	return id ? known_number(cmp, id) : POOL_NONE;
}

/* A failure may be explained; what is refused or skipped needs no evidence. */
static uint32_t evidence_of(struct comparison *cmp, struct json_object *line,
			    enum outcome_class class)
{
	struct json_object *evidence;

	if ((class != OUTCOME_FAILED && class != OUTCOME_BROKEN) ||
	    !json_object_object_get_ex(line, "evidence", &evidence))
		return POOL_NONE;
	return evidence_add(cmp, evidence);
}

/* Where a check ended that was not judged: "pin: EFAULT". */
static uint32_t where_of(struct comparison *cmp, struct json_object *line)
{
	const char *stage = member_text(line, "stage");
	const char *error = member_text(line, "errno");
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", stage ? stage : "",
		 stage && error ? ": " : "", error ? error : "");
	return pool_add(&cmp->words, text);
}

static uint32_t outcome_add(struct comparison *cmp,
			    const struct outcome *outcome)
{
	char text[96];
	uint32_t number;

	snprintf(text, sizeof(text), "%u,%u,%d,%u,%u,%d", outcome->verdict,
		 outcome->finding, (int)outcome->known, outcome->reason,
		 outcome->where, (int)outcome->evidence);
	number = pool_add(&cmp->outcomes, text);
	cmp->outcome = room_for(cmp->outcome, &cmp->outcome_room, number + 1,
				sizeof(*outcome));
	cmp->outcome[number] = *outcome;
	return number;
}

static struct outcome read_outcome(struct comparison *cmp,
				   struct json_object *line)
{
	uint32_t verdict = word_of(cmp, line, "verdict");
	enum outcome_class class = class_of(word(cmp, verdict));

	return (struct outcome) {
		.class = class,
		.verdict = verdict,
		.finding = word_of(cmp, line, "finding"),
		.known = known_of(cmp, line),
		.reason = word_of(cmp, line, "reason"),
		.where = where_of(cmp, line),
		.evidence = evidence_of(cmp, line, class),
	};
}

/* A check that stands alone has no parts but the words of its id. */
static struct row read_row(struct comparison *cmp, struct json_object *line,
			   const char *id)
{
	size_t first = strcspn(id, ".");
	char story[128];

	if (json_object_object_get_ex(line, "rule", NULL))
		return (struct row) {
			.rule = word_of(cmp, line, "rule"),
			.memory = word_of(cmp, line, "memory"),
			.way = word_of(cmp, line, "way"),
			.event = word_of(cmp, line, "event"),
		};
	snprintf(story, sizeof(story), "%.*s", (int)first, id);
	return (struct row) {
		.rule = pool_add(&cmp->words, story),
		.memory = pool_add(&cmp->words,
				   id[first] ? id + first + 1 : ""),
	};
}

static uint32_t row_of(struct comparison *cmp, struct json_object *line,
		       const char *id)
{
	uint32_t row = pool_find(&cmp->ids, id);

	if (row != POOL_NONE)
		return row;
	row = pool_add(&cmp->ids, id);
	cmp->rows = room_for(cmp->rows, &cmp->row_room, row + 1,
			     sizeof(*cmp->rows));
	cmp->rows[row] = read_row(cmp, line, id);
	return row;
}

/* Failures count for most, and what was skipped for least. */
static int gravity(const struct outcome *outcome)
{
	static const int by_class[OUTCOME_CLASSES] = {
		[OUTCOME_FAILED] = 3,
		[OUTCOME_BROKEN] = 2,
		[OUTCOME_HELD] = 1,
	};

	return by_class[outcome->class];
}

/* Of two results of one check the worse counts, and the report says they differ. */
static uint32_t one_of_two(struct comparison *cmp, const char *id,
			   uint32_t first, uint32_t second)
{
	const struct outcome *a = &cmp->outcome[first];
	const struct outcome *b = &cmp->outcome[second];
	char text[256];

	cmp->repeated++;
	if (!outcome_differs(a, b))
		return first;
	snprintf(text, sizeof(text), "%s: %s, then %s", id,
		 word(cmp, a->verdict), word(cmp, b->verdict));
	pool_add(&cmp->disagreed, text);
	return gravity(b) > gravity(a) ? second : first;
}

static void column_reserve(struct column *column, size_t count)
{
	size_t i = column->room;

	column->outcomes = room_for(column->outcomes, &column->room, count,
				    sizeof(*column->outcomes));
	for (; i < column->room; i++)
		column->outcomes[i] = POOL_NONE;
}

void record_add_check(struct comparison *cmp, struct column *column,
		      struct json_object *line)
{
	const char *id = member_text(line, "id");
	struct outcome outcome;
	uint32_t row, number;

	if (!id)
		return;
	row = row_of(cmp, line, id);
	outcome = read_outcome(cmp, line);
	number = outcome_add(cmp, &outcome);
	column_reserve(column, row + 1);
	if (column->outcomes[row] == POOL_NONE)
		column->checks++;
	else
		number = one_of_two(cmp, id, column->outcomes[row], number);
	column->outcomes[row] = number;
}
