// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons as text in 80 columns.
 */
#include <inttypes.h>
#include <string.h>

#include "report.h"

#define WIDTH		80
/* Columns of runs that fit behind the names of known behaviours. */
#define CELL		9

size_t compare_from(const struct compare_report *report, size_t column)
{
	return report->baseline ? 0 : column - 1;
}

static size_t missing_records(const struct jobs *jobs)
{
	size_t i, missing = 0;

	for (i = 0; i < jobs->count; i++)
		missing += jobs->all[i].why.text[0] != '\0';
	return missing;
}

size_t compare_holes(const struct compare_report *report)
{
	size_t i, holes = missing_records(report->jobs);

	for (i = 0; i < report->cmp->record_count; i++)
		holes += report->cmp->records[i]->run &&
			 !report->cmp->records[i]->complete;
	for (i = 0; i < report->cmp->column_count; i++)
		holes += report->cmp->columns[i].missing_shards;
	return holes;
}

void print_wrapped(FILE *out, int indent, const char *text)
{
	int room = WIDTH - indent, length, column = 0;

	while (*text) {
		length = strcspn(text, " ");
		if (column && column + 1 + length > room) {
			fputc('\n', out);
			column = 0;
		}
		column += fprintf(out, "%*s%.*s",
				  column ? 1 : indent, "", length, text);
		if (column == indent + length)
			column = length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

static size_t count_class(const struct comparison *cmp, size_t column,
			  enum outcome_class class)
{
	size_t row, count = 0;

	for (row = 0; row < cmp->ids.count; row++)
		count += class_at(cmp, row, column) == class;
	return count;
}

static void print_runs(FILE *out, const struct comparison *cmp)
{
	size_t i;

	fprintf(out, "%-11s %-30s %-8s %6s %6s %6s %6s\n", "RUN", "KERNEL",
		"MACHINE", "CHECKS", "HELD", "FAILED", "OTHER");
	for (i = 0; i < cmp->column_count; i++) {
		const struct column *column = &cmp->columns[i];
		size_t held = count_class(cmp, i, OUTCOME_HELD);
		size_t failed = count_class(cmp, i, OUTCOME_FAILED);

		fprintf(out, "%-11s %-30s %-8s %6zu %6zu %6zu %6zu\n",
			column->label, run_text(column, "kernel", "?"),
			run_text(column, "machine", "?"), column->checks, held,
			failed, column->checks - held - failed);
	}
}

static void print_record_hole(FILE *out, const struct record *record)
{
	char text[4 * REASON_LENGTH];

	snprintf(text, sizeof(text),
		 "%s: the run did not come to its end%s%s: %zu of %zu checks have no result%s%s",
		 record->path, record->why.text[0] ? ": " : "",
		 record->why.text,
		 record->plan > record->checks ? record->plan - record->checks : 0,
		 record->plan,
		 record->scenario.text[0] ? "; what began last is " : "",
		 record->scenario.text);
	print_wrapped(out, 2, text);
}

static void print_holes(FILE *out, const struct compare_report *report)
{
	const struct comparison *cmp = report->cmp;
	const struct jobs *jobs = report->jobs;
	char text[2 * REASON_LENGTH];
	size_t i;

	if (!compare_holes(report))
		return;
	fprintf(out, "\nLOST: results that there should be\n");
	for (i = 0; i < jobs->count; i++) {
		if (!jobs->all[i].why.text[0])
			continue;
		snprintf(text, sizeof(text), "%s: %s: %s", jobs->all[i].line,
			 jobs->all[i].path, jobs->all[i].why.text);
		print_wrapped(out, 2, text);
	}
	for (i = 0; i < cmp->record_count; i++)
		if (cmp->records[i]->run && !cmp->records[i]->complete)
			print_record_hole(out, cmp->records[i]);
	for (i = 0; i < cmp->column_count; i++)
		if (cmp->columns[i].missing_shards)
			fprintf(out, "  %s: no record of %zu of its shards\n",
				cmp->columns[i].label,
				cmp->columns[i].missing_shards);
}

static void print_disagreed(FILE *out, const struct comparison *cmp)
{
	size_t i;

	if (cmp->repeated)
		fprintf(out,
			"\n%zu results are in two records; %zu of them differ, and the worse counts\n",
			cmp->repeated, cmp->disagreed.count);
	for (i = 0; i < cmp->disagreed.count; i++)
		print_wrapped(out, 2, cmp->disagreed.text[i]);
}

/* The records say what is lost: only they know how many checks were planned. */
static void print_not_judged(FILE *out, const struct comparison *cmp)
{
	size_t i;

	fprintf(out, "\n%-11s %8s %8s %12s %8s\n", "NOT JUDGED", "SKIPPED",
		"BROKEN", "NOT PLANNED", "LOST");
	for (i = 0; i < cmp->column_count; i++) {
		const struct column *column = &cmp->columns[i];
		size_t absent = count_class(cmp, i, OUTCOME_UNPLANNED);

		fprintf(out, "%-11s %8zu %8zu ", column->label,
			count_class(cmp, i, OUTCOME_SKIPPED),
			count_class(cmp, i, OUTCOME_BROKEN));
		if (column->complete)
			fprintf(out, "%12zu %8zu\n", absent, (size_t)0);
		else if (column->missing_shards)
			fprintf(out, "%12s %8s\n", "?", "?");
		else
			fprintf(out, "%12s %8zu\n", "?",
				column->plan - column->checks);
	}
}

void compare_text(FILE *out, const struct compare_report *report)
{
	print_runs(out, report->cmp);
	print_holes(out, report);
	print_disagreed(out, report->cmp);
	compare_text_causes(out, report);
	compare_text_changes(out, report);
	print_not_judged(out, report->cmp);
}
