/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reports of pintest stress.
 */
#ifndef PINTEST_STRESS_REPORT_H
#define PINTEST_STRESS_REPORT_H

#include "stress/stress.h"

/**
 * struct stress_total - all rounds of a scene
 *
 * @scene: the scene
 * @rounds: how many rounds there were
 * @first_failure: the first of them in which something was wrong; 0 for none
 * @result: what came of all of them
 * @error: why there are no more; -EOPNOTSUPP if there cannot be any here
 * @why: the same in words
 */
struct stress_total {
	const struct stress_scene *scene;
	uint64_t rounds;
	uint64_t first_failure;
	struct stress_result result;
	int error;
	struct reason why;
};

/**
 * struct stress_run - a run of pintest stress
 *
 * @totals: a total for each scene
 * @count: how many there are
 * @seed: what it began with
 * @seconds: how long it took
 * @ways: what --ways was, or NULL
 * @unrestored: settings of the machine could not be put back
 */
struct stress_run {
	const struct stress_total *totals;
	size_t count;
	uint64_t seed;
	double seconds;
	const char *ways;
	bool unrestored;
};

/** stress_report() - print a table of scenes, and what was wrong */
void stress_report(const struct stress_run *run, bool json);

/** stress_report_ktap() - print KTAP, a result for each scene */
void stress_report_ktap(const struct stress_run *run);

/** stress_exit() - the &enum cli_exit of a run */
int stress_exit(const struct stress_run *run);

#endif /* PINTEST_STRESS_REPORT_H */
