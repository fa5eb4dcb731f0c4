/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the KTAP that the kernel's mm selftests print.
 */
#ifndef PINTEST_UPSTREAM_KTAP_H
#define PINTEST_UPSTREAM_KTAP_H

/**
 * enum ktap_line - what a line is
 *
 * @KTAP_OTHER: no result
 * @KTAP_PASSED: a case passed, or failed as the selftest expects
 * @KTAP_FAILED: a case failed
 * @KTAP_SKIPPED: a case was skipped
 */
enum ktap_line {
	KTAP_OTHER,
	KTAP_PASSED,
	KTAP_FAILED,
	KTAP_SKIPPED,
};

/** define KTAP_NAME - room for the name of a case */
#define KTAP_NAME	256

/**
 * struct ktap_reader - what was read so far; zeroed to begin with
 *
 * @planned: cases that are to come
 * @seen: results
 * @announced: the name of the next case, or empty
 * @name: the case of the last result: as it was announced, or else what the
 *	result says
 */
struct ktap_reader {
	unsigned int planned;
	unsigned int seen;
	char announced[KTAP_NAME];
	char name[KTAP_NAME];
};

/** ktap_read() - read a line, with or without its newline */
enum ktap_line ktap_read(struct ktap_reader *reader, const char *line);

#endif /* PINTEST_UPSTREAM_KTAP_H */
