// SPDX-License-Identifier: GPL-2.0-only
/*
 * A run for people, on a screen: the answer in a sentence, then what nobody can
 * explain, then a paragraph for each cause, the matrix, and what was skipped.
 */
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "causes.h"
#include "output.h"
#include "releases.h"
#include "results.h"

#define WIDTH		79
#define UNEXPLAINED_MAX	12
#define SKIPS_MAX	6

/* A paragraph in the making. */
struct paragraph {
	char *text;
	size_t size;
	FILE *out;
};

static bool begin_paragraph(struct paragraph *paragraph)
{
	paragraph->out = open_memstream(&paragraph->text, &paragraph->size);
	return paragraph->out;
}

/* Write it in lines; those after the first are indented. */
static void end_paragraph(struct paragraph *paragraph, FILE *out, int indent)
{
	int column = 0, length, failed = fclose(paragraph->out);
	const char *word;

	for (word = failed ? "" : paragraph->text; *word; word += length) {
		word += strspn(word, " ");
		length = strcspn(word, " ");
		if (column && column + 1 + length > WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", length, word);
		column += length;
	}
	fputc('\n', out);
	free(paragraph->text);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* What is known of read-only long-term pins, the question most people have. */
static void write_reliability(FILE *out, const struct run *run)
{
	const char *of = "", *way = "";
	size_t i, passed = 0, stale = 0;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];
		enum finding finding = result->judgement.finding;

		if (result->scenario->story ||
		    result->scenario->access != &access_table[RO_LONGTERM])
			continue;
		/* A driver's pins say little of the kernel's. */
		if (result->scenario->way->outside) {
			of = " of ";
			way = result->scenario->way->id;
		}
		passed += result->judgement.verdict == VERDICT_PASS;
		stale += verdict_fails(result->judgement.verdict) &&
			 (finding == FINDING_STALE ||
			  finding == FINDING_OTHER_PAGE);
	}
	if (stale)
		fprintf(out, " read-only long-term pins%s%s are not reliable: they go stale in %zu check%s;",
			of, way, stale, plural(stale));
	else if (passed)
		fprintf(out, " read-only long-term pins%s%s are reliable%s;",
			of, way, run->plan->left_out ? " where they were checked" : "");
}

static void write_bugs(FILE *out, const struct cause *causes, size_t count)
{
	size_t i, bugs = 0;
	const char *comma = ":";

	for (i = 0; i < count; i++)
		bugs += !causes[i].known->limit;
	if (!bugs)
		fputs(" no known bug was met", out);
	else
		fprintf(out, " %zu known bug%s can hit you", bugs,
			plural(bugs));
	for (i = 0; i < count; i++) {
		if (causes[i].known->limit)
			continue;
		fprintf(out, "%s %s", comma, causes[i].known->id);
		comma = ",";
	}
}

static void write_answer(FILE *out, const struct report *report,
			 const struct cause *causes, size_t count)
{
	struct paragraph paragraph;
	size_t i, unexplained = 0;

	if (!begin_paragraph(&paragraph))
		return;
	for (i = 0; i < report->run->result_count; i++)
		unexplained += is_unexplained(&report->run->results[i]);
	fprintf(paragraph.out, "Linux %s:", report->facts.uts.release);
	if (unexplained)
		fprintf(paragraph.out, " %zu failure%s that nothing is known of;",
			unexplained, plural(unexplained));
	write_reliability(paragraph.out, report->run);
	write_bugs(paragraph.out, causes, count);
	fputc('.', paragraph.out);
	end_paragraph(&paragraph, out, 2);
}

static void write_unexplained(FILE *out, const struct run *run)
{
	size_t i, count = 0;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];
		struct paragraph paragraph;

		if (!is_unexplained(result) || count++ >= UNEXPLAINED_MAX ||
		    !begin_paragraph(&paragraph))
			continue;
		if (count == 1)
			fputs("\nNot explained:\n", out);
		fprintf(paragraph.out, "%s %s: %s",
			verdict_name(result->judgement.verdict),
			result->check->id, result->judgement.why.text);
		end_paragraph(&paragraph, out, 4);
	}
	if (count > UNEXPLAINED_MAX)
		fprintf(out, "and %zu more\n", count - UNEXPLAINED_MAX);
}

#define NAMES_MAX	6

/* A few names, and how many more there are. */
static void write_name(FILE *out, size_t number, const char *name)
{
	if (number < NAMES_MAX)
		fprintf(out, "%s %s", number ? "," : "", name);
}

