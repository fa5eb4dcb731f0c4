// SPDX-License-Identifier: GPL-2.0-only
/*
 * Comparisons as a page of HTML that needs nothing else.
 *
 * page.html is the page. Its lines <!--@NAME--> stand for what is written here.
 * The tables can be read without script; script finds the rest in the data.
 */
#include <string.h>

#include "array_size.h"
#include "changes.h"
#include "page.h"

static const char template[] =
#include "page-html.h"
;

/* Letters that are markup, as references. */
void page_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void page_cell(FILE *out, const char *text)
{
	fputs("<td>", out);
	page_text(out, text);
}

void page_run_heads(FILE *out, const struct comparison *cmp)
{
	size_t i;

	for (i = 0; i < cmp->column_count; i++) {
		fputs("<th scope=col>", out);
		page_text(out, cmp->columns[i].label);
	}
	fputs("</thead>\n", out);
}

static void write_summary(FILE *out, const struct compare_report *report)
{
	const struct comparison *cmp = report->cmp;
	size_t holes = compare_holes(report), i;

	fprintf(out, "<p>%zu checks in %zu run%s.\n", cmp->ids.count,
		cmp->column_count, cmp->column_count == 1 ? "" : "s");
	if (!holes)
		return;
	fprintf(out, "<p><b>? Results are lost:</b> %zu record%s missing or incomplete.\n<ul>\n",
		holes, holes == 1 ? " is" : "s are");
	for (i = 0; i < report->jobs->count; i++) {
		if (!report->jobs->all[i].why.text[0])
			continue;
		fputs("<li>", out);
		page_text(out, report->jobs->all[i].line);
		fputs(": ", out);
		page_text(out, report->jobs->all[i].why.text);
	}
	fputs("</ul>\n", out);
}

static void write_run(FILE *out, const struct comparison *cmp, size_t i)
{
	static const char *const members[] = {
		"kernel", "distribution", "machine", "page_size", "host",
		"start", "version",
	};
	const struct column *column = &cmp->columns[i];
	size_t classes[OUTCOME_CLASSES] = { 0 }, j;

	for (j = 0; j < cmp->ids.count; j++)
		classes[class_at(cmp, j, i)]++;
	fputs("<tr><th scope=row>", out);
	page_text(out, column->label);
	for (j = 0; j < ARRAY_SIZE(members); j++)
		page_cell(out, run_text(column, members[j], ""));
	fprintf(out,
		"<td class=n>%zu<td class=n>%zu<td class=\"n %s\">%zu<td class=n>%zu<td class=n>%zu<td>%s\n",
		column->checks, classes[OUTCOME_HELD],
		classes[OUTCOME_FAILED] ? "f" : "h", classes[OUTCOME_FAILED],
		classes[OUTCOME_BROKEN], classes[OUTCOME_SKIPPED],
		column->complete ? "complete" : "? ended early");
}

static void write_runs(FILE *out, const struct compare_report *report)
{
	static const char *const heads[] = {
		"run", "kernel", "distribution", "machine", "page size", "host",
		"begun", "pintest", "checks", "held", "failed", "broken",
		"skipped", "end",
	};
	size_t i;

	fputs("<table id=table-runs><thead><tr>", out);
	for (i = 0; i < ARRAY_SIZE(heads); i++)
		fprintf(out, "<th scope=col>%s", heads[i]);
	fputs("</thead>\n<tbody>\n", out);
	for (i = 0; i < report->cmp->column_count; i++)
		write_run(out, report->cmp, i);
	fputs("</table>\n", out);
}

/* What it is, since when, and until which change. */
static void write_cause_words(FILE *out, const struct comparison *cmp,
			      const struct cause *cause)
{
	const char *since = cause_member(cmp, cause, "since");
	const char *fixed = cause_member(cmp, cause, "fixed_in");
	const char *instead = cause_member(cmp, cause, "instead");
	const char *change = cause_member(cmp, cause, "change");

	page_text(out, cause_member(cmp, cause, "what") ? : "");
	if (instead) {
		fputs("<br>", out);
		page_text(out, instead);
	}
	page_cell(out, since ? : "");
	page_cell(out, fixed ? : "");
	page_cell(out, change ? : "");
}

static void write_cause_cell(FILE *out, const struct cause_tally *tally)
{
	if (tally->failed)
		fprintf(out, "<td class=f>✘ %zu/%zu", tally->failed,
			tally->judged);
	else if (tally->judged)
		fprintf(out, "<td class=h>✔ %zu", tally->judged);
	else if (tally->classes[OUTCOME_BROKEN])
		fputs("<td class=o>!", out);
	else if (tally->classes[OUTCOME_SKIPPED])
		fputs("<td class=o>–", out);
	else
		fputs(tally->classes[OUTCOME_LOST] ? "<td class=o>?" :
						     "<td class=e>", out);
}

