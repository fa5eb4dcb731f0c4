// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: ids, what is chosen, and that nothing meaningless is.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>

#include "test_checks.h"

static struct plan *make_plan(const char *glob, uint64_t ways, bool longer)
{
	struct plan_choice choice = {
		.globs = &glob,
		.glob_count = !!glob,
		.way_mask = ways,
		.longer = longer,
	};
	struct plan *plan = plan_new(&choice);

	assert_non_null(plan);
	return plan;
}

static struct plan *whole_plan(void)
{
	return make_plan(NULL, ~0ULL, true);
}

static bool has(const struct plan *plan, const char *glob)
{
	size_t i;

	for (i = 0; i < plan->check_count; i++)
		if (!fnmatch(glob, plan->checks[i].id, 0))
			return true;
	return false;
}

static int compare_ids(const void *a, const void *b)
{
	const struct check *left = a, *right = b;

	return strcmp(left->id, right->id);
}

static void ids_are_unique(void **state)
{
	struct plan *plan = whole_plan();
	size_t i;

	(void)state;
	assert_in_range(plan->check_count, 1000, 100000);
	qsort(plan->checks, plan->check_count, sizeof(*plan->checks),
	      compare_ids);
	for (i = 1; i < plan->check_count; i++)
		assert_string_not_equal(plan->checks[i - 1].id,
					plan->checks[i].id);
	plan_free(plan);
}

/* And those of checks that stand alone are two. */
static void ids_are_four_slugs(void **state)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
	struct plan *plan = whole_plan();
	size_t i;

	(void)state;
	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];
		bool story = plan->scenarios[check->scenario].story;
		const char *slug = check->id;
		int dots = 0;

		for (;;) {
			size_t length = strspn(slug, letters);

			assert_int_not_equal(length, 0);
			slug += length;
			if (*slug != '.')
				break;
			dots++;
			slug++;
		}
		assert_int_equal(*slug, '\0');
		assert_int_equal(dots, story ? 1 : 3);
		assert_in_range(strlen(plan->checks[i].id), 1,
				CHECK_ID_LENGTH - 2);
	}
	plan_free(plan);
}

static void checks_follow_their_scenarios(void **state)
{
	struct plan *plan = whole_plan();
	size_t i, next = 0;

	(void)state;
	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];

		assert_in_range(check->scenario, next ? next - 1 : 0, next);
		if (check->scenario == next)
			next++;
		if (!plan->scenarios[check->scenario].story)
			assert_ptr_equal(check->rule->access,
					 plan->scenarios[check->scenario].access);
	}
	assert_int_equal(next, plan->scenario_count);
	plan_free(plan);
}

/* What nothing uses has been forgotten somewhere. */
static void every_row_is_used(void **state)
{
	struct plan *plan = whole_plan();
	char glob[CHECK_ID_LENGTH];
	size_t i, count;

	(void)state;
#define EACH_ROW(table, format) do {					\
	__typeof__(table(&count)) rows = table(&count);			\
									\
	for (i = 0; i < count; i++) {					\
		snprintf(glob, sizeof(glob), format, rows[i].id);	\
		if (!has(plan, glob))					\
			fail_msg("no check is %s", glob);		\
		assert_non_null(rows[i].what);				\
	}								\
} while (0)
	EACH_ROW(rules, "%s.*.*.*");
	EACH_ROW(ways, "*.%s.*.*");
	EACH_ROW(memory_kinds, "*.*.%s.*");
	EACH_ROW(events, "*.*.*.%s");
	plan_free(plan);
}

/* "mm/gup: reliable R/O long-term pinning in COW mappings" came with these. */
static void the_twelve_cases_are_there(void **state)
{
	static const char *const memory[] = {
		"zeropage", "huge-zeropage", "memfd-private",
		"tmpfile-private", "memfd-hugetlb-2m", "memfd-hugetlb-1g",
	};
	struct plan *plan = whole_plan();
	char id[CHECK_ID_LENGTH];
	size_t i;

	(void)state;
	for (i = 0; i < 2 * 6; i++) {
		snprintf(id, sizeof(id), "ro-longterm.%s.%s.write",
			 i % 2 ? "fast" : "slow", memory[i / 2]);
		assert_true(has(plan, id));
	}
	plan_free(plan);
}

static void meaningless_products_are_left_out(void **state)
{
	static const char *const globs[] = {
		"*longterm*.get*.*", "*-unpin.*.write*", "*-page.*.repin",
		"rw*.get*.*.write-by-child", "rw*.get*.*.write-after-fork",
		"control.*.anon*", "control.*.write-*", "control.*.repin",
		"snapshot.*.repin", "ro-longterm*-store.*",
		"*-force*.pageout", "*.remote.*.munmap", "*.zeropage.munmap",
		"*-page.*.memfd-private.munmap", "*-safe.*.write", "*-mapping.*.write",
		"*.memfd-hugetlb-2m.pageout", "*.anon-thp-64k.uffd-move",
		"control-mapping.*.khugepaged", "*.anon.clone",
	};
	struct plan *plan = whole_plan();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(globs); i++)
		if (has(plan, globs[i]))
			fail_msg("%s has checks", globs[i]);
	plan_free(plan);
}

static void a_glob_chooses_by_id(void **state)
{
	struct plan *plan = make_plan("rw-page.fast.anon.write", ~0ULL, false);

	(void)state;
	assert_int_equal(plan->check_count, 1);
	assert_int_equal(plan->scenario_count, 1);
	assert_string_equal(plan->checks[0].id, "rw-page.fast.anon.write");
	assert_string_equal(plan->scenarios[0].memory->id, "anon");
	plan_free(plan);
}

