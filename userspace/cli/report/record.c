// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of the run behind a report, as pintest-record(5) describes it, but
 * without what names the machine, and with p1, p2, ... for page frames.
 */
#include <string.h>

#include "report.h"
#include "results/output.h"

static void redact_facts(struct facts *facts)
{
	size_t i, kept = 0;

	facts->boot_id[0] = '\0';
	for (i = 0; facts->options[i][0]; i++) {
		if (!redact_option(facts->options[i]))
			continue;
		memmove(facts->options[kept], facts->options[i],
			FACT_LENGTH);
		kept++;
	}
	facts->options[kept][0] = '\0';
}

static void write_result(FILE *out, const struct report *report,
			 const struct result *result)
{
	struct observations seen = *result->seen;
	struct result told = *result;

	frames_rename(&seen);
	told.seen = &seen;
	redact_reason(&told.judgement.why);
	format_record.result(out, report, &told);
}

void report_record(FILE *out, struct pintest *pt, const struct run *run)
{
	struct run part = *run;
	struct report report = {
		.run = &part,
		.host = "",
		.evidence = EVIDENCE_ALL,
	};
	const struct scenario *last = NULL;
	size_t i;

	report_begin(&report, pt);
	redact_facts(&report.facts);
	format_record.begin(out, &report);
	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];

		if (result->scenario != last)
			format_record.scenario(out, result->scenario);
		last = result->scenario;
		part.result_count = i + 1;
		write_result(out, &report, result);
	}
	format_record.end(out, &report);
}
