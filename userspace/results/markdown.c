// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as Markdown, for the summary of a CI job: totals, causes, and each
 * failure that is not explained, until the summary becomes too long.
 */
#include <string.h>

#include "causes.h"
#include "output.h"

/* With the rest it stays below 50 kB. */
#define FAILURES_MAX	100

/* In a cell, '|' would begin the next one. */
static void write_cell(FILE *out, const char *text)
{
	fputs("| ", out);
	for (; *text; text++) {
		if (*text == '|')
			fputc('\\', out);
		fputc(*text == '\n' ? ' ' : *text, out);
	}
	fputc(' ', out);
}

static void write_code(FILE *out, const char *text)
{
	fprintf(out, "| `%s` ", text);
}

static void write_totals(FILE *out, const struct report *report)
{
	enum verdict verdict;
	const char *comma = "";
	size_t count;

	fprintf(out, "### pintest on Linux %s (%s, %s)\n\n",
		report->facts.uts.release,
		report->facts.distribution[0] ? report->facts.distribution :
						report->host,
		report->facts.uts.machine);
	for (verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		count = report_count(report, verdict);
		if (!count)
			continue;
		fprintf(out, "%s%zu %s", comma, count, verdict_name(verdict));
		comma = ", ";
	}
	fputs("\n", out);
	if (!report_complete(report))
		fprintf(out, "\n**The run ended early**: %zu of %zu checks have results.\n",
			report->run->result_count,
			report->run->plan->check_count);
}

static void write_failures(FILE *out, const struct run *run)
{
	size_t i, count = 0;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];

		if (!is_unexplained(result) || count++ >= FAILURES_MAX)
			continue;
		if (count == 1)
			fputs("\n#### Not explained\n\n| check | verdict | what was seen |\n|---|---|---|\n",
			      out);
		write_code(out, result->check->id);
		write_cell(out, verdict_name(result->judgement.verdict));
		write_cell(out, result->judgement.why.text);
		fputs("|\n", out);
	}
	if (count > FAILURES_MAX)
		fprintf(out, "\nand %zu more\n", count - FAILURES_MAX);
}

static void write_causes(FILE *out, const struct run *run)
{
	static struct cause causes[CAUSES_MAX];
	size_t i, count = causes_find(run, causes);

	if (count)
		fputs("\n#### Known behaviours of this kernel\n\n| known | failed | what the kernel does | since | fixed in |\n|---|---:|---|---|---|\n",
		      out);
	for (i = 0; i < count; i++) {
		const struct known *known = causes[i].known;

		write_code(out, known->id);
		fprintf(out, "| %zu ", causes[i].checks);
		write_cell(out, known->what);
		write_cell(out, known->since ? : "");
		write_cell(out, known->fixed_in ? : "");
		fputs("|\n", out);
	}
}

static void end(FILE *out, const struct report *report)
{
	write_totals(out, report);
	write_failures(out, report->run);
	write_causes(out, report->run);
}

const struct format format_markdown = {
	.name = "md",
	.end = end,
};
