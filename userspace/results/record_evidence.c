// SPDX-License-Identifier: GPL-2.0-only
/*
 * Evidence in a record: what was read, and the records of the pages. What is
 * not known is left out.
 */
#include "json_line.h"
#include "output.h"
#include "pintest.h"

static void write_reads(struct json *json, const struct observations *seen)
{
	char text[WORD_TEXT_LENGTH];
	size_t page, i;

	json_open(json, "reads", '[');
	for (page = 0; page < CHECK_PAGES; page++) {
		const struct word *words = seen->pages[page].words;

		for (i = 0; i < READ_COUNT; i++) {
			if (!words[i].known)
				continue;
			json_open(json, NULL, '{');
			json_number(json, "page", page);
			json_text(json, "reading", reading_word(i));
			json_text(json, "text", word_text(&words[i], text));
			json_close(json, '}');
		}
	}
	json_close(json, ']');
}

static void write_names(struct json *json, const char *key, uint64_t mask)
{
	size_t count, i;
	const struct pintest_name *names =
		pintest_names(PINTEST_NAMES_PAGE, &count);

	json_open(json, key, '[');
	for (i = 0; i < count; i++)
		if (names[i].value & mask)
			json_text(json, NULL, names[i].name);
	json_close(json, ']');
}

static uint64_t all_flags(void)
{
	uint64_t mask = 0;
	size_t count, i;
	const struct pintest_name *names =
		pintest_names(PINTEST_NAMES_PAGE, &count);

	for (i = 0; i < count; i++)
		mask |= names[i].value;
	return mask;
}

static void write_flags(struct json *json, const struct pintest_record *record)
{
	uint64_t unknown = all_flags() & ~(uint64_t)record->flags_known;

	write_names(json, "flags", record->flags);
	if (unknown)
		write_names(json, "unknown", unknown);
}

static void write_number(struct json *json, const struct pintest_record *record,
			 uint64_t field, const char *key, int64_t value)
{
	if (record->fields & field)
		json_number(json, key, value);
}

static void write_record(struct json *json, const struct pintest_record *record)
{
	json_number(json, "addr", record->addr);
	write_number(json, record, PINTEST_FIELD_PFN, "pfn", record->pfn);
	write_number(json, record, PINTEST_FIELD_MAPPED_PFN, "mapped_pfn",
		     record->mapped_pfn);
	write_flags(json, record);
	write_number(json, record, PINTEST_FIELD_FOLIO, "order",
		     record->folio_order);
	write_number(json, record, PINTEST_FIELD_REFCOUNT, "refcount",
		     record->refcount);
	write_number(json, record, PINTEST_FIELD_MAPCOUNT, "mapcount",
		     record->mapcount);
	write_number(json, record, PINTEST_FIELD_PINCOUNT, "pincount",
		     record->pincount);
	if (record->fields & PINTEST_FIELD_PINCOUNT)
		json_text(json, "pincount_kind",
			  pintest_name(PINTEST_NAMES_PINCOUNT,
				       record->pincount_kind));
	write_number(json, record, PINTEST_FIELD_NODE, "node", record->node);
	if (record->fields & PINTEST_FIELD_ZONE)
		json_text(json, "zone", pintest_name(PINTEST_NAMES_ZONE,
						     record->zone));
}

static void write_records(struct json *json, const struct observations *seen)
{
	size_t page, i;

	json_open(json, "records", '[');
	for (page = 0; page < CHECK_PAGES; page++) {
		const struct pintest_record *records = seen->pages[page].records;

		for (i = 0; i < MOMENT_COUNT; i++) {
			if (!record_taken(&records[i]))
				continue;
			json_open(json, NULL, '{');
			json_number(json, "page", page);
			json_text(json, "moment", moment_name(i));
			write_record(json, &records[i]);
			json_close(json, '}');
		}
	}
	json_close(json, ']');
}

void record_evidence(struct json *json, const struct observations *seen)
{
	json_open(json, "evidence", '{');
	write_reads(json, seen);
	write_records(json, seen);
	json_close(json, '}');
}
