// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of calls whose pins are out.
 */
#include "held.h"
#include "lines.h"

static void write_id(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct held_row *)row)->event.id);
}

static void write_process(struct cell *cell, const void *row)
{
	const struct held_row *held = row;

	trace_comm(&held->event, cell->out);
	fprintf(cell->out, " %d%s", held->event.tgid,
		held->event.flags & PINTEST_EVENT_GONE ? " (gone)" : "");
}

static void write_caller(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct held_row *)row)->caller);
}

static void write_call(struct cell *cell, const void *row)
{
	const struct held_row *held = row;

	cell_text(cell, pintest_name(PINTEST_NAMES_TRACED, held->event.call));
}

static void write_addr(struct cell *cell, const void *row)
{
	const struct held_row *held = row;

	if (held->event.addr)
		cell_hex(cell, held->event.addr);
}

static void write_flags(struct cell *cell, const void *row)
{
	const struct held_row *held = row;
	char flags[160];

	trace_flags(&held->event, flags, sizeof(flags));
	cell_text(cell, flags);
}

static void write_pins(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct held_row *)row)->pins);
}

static void write_age(struct cell *cell, const void *row)
{
	const struct held_row *held = row;

	fprintf(cell->out, cell->json ? "%.3f" : "%.1fs",
		(int64_t)(held->now_ns - held->event.time_ns) / 1e9);
}

static void write_stale(struct cell *cell, const void *row)
{
	const struct held_row *held = row;

	if (held->event.addr)
		cell_number(cell, held->stale);
}

const struct column held_columns[] = {
	{ "ID", COLUMN_NUMBER, COLUMN_ALWAYS, "of the call", write_id },
	{ "PROCESS", COLUMN_TEXT, COLUMN_ALWAYS, "who made it",
	  write_process },
	{ "CALLER", COLUMN_TEXT, COLUMN_ALWAYS, "function and module",
	  write_caller },
	{ "CALL", COLUMN_TEXT, COLUMN_ALWAYS, "function", write_call },
	{ "ADDR", COLUMN_NUMBER, COLUMN_ALWAYS, "address", write_addr },
	{ "FLAGS", COLUMN_TEXT, COLUMN_ALWAYS, "FOLL flags", write_flags },
	{ "PINS", COLUMN_NUMBER, COLUMN_ALWAYS, "pins that are out",
	  write_pins },
	{ "AGE", COLUMN_NUMBER, COLUMN_ALWAYS, "since when", write_age },
	{ "STALE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages that are not the mapped ones; blank if that cannot be known",
	  write_stale },
	{ 0 },
};
