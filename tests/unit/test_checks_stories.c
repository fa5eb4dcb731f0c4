// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that stand alone: their table, and how their endings are judged.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "stories/family.h"
#include "test_checks.h"

static void rows_are_complete(void **state)
{
	size_t i, count;
	const struct story *rows = stories(&count);

	(void)state;
	assert_int_not_equal(count, 0);
	for (i = 0; i < count; i++) {
		assert_non_null(rows[i].what);
		assert_non_null(rows[i].run);
		assert_in_range(strlen(rows[i].id), 1, CHECK_ID_LENGTH - 1);
	}
}

static void what_it_tells_is_the_verdict(void **state)
{
	struct observations seen = { .stage = STAGE_DONE };
	struct story_run run = { .seen = &seen };

	(void)state;
	assert_int_equal(story_fails(&run, FINDING_LOST, "%d of %d", 1, 2), 0);
	assert_int_equal(story_judge(&seen).verdict, VERDICT_FAIL);
	assert_int_equal(story_judge(&seen).finding, FINDING_LOST);
	assert_string_equal(story_judge(&seen).why.text, "1 of 2");
	assert_int_equal(story_passes(&run, "fine"), 0);
	assert_int_equal(story_judge(&seen).verdict, VERDICT_PASS);
	assert_int_equal(story_judge(&seen).finding, FINDING_NONE);
	assert_int_equal(story_detaches(&run, "gone"), 0);
	assert_int_equal(story_judge(&seen).verdict, VERDICT_DETACHED);
}

/* A verdict that was told before it went wrong does not count. */
static void what_went_wrong_comes_first(void **state)
{
	struct observations seen = {
		.stage = STAGE_STORY,
		.told.verdict = VERDICT_PASS,
	};

	(void)state;
	seen.error = -EOPNOTSUPP;
	assert_int_equal(story_judge(&seen).verdict, VERDICT_SKIP);
	seen.error = -EIO;
	assert_int_equal(story_judge(&seen).verdict, VERDICT_BROKEN);
	seen.error = 0;
	assert_int_equal(story_judge(&seen).verdict, VERDICT_BROKEN);
	seen.signal = SIGSEGV;
	assert_int_equal(story_judge(&seen).verdict, VERDICT_BROKEN);
	seen.late = true;
	assert_int_equal(story_judge(&seen).verdict, VERDICT_BROKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_complete),
		cmocka_unit_test(what_it_tells_is_the_verdict),
		cmocka_unit_test(what_went_wrong_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
