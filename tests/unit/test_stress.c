// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stress: what pins are judged by, and that a seed says all.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "cli/commands.h"
#include "cli/stress/report.h"
#include "console/cli.h"
#include "stress/stress.h"

#define BEFORE	11
#define STORED	22
#define OTHER	33

static void pins_are_judged_by_what_they_read(void **state)
{
	static const struct {
		bool detaches;
		uint64_t seen;
		enum stress_finding finding;
	} cases[] = {
		{ false, STORED, STRESS_FINE },
		{ false, BEFORE, STRESS_STALE },
		{ false, OTHER, STRESS_FOREIGN },
		{ true, STORED, STRESS_FINE },
		{ true, BEFORE, STRESS_FINE },
		{ true, OTHER, STRESS_FOREIGN },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(stress_judge(cases[i].detaches, cases[i].seen,
					      BEFORE, STORED),
				 cases[i].finding);
}

static uint64_t drawn(uint64_t seed, uint64_t round, uint64_t lane)
{
	struct stress_random random;

	stress_seed(&random, seed, round, lane);
	return stress_draw(&random, UINT64_MAX);
}

static void what_is_drawn_follows_from_seed_round_and_lane(void **state)
{
	(void)state;
	assert_int_equal(drawn(1, 2, 3), drawn(1, 2, 3));
	assert_int_not_equal(drawn(1, 2, 3), drawn(2, 2, 3));
	assert_int_not_equal(drawn(1, 2, 3), drawn(1, 3, 3));
	assert_int_not_equal(drawn(1, 2, 3), drawn(1, 2, 4));
	assert_int_not_equal(drawn(1, 2, 3), drawn(2, 1, 3));
}

static void draws_reach_all_below_the_limit(void **state)
{
	struct stress_random random;
	unsigned int seen = 0;
	int i;

	(void)state;
	stress_seed(&random, 1, 1, 1);
	for (i = 0; i < 1000; i++)
		seen |= 1 << stress_draw(&random, 5);
	assert_int_equal(seen, 0x1f);
}

static void help_tells_all_scenes(void **state)
{
	size_t i, count;
	const struct stress_scene *scenes = stress_scenes(&count);

	(void)state;
	for (i = 0; i < count; i++)
		assert_non_null(strstr(command_stress.about, scenes[i].id));
}

static void the_first_example_is_kept(void **state)
{
	struct stress_result sum = { .pins = { 5, 5 } }, more = sum;

	(void)state;
	more.found[0][STRESS_STALE] = 1;
	more.found[0][STRESS_FINE] = 4;
	more.found[1][STRESS_FINE] = 5;
	more.example.finding = STRESS_STALE;
	sum.found[0][STRESS_FINE] = 5;
	sum.found[1][STRESS_FINE] = 5;
	assert_int_equal(stress_failures(&sum), 0);
	stress_add(&sum, &more);
	more.example.finding = STRESS_FOREIGN;
	stress_add(&sum, &more);
	assert_int_equal(sum.pins[0], 15);
	assert_int_equal(stress_failures(&sum), 2);
	assert_int_equal(sum.example.finding, STRESS_STALE);
}

static int exit_of_rounds(uint64_t rounds, uint64_t fine, uint64_t stale,
			  int error)
{
	const struct stress_total total = {
		.rounds = rounds,
		.result = {
			.pins = { fine + stale },
			.found = { { [STRESS_FINE] = fine,
				     [STRESS_STALE] = stale } },
		},
		.error = error,
	};
	const struct stress_run run = { .totals = &total, .count = 1 };

	return stress_exit(&run);
}

static int exit_of(uint64_t fine, uint64_t stale, int error)
{
	return exit_of_rounds(1, fine, stale, error);
}

static void exit_codes(void **state)
{
	(void)state;
	assert_int_equal(exit_of(10, 0, 0), CLI_PASSED);
	assert_int_equal(exit_of(10, 1, 0), CLI_FAILED);
	assert_int_equal(exit_of(10, 1, -EPIPE), CLI_FAILED);
	assert_int_equal(exit_of(10, 0, -EPIPE), CLI_BROKEN);
	assert_int_equal(exit_of(0, 0, -EOPNOTSUPP), CLI_SKIPPED);
	/* It was never played, which is no pass. */
	assert_int_equal(exit_of_rounds(0, 0, 0, 0), CLI_SKIPPED);
	/* All were refused, so nothing is known. */
	assert_int_equal(exit_of(0, 0, 0), CLI_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pins_are_judged_by_what_they_read),
		cmocka_unit_test(what_is_drawn_follows_from_seed_round_and_lane),
		cmocka_unit_test(draws_reach_all_below_the_limit),
		cmocka_unit_test(help_tells_all_scenes),
		cmocka_unit_test(the_first_example_is_kept),
		cmocka_unit_test(exit_codes),
	};

	return cmocka_run_group_tests_name("stress", tests, NULL, NULL);
}
