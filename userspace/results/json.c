// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results of checks as JSON: a list of checks, each with what was read and
 * with the records of the pages.
 */
#include <string.h>

#include "console/records.h"
#include "console/table.h"
#include "model/words.h"
#include "output.h"

/* A row of the table of what was read. */
struct read_row {
	size_t page;
	enum reading reading;
	const struct word *word;
};

static void write_read_page(struct cell *cell, const void *row)
{
	const struct read_row *read = row;

	cell_number(cell, read->page);
}

static void write_read_reading(struct cell *cell, const void *row)
{
	const struct read_row *read = row;

	cell_text(cell, reading_name(read->reading));
}

static void write_read_word(struct cell *cell, const void *row)
{
	const struct read_row *read = row;
	char text[WORD_TEXT_LENGTH];

	cell_text(cell, word_text(read->word, text));
}

static const struct column read_columns[] = {
	{ "PAGE", COLUMN_NUMBER, COLUMN_ALWAYS, "number of the page",
	  write_read_page },
	{ "WHO", COLUMN_TEXT, COLUMN_ALWAYS, "who read, and when",
	  write_read_reading },
	{ "READ", COLUMN_TEXT, COLUMN_ALWAYS, "what was read",
	  write_read_word },
	{ 0 },
};

static void write_reads(struct cell *cell, const void *row)
{
	const struct result *result = row;
	struct table *table = table_new("reads", read_columns, NULL, true);
	size_t page, i;

	for (page = 0; page < CHECK_PAGES; page++) {
		const struct word *words = result->seen->pages[page].words;

		for (i = 0; i < READ_COUNT; i++)
			if (words[i].known)
				table_add(table, &(struct read_row) {
						page, i, &words[i] });
	}
	table_write(table, cell);
}

/* Records of one moment, under its name. */
static void write_records(struct cell *cell, const struct result *result,
			  enum moment moment)
{
	struct table *table = table_new("records", record_columns, NULL, true);
	size_t page;

	for (page = 0; page < CHECK_PAGES; page++) {
		const struct pintest_record *record =
			&result->seen->pages[page].records[moment];

		if (record_taken(record))
			table_add(table, record);
	}
	table_write(table, cell);
}

static void write_before(struct cell *cell, const void *row)
{
	write_records(cell, row, MOMENT_BEFORE);
}

static void write_pinned(struct cell *cell, const void *row)
{
	write_records(cell, row, MOMENT_PINNED);
}

static void write_between(struct cell *cell, const void *row)
{
	write_records(cell, row, MOMENT_BETWEEN);
}

static void write_after(struct cell *cell, const void *row)
{
	write_records(cell, row, MOMENT_AFTER);
}

static void write_unpinned(struct cell *cell, const void *row)
{
	write_records(cell, row, MOMENT_UNPINNED);
}

static void write_id(struct cell *cell, const void *row)
{
	const struct result *result = row;

	cell_text(cell, result->check->id);
}

static void write_verdict(struct cell *cell, const void *row)
{
	const struct result *result = row;

	cell_text(cell, verdict_name(result->judgement.verdict));
}

static void write_loser(struct cell *cell, const void *row)
{
	const struct result *result = row;
	enum loser loser = judgement_loser(&result->judgement);

	if (loser)
		cell_text(cell, loser_name(loser));
}

static void write_reason(struct cell *cell, const void *row)
{
	const struct result *result = row;

	cell_text(cell, result->judgement.why.text);
}

static void write_known(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (result->known)
		cell_text(cell, result->known->id);
}

static void write_explanation(struct cell *cell, const void *row)
{
	const struct result *result = row;
	struct reason text;

	if (!result->known)
		return;
	known_text(result->known, &text);
	cell_text(cell, text.text);
}

static void write_fixed_in(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (result->known && result->known->fixed_in)
		cell_text(cell, result->known->fixed_in);
}

static void write_ms(struct cell *cell, const void *row)
{
	const struct result *result = row;

	cell_number(cell, result->ms);
}

static void write_way(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (!result->scenario->story)
		cell_text(cell, result->scenario->way->id);
}

static void write_flags(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (!result->scenario->story)
		cell_list(cell, PINTEST_NAMES_FOLL,
			  result->scenario->access->foll);
}

static void write_memory(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (!result->scenario->story)
		cell_text(cell, result->scenario->memory->id);
}

static void write_event(struct cell *cell, const void *row)
{
	const struct result *result = row;

	if (!result->scenario->story)
		cell_text(cell, result->scenario->event->id);
}

static const struct column check_columns[] = {
	{ "ID", COLUMN_TEXT, COLUMN_ALWAYS, "id of the check", write_id },
	{ "VERDICT", COLUMN_TEXT, COLUMN_ALWAYS, "how it ended",
	  write_verdict },
	{ "LOSES", COLUMN_TEXT, COLUMN_ALWAYS,
	  "who loses: driver, tracker or system", write_loser },
	{ "REASON", COLUMN_TEXT, COLUMN_ALWAYS, "what was seen",
	  write_reason },
	{ "KNOWN", COLUMN_TEXT, COLUMN_ALWAYS,
	  "id of the known behaviour behind it", write_known },
	{ "EXPLANATION", COLUMN_TEXT, COLUMN_ALWAYS,
	  "the known behaviour in words", write_explanation },
	{ "FIXED_IN", COLUMN_TEXT, COLUMN_ALWAYS,
	  "mainline release that made it right", write_fixed_in },
	{ "MS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "milliseconds that it took; 0 if a check before it had the same run",
	  write_ms },
	{ "WAY", COLUMN_TEXT, COLUMN_ALWAYS, "the kernel call", write_way },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS, "its FOLL flags",
	  write_flags },
	{ "MEMORY", COLUMN_TEXT, COLUMN_ALWAYS, "the memory kind",
	  write_memory },
	{ "EVENT", COLUMN_TEXT, COLUMN_ALWAYS, "the event", write_event },
	{ "READ", COLUMN_RAW, COLUMN_ALWAYS, "what was read", write_reads },
	{ "BEFORE", COLUMN_RAW, COLUMN_ALWAYS,
	  "records of the mapped pages before pinning", write_before },
	{ "PINNED", COLUMN_RAW, COLUMN_ALWAYS,
	  "records of the pinned pages", write_pinned },
	{ "BETWEEN", COLUMN_RAW, COLUMN_ALWAYS,
	  "the same after the event, before the process writes",
	  write_between },
	{ "AFTER", COLUMN_RAW, COLUMN_ALWAYS,
	  "the same after the process wrote", write_after },
	{ "UNPINNED", COLUMN_RAW, COLUMN_ALWAYS,
	  "records of the mapped pages after unpinning", write_unpinned },
	{ 0 },
};

static void json_end(FILE *out, const struct report *report)
{
	const struct run *run = report->run;
	struct table *table = table_new("checks", check_columns, NULL, true);
	size_t i;

	for (i = 0; i < run->result_count; i++)
		table_add(table, &run->results[i]);
	table_print_to(table, out);
}

const struct format format_json = {
	.name = "json",
	.end = json_end,
};
