/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of pintest upstream: building the selftests, and running one.
 */
#ifndef PINTEST_UPSTREAM_H
#define PINTEST_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct upstream_source - what to build selftests from
 *
 * @version: of the package linux-source-VERSION, or NULL for the newest
 * @path: a kernel's source, as a directory or a tarball, or NULL
 * @keep: where to leave sources and programs, or NULL
 */
struct upstream_source {
	const char *version;
	const char *path;
	const char *keep;
};

/**
 * upstream_build() - build the selftests, or find them built
 * @source: what to build them from
 *
 * Return: the directory they are in, to be freed; NULL after telling why not
 * on stderr.
 */
char *upstream_build(const struct upstream_source *source);

/** define UPSTREAM_ARGS - room for the arguments of a selftest and a NULL */
#define UPSTREAM_ARGS	8

/**
 * struct upstream_test - a selftest
 *
 * @name: its program
 * @args: and its arguments, as the kernel's own script gives them
 */
struct upstream_test {
	const char *name;
	const char *args[UPSTREAM_ARGS];
};

struct known;

/**
 * struct upstream_totals - how cases ended
 *
 * @passed: passed, or failed as the selftest expects
 * @failed: failed
 * @skipped: skipped
 * @broken: selftests that did not come to their end, and settings of the
 *	machine that could not be put back
 * @known: how many failed by each row of known_behaviours()
 */
struct upstream_totals {
	size_t passed;
	size_t failed;
	size_t skipped;
	size_t broken;
	size_t *known;
};

/**
 * upstream_run() - run a selftest and pass on what it prints
 * @directory: where the program is, and where it runs
 * @test: the selftest
 * @totals: what came of it is added there
 *
 * A line before each failure tells the known behaviour of kernels behind it.
 */
void upstream_run(const char *directory, const struct upstream_test *test,
		  struct upstream_totals *totals);

#endif /* PINTEST_UPSTREAM_H */
