// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of advice: a line for each memory kind.
 */
#include <stdio.h>
#include <string.h>

#include "advise.h"

/* A line: the facts about one memory kind. */
struct line {
	const struct facts *facts;
	const struct ask *ask;
	const struct memory_kind *kind;
};

/* What matters more, the larger it is. */
static int weight(const struct fact *fact)
{
	static const int weights[VERDICT_COUNT] = {
		[VERDICT_SKIP] = 1,
		[VERDICT_PASS] = 2,
		[VERDICT_DETACHED] = 3,
		[VERDICT_BROKEN] = 4,
		[VERDICT_XFAIL] = 5,
		[VERDICT_LIMIT] = 5,
		[VERDICT_FAIL] = 6,
		[VERDICT_CRASHED] = 7,
	};

	return weights[fact->verdict];
}

/* The fact about a topic that matters most; a negative topic is any. */
static const struct fact *worst(const struct line *line, int topic)
{
	const struct fact *found = NULL;
	size_t i;

	for (i = 0; i < line->facts->count; i++) {
		const struct fact *fact = &line->facts->fact[i];

		if (!fact_is_of(fact, line->ask, line->kind) ||
		    fact_is_refusal(fact) ||
		    (topic >= 0 && (int)fact_topic(fact) != topic))
			continue;
		if (!found || weight(fact) > weight(found))
			found = fact;
	}
	return found;
}

static const struct fact *refusal(const struct line *line)
{
	size_t i;

	for (i = 0; i < line->facts->count; i++)
		if (fact_is_of(&line->facts->fact[i], line->ask, line->kind) &&
		    fact_is_refusal(&line->facts->fact[i]))
			return &line->facts->fact[i];
	return NULL;
}

static bool is_by_stand_in(const struct line *line)
{
	size_t i;

	for (i = 0; i < line->facts->count; i++)
		if (fact_is_of(&line->facts->fact[i], line->ask, line->kind))
			return line->facts->fact[i].scenario->way !=
			       line->ask->way;
	return false;
}

static void write_memory(struct cell *cell, const void *row)
{
	const struct line *line = row;

	fprintf(cell->out, "%s%s", line->kind->id,
		!cell->json && is_by_stand_in(line) ? "*" : "");
}

static void write_by(struct cell *cell, const void *row)
{
	const struct line *line = row;

	cell_text(cell, is_by_stand_in(line) ? line->ask->stand_in->id :
					       line->ask->way->id);
}

static void write_pin(struct cell *cell, const void *row)
{
	const struct line *line = row;
	const struct fact *refused = refusal(line), *fact = worst(line, -1);

	if (refused)
		cell_text(cell, fact_fails(refused) ? "REFUSED" : "refused");
	else if (!fact || !fact_is_measured(fact))
		cell_text(cell, "not measured");
	else if (fact->verdict == VERDICT_SKIP)
		cell_text(cell, "not here");
	else
		cell_text(cell, fact->finding == FINDING_ALLOWED ?
				"ALLOWED" : "allowed");
}

static const char *judged_says(const struct fact *fact)
{
	switch (fact->verdict) {
	case VERDICT_FAIL:
	case VERDICT_XFAIL:
	case VERDICT_LIMIT:
		return finding_says(fact->finding);
	case VERDICT_PASS:
		return fact->rule && !strcmp(fact->rule->id, "snapshot") ?
		       "snapshot" : "ok";
	case VERDICT_DETACHED:
		return "apart";
	case VERDICT_BROKEN:
		return "unknown";
	default:
		return "-";
	}
}

static void write_topic(struct cell *cell, const void *row, enum topic topic)
{
	const struct fact *fact = worst(row, topic);

	if (fact && !refusal(row))
		cell_text(cell, judged_says(fact));
}

static void write_write(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_WRITE);
}

static void write_fork(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_FORK);
}

static void write_move(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_MOVE);
}

static void write_protect(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_PROTECT);
}

static void write_give_up(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_GIVE_UP);
}

static void write_unpin(struct cell *cell, const void *row)
{
	write_topic(cell, row, TOPIC_UNPIN);
}

static const struct column advice_columns[] = {
	{ "MEMORY", COLUMN_TEXT, COLUMN_ALWAYS, "memory kind", write_memory },
	{ "PIN", COLUMN_TEXT, COLUMN_ALWAYS, "whether the kernel takes it",
	  write_pin },
	{ "BY", COLUMN_TEXT, COLUMN_MORE, "the call that was checked",
	  write_by },
	{ "WRITE", COLUMN_TEXT, COLUMN_ALWAYS, "after the process writes",
	  write_write },
	{ "FORK", COLUMN_TEXT, COLUMN_ALWAYS, "after fork()", write_fork },
	{ "MOVE", COLUMN_TEXT, COLUMN_ALWAYS,
	  "after reclaim, migration or merging", write_move },
	{ "PROTECT", COLUMN_TEXT, COLUMN_ALWAYS,
	  "after the mapping was protected or tracked", write_protect },
	{ "GIVE_UP", COLUMN_TEXT, COLUMN_ALWAYS,
	  "after the process gave the memory up", write_give_up },
	{ "UNPIN", COLUMN_TEXT, COLUMN_ALWAYS, "after it was given back",
	  write_unpin },
	{ 0 },
};

/* Return: whether a line was asked by the stand-in. */
static bool add_lines(struct table *table, const struct facts *facts,
		      const struct ask *ask)
{
	const struct memory_kind *last = NULL;
	bool stand_in = false;
	size_t i;

	for (i = 0; i < facts->count; i++) {
		const struct memory_kind *kind = facts->fact[i].scenario->memory;

		if (kind == last || !fact_is_of(&facts->fact[i], ask, NULL))
			continue;
		last = kind;
		table_add(table, &(struct line) { facts, ask, kind });
		stand_in |= facts->fact[i].scenario->way != ask->way;
	}
	return stand_in;
}

void advise_table(const struct facts *facts, const struct ask *ask)
{
	struct table *table = table_new("advice", advice_columns, NULL, false);
	bool stand_in = add_lines(table, facts, ask);

	table_print(table);
	if (stand_in)
		printf("* asked by %s, as this call is not checked with such memory\n",
		       ask->stand_in->what);
}

void advise_write_table(struct cell *cell, const struct facts *facts,
			const struct ask *ask)
{
	struct table *table = table_new("memory", advice_columns, NULL, true);

	add_lines(table, facts, ask);
	table_write(table, cell);
}