static void write_more(FILE *out, size_t count)
{
	if (count > NAMES_MAX)
		fprintf(out, " and %zu more", count - NAMES_MAX);
	fputc('.', out);
}

static void write_kinds(FILE *out, const struct cause *cause)
{
	size_t count, i, used = 0;
	const struct memory_kind *kind = memory_kinds(&count);

	fputs(" Memory:", out);
	for (i = 0; i < count && i < CAUSE_KINDS; i++)
		if (cause->kinds[i])
			write_name(out, used++, kind[i].id);
	write_more(out, used);
}

static void write_ways(FILE *out, const struct cause *cause)
{
	size_t count, i, used = 0;
	const struct way *way = ways(&count);

	fputs(" Calls:", out);
	for (i = 0; i < count; i++)
		if (cause->ways & 1ULL << i)
			write_name(out, used++, way[i].id);
	write_more(out, used);
}

static void write_count(FILE *out, const struct cause *cause)
{
	enum loser loser = judgement_loser(&cause->first->judgement);

	if (cause->known->limit)
		fprintf(out, "%s: a limit in %zu check%s.", cause->known->id,
			cause->checks, plural(cause->checks));
	else
		fprintf(out, "%s: %zu check%s fail%s.", cause->known->id,
			cause->checks, plural(cause->checks),
			cause->checks == 1 ? "s" : "");
	if (loser && !cause->known->limit)
		fprintf(out, " The %s loses.", loser_name(loser));
}

static void write_cause(FILE *out, const struct cause *cause)
{
	struct paragraph paragraph;
	char releases[128];

	if (!begin_paragraph(&paragraph))
		return;
	write_count(paragraph.out, cause);
	releases_text(&(struct releases) {
			.since = cause->known->since,
			.fixed_in = cause->known->fixed_in,
			.by_design = cause->known->limit,
		}, releases, sizeof(releases));
	fprintf(paragraph.out, " %s. %s", cause->known->what, releases);
	if (cause->known->instead)
		fprintf(paragraph.out, " Instead: %s.", cause->known->instead);
	if (cause->ways) {
		write_kinds(paragraph.out, cause);
		write_ways(paragraph.out, cause);
	} else {
		fprintf(paragraph.out, " Check: %s.", cause->first->check->id);
	}
	end_paragraph(&paragraph, out, 2);
}

static bool same_skip(const struct result *a, const struct result *b)
{
	return a->judgement.verdict == b->judgement.verdict &&
	       !strcmp(a->judgement.why.text, b->judgement.why.text);
}

/* Reasons to skip, each with the number of its checks. */
struct skip {
	const struct result *first;
	size_t count;
};

static size_t find_skips(const struct run *run, struct skip *skips, size_t max)
{
	size_t i, j, count = 0;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];

		if (result->judgement.verdict != VERDICT_SKIP)
			continue;
		for (j = 0; j < count; j++)
			if (same_skip(skips[j].first, result))
				break;
		if (j == max)
			continue;
		if (j == count)
			skips[count++] = (struct skip) { .first = result };
		skips[j].count++;
	}
	return count;
}

static int more_skips(const void *a, const void *b)
{
	const struct skip *one = a, *other = b;

	return (one->count < other->count) - (one->count > other->count);
}

static void write_skips(FILE *out, const struct report *report)
{
	struct skip skips[128];
	size_t rest = report_count(report, VERDICT_SKIP), i;
	size_t count = find_skips(report->run, skips, ARRAY_SIZE(skips));

	if (!count)
		return;
	qsort(skips, count, sizeof(*skips), more_skips);
	fputs("\nSkipped:\n", out);
	for (i = 0; i < count && i < SKIPS_MAX; i++) {
		fprintf(out, "%6zu %s\n", skips[i].count,
			skips[i].first->judgement.why.text);
		rest -= skips[i].count;
	}
	if (rest)
		fprintf(out, "%6zu for %zu other reasons\n", rest, count - i);
}

static void write_matrix(FILE *out, const struct report *report)
{
	fputc('\n', out);
	if (report_matrix(out, report->run, report->verbose))
		fputs("There is no memory left for the table.\n", out);
}

void report_summary(FILE *out, const struct report *report)
{
	static struct cause causes[CAUSES_MAX];
	const struct run *run = report->run;
	size_t count = causes_find(run, causes), i;

	write_answer(out, report, causes, count);
	write_unexplained(out, run);
	if (count)
		fputc('\n', out);
	for (i = 0; i < count; i++)
		write_cause(out, &causes[i]);
	write_matrix(out, report);
	write_skips(out, report);
}
