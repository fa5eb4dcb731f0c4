// SPDX-License-Identifier: GPL-2.0-only
/*
 * The record of a run: its lines, and going on with what a run left.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "results/json_line.h"
#include "results/output.h"
#include "results/resume.h"
#include "test_checks.h"

#define RUN_LINE(boot)							\
	"{\"pintest\":\"run\",\"schema\":1,\"id\":\"aa\",\"version\":\"%s\","	\
	"\"kernel\":\"1.2\",\"build\":\"#1\",\"machine\":\"m\",\"boot_id\":\"" boot "\"," \
	"\"arguments\":[\"--filter=a.*\",\"--known\"],\"plan\":3}\n"
#define BEGIN_LINE(name)	"{\"pintest\":\"begin\",\"scenario\":\"" name "\"}\n"
#define CHECK_LINE(id, verdict)						\
	"{\"pintest\":\"check\",\"id\":\"" id "\",\"verdict\":\"" verdict	\
	"\",\"reason\":\"a \\\"b\\\"\",\"ms\":7}\n"

static void a_line_reads_as_it_was_written(void **state)
{
	char *text, found[64];
	int64_t number;
	size_t size;
	struct json json = { .out = open_memstream(&text, &size) };

	(void)state;
	json_open(&json, NULL, '{');
	json_text(&json, "in", "x");
	json_open(&json, "deep", '{');
	json_text(&json, "id", "not this");
	json_open(&json, "list", '[');
	json_close(&json, ']');
	json_close(&json, '}');
	json_text(&json, "nothing", NULL);
	json_text(&json, "id", "a \"b\"\\\n{[,]}");
	json_number(&json, "n", -5);
	json_open(&json, "items", '[');
	json_text(&json, NULL, "one,");
	json_text(&json, NULL, "two");
	json_close(&json, ']');
	json_close(&json, '}');
	fclose(json.out);
	assert_string_equal(text, "{\"in\":\"x\",\"deep\":{\"id\":\"not this\",\"list\":[]},\"id\":\"a \\\"b\\\"\\\\\\u000a{[,]}\",\"n\":-5,\"items\":[\"one,\",\"two\"]}");
	assert_true(json_find_text(text, "id", found, sizeof(found)));
	assert_string_equal(found, "a \"b\"\\\n{[,]}");
	assert_true(json_find_number(text, "n", &number));
	assert_int_equal(number, -5);
	assert_true(json_find_item(text, "items", 1, found, sizeof(found)));
	assert_string_equal(found, "two");
	assert_false(json_find_item(text, "items", 2, found, sizeof(found)));
	assert_false(json_find_text(text, "nothing", found, sizeof(found)));
	assert_false(json_find_text(text, "list", found, sizeof(found)));
	free(text);
}

/* However a line is cut, nothing is read behind its end. */
static void a_line_that_is_cut_is_no_trap(void **state)
{
	static const char line[] = "{\"a\":{\"b\":[\"c\\\"\",{}]},\"d\":\"\\u0041\"}";
	char found[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(line); i++) {
		char *cut = strndup(line, i);

		json_find_text(cut, "d", found, sizeof(found));
		json_find_item(cut, "a", 3, found, sizeof(found));
		free(cut);
	}
}

/* A plan of three scenarios that stand alone. */
struct fixture {
	struct story stories[3];
	struct scenario scenarios[3];
	struct check checks[3];
	struct plan plan;
	struct run run;
	struct report report;
	char path[32];
};

static void make(struct fixture *made, const char *record)
{
	static const char *const ids[] = { "a.one", "a.two", "a.three" };
	FILE *file;
	size_t i;

	*made = (struct fixture) { .path = "/tmp/pintest-XXXXXX" };
	for (i = 0; i < 3; i++) {
		made->stories[i].id = ids[i];
		made->scenarios[i].story = &made->stories[i];
		made->checks[i].scenario = i;
		strcpy(made->checks[i].id, ids[i]);
	}
	made->plan = (struct plan) {
		.scenarios = made->scenarios,
		.scenario_count = 3,
		.checks = made->checks,
		.check_count = 3,
	};
	made->run.plan = &made->plan;
	made->report.run = &made->run;
	strcpy(made->report.facts.uts.release, "1.2");
	strcpy(made->report.facts.uts.version, "#1");
	strcpy(made->report.facts.uts.machine, "m");
	strcpy(made->report.facts.boot_id, "this");
	file = fdopen(mkstemp(made->path), "w");
	assert_non_null(file);
	fprintf(file, record, pintest_version(), pintest_version());
	fclose(file);
}