static void several_globs_add_up(void **state)
{
	static const char *const globs[] = {
		"rw.fast.anon.write", "rw.slow.anon.write", "no-such-check",
	};
	struct plan_choice choice = {
		.globs = globs, .glob_count = 3, .way_mask = ~0ULL,
	};
	struct plan *plan = plan_new(&choice);

	(void)state;
	assert_non_null(plan);
	assert_int_equal(plan->check_count, 2);
	plan_free(plan);
}

/* Also one whose checks are chosen by others already. */
static void a_plan_knows_which_globs_match(void **state)
{
	static const char *const globs[] = {
		"rw.*.anon.write", "no-such-check", "rw.fast.anon.write",
		"bugs.*", "ro-longterm.fast.anon.*",
	};
	static const bool matched[] = { true, false, true, true, true };
	struct plan_choice choice = {
		.globs = globs, .glob_count = ARRAY_SIZE(globs),
		.way_mask = ~0ULL,
	};
	struct plan *plan = plan_new(&choice);
	size_t i;

	(void)state;
	assert_non_null(plan);
	for (i = 0; i < ARRAY_SIZE(globs); i++)
		assert_int_equal(plan->matched[i], matched[i]);
	plan_free(plan);
}

static void nothing_matches_an_unknown_glob(void **state)
{
	struct plan *plan = make_plan("ro-longtrem.*", ~0ULL, true);

	(void)state;
	assert_int_equal(plan->check_count, 0);
	assert_int_equal(plan->scenario_count, 0);
	plan_free(plan);
}

static void ways_are_chosen_by_mask(void **state)
{
	struct plan *plan = make_plan(NULL, 1ULL << PINTEST_API_PIN_FAST,
				      true);
	size_t i;

	(void)state;
	assert_int_not_equal(plan->scenario_count, 0);
	for (i = 0; i < plan->scenario_count; i++)
		assert_string_equal(plan->scenarios[i].way->id, "fast");
	plan_free(plan);
}

static void long_kinds_are_left_out(void **state)
{
	struct plan *plan = make_plan(NULL, ~0ULL, false);
	size_t i;

	(void)state;
	for (i = 0; i < plan->scenario_count && plan->scenarios[i].memory; i++)
		assert_false(plan->scenarios[i].memory->traits & MEMORY_LONG);
	assert_false(has(plan, "*.memfd-hugetlb-1g.*"));
	plan_free(plan);
}

/* Settings are changed for each memory kind, once. */
static void kinds_stand_together(void **state)
{
	struct plan *plan = whole_plan();
	size_t i, kinds, changes = 1;

	(void)state;
	memory_kinds(&kinds);
	for (i = 1; i < plan->scenario_count && plan->scenarios[i].memory; i++)
		changes += plan->scenarios[i].memory !=
			   plan->scenarios[i - 1].memory;
	assert_int_equal(changes, kinds);
	plan_free(plan);
}

/* They have no way, so they are not among those of some. */
static void those_that_stand_alone_come_last(void **state)
{
	struct plan *plan = whole_plan();
	size_t i, count, first;

	(void)state;
	stories(&count);
	assert_in_range(count, 1, plan->scenario_count - 1);
	first = plan->scenario_count - count;
	for (i = 0; i < plan->scenario_count; i++) {
		assert_int_equal(!plan->scenarios[i].story, i < first);
		assert_int_equal(!plan->scenarios[i].memory, i >= first);
	}
	plan_free(plan);
	plan = make_plan("bugs.*", 1ULL << PINTEST_API_PIN, true);
	assert_int_equal(plan->check_count, 0);
	plan_free(plan);
}

/* Only these products of a way and an access, and nothing that stands alone. */
static void pins_are_chosen_one_by_one(void **state)
{
	static const struct plan_pin pins[] = {
		{ PINTEST_API_PIN, &access_table[RW_LONGTERM] },
		{ PINTEST_API_PIN_FAST, &access_table[RO_LONGTERM] },
	};
	struct plan_choice choice = {
		.way_mask = ~0ULL, .pins = pins, .pin_count = ARRAY_SIZE(pins),
	};
	struct plan *plan = plan_new(&choice);
	size_t i;

	(void)state;
	assert_non_null(plan);
	assert_true(plan->check_count > 0);
	for (i = 0; i < plan->scenario_count; i++) {
		const struct scenario *scenario = &plan->scenarios[i];

		assert_null(scenario->story);
		assert_ptr_equal(scenario->access,
				 scenario->way->api == PINTEST_API_PIN ?
				 pins[0].access : pins[1].access);
	}
	plan_free(plan);
}

static void flags_have_an_access(void **state)
{
	size_t count, i;
	const struct access *access = accesses(&count);

	(void)state;
	for (i = 0; i < count; i++)
		assert_ptr_equal(access_of(access[i].foll |
					   PINTEST_FOLL_NOFAULT), &access[i]);
	assert_ptr_equal(access_of(PINTEST_FOLL_FORCE), &access_table[RO]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_unique),
		cmocka_unit_test(ids_are_four_slugs),
		cmocka_unit_test(checks_follow_their_scenarios),
		cmocka_unit_test(every_row_is_used),
		cmocka_unit_test(the_twelve_cases_are_there),
		cmocka_unit_test(meaningless_products_are_left_out),
		cmocka_unit_test(a_glob_chooses_by_id),
		cmocka_unit_test(several_globs_add_up),
		cmocka_unit_test(a_plan_knows_which_globs_match),
		cmocka_unit_test(nothing_matches_an_unknown_glob),
		cmocka_unit_test(ways_are_chosen_by_mask),
		cmocka_unit_test(pins_are_chosen_one_by_one),
		cmocka_unit_test(flags_have_an_access),
		cmocka_unit_test(long_kinds_are_left_out),
		cmocka_unit_test(kinds_stand_together),
		cmocka_unit_test(those_that_stand_alone_come_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
