// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results in the Kernel Test Anything Protocol, version 1.
 */
#include <inttypes.h>

#include "output.h"
#include "results.h"

void ktap_begin(FILE *out, const struct plan *plan)
{
	fprintf(out, "KTAP version 1\n1..%zu\n", plan->check_count);
	if (plan->left_out)
		fprintf(out, "# %zu of %zu checks are left out\n",
			plan->left_out, plan->left_out + plan->check_count);
}

static void diagnose(FILE *out, const struct result *result)
{
	enum verdict verdict = result->judgement.verdict;
	struct reason known;

	if (verdict == VERDICT_FAIL || verdict == VERDICT_XFAIL ||
	    verdict == VERDICT_CRASHED)
		fprintf(out, "# %s\n", result->judgement.why.text);
	if (!result->known)
		return;
	known_text(result->known, &known);
	fprintf(out, "# known behaviour %s: %s\n", result->known->id,
		known.text);
}

void ktap_result(FILE *out, size_t number, const struct result *result,
		 bool verbose)
{
	static const struct {
		const char *status;
		const char *directive;
	} lines[VERDICT_COUNT] = {
		[VERDICT_PASS] = { "ok", NULL },
		[VERDICT_FAIL] = { "not ok", NULL },
		[VERDICT_BROKEN] = { "not ok", "ERROR" },
		[VERDICT_SKIP] = { "ok", "SKIP" },
		[VERDICT_XFAIL] = { "ok", "XFAIL" },
		[VERDICT_DETACHED] = { "ok", "DETACHED" },
		[VERDICT_REFUSED] = { "ok", "REFUSED" },
		[VERDICT_LIMIT] = { "ok", "LIMIT" },
		[VERDICT_CRASHED] = { "not ok", NULL },
	};
	enum verdict verdict = result->judgement.verdict;
	const char *directive = lines[verdict].directive;

	if (result->ms)
		fprintf(out, "# ms %" PRIu64 "\n", result->ms);
	diagnose(out, result);
	if (verbose)
		report_evidence(out, "# ", result);
	fprintf(out, "%s %zu %s", lines[verdict].status, number,
		result->check->id);
	if (directive)
		fprintf(out, " # %s %s", directive,
			verdict == VERDICT_XFAIL ? result->known->id :
						   result->judgement.why.text);
	fputc('\n', out);
}

static void begin(FILE *out, const struct report *report)
{
	ktap_begin(out, report->run->plan);
}

static void write_result(FILE *out, const struct report *report,
			 const struct result *result)
{
	ktap_result(out, report->run->result_count, result, report->verbose);
}

static void end(FILE *out, const struct report *report)
{
	if (!report_complete(report))
		fputs("Bail out! The run was ended early.\n", out);
}

const struct format format_ktap = {
	.name = "ktap",
	.begin = begin,
	.result = write_result,
	.end = end,
};
