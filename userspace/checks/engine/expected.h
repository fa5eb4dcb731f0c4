/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is expected of a kernel: files of lines `GLOB VERDICT REASON`, of which the
 * first that matches the id of a check counts. A check that none matches has to
 * pass. A line `include FILE` stands for the lines of FILE, which lies beside it.
 */
#ifndef PINTEST_EXPECTED_H
#define PINTEST_EXPECTED_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "plan.h"

/** struct expected - what is expected of a kernel, in @count lines */
struct expected {
	struct expected_line *lines;
	size_t count;
};

/**
 * expected_read() - add the lines of a file
 * @expected: takes them; to be given to expected_free() whatever the outcome
 * @path: the file
 * @why: what is wrong with it
 *
 * Return: 0 or -errno.
 */
int expected_read(struct expected *expected, const char *path,
		  struct reason *why);

/** expected_free() - free the lines */
void expected_free(struct expected *expected);

/** expected_find() - the line that counts for the id of a check, or -1 */
ssize_t expected_find(const struct expected *expected, const char *id);

/** expected_skips() - whether a line, or -1, says that a check is skipped */
bool expected_skips(const struct expected *expected, ssize_t line);

#endif /* PINTEST_EXPECTED_H */
