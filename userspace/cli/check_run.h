/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running the checks of a plan, with its outputs.
 */
#ifndef PINTEST_CLI_CHECK_RUN_H
#define PINTEST_CLI_CHECK_RUN_H

#include "results/output.h"
#include "results/resume.h"

/**
 * struct check_run - how a plan is run
 *
 * @outputs: where the results go
 * @report: what the outputs tell of; check_run() fills in what it knows
 * @known: failures that are known behaviours are VERDICT_XFAIL
 * @resume_path: the record of the run that is continued, or NULL
 * @resume: what it says
 */
struct check_run {
	struct outputs outputs;
	struct report report;
	bool known;
	const char *resume_path;
	struct resume *resume;
};

/** check_run() - run the plan; returns an &enum cli_exit */
int check_run(struct check_run *check, const struct plan *plan,
	      struct pintest *pt);

#endif /* PINTEST_CLI_CHECK_RUN_H */
