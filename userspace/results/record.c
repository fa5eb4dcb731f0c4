// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a run: JSON Lines, as pintest-record(5) describes them.
 */
#include <string.h>

#include "base/deadline.h"
#include "base/errno_name.h"
#include "json_line.h"
#include "output.h"
#include "pintest.h"

#define SCHEMA	1

static struct json begin_line(FILE *out, const char *kind)
{
	struct json json = { .out = out };

	json_open(&json, NULL, '{');
	json_text(&json, "pintest", kind);
	return json;
}

static void end_line(struct json *json)
{
	json_close(json, '}');
	fputc('\n', json->out);
}

static void known_number(struct json *json, const char *key, int64_t value)
{
	if (value >= 0)
		json_number(json, key, value);
}

static void write_list(struct json *json, const char *key,
		       const char *const *texts, size_t count)
{
	size_t i;

	json_open(json, key, '[');
	for (i = 0; i < count; i++)
		json_text(json, NULL, texts[i]);
	json_close(json, ']');
}

static void write_kernel(struct json *json, const struct report *report)
{
	const struct facts *facts = &report->facts;

	json_text(json, "version", pintest_version());
	json_text(json, "module", facts->module);
	json_number(json, "abi", report->abi);
	json_text(json, "kernel", facts->uts.release);
	json_text(json, "build", facts->uts.version);
	json_text(json, "distribution", facts->distribution);
	json_text(json, "machine", facts->uts.machine);
	json_number(json, "page_size", report->page_size);
	json_text(json, "host", report->host);
	json_text(json, "boot_id", facts->boot_id);
	json_text(json, "start", report->start);
}

static void write_pools(struct json *json, const struct facts *facts)
{
	const struct fact_pool *pool;

	if (!facts->pools[0].size[0])
		return;
	json_open(json, "hugepages", '{');
	for (pool = facts->pools; pool->size[0]; pool++)
		known_number(json, pool->size, pool->pages);
	json_close(json, '}');
}

static void write_machine(struct json *json, const struct facts *facts)
{
	size_t i;

	known_number(json, "cpus", facts->cpus);
	known_number(json, "nodes", facts->nodes);
	known_number(json, "memory_kb", facts->memory_kb);
	known_number(json, "swap_kb", facts->swap_kb);
	known_number(json, "taint", facts->taint);
	json_text(json, "thp", facts->thp);
	json_text(json, "thp_shmem", facts->thp_shmem);
	known_number(json, "ksm", facts->ksm);
	known_number(json, "numa_balancing", facts->numa_balancing);
	write_pools(json, facts);
	json_open(json, "cmdline", '[');
	for (i = 0; facts->options[i][0]; i++)
		json_text(json, NULL, facts->options[i]);
	json_close(json, ']');
}

static void record_begin(FILE *out, const struct report *report)
{
	static const char * const evidence[] = {
		[EVIDENCE_FAILURES] = "failures",
		[EVIDENCE_ALL] = "all",
		[EVIDENCE_NONE] = "none",
	};
	struct json json = begin_line(out, "run");

	json_number(&json, "schema", SCHEMA);
	json_text(&json, "id", report->id);
	json_text(&json, "resumes", report->resumes);
	write_kernel(&json, report);
	write_machine(&json, &report->facts);
	write_list(&json, "arguments", report->arguments,
		   report->argument_count);
	write_list(&json, "filters", report->globs, report->glob_count);
	json_text(&json, "shard", report->shard);
	json_number(&json, "plan", report->run->plan->check_count);
	json_number(&json, "left_out", report->run->plan->left_out);
	json_text(&json, "evidence", evidence[report->evidence]);
	end_line(&json);
}

static void record_scenario(FILE *out, const struct scenario *scenario)
{
	struct json json = begin_line(out, "begin");
	char name[CHECK_ID_LENGTH];

	json_text(&json, "scenario", scenario_name(scenario, name));
	end_line(&json);
}

