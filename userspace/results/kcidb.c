// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results for KernelCI's database, in version 5.3 of its schema: a checkout and a
 * build that stand for the distribution's kernel, and a test for each check.
 */
#include <string.h>

#include "json_line.h"
#include "output.h"
#include "pintest.h"
#include "results.h"

#define ORIGIN		"pintest"
#define EXCERPT_LENGTH	16384
#define ID_LENGTH	256

static const char *status(enum verdict verdict)
{
	static const char * const words[] = {
		[OUTCOME_PASSED] = "PASS",
		[OUTCOME_FAILED] = "FAIL",
		[OUTCOME_KNOWN] = "FAIL",
		[OUTCOME_ERROR] = "ERROR",
		[OUTCOME_SKIPPED] = "SKIP",
	};

	return words[verdict_outcome(verdict)];
}

static void build_id(const struct report *report, char id[ID_LENGTH])
{
	snprintf(id, ID_LENGTH, ORIGIN ":%s", report->facts.uts.release);
}

static void write_build(struct json *json, const struct report *report)
{
	char id[ID_LENGTH];

	build_id(report, id);
	json_open(json, "checkouts", '[');
	json_open(json, NULL, '{');
	json_text(json, "id", id);
	json_text(json, "origin", ORIGIN);
	json_text(json, "comment", report->facts.distribution);
	json_close(json, '}');
	json_close(json, ']');
	json_open(json, "builds", '[');
	json_open(json, NULL, '{');
	json_text(json, "id", id);
	json_text(json, "checkout_id", id);
	json_text(json, "origin", ORIGIN);
	json_text(json, "architecture", report->facts.uts.machine);
	json_text(json, "comment", report->facts.uts.version);
	json_close(json, '}');
	json_close(json, ']');
}

static void write_excerpt(struct json *json, const struct result *result)
{
	char text[EXCERPT_LENGTH] = "";
	FILE *memory = fmemopen(text, sizeof(text), "w");

	if (!memory)
		return;
	report_evidence(memory, "", result);
	fclose(memory);
	json_text(json, "log_excerpt", text);
}

/* What the schema has no word for. */
static void write_misc(struct json *json, const struct result *result)
{
	const struct judgement *judgement = &result->judgement;

	json_open(json, "misc", '{');
	json_text(json, "verdict", verdict_name(judgement->verdict));
	json_text(json, "finding", finding_name(judgement->finding));
	json_text(json, "known", result->known ? result->known->id : NULL);
	json_close(json, '}');
}

static void write_environment(struct json *json, const struct report *report)
{
	json_open(json, "environment", '{');
	json_text(json, "comment", report->host);
	json_open(json, "misc", '{');
	json_text(json, "pintest", pintest_version());
	json_close(json, '}');
	json_close(json, '}');
}

static void write_test(struct json *json, const struct report *report,
		       size_t index)
{
	const struct result *result = &report->run->results[index];
	char id[ID_LENGTH];

	json_open(json, NULL, '{');
	build_id(report, id);
	json_text(json, "build_id", id);
	snprintf(id, sizeof(id), ORIGIN ":%s.%zu", report->id, index);
	json_text(json, "id", id);
	json_text(json, "origin", ORIGIN);
	snprintf(id, sizeof(id), "pintest.%s", result->check->id);
	json_text(json, "path", id);
	json_text(json, "status", status(result->judgement.verdict));
	json_text(json, "start_time", report->start);
	json_text(json, "comment", result->judgement.why.text);
	if (verdict_fails(result->judgement.verdict))
		write_excerpt(json, result);
	write_environment(json, report);
	write_misc(json, result);
	json_close(json, '}');
}

static void end(FILE *out, const struct report *report)
{
	struct json json = { .out = out };
	size_t i;

	json_open(&json, NULL, '{');
	json_open(&json, "version", '{');
	json_number(&json, "major", 5);
	json_number(&json, "minor", 3);
	json_close(&json, '}');
	write_build(&json, report);
	json_open(&json, "tests", '[');
	for (i = 0; i < report->run->result_count; i++) {
		fputc('\n', out);
		write_test(&json, report, i);
	}
	json_close(&json, ']');
	json_close(&json, '}');
	fputc('\n', out);
}

const struct format format_kcidb = {
	.name = "kcidb",
	.end = end,
};
