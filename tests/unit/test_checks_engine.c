// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: signals that end a run, also before its first check.
 */
#include <errno.h>
#include <signal.h>

#include "engine/engine.h"
#include "private.h"
#include "test_checks.h"

/*
 * A check that has no device is broken, which is a result as well. The run has
 * the settings to itself: as long as another one has, it waits for that.
 */
static int run_one(const struct plan *plan, struct run *run)
{
	struct pintest no_device = { .fd = -1 };
	const struct engine engine = {
		.pt = &no_device,
		.deadline_ms = 60000,
	};
	int ret;

	while ((ret = engine_run(&engine, plan, run)) == -EALREADY)
		run_free(run);
	return ret;
}

static struct plan *plan_of(const char *glob)
{
	struct plan_choice choice = {
		.globs = &glob,
		.glob_count = 1,
		.way_mask = ~0ULL,
	};
	struct plan *plan = plan_new(&choice);

	assert_non_null(plan);
	assert_int_equal(plan->check_count, 1);
	return plan;
}

static void a_signal_before_the_first_check(void **state)
{
	struct plan *plan = plan_of("seals.write-private");
	struct run run;
	sigset_t before;

	(void)state;
	sigprocmask(SIG_SETMASK, NULL, &before);
	engine_hold_signals();
	raise(SIGTERM);
	assert_int_equal(run_one(plan, &run), SIGTERM);
	assert_int_equal(run.result_count, 0);
	run_free(&run);
	plan_free(plan);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* The control: held signals that do not come end nothing. */
static void a_run_that_nothing_ends(void **state)
{
	struct plan *plan = plan_of("seals.write-private");
	struct run run;
	sigset_t before;

	(void)state;
	sigprocmask(SIG_SETMASK, NULL, &before);
	engine_hold_signals();
	assert_int_equal(run_one(plan, &run), 0);
	assert_int_equal(run.result_count, 1);
	assert_int_not_equal(run.results[0].judgement.verdict, VERDICT_PASS);
	run_free(&run);
	plan_free(plan);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_signal_before_the_first_check),
		cmocka_unit_test(a_run_that_nothing_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
