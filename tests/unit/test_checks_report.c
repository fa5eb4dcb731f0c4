// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports: KTAP line by line, and the texts for people.
 */
#include <stdio.h>
#include <stdlib.h>

#include "results/results.h"
#include "test_checks.h"

/* A run of a few checks, one for each verdict. */
struct made_run {
	struct scenario scenario;
	struct observations seen;
	struct check checks[VERDICT_COUNT];
	struct result results[VERDICT_COUNT];
	struct plan plan;
	struct run run;
};

static void make_run(struct made_run *made)
{
	size_t i;

	*made = (struct made_run) {
		.scenario = made_scenario("rw", "fast", "anon", "write"),
		.seen = made_observations(),
	};
	for (i = 0; i < VERDICT_COUNT; i++) {
		struct result *result = &made->results[i];

		snprintf(made->checks[i].id, CHECK_ID_LENGTH, "check-%zu", i);
		made->checks[i].rule = ROW(rules, i % 2 ? "rw" : "rw-page");
		result->check = &made->checks[i];
		result->scenario = &made->scenario;
		result->seen = &made->seen;
		result->judgement.verdict = i;
		if (i != VERDICT_PASS)
			strcpy(result->judgement.why.text, "because");
	}
	made->results[VERDICT_XFAIL].known =
		ROW(known_behaviours, "hugetlb-fork-shares");
	made->results[VERDICT_FAIL].judgement.finding = FINDING_STALE;
	made->results[VERDICT_LIMIT].judgement.finding = FINDING_KILLED;
	made->results[VERDICT_LIMIT].known =
		ROW(known_behaviours, "hugetlb-owner-writes");
	made->plan = (struct plan) {
		.scenarios = &made->scenario,
		.scenario_count = 1,
		.checks = made->checks,
		.check_count = VERDICT_COUNT,
	};
	made->run = (struct run) {
		.plan = &made->plan,
		.results = made->results,
		.result_count = VERDICT_COUNT,
		.seen = &made->seen,
	};
}

/* What is written between the two, to be freed. */
struct capture {
	FILE *out;
	char *text;
	size_t size;
};

static void begin_capture(struct capture *capture)
{
	*capture = (struct capture) { 0 };
	capture->out = open_memstream(&capture->text, &capture->size);
	assert_non_null(capture->out);
}

static void end_capture(struct capture *capture, const char *expected)
{
	fclose(capture->out);
	assert_string_equal(capture->text, expected);
	free(capture->text);
}

#define OWNER_WRITES	"If the pool is empty, a write by the process that reserved a hugetlb page takes the page away from its children: by design: every write of the owner does this; shown by share/pintest/reproducers/hugetlb-write-pin-kills-child.c"

static void ktap_of_every_verdict(void **state)
{
	struct capture capture;
	struct made_run made;
	size_t i;

	(void)state;
	make_run(&made);
	made.plan.left_out = 3;
	made.results[VERDICT_FAIL].ms = 12;
	begin_capture(&capture);
	ktap_begin(capture.out, &made.plan);
	for (i = 0; i < VERDICT_COUNT; i++)
		ktap_result(capture.out, i + 1, &made.results[i], false);
	end_capture(&capture,
		    "KTAP version 1\n"
		    "1..9\n"
		    "# 3 of 12 checks are left out\n"
		    "ok 1 check-0\n"
		    "# ms 12\n"
		    "# because\n"
		    "not ok 2 check-1\n"
		    "not ok 3 check-2 # ERROR because\n"
		    "ok 4 check-3 # SKIP because\n"
		    "# because\n"
		    "# known behaviour hugetlb-fork-shares: fork() shares pinned hugetlb pages with the child instead of copying them: fixed in 5.12, 'hugetlb: do early cow when page pinned on src mm' (4eae4efa2c29)\n"
		    "ok 5 check-4 # XFAIL hugetlb-fork-shares\n"
		    "ok 6 check-5 # DETACHED because\n"
		    "ok 7 check-6 # REFUSED because\n"
		    "# known behaviour hugetlb-owner-writes: " OWNER_WRITES "\n"
		    "ok 8 check-7 # LIMIT because\n"
		    "# because\n"
		    "not ok 9 check-8\n");
}

/* Every line of evidence is a diagnostic, so that parsers pass over it. */
static void ktap_evidence_is_diagnostic(void **state)
{
	struct capture capture;
	struct made_run made;
	char *line, *rest;
	size_t lines = 0;

	(void)state;
	make_run(&made);
	begin_capture(&capture);
	ktap_result(capture.out, 1, &made.results[VERDICT_PASS], true);
	fclose(capture.out);
	rest = capture.text;
	while ((line = strsep(&rest, "\n")) && rest) {
		if (!strncmp(line, "# page ", 7))
			lines++;
		else
			assert_string_equal(line, "ok 1 check-0");
	}
	assert_int_equal(lines, CHECK_PAGES * (READ_COUNT + MOMENT_COUNT));
	free(capture.text);
}

