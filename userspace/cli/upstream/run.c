// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest upstream: a selftest is run as it is, and its KTAP is passed on line
 * by line, with a line of ours before each failure.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/known.h"
#include "ktap.h"
#include "upstream.h"

static void exec_test(const char *directory, const struct upstream_test *test,
		      int output)
{
	char *argv[UPSTREAM_ARGS + 1] = { (char *)test->name };
	int input = open("/dev/null", O_RDONLY);
	size_t i;

	for (i = 0; test->args[i]; i++)
		argv[i + 1] = (char *)test->args[i];
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (input >= 0 && !chdir(directory) &&
	    dup2(input, STDIN_FILENO) >= 0 &&
	    dup2(output, STDOUT_FILENO) >= 0)
		execv(test->name, argv);
	warn("cannot run %s/%s", directory, test->name);
	_exit(EXIT_FAILURE);
}

static pid_t start(const char *directory, const struct upstream_test *test,
		   FILE **output)
{
	int ends[2];
	pid_t pid;

	/* The child must not have what is not written yet. */
	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = fork();
	if (!pid)
		exec_test(directory, test, ends[1]);
	close(ends[1]);
	if (pid < 0)
		close(ends[0]);
	else
		*output = fdopen(ends[0], "r");
	return pid;
}

static void print_heading(const struct upstream_test *test)
{
	size_t i;

	printf("# pintest upstream: %s", test->name);
	for (i = 0; test->args[i]; i++)
		printf(" %s", test->args[i]);
	putchar('\n');
}

static void explain(const char *name, struct upstream_totals *totals)
{
	const struct known *known = known_find_case(name);
	struct reason text;
	size_t count;

	totals->failed++;
	if (!known) {
		puts("# no known behaviour of kernels explains this");
		return;
	}
	known_text(known, &text);
	printf("# known behaviour %s: %s\n", known->id, text.text);
	totals->known[known - known_behaviours(&count)]++;
}

static void pass_on(FILE *output, struct ktap_reader *reader,
		    struct upstream_totals *totals)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, output) >= 0) {
		switch (ktap_read(reader, line)) {
		case KTAP_FAILED:
			explain(reader->name, totals);
			break;
		case KTAP_PASSED:
			totals->passed++;
			break;
		case KTAP_SKIPPED:
			totals->skipped++;
			break;
		case KTAP_OTHER:
			break;
		}
		fputs(line, stdout);
		fflush(stdout);
	}
	free(line);
}

/* A selftest that dies half-way must not look like one that passed. */
static void conclude(const struct upstream_test *test, int status,
		     const struct ktap_reader *reader,
		     struct upstream_totals *totals)
{
	if (WIFSIGNALED(status))
		warnx("%s was ended by signal %d", test->name,
		      WTERMSIG(status));
	else if (!reader->seen || reader->seen != reader->planned)
		warnx("%s ended after %u of %u cases", test->name,
		      reader->seen, reader->planned);
	else
		return;
	totals->broken++;
}

void upstream_run(const char *directory, const struct upstream_test *test,
		  struct upstream_totals *totals)
{
	struct ktap_reader reader = { 0 };
	FILE *output = NULL;
	int status;
	pid_t pid;

	print_heading(test);
	pid = start(directory, test, &output);
	if (pid < 0 || !output) {
		warn("cannot run %s", test->name);
		totals->broken++;
		return;
	}
	pass_on(output, &reader, totals);
	fclose(output);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	conclude(test, status, &reader, totals);
}
