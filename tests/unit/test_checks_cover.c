// SPDX-License-Identifier: GPL-2.0-only
/*
 * Covering plans: that nothing is missing, and that what were missing showed.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/cover.h"
#include "test_checks.h"

#define PARTS	4

static struct plan *whole_plan(void)
{
	struct plan_choice choice = { .way_mask = ~0ULL, .longer = true };
	struct plan *plan = plan_new(&choice);

	assert_non_null(plan);
	return plan;
}

static struct plan *covering_plan(const struct cover *cover)
{
	struct plan *plan = whole_plan();
	size_t all = plan->check_count;

	assert_int_equal(plan_cover(plan, cover), 0);
	assert_int_equal(plan->check_count + plan->left_out, all);
	return plan;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static struct expected expected_of(const char *text)
{
	struct expected expected = { 0 };
	char path[] = "/tmp/pintest-expected-XXXXXX";
	struct reason why;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	write_file(path, text);
	assert_int_equal(expected_read(&expected, path, &why), 0);
	unlink(path);
	return expected;
}

/* What the rows of a check are called, from its rule to its event. */
static const char *word_of(const struct plan *plan, const struct check *check,
			   int axis)
{
	const struct scenario *scenario = &plan->scenarios[check->scenario];

	switch (axis) {
	case 0:
		return check->rule->id;
	case 1:
		return scenario->way->id;
	case 2:
		return scenario->memory->id;
	default:
		return scenario->event->id;
	}
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char **)a, *(char **)b);
}

/* All pairs of rows that a plan meets, sorted, each once. */
struct pairs {
	char **pair;
	size_t count;
};

static struct pairs pairs_of(const struct plan *plan)
{
	struct pairs pairs = {
		.pair = calloc(6 * plan->check_count, sizeof(char *)),
	};
	size_t i, n = 0;
	int a, b;

	assert_non_null(pairs.pair);
	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];

		for (a = 0; check->rule && a < 4; a++)
			for (b = a + 1; b < 4; b++)
				assert_true(asprintf(&pairs.pair[n++],
						     "%d %s %d %s", a,
						     word_of(plan, check, a), b,
						     word_of(plan, check, b)) > 0);
	}
	qsort(pairs.pair, n, sizeof(char *), compare_words);
	for (i = 0; i < n; i++) {
		if (i && !strcmp(pairs.pair[pairs.count - 1], pairs.pair[i]))
			free(pairs.pair[i]);
		else
			pairs.pair[pairs.count++] = pairs.pair[i];
	}
	return pairs;
}

static void free_pairs(struct pairs *pairs)
{
	while (pairs->count)
		free(pairs->pair[--pairs->count]);
	free(pairs->pair);
}

/* A part has no pair that the whole has not: so as many are all. */
static bool meets_all_pairs(const struct plan *plan)
{
	struct plan *whole = whole_plan();
	struct pairs all = pairs_of(whole), met = pairs_of(plan);
	bool same = all.count == met.count;

	free_pairs(&all);
	free_pairs(&met);
	plan_free(whole);
	return same;
}

/* Checks of a plan that match a glob are taken out of it. */
static void omit(struct plan *plan, const char *glob)
{
	size_t i, kept = 0;

	for (i = 0; i < plan->check_count; i++)
		if (fnmatch(glob, plan->checks[i].id, 0))
			plan->checks[kept++] = plan->checks[i];
	assert_in_range(kept, 1, plan->check_count - 1);
	plan->check_count = kept;
}

static bool has(const struct plan *plan, const char *id)
{
	size_t i;

	for (i = 0; i < plan->check_count; i++)
		if (!strcmp(plan->checks[i].id, id))
			return true;
	return false;
}

static void every_pair_is_met(void **state)
{
	struct plan *plan = covering_plan(&(struct cover) { 0 });

	(void)state;
	assert_true(meets_all_pairs(plan));
	assert_true(plan->left_out > plan->check_count);
	plan_free(plan);
}

static void an_omission_is_found(void **state)
{
	static const char *const globs[] = {
		"*.anon.munmap", "rw-store.fast.*", "*.memfd.memfd-shared.*",
		"ro-longterm-place.*.anon-movable.*",
	};
	struct plan *plan;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(globs); i++) {
		plan = covering_plan(&(struct cover) { 0 });
		omit(plan, globs[i]);
		assert_false(meets_all_pairs(plan));
		plan_free(plan);
	}
}

