// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command lines. What is wrong ends the program, so each one is read in a
 * child.
 */
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "array_size.h"
#include "console/cli.h"

#define MAX_ARGS	8
#define CLEAN		100

static const struct cli_option options[] = {
	{ "size", 's', "N", "a size" },
	{ "long", 256, NULL, "no short name" },
	{ "quiet", 'q', NULL, "two\nlines" },
	{ 0 },
};

static const struct command command = {
	.name = "try",
	.summary = "try",
	.about = "About.\n",
	.options = options,
};

/* Run @body in a child; what it writes to stderr goes to @said. */
static int in_child(void (*body)(const void *arg), const void *arg,
		    char said[512])
{
	int status, fds[2];
	ssize_t n, length = 0;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		body(arg);
		_exit(CLEAN);
	}
	close(fds[1]);
	while ((n = read(fds[0], said + length, 511 - length)) > 0)
		length += n;
	said[length] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct number {
	const char *text;
	uint64_t value;
};

static void read_number(const void *arg)
{
	const struct number *number = arg;

	if (cli_number(&command, "size", number->text) != number->value)
		_exit(CLEAN + 1);
}

static void numbers_are_read(void **state)
{
	static const struct number numbers[] = {
		{ "0", 0 }, { "4096", 4096 }, { "010", 10 },
		{ "0x1000", 4096 }, { "0XFF", 255 }, { "4K", 4096 },
		{ "2m", 2 << 20 }, { "1G", 1 << 30 }, { "1T", 1ULL << 40 },
		{ "0x10K", 16384 }, { "18446744073709551615", UINT64_MAX },
	};
	char said[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		assert_int_equal(in_child(read_number, &numbers[i], said),
				 CLEAN);
}

static void what_is_no_number_is_told(void **state)
{
	static const struct number numbers[] = {
		{ "", 0 }, { "-1", 0 }, { " 1", 0 }, { "1 ", 0 }, { "K", 0 },
		{ "1KB", 0 }, { "1X", 0 }, { "0x", 0 }, { "one", 0 },
		{ "18446744073709551616", 0 }, { "16777216T", 0 },
	};
	char said[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_int_equal(in_child(read_number, &numbers[i], said),
				 CLI_USAGE);
		assert_non_null(strstr(said, "pintest try: --size '"));
		assert_non_null(strstr(said, "See 'pintest try --help'."));
	}
}

static void read_flags(const void *text)
{
	if (cli_mask(&command, "flags", PINTEST_NAMES_FOLL, text) !=
	    (PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM))
		_exit(CLEAN + 1);
}

static void names_are_read_or_told(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_flags, "write,longterm", said), CLEAN);
	assert_int_equal(in_child(read_flags, "write,shortterm,x", said),
			 CLI_USAGE);
	assert_non_null(strstr(said, "does not know 'shortterm'"));
	assert_non_null(strstr(said, "nofault"));
}

static void read_rounds(const void *text)
{
	cli_number_in(&command, "rounds", text, 1, UINT32_MAX);
}

static void numbers_have_bounds(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_rounds, "1", said), CLEAN);
	assert_int_equal(in_child(read_rounds, "4294967295", said), CLEAN);
	assert_int_equal(in_child(read_rounds, "0", said), CLI_USAGE);
	assert_int_equal(in_child(read_rounds, "4294967296", said), CLI_USAGE);
	assert_non_null(strstr(said, "--rounds takes 1 to 4294967295"));
}

static void read_ways(const void *text)
{
	if (cli_ways(&command, text) != (1 << PINTEST_API_PIN |
					 1 << PINTEST_API_PIN_FAST))
		_exit(CLEAN + 1);
}

static void ways_are_read_or_told(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_ways, "slow,fast", said), CLEAN);
	assert_int_equal(in_child(read_ways, "", said), CLI_USAGE);
	assert_int_equal(in_child(read_ways, "slow,,fast", said), CLI_USAGE);
	assert_int_equal(in_child(read_ways, "slow,quick", said), CLI_USAGE);
	assert_non_null(strstr(said, "--ways does not know 'quick'"));
}

static void read_call(const void *text)
{
	uint32_t api = 0, foll = 0;

	cli_call(&command, "call", text, &api, &foll);
	if (api != PINTEST_API_PIN_FAST ||
	    foll != (PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM))
		_exit(CLEAN + 1);
}

