// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running the checks of a plan: the engine runs them, and each output hears of
 * what happens as it happens.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "check_run.h"
#include "console/cli.h"
#include "machine/settings.h"

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	60000

/* A run that is going on; @why tells which output could not be written. */
struct going {
	struct check_run *check;
	const struct plan *plan;
	struct run run;
	struct reason why;
	int unwritten;
};

static int begin_scenario(void *data, const struct run *run,
			  const struct scenario *scenario)
{
	struct going *going = data;
	char name[CHECK_ID_LENGTH];

	cli_progress("[%zu/%zu] %s", run->result_count,
		     run->plan->check_count, scenario_name(scenario, name));
	going->unwritten = outputs_scenario(&going->check->outputs, scenario,
					    &going->why);
	return going->unwritten;
}

static int add_result(void *data, const struct run *run,
		      const struct result *result)
{
	struct going *going = data;

	(void)run;
	going->unwritten = outputs_result(&going->check->outputs,
					  &going->check->report, result,
					  &going->why);
	return going->unwritten;
}

static bool recall(void *data, const struct check *check,
		   struct result *result)
{
	struct going *going = data;

	return resume_recall(going->check->resume, going->plan, check, result);
}

/* A failure says more than what could not be judged. */
static int exit_code(const struct run *run)
{
	static const enum cli_exit codes[] = {
		[OUTCOME_PASSED] = CLI_PASSED,
		[OUTCOME_FAILED] = CLI_FAILED,
		[OUTCOME_KNOWN] = CLI_PASSED,
		[OUTCOME_ERROR] = CLI_BROKEN,
		[OUTCOME_SKIPPED] = CLI_SKIPPED,
	};
	enum verdict worst = run->unrestored ? VERDICT_BROKEN : VERDICT_SKIP;
	size_t i;

	for (i = 0; i < run->result_count; i++)
		worst = verdict_worse(worst,
				      run->results[i].judgement.verdict);
	return codes[verdict_outcome(worst)];
}

/* Before anything runs: whether it can be told of, and continued. */
static int begin(struct going *going, struct pintest *pt)
{
	struct check_run *check = going->check;
	off_t length = 0;
	int ret = 0;

	going->run.plan = going->plan;
	check->report.run = &going->run;
	report_begin(&check->report, pt);
	if (check->resume) {
		length = resume_length(check->resume);
		ret = resume_fits(check->resume, &check->report, &going->why);
	}
	if (!ret)
		ret = outputs_open(&check->outputs, check->resume_path, length,
				   &going->why);
	if (!ret)
		ret = outputs_begin(&check->outputs, &check->report,
				    &going->why);
	if (ret)
		warnx("%s", going->why.text);
	return ret;
}

static int run_engine(struct going *going, struct pintest *pt)
{
	struct engine engine = {
		.pt = pt,
		.known = going->check->known,
		.deadline_ms = DEADLINE_MS,
		.recall = going->check->resume ? recall : NULL,
		.begin = begin_scenario,
		.result = add_result,
		.data = going,
	};
	int ret = engine_run(&engine, going->plan, &going->run);

	cli_end_progress();
	return ret;
}

/* What the outputs say of a run that ended early. */
static void note_ending(struct going *going, int ret)
{
	struct report *report = &going->check->report;

	if (going->unwritten)
		report->ended = going->why.text;
	else if (ret < 0)
		report->ended = settings_error(ret);
	else if (ret > 0)
		report->ended = strsignal(ret);
	report->signal = ret > 0 ? ret : 0;
}

static void tell_unwritten(const struct going *going)
{
	const char *record = outputs_record(&going->check->outputs);

	if (record)
		warnx("%s; go on with: pintest check --resume %s",
		      going->why.text, record);
	else
		warnx("%s", going->why.text);
}

/* Ends the program if a signal ended the run. */
static int tell_ending(struct going *going, int ret)
{
	if (going->unwritten) {
		tell_unwritten(going);
		return CLI_BROKEN;
	}
	if (ret > 0) {
		warnx("ended by signal %d: settings are %sas they were", ret,
		      going->run.unrestored ? "not all " : "");
		cli_end_by_signal(ret);
	}
	if (!ret)
		return exit_code(&going->run);
	warnx("cannot run checks: %s", settings_error(ret));
	return CLI_BROKEN;
}

int check_run(struct check_run *check, const struct plan *plan,
	      struct pintest *pt)
{
	struct going going = { .check = check, .plan = plan };
	struct reason why;
	int ret;

	if (begin(&going, pt))
		return CLI_BROKEN;
	ret = run_engine(&going, pt);
	note_ending(&going, ret);
	if (outputs_end(&check->outputs, &check->report, &why) &&
	    !going.unwritten) {
		going.unwritten = -EIO;
		going.why = why;
	}
	ret = tell_ending(&going, ret);
	resume_free(check->resume);
	run_free(&going.run);
	return ret;
}
