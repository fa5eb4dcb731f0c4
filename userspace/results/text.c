// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports of a run for people.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "model/words.h"
#include "output.h"
#include "results.h"

static void print_words(FILE *out, const char *prefix, size_t page,
			const struct page_seen *seen)
{
	char text[WORD_TEXT_LENGTH];
	size_t i;

	for (i = 0; i < READ_COUNT; i++)
		if (seen->words[i].known)
			fprintf(out, "%spage %zu: %s reads %s\n", prefix, page,
				reading_name(i),
				word_text(&seen->words[i], text));
}

static void print_count(FILE *out, const struct pintest_record *record,
			uint64_t field, const char *name, int64_t value)
{
	if (record->fields & field)
		fprintf(out, " %s %" PRId64, name, value);
}

static void print_record(FILE *out, const struct pintest_record *record)
{
	char flags[256];

	if (record->fields & PINTEST_FIELD_PFN)
		fprintf(out, " pfn 0x%" PRIx64, (uint64_t)record->pfn);
	if (record->fields & PINTEST_FIELD_MAPPED_PFN)
		fprintf(out, " mapped 0x%" PRIx64,
			(uint64_t)record->mapped_pfn);
	print_count(out, record, PINTEST_FIELD_FOLIO, "order",
		    record->folio_order);
	print_count(out, record, PINTEST_FIELD_REFCOUNT, "ref",
		    record->refcount);
	print_count(out, record, PINTEST_FIELD_MAPCOUNT, "map",
		    record->mapcount);
	print_count(out, record, PINTEST_FIELD_PINCOUNT, "pin",
		    record->pincount);
	pintest_format_mask(PINTEST_NAMES_PAGE, record->flags, flags,
			    sizeof(flags));
	fprintf(out, " %s\n", flags);
}

static void print_records(FILE *out, const char *prefix, size_t page,
			  const struct page_seen *seen)
{
	size_t i;

	for (i = 0; i < MOMENT_COUNT; i++) {
		if (!record_taken(&seen->records[i]))
			continue;
		fprintf(out, "%spage %zu %s:", prefix, page, moment_name(i));
		print_record(out, &seen->records[i]);
	}
}

void report_evidence(FILE *out, const char *prefix,
		     const struct result *result)
{
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++) {
		print_words(out, prefix, i, &result->seen->pages[i]);
		print_records(out, prefix, i, &result->seen->pages[i]);
	}
}

static const char *why(const struct result *result)
{
	const char *text = result->judgement.why.text;

	return text[0] ? text : "as promised";
}

static void print_loser(FILE *out, const struct judgement *judgement)
{
	enum loser loser = judgement_loser(judgement);

	if (loser)
		fprintf(out, "; the %s loses", loser_name(loser));
}

static void print_check(FILE *out, const struct result *result)
{
	fprintf(out, "%s %s: %s", verdict_name(result->judgement.verdict),
		result->check->id, why(result));
	print_loser(out, &result->judgement);
	if (result->known && result->known->fixed_in)
		fprintf(out, "; fixed in %s", result->known->fixed_in);
	if (result->known)
		fprintf(out, " [%s]", result->known->id);
	fputc('\n', out);
	report_evidence(out, "    ", result);
}

void report_checks(FILE *out, const struct run *run)
{
	size_t i;

	for (i = 0; i < run->result_count; i++)
		print_check(out, &run->results[i]);
}

/* Passed and failed are told always, others if there are any. */
void report_totals(FILE *out, const struct run *run)
{
	static const struct {
		enum verdict verdict;
		const char *word;
	} totals[] = {
		{ VERDICT_PASS, "passed" },
		{ VERDICT_FAIL, "failed" },
		{ VERDICT_REFUSED, "refused" },
		{ VERDICT_DETACHED, "detached" },
		{ VERDICT_XFAIL, "failed as known" },
		{ VERDICT_LIMIT, "limits by design" },
		{ VERDICT_BROKEN, "broken" },
		{ VERDICT_SKIP, "skipped" },
		{ VERDICT_CRASHED, "crashed" },
	};
	size_t count[VERDICT_COUNT] = { 0 };
	size_t i;

	for (i = 0; i < run->result_count; i++)
		count[run->results[i].judgement.verdict]++;
	fprintf(out, "%zu check%s:", run->plan->check_count,
		run->plan->check_count == 1 ? "" : "s");
	for (i = 0; i < ARRAY_SIZE(totals); i++)
		if (i < 2 || count[totals[i].verdict])
			fprintf(out, "%s %zu %s", i ? "," : "",
				count[totals[i].verdict], totals[i].word);
	if (run->result_count < run->plan->check_count)
		fprintf(out, ", %zu not run",
			run->plan->check_count - run->result_count);
	if (run->plan->left_out)
		fprintf(out, ", %zu left out", run->plan->left_out);
	fputc('\n', out);
}

static void end(FILE *out, const struct report *report)
{
	if (!report->run->result_count && report->run->plan->check_count)
		return;
	report_summary(out, report);
	if (report->verbose) {
		fputc('\n', out);
		report_checks(out, report->run);
	}
	fputc('\n', out);
	report_totals(out, report->run);
	if (!report->verbose)
		fputs("Each check with its evidence: --verbose, or --output jsonl:FILE.\n",
		      out);
}

const struct format format_text = {
	.name = "text",
	.end = end,
};
