// SPDX-License-Identifier: GPL-2.0-only
/*
 * Charts of pintest bench: what is on them, and that they need no other file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/bench/bench.h"

static struct bench_case a_case(uint32_t api, uint64_t size, double ns)
{
	struct bench_case bench = {
		.kind = memory_kind_find("anon"),
		.api = api,
		.size = size,
		.batch = 512,
		.threads = 1,
	};
	int figure;

	for (figure = 0; figure < BENCH_FIGURES; figure++)
		bench.ns[figure] = BENCH_UNKNOWN;
	bench.ns[BENCH_PIN] = ns;
	return bench;
}

/* The page, until the next one is made. */
static const char *chart(const struct bench_case *cases, size_t count)
{
	static char page[65536];
	FILE *out = fmemopen(page, sizeof(page), "w");

	assert_non_null(out);
	bench_chart(cases, count, out);
	assert_int_equal(fclose(out), 0);
	return page;
}

static size_t count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (text = strstr(text, word); text; text = strstr(text + 1, word))
		count++;
	return count;
}

static void cases_of_one_line_are_one_path(void **state)
{
	struct bench_case cases[] = {
		a_case(PINTEST_API_PIN, 1 << 20, 300),
		a_case(PINTEST_API_PIN, 4 << 20, 250),
		a_case(PINTEST_API_PIN_FAST, 1 << 20, 100),
		a_case(PINTEST_API_PIN_FAST, 4 << 20, 90),
	};
	const char *page = chart(cases, 4);

	(void)state;
	assert_int_equal(count_of(page, "<li"), 2);
	assert_int_equal(count_of(page, " stroke=\"#1f77b4\"/>"), 1);
	assert_int_equal(count_of(page, " stroke=\"#d62728\"/>"), 1);
	assert_non_null(strstr(page, ">1M<"));
	assert_non_null(strstr(page, ">4M<"));
}

/* The least costs least, and nothing is drawn above the highest. */
static void costs_go_up(void **state)
{
	struct bench_case cases[] = {
		a_case(PINTEST_API_PIN, 1 << 20, 0),
		a_case(PINTEST_API_PIN, 4 << 20, 500),
	};
	const char *page = chart(cases, 2);

	(void)state;
	assert_non_null(strstr(page, "d=\"M60.0 280.0h0L620.0 20.0h0\""));
}

static void what_nobody_measured_has_no_chart(void **state)
{
	struct bench_case one = a_case(PINTEST_API_PIN, 1 << 20, 1.5);
	const char *page = chart(&one, 1);

	(void)state;
	assert_int_equal(count_of(page, "<svg"), 1);
	assert_non_null(strstr(page, "<h2>pin</h2>"));
	one.ns[BENCH_PIN] = BENCH_UNKNOWN;
	page = chart(&one, 1);
	assert_int_equal(count_of(page, "<svg"), 0);
}

static void page_needs_no_other_file(void **state)
{
	struct bench_case one = a_case(PINTEST_API_PIN, 1 << 30, 1e6);
	const char *page = chart(&one, 1);

	(void)state;
	assert_null(strstr(page, "http"));
	assert_null(strstr(page, "src="));
	assert_null(strstr(page, "href"));
	assert_int_equal(count_of(page, "<svg"), count_of(page, "</svg>"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_of_one_line_are_one_path),
		cmocka_unit_test(costs_go_up),
		cmocka_unit_test(what_nobody_measured_has_no_chart),
		cmocka_unit_test(page_needs_no_other_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
