// SPDX-License-Identifier: GPL-2.0-only
/*
 * Advice as JSON: the table that people get, and the checks behind it.
 */
#include "advise.h"

static void write_check(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct fact *)row)->id);
}

static void write_verdict(struct cell *cell, const void *row)
{
	const struct fact *fact = row;

	if (fact_is_measured(fact))
		cell_text(cell, verdict_name(fact->verdict));
}

static void write_finding(struct cell *cell, const void *row)
{
	cell_text(cell, finding_name(((const struct fact *)row)->finding));
}

static void write_known(struct cell *cell, const void *row)
{
	const struct fact *fact = row;

	cell_text(cell, fact->known ? fact->known->id : NULL);
}

static void write_reason(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct fact *)row)->reason);
}

static const struct column fact_columns[] = {
	{ "ID", COLUMN_TEXT, COLUMN_ALWAYS, "the check", write_check },
	{ "VERDICT", COLUMN_TEXT, COLUMN_ALWAYS,
	  "null if it was not measured", write_verdict },
	{ "FINDING", COLUMN_TEXT, COLUMN_ALWAYS, "what it is about",
	  write_finding },
	{ "KNOWN", COLUMN_TEXT, COLUMN_ALWAYS,
	  "the known behaviour that explains it", write_known },
	{ "REASON", COLUMN_TEXT, COLUMN_ALWAYS, "what was seen", write_reason },
	{ 0 },
};

static void write_facts(struct cell *cell, const struct facts *facts)
{
	struct table *table = table_new("checks", fact_columns, NULL, true);
	size_t i;

	for (i = 0; i < facts->count; i++)
		table_add(table, &facts->fact[i]);
	table_write(table, cell);
}

static void write_call(struct cell *cell, const void *row)
{
	char name[256];

	cell_text(cell, ask_name(((const struct advice *)row)->ask, name,
				 sizeof(name)));
}

static void write_kernel(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct advice *)row)->kernel);
}

static void write_memory(struct cell *cell, const void *row)
{
	const struct advice *advice = row;

	advise_write_table(cell, advice->facts, advice->ask);
}

static void write_checks(struct cell *cell, const void *row)
{
	write_facts(cell, ((const struct advice *)row)->facts);
}

static void write_stories(struct cell *cell, const void *row)
{
	write_facts(cell, ((const struct advice *)row)->stories);
}

static void write_release(struct cell *cell, const void *row)
{
	cell_text(cell, advise_release(((const struct advice *)row)->ask));
}

static const struct column advice_columns[] = {
	{ "CALL", COLUMN_TEXT, COLUMN_ALWAYS, "the call", write_call },
	{ "KERNEL", COLUMN_TEXT, COLUMN_ALWAYS, "release of the kernel",
	  write_kernel },
	{ "MEMORY", COLUMN_RAW, COLUMN_ALWAYS, "the table", write_memory },
	{ "CHECKS", COLUMN_RAW, COLUMN_ALWAYS, "the checks behind it",
	  write_checks },
	{ "STORIES", COLUMN_RAW, COLUMN_ALWAYS, "side effects, and bugs",
	  write_stories },
	{ "RELEASE", COLUMN_TEXT, COLUMN_ALWAYS, "how pages are given back",
	  write_release },
	{ 0 },
};

struct table *advice_table(void)
{
	return table_new("advice", advice_columns, NULL, true);
}
