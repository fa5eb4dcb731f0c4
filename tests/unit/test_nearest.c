// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nearest word: what is near, what is not, and what is too long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "base/nearest.h"

static const char *const words[] = {
	"check", "list", "pin", "inspect", "held", "help", "unlocked",
};

static const char *nearest_to(const char *word)
{
	struct nearest nearest = { .word = word };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		nearest_try(&nearest, words[i]);
	return nearest.best;
}

static void near_words_are_found(void **state)
{
	static const struct {
		const char *word;
		const char *best;
	} tries[] = {
		{ "chekc", "check" }, { "chck", "check" },
		{ "chexk", "check" }, { "cheeck", "check" },
		{ "ispect", "inspect" }, { "hlep", "help" }, { "pni", "pin" },
		{ "unlockde", "unlocked" }, { "pin", "pin" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tries); i++)
		assert_string_equal(nearest_to(tries[i].word), tries[i].best);
}

static void far_words_are_not(void **state)
{
	static const char *const tries[] = {
		"", "x", "zzz", "quick", "supercalifragilistic",
	};
	char longest[4 * NEAREST_LONGEST];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(tries); i++)
		assert_null(nearest_to(tries[i]));
	memset(longest, 'p', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	assert_null(nearest_to(longest));
}

static void only_what_counts_is_compared(void **state)
{
	struct nearest nearest = { .word = "lsit=5,pin", .length = 4 };
	char text[NEAREST_TEXT];

	(void)state;
	assert_string_equal(nearest_text(&nearest, text), "");
	nearest_try(&nearest, "list");
	assert_string_equal(nearest_text(&nearest, text),
			    " (did you mean 'list'?)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_words_are_found),
		cmocka_unit_test(far_words_are_not),
		cmocka_unit_test(only_what_counts_is_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
