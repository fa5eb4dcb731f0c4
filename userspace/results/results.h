/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports of a run.
 */
#ifndef PINTEST_RESULTS_H
#define PINTEST_RESULTS_H

#include <stdio.h>

#include "report.h"

/**
 * report_evidence() - all that was seen in the scenario of a result
 * @out: where to write it to
 * @prefix: begins each line
 * @result: the result
 */
void report_evidence(FILE *out, const char *prefix,
		     const struct result *result);

/**
 * report_matrix() - verdicts of kinds and accesses by ways, then of others
 * @out: where to write it to
 * @run: the run
 * @all: every row; else of a large run only kinds of memory with failures
 */
int report_matrix(FILE *out, const struct run *run, bool all);

/** report_summary() - what to know of a run first, on a screen or two */
void report_summary(FILE *out, const struct report *report);

/** report_checks() - every check, with its evidence */
void report_checks(FILE *out, const struct run *run);

/** report_totals() - how many checks ended how */
void report_totals(FILE *out, const struct run *run);

/** ktap_begin() - head and plan, in the Kernel Test Anything Protocol */
void ktap_begin(FILE *out, const struct plan *plan);

/**
 * ktap_result() - one result, in the Kernel Test Anything Protocol
 * @out: where to write it to
 * @number: of the result, from 1 on
 * @result: the result
 * @verbose: with evidence
 */
void ktap_result(FILE *out, size_t number, const struct result *result,
		 bool verbose);

#endif /* PINTEST_RESULTS_H */
