// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as JUnit XML: a suite for each first word of ids. What failed has its
 * evidence and the command that repeats it in the text of the failure.
 */
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "results.h"

/* What XML does not allow at all becomes '?'. */
static void write_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n':
			fputs("&#10;", out);
			break;
		default:
			fputc((unsigned char)*text < ' ' ? '?' : *text, out);
		}
	}
}

static void attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	write_escaped(out, value);
	fputc('"', out);
}

/* Checks with the same first word are in one suite. */
static bool same_suite(const char *a, const char *b)
{
	size_t length = strcspn(a, ".");

	return !strncmp(a, b, length) && (b[length] == '.' || !b[length]);
}

struct counts {
	size_t tests;
	size_t of[OUTCOME_SKIPPED + 1];
};

/* Of one suite, or of all with NULL. */
static struct counts count(const struct run *run, const char *suite)
{
	struct counts counts = { 0 };
	size_t i;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];

		if (suite && !same_suite(suite, result->check->id))
			continue;
		counts.tests++;
		counts.of[verdict_outcome(result->judgement.verdict)]++;
	}
	return counts;
}

static void write_counts(FILE *out, struct counts counts)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		counts.tests, counts.of[OUTCOME_FAILED],
		counts.of[OUTCOME_ERROR], counts.of[OUTCOME_SKIPPED]);
}

static void write_evidence(FILE *out, const struct result *result)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	struct reason known;

	if (!memory)
		return;
	if (result->known) {
		known_text(result->known, &known);
		fprintf(memory, "%s: %s\n", result->known->id, known.text);
	}
	report_evidence(memory, "", result);
	fprintf(memory, "Again: pintest check --verbose --filter %s\n",
		result->check->id);
	if (!fclose(memory))
		write_escaped(out, text);
	free(text);
}

static void write_failure(FILE *out, const char *element,
			  const struct result *result)
{
	const char *type = finding_name(result->judgement.finding);

	if (result->known)
		type = result->known->id;
	else if (!type)
		type = verdict_name(result->judgement.verdict);
	fprintf(out, "<%s", element);
	attribute(out, "type", type);
	attribute(out, "message", result->judgement.why.text);
	fputc('>', out);
	write_evidence(out, result);
	fprintf(out, "</%s>", element);
}

static void write_outcome(FILE *out, const struct result *result)
{
	switch (verdict_outcome(result->judgement.verdict)) {
	case OUTCOME_FAILED:
		write_failure(out, "failure", result);
		break;
	case OUTCOME_ERROR:
		write_failure(out, "error", result);
		break;
	case OUTCOME_SKIPPED:
		fputs("<skipped", out);
		attribute(out, "message", result->judgement.why.text);
		fputs("/>", out);
		break;
	case OUTCOME_PASSED:
	case OUTCOME_KNOWN:
		fputs("<system-out>", out);
		write_escaped(out, verdict_name(result->judgement.verdict));
		if (result->known)
			fprintf(out, " %s", result->known->id);
		fputs("</system-out>", out);
	}
}

/* RULE.WAY is the class, and the rest the name. */
static void write_case(FILE *out, const struct result *result)
{
	const char *id = result->check->id, *name;
	char class[CHECK_ID_LENGTH];

	name = strchr(id, '.');
	if (name && !result->scenario->story)
		name = strchr(name + 1, '.');
	snprintf(class, sizeof(class), "%.*s",
		 name ? (int)(name - id) : (int)strlen(id), id);
	fputs("<testcase", out);
	attribute(out, "classname", class);
	attribute(out, "name", name ? name + 1 : id);
	fprintf(out, " time=\"%.3f\">", result->ms / 1000.0);
	write_outcome(out, result);
	fputs("</testcase>\n", out);
}

static void property(FILE *out, const char *name, const char *value)
{
	fputs("<property", out);
	attribute(out, "name", name);
	attribute(out, "value", value);
	fputs("/>\n", out);
}

static void write_suite(FILE *out, const struct report *report,
			const char *suite)
{
	const struct run *run = report->run;
	const struct utsname *uts = &report->facts.uts;
	char name[CHECK_ID_LENGTH];
	size_t i;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(suite, "."), suite);
	fputs("<testsuite", out);
	attribute(out, "name", name);
	attribute(out, "hostname", report->host);
	attribute(out, "timestamp", report->start);
	write_counts(out, count(run, suite));
	fputs(">\n<properties>\n", out);
	property(out, "kernel", uts->release);
	property(out, "build", uts->version);
	property(out, "machine", uts->machine);
	property(out, "distribution", report->facts.distribution);
	fputs("</properties>\n", out);
	for (i = 0; i < run->result_count; i++)
		if (same_suite(suite, run->results[i].check->id))
			write_case(out, &run->results[i]);
	fputs("</testsuite>\n", out);
}

static bool is_first(const struct run *run, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (same_suite(run->results[i].check->id,
			       run->results[index].check->id))
			return false;
	return true;
}

static void end(FILE *out, const struct report *report)
{
	const struct run *run = report->run;
	size_t i;

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	attribute(out, "name", "pintest");
	write_counts(out, count(run, NULL));
	fputs(">\n", out);
	for (i = 0; i < run->result_count; i++)
		if (is_first(run, i))
			write_suite(out, report, run->results[i].check->id);
	fputs("</testsuites>\n", out);
}

const struct format format_junit = {
	.name = "junit",
	.end = end,
};