/* Unexplained failures come first, and those with one cause are a paragraph. */
static void failures_are_told_by_cause(void **state)
{
	struct report report = { 0 };
	struct capture capture;
	struct made_run made;

	(void)state;
	make_run(&made);
	made.results[VERDICT_BROKEN].judgement.verdict = VERDICT_FAIL;
	made.results[VERDICT_BROKEN].known =
		made.results[VERDICT_XFAIL].known;
	report.run = &made.run;
	strcpy(report.facts.uts.release, "1.2.3");
	begin_capture(&capture);
	report_summary(capture.out, &report);
	end_capture(&capture,
		    "Linux 1.2.3: 2 failures that nothing is known of; 1 known bug can hit you:\n"
		    "  hugetlb-fork-shares.\n"
		    "\n"
		    "Not explained:\n"
		    "FAIL check-1: because\n"
		    "CRASHED check-8: because\n"
		    "\n"
		    "hugetlb-fork-shares: 2 checks fail. The driver loses. fork() shares pinned\n"
		    "  hugetlb pages with the child instead of copying them. Fixed in 5.12. Instead:\n"
		    "  Keep the memory from children with MADV_DONTFORK. Memory: anon. Calls: fast.\n"
		    "hugetlb-owner-writes: a limit in 1 check. If the pool is empty, a write by the\n"
		    "  process that reserved a hugetlb page takes the page away from its children.\n"
		    "  By design. Memory: anon. Calls: fast.\n"
		    "\n"
		    "MEMORY ACCESS fast    RULES\n"
		    "anon   rw     CRASHED rw -page\n"
		    "\n"
		    "Skipped:\n"
		    "     1 because\n");
}

static void a_good_kernel_has_a_good_answer(void **state)
{
	struct report report = { 0 };
	struct capture capture;
	struct made_run made;

	(void)state;
	make_run(&made);
	made.scenario.access = &access_table[RO_LONGTERM];
	made.checks[0].rule = ROW(rules, "ro-longterm");
	made.run.result_count = 1;
	report.run = &made.run;
	strcpy(report.facts.uts.release, "1.2.3");
	begin_capture(&capture);
	report_summary(capture.out, &report);
	end_capture(&capture,
		    "Linux 1.2.3: read-only long-term pins are reliable; no known bug was met.\n"
		    "\n"
		    "MEMORY ACCESS      fast RULES\n"
		    "anon   ro-longterm PASS ro-longterm\n");
}

static void totals_of_a_run(void **state)
{
	struct capture capture;
	struct made_run made;

	(void)state;
	make_run(&made);
	begin_capture(&capture);
	report_totals(capture.out, &made.run);
	made.run.result_count = 2;
	made.plan.left_out = 3;
	report_totals(capture.out, &made.run);
	end_capture(&capture,
		    "9 checks: 1 passed, 1 failed, 1 refused, 1 detached, 1 failed as known, 1 limits by design, 1 broken, 1 skipped, 1 crashed\n"
		    "9 checks: 1 passed, 1 failed, 7 not run, 3 left out\n");
}

static void a_cell_shows_its_worst_verdict(void **state)
{
	struct capture capture;
	struct made_run made;

	(void)state;
	make_run(&made);
	begin_capture(&capture);
	assert_int_equal(report_matrix(capture.out, &made.run, false), 0);
	end_capture(&capture,
		    "MEMORY ACCESS fast    RULES\n"
		    "anon   rw     CRASHED rw -page\n");
}

/* What is refused must not read like a pin that works. */
static void a_cell_shows_a_refusal(void **state)
{
	struct capture capture;
	struct made_run made;

	(void)state;
	make_run(&made);
	made.scenario = made_scenario("rw-longterm", "slow", "ext4-shared",
				      "write");
	made.results[0].judgement.verdict = VERDICT_REFUSED;
	made.checks[0].rule = ROW(rules, "rw-longterm-refusal");
	made.run.result_count = 1;
	begin_capture(&capture);
	assert_int_equal(report_matrix(capture.out, &made.run, false), 0);
	end_capture(&capture,
		    "MEMORY      ACCESS      slow    RULES\n"
		    "ext4-shared rw-longterm REFUSED -refusal\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ktap_of_every_verdict),
		cmocka_unit_test(ktap_evidence_is_diagnostic),
		cmocka_unit_test(failures_are_told_by_cause),
		cmocka_unit_test(a_good_kernel_has_a_good_answer),
		cmocka_unit_test(totals_of_a_run),
		cmocka_unit_test(a_cell_shows_its_worst_verdict),
		cmocka_unit_test(a_cell_shows_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