static void the_same_is_left_out_each_time(void **state)
{
	struct cover cover = { .part = 1, .parts = PARTS };
	struct plan *once = covering_plan(&cover);
	struct plan *again = covering_plan(&cover);
	size_t i;

	(void)state;
	assert_int_equal(once->check_count, again->check_count);
	for (i = 0; i < once->check_count; i++)
		assert_string_equal(once->checks[i].id, again->checks[i].id);
	plan_free(once);
	plan_free(again);
}

static void checks_follow_their_scenarios(void **state)
{
	struct plan *plan = covering_plan(&(struct cover) { .parts = PARTS });
	size_t i, next = 0;

	(void)state;
	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];

		assert_in_range(check->scenario, next ? next - 1 : 0, next);
		if (check->scenario == next)
			next++;
		assert_int_equal(!check->rule,
				 !!plan->scenarios[check->scenario].story);
	}
	assert_int_equal(next, plan->scenario_count);
	plan_free(plan);
}

static void what_stands_alone_is_never_left_out(void **state)
{
	struct plan *plan = covering_plan(&(struct cover) { 0 });
	size_t i, count, found = 0;

	(void)state;
	stories(&count);
	for (i = 0; i < plan->check_count; i++)
		found += !plan->checks[i].rule;
	assert_int_equal(found, count);
	plan_free(plan);
}

/* Whether a part has a check, and does not lack it unless all do. */
static bool is_met(struct plan *const *parts, const struct cover *cover,
		   const char *id, bool all_lack)
{
	size_t part;

	for (part = 0; part < PARTS; part++) {
		const struct expected *lacks = &cover->lacks[part];

		if (has(parts[part], id) &&
		    expected_skips(lacks, expected_find(lacks, id)) == all_lack)
			return true;
	}
	return false;
}

static void parts_together_are_all(void **state)
{
	struct cover cover = { .parts = PARTS };
	struct plan *whole = whole_plan(), *parts[PARTS];
	size_t i, part;

	(void)state;
	cover.lacks[0] = expected_of("*.memfd.* SKIP - a\n*.iter.* SKIP - b\n"
				     "*-movable.* SKIP - c\n");
	cover.lacks[1] = expected_of("*.memfd.* SKIP - a\n*-movable.* SKIP - c\n");
	cover.lacks[2] = expected_of("*.memfd.memfd-shared.* PASS -\n"
				     "*.memfd.* SKIP - a\n*.guard SKIP - d\n"
				     "*-movable.* SKIP - c\n");
	cover.lacks[3] = expected_of("*.guard SKIP - d\n*-movable.* SKIP - c\n");
	for (part = 0; part < PARTS; part++) {
		cover.part = part;
		parts[part] = covering_plan(&cover);
		assert_true(meets_all_pairs(parts[part]));
	}
	for (i = 0; i < whole->check_count; i++) {
		const char *id = whole->checks[i].id;

		if (!is_met(parts, &cover, id, !fnmatch("*-movable.*", id, 0)))
			fail_msg("no part that has it meets %s", id);
	}
	for (part = 0; part < PARTS; part++) {
		expected_free(&cover.lacks[part]);
		plan_free(parts[part]);
	}
	plan_free(whole);
}

/* What has no choice among the parts is not shared fairly, all else is. */
static void parts_are_alike(void **state)
{
	size_t part, least = SIZE_MAX, most = 0;

	(void)state;
	for (part = 0; part < PARTS; part++) {
		struct cover cover = { .part = part, .parts = PARTS };
		struct plan *plan = covering_plan(&cover);

		if (plan->scenario_count < least)
			least = plan->scenario_count;
		if (plan->scenario_count > most)
			most = plan->scenario_count;
		plan_free(plan);
	}
	assert_true(10 * most < 11 * least);
}

