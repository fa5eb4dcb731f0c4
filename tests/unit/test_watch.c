// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watching a call: one that returns is not spoken of, one that does not is given
 * up. A call of the C library stands for that of the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/pin/watch.h"
#include "console/cli.h"

#define RETURNED	100

static void returns(void)
{
	getpid();
}

static void does_not_return(void)
{
	for (;;)
		pause();
}

/* What a child says on stderr that makes a call; returns its exit status. */
static int watch_call(void (*call)(void), char said[512])
{
	ssize_t n, length = 0;
	int status, fds[2];
	struct watch watch;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDERR_FILENO);
		close(fds[0]);
		close(fds[1]);
		watch_begin(&watch, 1);
		call();
		watch_end(&watch);
		_exit(RETURNED);
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

static void calls_that_return_are_not_spoken_of(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(watch_call(returns, said), RETURNED);
	assert_string_equal(said, "");
}

static void calls_that_do_not_are_given_up(void **state)
{
	char said[512];

	(void)state;
	assert_int_equal(watch_call(does_not_return, said), CLI_FAILED);
	assert_non_null(strstr(said, "has not returned"));
	assert_non_null(strstr(said, "no known behaviour fits"));
	assert_non_null(strstr(said, "giving up"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_that_return_are_not_spoken_of),
		cmocka_unit_test(calls_that_do_not_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