static void calls_are_read_or_told(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_call,
				  "pin_user_pages_fast(FOLL_WRITE|FOLL_LONGTERM)",
				  said), CLEAN);
	assert_int_equal(in_child(read_call, "fast(longterm,write)", said),
			 CLEAN);
	assert_int_equal(in_child(read_call, "fast()", said), CLEAN + 1);
	assert_int_equal(in_child(read_call, "fast(FOLL_WRITTEN)", said),
			 CLI_USAGE);
	assert_int_equal(in_child(read_call, "quick(FOLL_WRITE)", said),
			 CLI_USAGE);
	assert_int_equal(in_child(read_call, "", said), CLI_USAGE);
	assert_int_equal(in_child(read_call, ")", said), CLI_USAGE);
	assert_int_equal(in_child(read_call, "(", said), CLI_USAGE);
}

static void what_was_meant_is_asked(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_flags, "write,longtrem", said),
			 CLI_USAGE);
	assert_non_null(strstr(said, "(did you mean 'longterm'?)"));
	assert_int_equal(in_child(read_ways, "pin_user_page_fast", said),
			 CLI_USAGE);
	assert_non_null(strstr(said,
			       "(did you mean 'pin_user_pages_fast()'?)"));
	assert_int_equal(in_child(read_ways, "quick", said), CLI_USAGE);
	assert_null(strstr(said, "did you mean"));
}

struct wish {
	bool one;
	bool other;
};

static void exclude(const void *arg)
{
	const struct wish *wish = arg;

	cli_exclude(&command, wish->one, "one", wish->other, "other");
}

static void options_exclude_each_other(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(in_child(exclude, &(struct wish) { 1, 0 }, said),
			 CLEAN);
	assert_int_equal(in_child(exclude, &(struct wish) { 1, 1 }, said),
			 CLI_USAGE);
	assert_non_null(strstr(said, "--one and --other exclude each other"));
}

/* A command line, and what is read of it. */
struct line {
	const char *args[MAX_ARGS];
	const char *read;
};

static void read_line(const void *arg)
{
	const struct line *line = arg;
	char args[MAX_ARGS][32], *argv[MAX_ARGS + 1], said[64] = "";
	int argc, key;

	for (argc = 0; line->args[argc]; argc++)
		argv[argc] = strcpy(args[argc], line->args[argc]);
	argv[argc] = NULL;
	while ((key = cli_getopt(&command, argc, argv)) >= 0)
		snprintf(said + strlen(said), sizeof(said) - strlen(said),
			 "%d%s ", key, optarg ? optarg : "");
	if (strcmp(said, line->read))
		_exit(CLEAN + 1);
	cli_no_operands(&command, argc, argv);
}

static void options_are_read(void **state)
{
	static const struct line lines[] = {
		{ { "try" }, "" },
		{ { "try", "-s", "4", "-q" }, "1154 113 " },
		{ { "try", "--size=4", "--quiet", "--long" }, "1154 113 256 " },
		{ { "try", "-qs4" }, "113 1154 " },
	};
	char said[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(in_child(read_line, &lines[i], said), CLEAN);
}

static void wrong_options_are_told(void **state)
{
	static const struct line lines[] = {
		{ { "try", "--size" }, "" },
		{ { "try", "-x" }, "" },
		{ { "try", "--sizes", "4" }, "" },
		{ { "try", "--quiet=1" }, "" },
	};
	char said[512];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(in_child(read_line, &lines[i], said),
				 CLI_USAGE);
		assert_ptr_equal(strstr(said, "pintest try: "), said);
		assert_non_null(strstr(said, "See 'pintest try --help'."));
	}
}

static void operands_are_told(void **state)
{
	static const struct line line = {
		{ "try", "extra", "-q" }, "113 "
	};
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_line, &line, said), CLI_USAGE);
	assert_non_null(strstr(said, "'extra'"));
}

static void help_tells_the_options(void **state)
{
	static const struct line line = { { "try", "--help" }, "" };
	char said[512];

	(void)state;
	assert_int_equal(in_child(read_line, &line, said), CLI_PASSED);
	assert_string_equal(said,
		"Usage: pintest try [OPTION]...\n"
		"\n"
		"About.\n"
		"\n"
		"Options:\n"
		"  -s, --size N            a size\n"
		"      --long              no short name\n"
		"  -q, --quiet             two\n"
		"                          lines\n"
		"  -h, --help              this help\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read),
		cmocka_unit_test(what_is_no_number_is_told),
		cmocka_unit_test(names_are_read_or_told),
		cmocka_unit_test(numbers_have_bounds),
		cmocka_unit_test(ways_are_read_or_told),
		cmocka_unit_test(calls_are_read_or_told),
		cmocka_unit_test(what_was_meant_is_asked),
		cmocka_unit_test(options_exclude_each_other),
		cmocka_unit_test(options_are_read),
		cmocka_unit_test(wrong_options_are_told),
		cmocka_unit_test(operands_are_told),
		cmocka_unit_test(help_tells_the_options),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