static void each_expected_line_is_met(void **state)
{
	struct cover cover = {
		.expected = expected_of(
			"rw-page.get-fast.anon-thp.write-twice FAIL x\n"
			"rw-page.get.ext4-shared.write DETACHED - x\n"
			"*.unlocked.anon-thp-shared.write PASS -\n"
			"rw.remote.anon-*.* FAIL x\n"),
	};
	struct plan *whole = whole_plan();
	struct plan *plan = covering_plan(&cover);
	size_t i;
	ssize_t line;

	(void)state;
	for (line = 0; line < (ssize_t)cover.expected.count; line++) {
		bool is_there = false, met = false;

		for (i = 0; i < whole->check_count; i++)
			is_there |= expected_find(&cover.expected,
						  whole->checks[i].id) == line;
		for (i = 0; i < plan->check_count; i++)
			met |= expected_find(&cover.expected,
					     plan->checks[i].id) == line;
		assert_int_equal(met, is_there);
	}
	expected_free(&cover.expected);
	plan_free(plan);
	plan_free(whole);
}

/* A kernel without memfd_pin_folios() meets all its other pairs otherwise. */
static void what_is_skipped_meets_nothing(void **state)
{
	struct cover cover = {
		.expected = expected_of("*.memfd.* SKIP - no such way\n"),
	};
	struct plan *plan = covering_plan(&cover), *whole = whole_plan();
	struct pairs all, met;

	(void)state;
	assert_true(meets_all_pairs(plan));
	omit(plan, "*.memfd.*");
	omit(whole, "*.memfd.*");
	all = pairs_of(whole);
	met = pairs_of(plan);
	assert_int_equal(all.count, met.count);
	free_pairs(&all);
	free_pairs(&met);
	expected_free(&cover.expected);
	plan_free(plan);
	plan_free(whole);
}

static void the_first_line_counts(void **state)
{
	struct expected expected = expected_of("# SKIP this\n\n"
					       "*.get.anon* PASS -\n"
					       "*.get.* SKIP - no\n"
					       "rw*-page.* FAIL x\n");

	(void)state;
	assert_int_equal(expected.count, 3);
	assert_int_equal(expected_find(&expected, "rw.get.anon-ksm.write"), 0);
	assert_int_equal(expected_find(&expected, "rw.get.zeropage.write"), 1);
	assert_int_equal(expected_find(&expected, "rw-longterm-page.fast.a.b"),
			 2);
	assert_int_equal(expected_find(&expected, "rw.fast.anon.write"), -1);
	assert_int_equal(expected_find(&expected, "rw-pages.fast.anon.write"),
			 -1);
	assert_false(expected_skips(&expected, 0));
	assert_true(expected_skips(&expected, 1));
	assert_false(expected_skips(&expected, -1));
	expected_free(&expected);
}

static void files_include_those_beside_them(void **state)
{
	char directory[] = "/tmp/pintest-expected-XXXXXX", path[64];
	struct expected expected = { 0 };
	struct reason why;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	write_file("base", "b.* SKIP - b\n");
	write_file("all", "a.* FAIL a\ninclude base\nc.* FAIL c\n");
	write_file("bad", "a.*\n");
	snprintf(path, sizeof(path), "%s/all", directory);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(expected_read(&expected, path, &why), 0);
	assert_int_equal(expected_find(&expected, "b.x"), 1);
	assert_int_equal(expected_find(&expected, "c.x"), 2);
	snprintf(path, sizeof(path), "%s/bad", directory);
	assert_int_equal(expected_read(&expected, path, &why), -EINVAL);
	unlink(path);
	assert_int_equal(expected_read(&expected, path, &why), -ENOENT);
	expected_free(&expected);
	snprintf(path, sizeof(path), "%s/all", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/base", directory);
	unlink(path);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pair_is_met),
		cmocka_unit_test(an_omission_is_found),
		cmocka_unit_test(the_same_is_left_out_each_time),
		cmocka_unit_test(checks_follow_their_scenarios),
		cmocka_unit_test(what_stands_alone_is_never_left_out),
		cmocka_unit_test(parts_together_are_all),
		cmocka_unit_test(parts_are_alike),
		cmocka_unit_test(each_expected_line_is_met),
		cmocka_unit_test(what_is_skipped_meets_nothing),
		cmocka_unit_test(the_first_line_counts),
		cmocka_unit_test(files_include_those_beside_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
