// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports of a run for people.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "model/words.h"
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

static bool same_reason(const struct result *a, const struct result *b)
{
	return a->judgement.verdict == b->judgement.verdict &&
	       a->known == b->known &&
	       !strcmp(a->judgement.why.text, b->judgement.why.text);
}

/* Passed checks are silent, and some others counted, but when asked. */
static bool is_told(const struct result *result, bool verbose)
{
	return verbose || (result->judgement.verdict != VERDICT_PASS &&
			   result->judgement.verdict != VERDICT_REFUSED &&
			   result->judgement.verdict != VERDICT_DETACHED &&
			   result->judgement.verdict != VERDICT_SKIP);
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

static void print_check(FILE *out, const struct result *result, bool verbose)
{
	fprintf(out, "%s %s: %s", verdict_name(result->judgement.verdict),
		result->check->id, why(result));
	print_loser(out, &result->judgement);
	if (result->known && result->known->fixed_in)
		fprintf(out, "; fixed in %s", result->known->fixed_in);
	if (result->known)
		fprintf(out, " [%s]", result->known->id);
	fputc('\n', out);
	if (verbose)
		report_evidence(out, "    ", result);
}

static size_t count_alike(const struct run *run, size_t first)
{
	size_t i, n = 0;

	for (i = first; i < run->result_count; i++)
		n += same_reason(&run->results[first], &run->results[i]);
	return n;
}

static bool told_before(const struct run *run, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (same_reason(&run->results[i], &run->results[index]))
			return true;
	return false;
}

static void print_counted(FILE *out, const struct run *run,
			  enum verdict verdict)
{
	size_t i, alike;

	for (i = 0; i < run->result_count; i++) {
		if (run->results[i].judgement.verdict != verdict ||
		    told_before(run, i))
			continue;
		alike = count_alike(run, i);
		fprintf(out, "%s %zu check%s: %s\n", verdict_name(verdict),
			alike, alike > 1 ? "s" : "", why(&run->results[i]));
	}
}

static bool explains_any(const struct known *known, const struct run *run)
{
	size_t i;

	for (i = 0; i < run->result_count; i++)
		if (run->results[i].known == known)
			return true;
	return false;
}

static void print_known(FILE *out, const struct run *run)
{
	struct reason text;
	size_t i, count;
	const struct known *known = known_behaviours(&count);

	for (i = 0; i < count; i++) {
		if (!explains_any(&known[i], run))
			continue;
		known_text(&known[i], &text);
		fprintf(out, "[%s] %s\n", known[i].id, text.text);
	}
}

void report_reasons(FILE *out, const struct run *run, bool verbose)
{
	size_t i;

	for (i = 0; i < run->result_count; i++)
		if (is_told(&run->results[i], verbose))
			print_check(out, &run->results[i], verbose);
	if (!verbose) {
		print_counted(out, run, VERDICT_REFUSED);
		print_counted(out, run, VERDICT_DETACHED);
		print_counted(out, run, VERDICT_SKIP);
	}
	print_known(out, run);
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
