// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of rules by memory. Cells tell how their checks ended, by signs and
 * numbers: colour only repeats it.
 */
#include "page.h"
#include "page_groups.h"

/* How the checks of a cell ended: by class, and those that held by verdict. */
struct cell_tally {
	size_t classes[OUTCOME_CLASSES];
	size_t looks[VERDICT_LOOKS];
};

static struct cell_tally tally_cell(const struct comparison *cmp,
				    const struct group *group, size_t column)
{
	struct cell_tally tally = { 0 };
	const struct outcome *outcome;
	size_t i, look;

	for (i = 0; i < group->count; i++) {
		tally.classes[class_at(cmp, group->rows[i], column)]++;
		outcome = outcome_at(cmp, group->rows[i], column);
		if (!outcome)
			continue;
		look = look_of(word(cmp, outcome->verdict));
		if (look < VERDICT_LOOKS)
			tally.looks[look]++;
	}
	return tally;
}

static void write_held(FILE *out, const struct cell_tally *tally)
{
	const char *between = "";
	size_t i;

	fputs("<td class=h>", out);
	for (i = 0; i < VERDICT_LOOKS; i++) {
		if (verdict_looks[i].class != 'h' || !tally->looks[i])
			continue;
		fprintf(out, "%s%s %zu", between, verdict_looks[i].symbol,
			tally->looks[i]);
		between = " ";
	}
}

/* A failure hides what held, and that hides what was not judged. */
static void write_cell(FILE *out, const struct cell_tally *tally)
{
	const size_t *classes = tally->classes;

	if (classes[OUTCOME_FAILED])
		fprintf(out, "<td class=f>✘ %zu/%zu", classes[OUTCOME_FAILED],
			classes[OUTCOME_FAILED] + classes[OUTCOME_HELD]);
	else if (classes[OUTCOME_BROKEN])
		fprintf(out, "<td class=o>! %zu", classes[OUTCOME_BROKEN]);
	else if (classes[OUTCOME_HELD])
		write_held(out, tally);
	else if (classes[OUTCOME_SKIPPED])
		fputs("<td class=o>–", out);
	else
		fputs(classes[OUTCOME_LOST] ? "<td class=o>?" : "<td class=e>",
		      out);
}

static void write_row(FILE *out, const struct comparison *cmp,
		      const struct group *group)
{
	size_t i;

	fprintf(out, "<tr><th scope=row>%s", word(cmp, group->memory));
	for (i = 0; i < cmp->column_count; i++) {
		struct cell_tally tally = tally_cell(cmp, group, i);

		write_cell(out, &tally);
	}
	fputc('\n', out);
}

void page_matrix(FILE *out, const struct compare_report *report)
{
	const struct comparison *cmp = report->cmp;
	struct groups groups = groups_of(cmp);
	size_t i;

	fputs("<table id=table-matrix class=runs><thead><tr><th scope=col>memory, or check",
	      out);
	page_run_heads(out, cmp);
	for (i = 0; i < groups.names.count; i++) {
		const struct group *group = &groups.all[i];

		if (!i || group->rule != groups.all[i - 1].rule)
			fprintf(out,
				"<tbody><tr class=rule><th colspan=%zu scope=rowgroup>%s\n",
				cmp->column_count + 1, word(cmp, group->rule));
		write_row(out, cmp, group);
	}
	fputs("</table>\n", out);
	groups_free(&groups);
}