/* What is said of the checks: "P" passed, "C" crashed, "-" nothing. */
static void expect_resumed(const char *record, const char *expected)
{
	struct result result;
	struct resume *resume;
	struct fixture made;
	struct reason why;
	char said[4] = "";
	size_t i;

	make(&made, record);
	resume = resume_read(made.path, &why);
	unlink(made.path);
	assert_non_null(resume);
	assert_int_equal(resume_fits(resume, &made.report, &why), 0);
	assert_string_equal(made.report.resumes, "aa");
	for (i = 0; i < 3; i++) {
		result = (struct result) { 0 };
		said[i] = '-';
		if (resume_recall(resume, &made.plan, &made.checks[i], &result))
			said[i] = verdict_name(result.judgement.verdict)[0];
		assert_true(result.recalled == (said[i] == 'P'));
	}
	assert_string_equal(said, expected);
	resume_free(resume);
}

static void what_ran_in_another_boot_has_crashed(void **state)
{
	(void)state;
	expect_resumed(RUN_LINE("other")
		       BEGIN_LINE("a.one") CHECK_LINE("a.one", "PASS")
		       BEGIN_LINE("a.two"), "PC-");
	expect_resumed(RUN_LINE("other")
		       BEGIN_LINE("a.one") CHECK_LINE("a.one", "PASS")
		       BEGIN_LINE("a.two") "{\"pintest\":\"check\",\"id", "PC-");
}

static void what_ran_in_this_boot_runs_again(void **state)
{
	(void)state;
	expect_resumed(RUN_LINE("this")
		       BEGIN_LINE("a.one") CHECK_LINE("a.one", "PASS")
		       BEGIN_LINE("a.two"), "P--");
	expect_resumed(RUN_LINE("other")
		       BEGIN_LINE("a.one") CHECK_LINE("a.one", "PASS")
		       RUN_LINE("this") BEGIN_LINE("a.two"), "P--");
}

static void what_ends_the_run_twice_has_crashed(void **state)
{
	(void)state;
	expect_resumed(RUN_LINE("this") BEGIN_LINE("a.one")
		       RUN_LINE("this") BEGIN_LINE("a.one"), "C--");
	expect_resumed(RUN_LINE("this") BEGIN_LINE("a.two")
		       RUN_LINE("this") BEGIN_LINE("a.one"), "---");
}

static void a_run_that_wrote_its_end_has_not_crashed(void **state)
{
	(void)state;
	expect_resumed(RUN_LINE("other") BEGIN_LINE("a.one")
		       "{\"pintest\":\"end\",\"complete\":false}\n", "---");
}

static void expect_refused(const char *record, const char *expected)
{
	struct fixture made;
	struct resume *resume;
	struct reason why = { "" };

	make(&made, record);
	resume = resume_read(made.path, &why);
	unlink(made.path);
	if (resume)
		assert_int_not_equal(resume_fits(resume, &made.report, &why),
				     0);
	assert_non_null(strstr(why.text, expected));
	resume_free(resume);
}

static void what_is_not_its_record_is_refused(void **state)
{
	(void)state;
	expect_refused("", "is not a record");
	expect_refused("KTAP version 1\n", "is not a record");
	expect_refused(RUN_LINE("this") "garbage\n" BEGIN_LINE("a.one"),
		       "is not a record");
	expect_refused(RUN_LINE("this") CHECK_LINE("a.one", "ODD"),
		       "is not a record");
	expect_refused(RUN_LINE("this") CHECK_LINE("a.one", "PASS")
		       CHECK_LINE("a.one", "PASS"), "has a.one twice");
	expect_refused(RUN_LINE("this") CHECK_LINE("b.one", "PASS"),
		       "0 of its 1 results");
	expect_refused("{\"pintest\":\"run\",\"version\":\"0\"}\n",
		       "its version is '0'");
}

