// SPDX-License-Identifier: GPL-2.0-only
/*
 * The KTAP of selftests, as both old and new ones print it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/upstream/ktap.h"

static void names_by_announcement(void **state)
{
	struct ktap_reader reader = { 0 };

	(void)state;
	assert_int_equal(ktap_read(&reader, "TAP version 13\n"), KTAP_OTHER);
	assert_int_equal(ktap_read(&reader, "1..190\n"), KTAP_OTHER);
	assert_int_equal(reader.planned, 190);
	ktap_read(&reader, "# [RUN] Anonymous memory tests\n");
	ktap_read(&reader, "# [RUN] R/O longterm GUP pin ... with memfd\n");
	assert_int_equal(ktap_read(&reader, "not ok 1 Longterm R/O pin is reliable\n"),
			 KTAP_FAILED);
	assert_string_equal(reader.name, "R/O longterm GUP pin ... with memfd");
	assert_int_equal(reader.seen, 1);
}

static void names_by_result(void **state)
{
	struct ktap_reader reader = { 0 };

	(void)state;
	ktap_read(&reader, "# [RUN] first\n");
	ktap_read(&reader, "ok 1 passed\n");
	assert_int_equal(ktap_read(&reader, "ok 2 ioctl status 0\n"),
			 KTAP_PASSED);
	assert_string_equal(reader.name, "ioctl status 0");
	ktap_read(&reader, "not ok 3 fork() in child # why");
	assert_string_equal(reader.name, "fork() in child");
	ktap_read(&reader, "ok 4\n");
	assert_string_equal(reader.name, "");
	assert_int_equal(reader.seen, 4);
}

static void tells_verdicts(void **state)
{
	struct ktap_reader reader = { 0 };

	(void)state;
	assert_int_equal(ktap_read(&reader, "ok 1 # SKIP need more free huge pages\n"),
			 KTAP_SKIPPED);
	assert_int_equal(ktap_read(&reader, "ok 2 # XFAIL Leak from parent\n"),
			 KTAP_PASSED);
	assert_int_equal(ktap_read(&reader, "Bail out! 1 out of 2 tests failed\n"),
			 KTAP_OTHER);
	assert_int_equal(ktap_read(&reader, "# not ok 3 quoted\n"), KTAP_OTHER);
	assert_int_equal(ktap_read(&reader, ""), KTAP_OTHER);
	assert_int_equal(reader.seen, 2);
}

static void cuts_long_names(void **state)
{
	struct ktap_reader reader = { 0 };
	char line[2 * KTAP_NAME];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "ok 1 ", 5);
	line[sizeof(line) - 1] = '\0';
	assert_int_equal(ktap_read(&reader, line), KTAP_PASSED);
	assert_int_equal(strlen(reader.name), KTAP_NAME - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_by_announcement),
		cmocka_unit_test(names_by_result),
		cmocka_unit_test(tells_verdicts),
		cmocka_unit_test(cuts_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