static void write_cause(FILE *out, const struct comparison *cmp,
			const struct cause *cause)
{
	const char *name = cause->known == POOL_NONE ?
			   "not-explained" : cmp->known.text[cause->known];
	size_t i;

	fprintf(out, "<tr id=cause-%s><th scope=row>%s<td>", name, name);
	if (cause->known == POOL_NONE)
		fputs("No known behaviour says why: look at these first<td><td><td>",
		      out);
	else
		write_cause_words(out, cmp, cause);
	for (i = 0; i < cmp->column_count; i++) {
		struct cause_tally tally = cause_tally(cmp, cause, i);

		write_cause_cell(out, &tally);
	}
	fputc('\n', out);
}

static void write_causes(FILE *out, const struct compare_report *report)
{
	size_t i;

	fputs("<table id=table-causes class=runs><thead><tr><th scope=col>behaviour<th scope=col>what happens<th scope=col>since<th scope=col>fixed in<th scope=col>upstream change",
	      out);
	page_run_heads(out, report->cmp);
	fputs("<tbody>\n", out);
	for (i = 0; i < report->causes->count; i++)
		if (report->causes->all[i].count)
			write_cause(out, report->cmp, &report->causes->all[i]);
	fputs("</table>\n", out);
}

static void write_pair(FILE *out, const struct comparison *cmp, size_t from,
		       size_t to)
{
	static const char *const kinds[CHANGE_KINDS] = {
		[CHANGE_WORSE] = "<td class=f>✘ worse",
		[CHANGE_BETTER] = "<td class=h>✔ better",
		[CHANGE_OTHER] = "<td class=o>other",
	};
	struct changes changes = changes_between(cmp, from, to);
	size_t i;

	fputs("<tbody><tr class=rule><th colspan=4 scope=rowgroup>", out);
	page_text(out, cmp->columns[from].label);
	fputs(" → ", out);
	page_text(out, cmp->columns[to].label);
	fprintf(out, ": %zu of %zu checks differ\n", changes.differ,
		changes.differ + changes.same);
	for (i = 0; i < changes.texts.count; i++) {
		const char *id = cmp->ids.text[changes.all[i].rows[0]];

		fprintf(out, "<tr>%s<td class=n>%zu", kinds[changes.all[i].kind],
			changes.all[i].count);
		page_cell(out, changes.all[i].text);
		fprintf(out, "<td><a href=\"#check=%s\"><code>%s</code></a>%s\n",
			id, id, changes.all[i].count > 1 ? " …" : "");
	}
	fprintf(out, "<tr><td class=o>not planned<td class=n>%zu<td>only in %s<td>\n",
		changes.only_from, cmp->columns[from].label);
	fprintf(out, "<tr><td class=o>not planned<td class=n>%zu<td>only in %s<td>\n",
		changes.only_to, cmp->columns[to].label);
	changes_free(&changes);
}

static void write_changes(FILE *out, const struct compare_report *report)
{
	size_t i;

	if (report->cmp->column_count < 2) {
		fputs("<p>There is one run.\n", out);
		return;
	}
	fputs("<table id=table-changes><thead><tr><th scope=col>which way<th scope=col>checks<th scope=col>from, to<th scope=col>the first of them</thead>\n",
	      out);
	for (i = 1; i < report->cmp->column_count; i++)
		write_pair(out, report->cmp, compare_from(report, i), i);
	fputs("</table>\n", out);
}

static const struct {
	const char *name;
	void (*write)(FILE *out, const struct compare_report *report);
} parts[] = {
	{ "summary", write_summary },
	{ "runs", write_runs },
	{ "causes", write_causes },
	{ "changes", write_changes },
	{ "matrix", page_matrix },
	{ "data", page_data },
};

static void write_part(FILE *out, const struct compare_report *report,
		       const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (strlen(parts[i].name) == length &&
		    !strncmp(parts[i].name, name, length))
			parts[i].write(out, report);
}

void compare_page(FILE *out, const struct compare_report *report)
{
	const char *text = template, *mark;
	size_t length;

	while ((mark = strstr(text, "<!--@"))) {
		fwrite(text, 1, mark - text, out);
		text = mark + strlen("<!--@");
		length = strcspn(text, "-");
		write_part(out, report, text, length);
		text += length + strlen("-->");
	}
	fputs(text, out);
}