static void write_known(FILE *out, const struct known *known)
{
	struct json json = begin_line(out, "known");

	json_text(&json, "id", known->id);
	json_text(&json, "what", known->what);
	json_text(&json, "since", known->since);
	json_text(&json, "fixed_in", known->fixed_in);
	json_text(&json, "change", known->change);
	json_text(&json, "instead", known->instead);
	json_text(&json, "class", known->limit ? "limit" : "bug");
	end_line(&json);
}

/* Whether this is the first result that it explains. */
static bool is_new(const struct run *run, const struct known *known)
{
	size_t i;

	for (i = 0; i + 1 < run->result_count; i++)
		if (run->results[i].known == known)
			return false;
	return true;
}

/* The first word of its id; all of it if that is one word. */
static void write_story(struct json *json, const char *id)
{
	char family[CHECK_ID_LENGTH];

	snprintf(family, sizeof(family), "%.*s", (int)strcspn(id, "."), id);
	json_text(json, "story", family);
}

static void write_parts(struct json *json, const struct result *result)
{
	const struct scenario *scenario = result->scenario;

	json_text(json, "id", result->check->id);
	if (scenario->story) {
		write_story(json, result->check->id);
		return;
	}
	json_text(json, "rule", result->check->rule->id);
	json_text(json, "access", scenario->access->id);
	json_text(json, "way", scenario->way->id);
	json_text(json, "memory", scenario->memory->id);
	json_text(json, "event", scenario->event->id);
}

static bool has_evidence(const struct report *report,
			 const struct result *result)
{
	switch (report->evidence) {
	case EVIDENCE_ALL:
		return true;
	case EVIDENCE_FAILURES:
		return verdict_fails(result->judgement.verdict) ||
		       result->judgement.verdict == VERDICT_LIMIT;
	case EVIDENCE_NONE:
		break;
	}
	return false;
}

static void write_numbers(struct json *json, const struct number *numbers)
{
	size_t i;

	if (!numbers[0].name)
		return;
	json_open(json, "numbers", '{');
	for (i = 0; i < NUMBERS_MAX && numbers[i].name; i++)
		json_number(json, numbers[i].name, numbers[i].value);
	json_close(json, '}');
}

static void record_result(FILE *out, const struct report *report,
			  const struct result *result)
{
	const struct judgement *judgement = &result->judgement;
	struct json json;

	if (result->recalled)
		return;
	if (result->known && is_new(report->run, result->known))
		write_known(out, result->known);
	json = begin_line(out, "check");
	write_parts(&json, result);
	json_text(&json, "verdict", verdict_name(judgement->verdict));
	json_text(&json, "finding", finding_name(judgement->finding));
	json_text(&json, "loses", loser_name(judgement_loser(judgement)));
	json_text(&json, "known", result->known ? result->known->id : NULL);
	json_text(&json, "reason", judgement->why.text);
	write_numbers(&json, judgement->numbers);
	if (result->seen->error) {
		json_text(&json, "stage", stage_word(result->seen->stage));
		json_text(&json, "errno", errno_name(-result->seen->error));
	}
	json_number(&json, "ms", result->ms);
	if (has_evidence(report, result))
		record_evidence(&json, result->seen);
	end_line(&json);
}

static void write_totals(struct json *json, const struct report *report)
{
	enum verdict verdict;
	size_t count;

	json_open(json, "totals", '{');
	for (verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		count = report_count(report, verdict);
		if (count)
			json_number(json, verdict_name(verdict), count);
	}
	json_close(json, '}');
}

static void record_end(FILE *out, const struct report *report)
{
	struct json json = begin_line(out, "end");

	json_bool(&json, "complete", report_complete(report));
	json_text(&json, "why", report->ended);
	if (report->signal)
		json_number(&json, "signal", report->signal);
	json_number(&json, "checks", report->run->result_count);
	write_totals(&json, report);
	json_bool(&json, "unrestored", report->run->unrestored);
	json_number(&json, "ms", now_ms() - report->start_ms);
	end_line(&json);
}

const struct format format_record = {
	.name = "jsonl",
	.is_record = true,
	.begin = record_begin,
	.scenario = record_scenario,
	.result = record_result,
	.end = record_end,
};
