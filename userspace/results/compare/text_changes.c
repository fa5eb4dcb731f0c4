// SPDX-License-Identifier: GPL-2.0-only
/*
 * What changed from run to run, as text.
 */
#include "changes.h"
#include "report.h"

static const char *const kind_names[CHANGE_KINDS] = {
	[CHANGE_WORSE] = "worse",
	[CHANGE_BETTER] = "better",
	[CHANGE_OTHER] = "other",
};

/* Checks of a change that are named, unless all are wanted. */
static const size_t named_checks[CHANGE_KINDS] = {
	[CHANGE_WORSE] = 8,
	[CHANGE_BETTER] = 1,
	[CHANGE_OTHER] = 1,
};

static void print_change(FILE *out, const struct compare_report *report,
			 const struct change *change)
{
	size_t i, named = report->verbose ? change->count :
					    named_checks[change->kind];

	fprintf(out, "  %-6s %5zu  %s\n", kind_names[change->kind],
		change->count, change->text);
	for (i = 0; i < change->count && i < named; i++)
		fprintf(out, "                %s\n",
			report->cmp->ids.text[change->rows[i]]);
	if (i < change->count)
		fprintf(out, "                and %zu more\n",
			change->count - i);
}

static void print_absent(FILE *out, size_t count, const char *label)
{
	if (count)
		fprintf(out, "  %-6s %5zu  not in the plan of %s\n", "",
			count, label);
}

static void print_pair(FILE *out, const struct compare_report *report,
		       size_t from, size_t to)
{
	const struct column *columns = report->cmp->columns;
	struct changes changes = changes_between(report->cmp, from, to);
	size_t i;

	fprintf(out, "\n%s -> %s: %zu of %zu checks differ\n",
		columns[from].label, columns[to].label, changes.differ,
		changes.differ + changes.same);
	for (i = 0; i < changes.texts.count; i++)
		print_change(out, report, &changes.all[i]);
	print_absent(out, changes.only_from, columns[to].label);
	print_absent(out, changes.only_to, columns[from].label);
	if (changes.unknown)
		fprintf(out, "  %-6s %5zu  of which a result may be lost\n", "",
			changes.unknown);
	changes_free(&changes);
}

void compare_text_changes(FILE *out, const struct compare_report *report)
{
	size_t column;

	for (column = 1; column < report->cmp->column_count; column++)
		print_pair(out, report, compare_from(report, column), column);
}
