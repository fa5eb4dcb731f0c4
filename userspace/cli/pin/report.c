// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `pintest pin` saw, and how it is printed: a row for the pin, and a
 * table of records for each moment.
 */
#include <stdlib.h>
#include <string.h>

#include "console/records.h"
#include "model/words.h"
#include "report.h"

static void write_api(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_text(cell, pintest_name(PINTEST_NAMES_API, report->request.api));
}

static void write_foll(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_list(cell, PINTEST_NAMES_FOLL, report->request.foll);
}

static void write_pid(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->pid);
}

static void write_memory(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_text(cell, report->memory);
}

static void write_event(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_text(cell, report->event);
}

static void write_addr(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_hex(cell, report->addr);
}

static void write_bytes(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->bytes);
}

static void write_bytes_before(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->bytes_before);
}

static void write_bytes_behind(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->bytes_behind);
}

static void write_wanted(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->wanted);
}

static void write_pages(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	cell_number(cell, report->pages);
}

static void write_error(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	if (report->error)
		cell_text(cell, strerror(report->error));
}

static const struct record_set *last_set(const struct pin_report *report)
{
	return report->after.taken ? &report->after : &report->pinned;
}

/* A device takes one address for each run, if it has no IOMMU. */
static void count_run(struct record_set *set,
		      const struct pintest_record *record)
{
	if (!(record->fields & PINTEST_FIELD_PFN)) {
		set->unplaced++;
		return;
	}
	if (!set->runs || record->pfn != set->next) {
		set->runs++;
		set->run = 0;
	}
	set->run++;
	set->next = record->pfn + 1;
	if (set->run > set->largest)
		set->largest = set->run;
}

void record_set_count(struct record_set *set,
		      const struct pintest_record *records, size_t count)
{
	const uint32_t asked = PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME;
	size_t i;

	for (i = 0; i < count; i++) {
		if ((records[i].flags_known & asked) != asked)
			set->other_unknown++;
		else if ((records[i].flags & asked) == PINTEST_PAGE_MAPPED)
			set->other++;
		count_run(set, &records[i]);
	}
	set->count += count;
	set->taken = true;
}

/* Blank if the kernel cannot tell of every page which one is mapped. */
static void write_other(struct cell *cell, const void *row)
{
	const struct record_set *set = last_set(row);

	if (!set->other_unknown)
		cell_number(cell, set->other);
}

static void write_verdict(struct cell *cell, const void *row)
{
	const struct pin_verdict *verdict =
		&((const struct pin_report *)row)->verdict;

	if (verdict->judged)
		cell_text(cell, verdict_name(verdict->judgement.verdict));
}

static void write_reason(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;
	struct reason text;

	pin_verdict_text(&report->verdict, &text);
	if (text.text[0])
		cell_text(cell, text.text);
}

static void write_runs(struct cell *cell, const void *row)
{
	const struct record_set *set = last_set(row);

	if (!set->unplaced)
		cell_number(cell, set->runs);
}

static void write_largest(struct cell *cell, const void *row)
{
	const struct record_set *set = last_set(row);

	if (!set->unplaced)
		cell_number(cell, set->largest);
}

static bool is_copy(const struct pintest_record *before,
		    const struct pintest_record *pinned)
{
	const uint32_t anon = PINTEST_PAGE_ANON;

	return before->addr == pinned->addr && before->flags_known & anon &&
	       !(before->flags & anon) && pinned->flags & anon;
}

/* Both are in the order of their addresses, and not every page was mapped. */
uint64_t pin_report_copied(const struct pin_report *report)
{
	const struct record_set *before = &report->before;
	const struct record_set *pinned = &report->pinned;
	uint64_t copied = 0;
	size_t i, k = 0;

	if (!before->records || !pinned->records)
		return 0;
	for (i = 0; i < pinned->count; i++) {
		while (k < before->count &&
		       before->records[k].addr < pinned->records[i].addr)
			k++;
		if (k < before->count)
			copied += is_copy(&before->records[k],
					  &pinned->records[i]);
	}
	return copied;
}

static void write_copied(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	if (report->before.taken)
		cell_number(cell, pin_report_copied(report));
}

static void write_word(struct cell *cell, const struct word *word)
{
	char text[WORD_TEXT_LENGTH];

	if (word->known)
		cell_text(cell, word_text(word, text));
}

