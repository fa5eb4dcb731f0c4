/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports of a comparison.
 */
#ifndef PINTEST_COMPARE_REPORT_H
#define PINTEST_COMPARE_REPORT_H

#include <stdio.h>

#include "causes.h"
#include "comparison.h"
#include "jobs.h"

/**
 * struct compare_report - what a report is made from
 *
 * @cmp: the comparison
 * @causes: its causes
 * @jobs: the job list; empty without one
 * @baseline: the first column is what all others are compared with; otherwise
 *	each is compared with the one before it
 * @verbose: name every check
 */
struct compare_report {
	const struct comparison *cmp;
	const struct causes *causes;
	const struct jobs *jobs;
	bool baseline;
	bool verbose;
};

/** compare_from() - the column with which a column is compared */
size_t compare_from(const struct compare_report *report, size_t column);

/** compare_holes() - how many records are missing or do not say all */
size_t compare_holes(const struct compare_report *report);

/** compare_text() - print it as text in 80 columns */
void compare_text(FILE *out, const struct compare_report *report);

/** compare_text_causes() - the part of it that tells why checks fail */
void compare_text_causes(FILE *out, const struct compare_report *report);

/** compare_text_changes() - the part of it that tells what changed */
void compare_text_changes(FILE *out, const struct compare_report *report);

/** compare_page() - print it as a page of HTML that needs nothing else */
void compare_page(FILE *out, const struct compare_report *report);

/** print_wrapped() - print a text in lines of 80 columns, all indented */
void print_wrapped(FILE *out, int indent, const char *text);

#endif /* PINTEST_COMPARE_REPORT_H */
