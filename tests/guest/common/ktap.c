// SPDX-License-Identifier: GPL-2.0-only
/*
 * The harness. Everything is written at once, line by line, since processes of
 * a test write to the same stdout as their ancestors.
 */
#include <fnmatch.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ktap.h"

/* A guard against hangs, on the slowest machine; nothing else is timed. */
#define DEADLINE_MS (900 * 1000)

struct test {
	char name[120];
	void (*run)(const void *arg);
	const void *arg;
};

static struct test *tests;
static size_t nr_tests;

/* Why a test was skipped; shared with its processes. */
static char *skip_reason;
#define SKIP_REASON_SIZE 256

void ktap_add(void (*run)(const void *arg), const void *arg,
	      const char *format, ...)
{
	struct test *test;
	va_list ap;

	tests = realloc(tests, (nr_tests + 1) * sizeof(*tests));
	if (!tests)
		abort();
	test = &tests[nr_tests++];
	test->run = run;
	test->arg = arg;
	va_start(ap, format);
	vsnprintf(test->name, sizeof(test->name), format, ap);
	va_end(ap);
}

/* What ktap_about() said. */
static char about[160];

static void note(const char *format, va_list ap)
{
	char text[400];

	vsnprintf(text, sizeof(text), format, ap);
	dprintf(STDOUT_FILENO, "# %s\n", text);
}

void ktap_note(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	note(format, ap);
	va_end(ap);
}

void ktap_about(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(about, sizeof(about), format, ap);
	va_end(ap);
}

void ktap_fail(const char *file, int line, const char *format, ...)
{
	const char *name = strrchr(file, '/');
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (about[0])
		ktap_note("%s:", about);
	ktap_note("%s:%d: %s", name ? name + 1 : file, line, text);
	_exit(KTAP_FAIL);
}

static const char *error_of(long long value, char *text, size_t size)
{
	text[0] = '\0';
	if (value < 0 && value > -4096)
		snprintf(text, size, " (%s)", strerror(-value));
	return text;
}

void ktap_fail_unequal(const char *file, int line, const char *what,
		       long long is, long long wanted)
{
	char is_error[64], wanted_error[64];

	ktap_fail(file, line, "%s is %lld%s, not %lld%s", what, is,
		  error_of(is, is_error, sizeof(is_error)), wanted,
		  error_of(wanted, wanted_error, sizeof(wanted_error)));
}

void ktap_skip(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(skip_reason, SKIP_REASON_SIZE, format, ap);
	va_end(ap);
	_exit(KTAP_SKIP);
}

static pid_t start(const struct test *test)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	test->run(test->arg);
	_exit(KTAP_PASS);
}

static bool ends_in_time(pid_t pid)
{
	struct pollfd pfd = {
		.fd = syscall(SYS_pidfd_open, pid, 0),
		.events = POLLIN,
	};
	int ready;

	if (pfd.fd < 0)
		return false;
	do
		ready = poll(&pfd, 1, DEADLINE_MS);
	while (ready < 0 && errno == EINTR);
	close(pfd.fd);
	return ready == 1;
}

/* Nothing that the test started may outlive it: we reap its orphans, too. */
static int finish(pid_t pid)
{
	int status, result;

	if (!ends_in_time(pid)) {
		ktap_note("no end in sight after %d ms", DEADLINE_MS);
		kill(pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status))
		ktap_note("ended by signal %d", WTERMSIG(status));
	result = WIFEXITED(status) ? WEXITSTATUS(status) : KTAP_FAIL;
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	return result;
}

static int run_one(const struct test *test, const struct ktap_suite *suite)
{
	const char *complaint;
	pid_t pid;
	int result;

	suite->begin();
	pid = start(test);
	if (pid < 0) {
		ktap_note("cannot fork: %s", strerror(errno));
		return KTAP_FAIL;
	}
	setpgid(pid, pid);
	result = finish(pid);
	complaint = suite->end();
	if (complaint) {
		ktap_note("%s", complaint);
		result = KTAP_FAIL;
	}
	return result;
}

static bool chosen(const struct test *test, char **patterns)
{
	if (!*patterns)
		return true;
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, test->name, 0))
			return true;
	return false;
}

static void print_result(size_t number, const char *name, int result)
{
	switch (result) {
	case KTAP_PASS:
		dprintf(STDOUT_FILENO, "ok %zu %s\n", number, name);
		break;
	case KTAP_SKIP:
		dprintf(STDOUT_FILENO, "ok %zu %s # SKIP %s\n", number, name,
			skip_reason);
		break;
	default:
		dprintf(STDOUT_FILENO, "not ok %zu %s\n", number, name);
	}
}

static int run_chosen(char **patterns, const struct ktap_suite *suite)
{
	size_t i, number = 0, passed = 0, failed = 0;
	int result;

	for (i = 0; i < nr_tests; i++)
		number += chosen(&tests[i], patterns);
	dprintf(STDOUT_FILENO, "KTAP version 1\n1..%zu\n", number);
	number = 0;
	for (i = 0; i < nr_tests; i++) {
		if (!chosen(&tests[i], patterns))
			continue;
		result = run_one(&tests[i], suite);
		print_result(++number, tests[i].name, result);
		passed += result == KTAP_PASS;
		failed += result != KTAP_PASS && result != KTAP_SKIP;
	}
	ktap_note("%zu passed, %zu failed, %zu skipped", passed, failed,
		  number - passed - failed);
	if (!number)
		return KTAP_USAGE;
	if (failed)
		return KTAP_FAIL;
	return passed ? KTAP_PASS : KTAP_SKIP;
}

int ktap_main(int argc, char **argv, const struct ktap_suite *suite)
{
	const char *why_not;

	skip_reason = mmap(NULL, SKIP_REASON_SIZE, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (skip_reason == MAP_FAILED || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		perror(argv[0]);
		return KTAP_FAIL;
	}
	why_not = suite->prepare();
	if (why_not) {
		dprintf(STDOUT_FILENO, "KTAP version 1\nBail out! %s\n",
			why_not);
		return KTAP_FAIL;
	}
	return run_chosen(argv + (argc > 0), suite);
}
