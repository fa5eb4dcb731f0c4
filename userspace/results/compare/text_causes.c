// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why checks fail, as text: known behaviours by run, and what they are.
 */
#include <string.h>

#include "reading.h"
#include "report.h"
#include "results/releases.h"

/* Runs that stand beside each other, behind the names of the behaviours. */
#define BLOCK		5
#define NAME_WIDTH	29
/* Checks of a kind that are named, unless all are wanted. */
#define NAMED_CHECKS	8

static const char *cause_name(const struct comparison *cmp,
			      const struct cause *cause)
{
	return cause->known == POOL_NONE ? "not explained" :
					   cmp->known.text[cause->known];
}

/* Nothing failed, and nothing was judged: why, as the last line tells. */
static const char *unjudged(const struct cause_tally *tally)
{
	if (tally->classes[OUTCOME_BROKEN])
		return "broken";
	if (tally->classes[OUTCOME_SKIPPED])
		return "skipped";
	return tally->classes[OUTCOME_LOST] ? "lost" : ".";
}

static void print_cell(FILE *out, const struct cause_tally *tally)
{
	char text[48];

	if (!tally->judged)
		snprintf(text, sizeof(text), "%s", unjudged(tally));
	else if (!tally->failed)
		snprintf(text, sizeof(text), "held");
	else
		snprintf(text, sizeof(text), "%zu/%zu", tally->failed,
			 tally->judged);
	fprintf(out, " %9s", text);
}

static void print_block(FILE *out, const struct compare_report *report,
			size_t first, size_t end)
{
	const struct comparison *cmp = report->cmp;
	size_t i, column;

	fprintf(out, "\n%-*s", NAME_WIDTH, "WHY CHECKS FAIL");
	for (column = first; column < end; column++)
		fprintf(out, " %9.9s", cmp->columns[column].label);
	fputc('\n', out);
	for (i = 0; i < report->causes->count; i++) {
		const struct cause *cause = &report->causes->all[i];

		if (!cause->count)
			continue;
		fprintf(out, "%-*s", NAME_WIDTH, cause_name(cmp, cause));
		for (column = first; column < end; column++) {
			struct cause_tally tally =
				cause_tally(cmp, cause, column);

			print_cell(out, &tally);
		}
		fputc('\n', out);
	}
}

/* Releases in which it is so, and the change that ended it. */
static void print_history(FILE *out, const struct comparison *cmp,
			  const struct cause *cause)
{
	const char *class = cause_member(cmp, cause, "class");
	const struct releases releases = {
		.since = cause_member(cmp, cause, "since"),
		.fixed_in = cause_member(cmp, cause, "fixed_in"),
		.change = cause_member(cmp, cause, "change"),
		.by_design = class && !strcmp(class, "limit"),
	};
	char text[1024];

	releases_text(&releases, text, sizeof(text));
	print_wrapped(out, 2, text);
}

static void print_sentence(FILE *out, const char *words)
{
	char text[1024];

	snprintf(text, sizeof(text), "%s.", words);
	print_wrapped(out, 2, text);
}

static void print_cause(FILE *out, const struct comparison *cmp,
			const struct cause *cause)
{
	const char *what = cause_member(cmp, cause, "what");
	const char *instead = cause_member(cmp, cause, "instead");

	fprintf(out, "\n%s\n", cause_name(cmp, cause));
	if (what)
		print_sentence(out, what);
	print_history(out, cmp, cause);
	if (instead)
		print_sentence(out, instead);
}

/* What nobody can explain comes first, check by check. */
static void print_unexplained(FILE *out, const struct compare_report *report)
{
	const struct comparison *cmp = report->cmp;
	const struct cause *cause = &report->causes->all[0];
	size_t i, column, named = report->verbose ? cause->count : NAMED_CHECKS;

	if (!cause->count)
		return;
	fprintf(out, "\nNOT EXPLAINED: %zu check%s, of which no known behaviour says why they fail\n",
		cause->count, cause->count == 1 ? "" : "s");
	for (i = 0; i < cause->count && i < named; i++) {
		fprintf(out, "  %s:", cmp->ids.text[cause->rows[i]]);
		for (column = 0; column < cmp->column_count; column++) {
			const struct outcome *outcome =
				outcome_at(cmp, cause->rows[i], column);

			if (outcome && outcome->class == OUTCOME_FAILED &&
			    outcome->known == POOL_NONE)
				fprintf(out, " %s", cmp->columns[column].label);
		}
		fputc('\n', out);
	}
	if (i < cause->count)
		fprintf(out, "  and %zu more: see --verbose or --html\n",
			cause->count - i);
}

void compare_text_causes(FILE *out, const struct compare_report *report)
{
	size_t columns = report->cmp->column_count, first, end, i;
	const struct causes *causes = report->causes;

	print_unexplained(out, report);
	if (causes->count == 1 && !causes->all[0].count) {
		fprintf(out, "\nNo check failed.\n");
		return;
	}
	for (first = 0; first < columns; first = end) {
		end = first + BLOCK < columns ? first + BLOCK : columns;
		print_block(out, report, first, end);
	}
	fprintf(out, "Failed of judged; . is not planned.\n");
	for (i = 1; i < causes->count; i++)
		print_cause(out, report->cmp, &causes->all[i]);
}