static void write_process_reads(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	write_word(cell, &report->process_reads);
}

static void write_pin_reads(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	write_word(cell, &report->pin_reads);
}

static struct table *record_table(const struct record_set *set,
				  const char *wanted, bool json)
{
	struct table *table = table_new("records", record_columns, wanted,
					json);
	size_t i;

	for (i = 0; i < set->count; i++)
		table_add(table, &set->records[i]);
	return table;
}

static void write_set(struct cell *cell, const struct record_set *set)
{
	if (set->taken && (set->records || !set->count))
		table_write(record_table(set, NULL, true), cell);
}

static void write_before(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	write_set(cell, &report->before);
}

static void write_pinned(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	write_set(cell, &report->pinned);
}

static void write_after(struct cell *cell, const void *row)
{
	const struct pin_report *report = row;

	write_set(cell, &report->after);
}

static const struct column pin_columns[] = {
	{ "API", COLUMN_TEXT, COLUMN_ALWAYS, "way of pinning", write_api },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS, "FOLL flags", write_foll },
	{ "PID", COLUMN_NUMBER, COLUMN_ALWAYS, "whose memory", write_pid },
	{ "MEMORY", COLUMN_TEXT, COLUMN_ALWAYS, "memory kind", write_memory },
	{ "EVENT", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what happened under the pin", write_event },
	{ "ADDR", COLUMN_NUMBER, COLUMN_ALWAYS, "first byte", write_addr },
	{ "BYTES", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "bytes from there on that were asked for", write_bytes },
	{ "BYTES_BEFORE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "other bytes before them that are pinned with them",
	  write_bytes_before },
	{ "BYTES_BEHIND", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "other bytes behind them that are pinned with them",
	  write_bytes_behind },
	{ "WANTED", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages that were to be pinned", write_wanted },
	{ "PAGES", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages that were", write_pages },
	{ "ERROR", COLUMN_TEXT, COLUMN_ALWAYS,
	  "why there are fewer", write_error },
	{ "COPIED", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages of which the pin made private copies", write_copied },
	{ "OTHER_PAGE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pinned pages in whose place another page is mapped in the end",
	  write_other },
	{ "RUNS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "physically contiguous runs of pinned pages", write_runs },
	{ "LARGEST", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages in the largest of them", write_largest },
	{ "PROCESS_READS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what the process reads in the first page in the end",
	  write_process_reads },
	{ "PIN_READS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what the pin reads there", write_pin_reads },
	{ "VERDICT", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what the rules of 'pintest check' say of it after an event",
	  write_verdict },
	{ "REASON", COLUMN_TEXT, COLUMN_MORE, "why, in one sentence",
	  write_reason },
	{ "BEFORE", COLUMN_RAW, COLUMN_MORE,
	  "records of the pages mapped before", write_before },
	{ "PINNED", COLUMN_RAW, COLUMN_MORE,
	  "records of the pinned pages", write_pinned },
	{ "AFTER", COLUMN_RAW, COLUMN_MORE,
	  "the same after the event", write_after },
	{ 0 },
};

static void print_set(const char *title, const char *more,
		      const struct record_set *set, const char *wanted)
{
	if (!set->taken || (set->count && !set->records))
		return;
	printf("\n%s%s:%s\n", title, more, set->count ? "" : " no page");
	table_print(record_table(set, wanted, false));
}

static void print_verdict(const struct pin_verdict *verdict)
{
	struct reason text;

	pin_verdict_text(verdict, &text);
	if (text.text[0])
		printf("\n%s: %s\n", verdict_name(verdict->judgement.verdict),
		       text.text);
}

static void print_json(const struct pin_report *report)
{
	struct table *table = table_new("pin", pin_columns, NULL, true);

	table_add(table, report);
	table_print(table);
}

void pin_report_print(const struct pin_report *report, const char *wanted,
		      bool json)
{
	if (json) {
		print_json(report);
		return;
	}
	row_print(pin_columns, report);
	print_verdict(&report->verdict);
	print_set("Mapped before the pin", "", &report->before, wanted);
	print_set("Pinned", "", &report->pinned, wanted);
	print_set("Pinned, after event ", report->event ? report->event : "",
		  &report->after, wanted);
}

void pin_report_clear(struct pin_report *report)
{
	free(report->before.records);
	free(report->pinned.records);
	free(report->after.records);
}
