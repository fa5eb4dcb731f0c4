// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that reports come with: each is one file, which a compiler takes.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/report/report.h"

static bool is_program(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && !strcmp(dot, ".c");
}

static void copies_need_no_other_file(void **state)
{
	DIR *dir = opendir(REPRODUCER_SOURCES);
	struct dirent *entry;
	size_t count = 0;
	FILE *compiler;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		if (!is_program(entry->d_name))
			continue;
		compiler = popen("cd / && ${CC:-cc} -Wall -fsyntax-only -I"
				 REPRODUCER_SOURCES "/../../uapi -x c -", "w");
		assert_non_null(compiler);
		assert_true(reproducer_copy(compiler, REPRODUCER_SOURCES,
					    entry->d_name));
		assert_int_equal(pclose(compiler), 0);
		count++;
	}
	closedir(dir);
	assert_true(count > 10);
}

static void what_is_not_there_is_not_copied(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	assert_false(reproducer_copy(out, REPRODUCER_SOURCES, "none.c"));
	assert_false(reproducer_copy(out, "/nowhere", "reproducer.h"));
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_need_no_other_file),
		cmocka_unit_test(what_is_not_there_is_not_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
