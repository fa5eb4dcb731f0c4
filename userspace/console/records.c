// SPDX-License-Identifier: GPL-2.0-only
/*
 * Columns of page records. A number is shown if its field is known, a flag if
 * it is known to be true.
 */
#include "records.h"

static bool has(const struct pintest_record *record, uint64_t field)
{
	return record->fields & field;
}

void record_write_addr(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	cell_hex(cell, record->addr);
}

static void write_pfn(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_PFN))
		cell_hex(cell, record->pfn);
}

static void write_mapped(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (!(record->flags_known & PINTEST_PAGE_MAPPED))
		return;
	if (!(record->flags & PINTEST_PAGE_MAPPED))
		cell_text(cell, "no");
	else if (record->flags & PINTEST_PAGE_MAPPED_SAME)
		cell_text(cell, "same");
	else
		cell_text(cell, "other");
}

static void write_mapped_pfn(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_MAPPED_PFN))
		cell_hex(cell, record->mapped_pfn);
}

void record_write_order(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_FOLIO))
		cell_number(cell, record->folio_order);
}

static void write_index(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_FOLIO))
		cell_number(cell, record->folio_index);
}

/* In text the column MAPPED has told about two of them already. */
void record_write_flags(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;
	uint64_t told = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME;

	cell_names(cell, PINTEST_NAMES_PAGE,
		   cell->json ? record->flags : record->flags & ~told);
}

static void write_flags_known(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	cell_names(cell, PINTEST_NAMES_PAGE, record->flags_known);
}

static void write_refs(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_REFCOUNT))
		cell_number(cell, record->refcount);
}

static void write_maps(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_MAPCOUNT))
		cell_number(cell, record->mapcount);
}

static void write_entire_maps(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_ENTIRE_MAPCOUNT))
		cell_number(cell, record->entire_mapcount);
}

void record_write_pins_kind(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	cell_name(cell, PINTEST_NAMES_PINCOUNT, record->pincount_kind);
}

void record_write_pins_min(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_PINCOUNT))
		cell_number(cell, record->pincount_min);
}

/* In text what is not exact is marked: "~1", or "?" for the zeropage. */
void record_write_pins(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (!cell->json && record->pincount_kind != PINTEST_PINCOUNT_EXACT)
		record_write_pins_kind(cell, row);
	if (has(record, PINTEST_FIELD_PINCOUNT))
		cell_number(cell, record->pincount);
}

static void write_zone(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_ZONE))
		cell_name(cell, PINTEST_NAMES_ZONE, record->zone);
}

static void write_node(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_NODE))
		cell_number(cell, record->node);
}

static void write_migratetype(struct cell *cell, const void *row)
{
	const struct pintest_record *record = row;

	if (has(record, PINTEST_FIELD_MIGRATETYPE))
		cell_name(cell, PINTEST_NAMES_MIGRATETYPE,
			  record->migratetype);
}

const struct column record_columns[] = {
	{ "ADDR", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "virtual address", record_write_addr },
	{ "PFN", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "page frame number of the pinned page", write_pfn },
	{ "MAPPED", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what is mapped there now: the same page, another or no page",
	  write_mapped },
	{ "MAPPED_PFN", COLUMN_NUMBER, COLUMN_MORE,
	  "page frame number of the mapped page", write_mapped_pfn },
	{ "ORDER", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "order of its folio", record_write_order },
	{ "INDEX", COLUMN_NUMBER, COLUMN_MORE,
	  "place in its folio", write_index },
	{ "REFS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "references to the folio", write_refs },
	{ "MAPS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "page table entries that map the page", write_maps },
	{ "ENTIRE_MAPS", COLUMN_NUMBER, COLUMN_MORE,
	  "page table entries that map the whole folio", write_entire_maps },
	{ "PINS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pins of the folio; ~ at most, an estimate, ? not counted, ! no number",
	  record_write_pins },
	{ "PINS_MIN", COLUMN_NUMBER, COLUMN_MORE,
	  "and no fewer than that", record_write_pins_min },
	{ "PINS_KIND", COLUMN_TEXT, COLUMN_MORE,
	  "what that number is worth", record_write_pins_kind },
	{ "ZONE", COLUMN_TEXT, COLUMN_ALWAYS,
	  "memory zone", write_zone },
	{ "NODE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "NUMA node", write_node },
	{ "MIGRATETYPE", COLUMN_TEXT, COLUMN_MORE,
	  "migrate type of its pageblock", write_migratetype },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS,
	  "what is true of the page", record_write_flags },
	{ "FLAGS_KNOWN", COLUMN_RAW, COLUMN_MORE,
	  "what is known to be true or false", write_flags_known },
	{ 0 },
};