static void options_of_the_run_are_there(void **state)
{
	struct fixture made;
	struct resume *resume;
	struct reason why;

	(void)state;
	make(&made, RUN_LINE("this") "half a li");
	resume = resume_read(made.path, &why);
	unlink(made.path);
	assert_non_null(resume);
	assert_string_equal(resume_argument(resume, 0), "--filter=a.*");
	assert_string_equal(resume_argument(resume, 1), "--known");
	assert_null(resume_argument(resume, 2));
	assert_int_equal(resume_length(resume),
			 strlen(RUN_LINE("this")) - 2 +
			 strlen(pintest_version()));
	resume_free(resume);
}

/* Each scenario is in one shard, which is the same in every plan. */
static void shards_share_a_plan(void **state)
{
	static const char *const some[] = { "bugs.*", "rw.fast.*" };
	struct plan_choice all = { .way_mask = ~0ULL };
	struct plan_choice few = {
		.globs = some,
		.glob_count = 2,
		.way_mask = ~0ULL,
	};
	struct plan *plan = plan_new(&all), *part, *small;
	size_t shard, i, j, sum = 0;

	(void)state;
	for (shard = 0; shard < 3; shard++) {
		part = plan_new(&all);
		small = plan_new(&few);
		plan_shard(part, shard, 3);
		plan_shard(small, shard, 3);
		assert_in_range(part->check_count, plan->check_count / 4,
				plan->check_count / 2);
		assert_int_equal(part->check_count + part->left_out,
				 plan->check_count);
		for (i = j = 0; i < part->check_count; i++)
			j += j < small->check_count &&
			     !strcmp(part->checks[i].id, small->checks[j].id);
		assert_int_equal(j, small->check_count);
		sum += part->check_count;
		plan_free(part);
		plan_free(small);
	}
	assert_int_equal(sum, plan->check_count);
	plan_free(plan);
}

static void outputs_are_named_with_care(void **state)
{
	struct outputs outputs = { 0 };
	struct reason why;

	(void)state;
	assert_int_equal(outputs_add(&outputs, "jsonl:/tmp/a", &why), 0);
	assert_int_equal(outputs_add(&outputs, "ktap", &why), 0);
	assert_int_not_equal(outputs_add(&outputs, "text", &why), 0);
	assert_int_not_equal(outputs_add(&outputs, "json:/tmp/a", &why), 0);
	assert_int_not_equal(outputs_add(&outputs, "json:", &why), 0);
	assert_int_not_equal(outputs_add(&outputs, "xml:/tmp/b", &why), 0);
	assert_int_equal(outputs.count, 2);
	assert_string_equal(outputs_record(&outputs), "/tmp/a");
}

/* Other options may have secrets in them. */
static void only_options_of_memory_are_recorded(void **state)
{
	char options[FACT_OPTIONS + 1][FACT_LENGTH];

	(void)state;
	facts_options("quiet password=x hugepages=8 root=UUID=1 cma=64M", options);
	assert_string_equal(options[0], "hugepages=8");
	assert_string_equal(options[1], "cma=64M");
	assert_string_equal(options[2], "");
}

static void a_full_disk_is_told(void **state)
{
	struct outputs outputs = { 0 };
	struct fixture made;
	struct reason why;

	(void)state;
	make(&made, "");
	unlink(made.path);
	assert_int_equal(outputs_add(&outputs, "jsonl:/dev/full", &why), 0);
	assert_int_equal(outputs_open(&outputs, NULL, 0, &why), 0);
	assert_int_equal(outputs_begin(&outputs, &made.report, &why), -ENOSPC);
	assert_string_equal(why.text,
			    "cannot write /dev/full: No space left on device");
	assert_int_not_equal(outputs_end(&outputs, &made.report, &why), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_reads_as_it_was_written),
		cmocka_unit_test(a_line_that_is_cut_is_no_trap),
		cmocka_unit_test(what_ran_in_another_boot_has_crashed),
		cmocka_unit_test(what_ran_in_this_boot_runs_again),
		cmocka_unit_test(what_ends_the_run_twice_has_crashed),
		cmocka_unit_test(a_run_that_wrote_its_end_has_not_crashed),
		cmocka_unit_test(what_is_not_its_record_is_refused),
		cmocka_unit_test(options_of_the_run_are_there),
		cmocka_unit_test(shards_share_a_plan),
		cmocka_unit_test(outputs_are_named_with_care),
		cmocka_unit_test(only_options_of_memory_are_recorded),
		cmocka_unit_test(a_full_disk_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
