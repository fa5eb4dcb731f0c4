/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine: runs a plan, scenario after scenario.
 */
#ifndef PINTEST_ENGINE_H
#define PINTEST_ENGINE_H

#include "known.h"
#include "plan.h"

/**
 * struct result - how a check ended
 *
 * @check: the check
 * @scenario: its scenario
 * @judgement: the verdict with its reason
 * @known: the known behaviour that explains it, or NULL
 * @seen: what was seen
 * @ms: milliseconds that its scenario took, with what was prepared for it; of
 *	checks that share one the first has them, and the others have 0
 * @recalled: an earlier part of the run has it, with its evidence
 */
struct result {
	const struct check *check;
	const struct scenario *scenario;
	struct judgement judgement;
	const struct known *known;
	const struct observations *seen;
	uint64_t ms;
	bool recalled;
};

/**
 * struct run - a plan that was run
 *
 * @plan: the plan
 * @results: one for each check of the plan, in its order
 * @result_count: how many there are already
 * @seen: one for each scenario of the plan
 * @unrestored: settings of the machine could not be put back
 */
struct run {
	const struct plan *plan;
	struct result *results;
	size_t result_count;
	struct observations *seen;
	bool unrestored;
};

/**
 * struct engine - how to run a plan
 *
 * @pt: the device
 * @known: turn failures that are known behaviours into VERDICT_XFAIL
 * @deadline_ms: how long a scenario may take; a hang guard. MEMORY_LONG ones
 *	get ten times as much
 * @recall: whether the result of a check is there before its scenario runs,
 *	which it fills in but for @check, @scenario and @seen; or NULL. A
 *	scenario of which all results are there is not run
 * @begin: called before each scenario that is run, or NULL; a negative errno
 *	ends the run
 * @result: called with each result, in the order of the plan, or NULL; a
 *	negative errno ends the run
 * @data: passed to them
 */
struct engine {
	struct pintest *pt;
	bool known;
	int deadline_ms;
	bool (*recall)(void *data, const struct check *check,
		       struct result *result);
	int (*begin)(void *data, const struct run *run,
		     const struct scenario *scenario);
	int (*result)(void *data, const struct run *run,
		      const struct result *result);
	void *data;
};

/**
 * engine_hold_signals() - let signals that end a run wait for it
 *
 * For a caller whose output has to be whole, whatever comes before the run.
 */
void engine_hold_signals(void);

/**
 * engine_run() - run a plan
 * @engine: how
 * @plan: the plan, which must outlive the run
 * @run: the run, to be given to run_free() whatever the outcome
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT end it early: settings are put back,
 * and it returns the number of the signal.
 *
 * Return: 0; a signal; or -errno if nothing could be run.
 */
int engine_run(const struct engine *engine, const struct plan *plan,
	       struct run *run);

/** run_free() - free what a run holds */
void run_free(struct run *run);

#endif /* PINTEST_ENGINE_H */
