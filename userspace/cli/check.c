// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest check: run checks on this kernel and tell how they ended.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "driver.h"
#include "kinds.h"
#include "results/json.h"
#include "commands.h"
#include "results/results.h"
#include "machine/settings.h"

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	60000

enum format {
	FORMAT_TEXT,
	FORMAT_KTAP,
	FORMAT_JSON,
};

/* The command line. */
struct check_options {
	struct cli_globs globs;
	struct plan_choice choice;
	struct cover_options cover;
	struct driver_options driver;
	struct plan_pin pins[DRIVER_ASKS_MAX];
	enum format format;
	bool known;
	bool verbose;
};

enum {
	OPTION_KNOWN = 256,
	OPTION_KTAP,
	OPTION_LONG,
};

static const struct cli_option check_options[] = {
	{ "filter", 'f', "GLOB", "only checks whose id matches; may be repeated" },
	{ "ways", 'w', "LIST", "only these kernel calls, such as slow,fast" },
	DRIVER_OPTIONS,
	{ "long", OPTION_LONG, NULL, "also memory of very large pages, which takes time" },
	{ "cover", OPTION_COVER, "pairs[:I/N]", COVER_HELP },
	{ "expected", OPTION_EXPECTED, "FILE", EXPECTED_HELP },
	{ "lacks", OPTION_LACKS, "I:FILE", LACKS_HELP },
	{ "known", OPTION_KNOWN, NULL, "failures that are known behaviours are XFAIL" },
	{ "verbose", 'v', NULL, "print the evidence: all that was read, all records" },
	{ "ktap", OPTION_KTAP, NULL, "print KTAP" },
	{ "json", 'J', NULL, "print JSON, evidence included" },
	{ 0 },
};

static void show_progress(void *data, const struct run *run,
			  const struct scenario *scenario)
{
	size_t done = run->result_count, all = run->plan->check_count;

	(void)data;
	if (scenario->story)
		cli_progress("[%zu/%zu] %s", done, all, scenario->story->id);
	else
		cli_progress("[%zu/%zu] %s %s.%s.%s", done, all,
			     scenario->access->id, scenario->way->id,
			     scenario->memory->id, scenario->event->id);
}

static void print_ktap(void *data, const struct run *run,
		       const struct result *result)
{
	const struct check_options *options = data;

	ktap_result(stdout, run->result_count, result, options->verbose);
}

static void print_text(const struct check_options *options,
		       const struct run *run)
{
	if (report_matrix(stdout, run))
		warnx("no memory left for the table");
	fputc('\n', stdout);
	report_reasons(stdout, run, options->verbose);
	report_totals(stdout, run);
}

static void print_run(const struct check_options *options,
		      const struct run *run)
{
	switch (options->format) {
	case FORMAT_TEXT:
		print_text(options, run);
		break;
	case FORMAT_JSON:
		check_json_print(run);
		break;
	case FORMAT_KTAP:
		if (run->result_count < run->plan->check_count)
			puts("Bail out! The run was ended early.");
		break;
	}
}

/* A failure says more than what could not be judged. */
static int exit_code(const struct run *run)
{
	static const enum cli_exit codes[VERDICT_COUNT] = {
		[VERDICT_PASS] = CLI_PASSED,
		[VERDICT_FAIL] = CLI_FAILED,
		[VERDICT_BROKEN] = CLI_BROKEN,
		[VERDICT_SKIP] = CLI_SKIPPED,
		[VERDICT_XFAIL] = CLI_PASSED,
		[VERDICT_DETACHED] = CLI_PASSED,
		[VERDICT_REFUSED] = CLI_PASSED,
		[VERDICT_LIMIT] = CLI_PASSED,
	};
	enum verdict worst = run->unrestored ? VERDICT_BROKEN : VERDICT_SKIP;
	size_t i;

	for (i = 0; i < run->result_count; i++)
		worst = verdict_worse(worst,
				      run->results[i].judgement.verdict);
	return codes[worst];
}

static int run_plan(const struct check_options *options,
		    const struct plan *plan, struct pintest *pt)
{
	struct engine engine = {
		.pt = pt,
		.known = options->known,
		.deadline_ms = DEADLINE_MS,
		.begin = show_progress,
		.result = options->format == FORMAT_KTAP ? print_ktap : NULL,
		.data = (void *)options,
	};
	struct run run;
	int ret;

	if (options->format == FORMAT_KTAP)
		ktap_begin(stdout, plan);
	ret = engine_run(&engine, plan, &run);
	cli_end_progress();
	if (ret >= 0 || run.result_count || options->format == FORMAT_KTAP)
		print_run(options, &run);
	if (ret > 0) {
		warnx("ended by signal %d: settings are %sas they were", ret,
		      run.unrestored ? "not all " : "");
		cli_end_by_signal(ret);
	}
	if (ret)
		warnx("cannot run checks: %s", settings_error(ret));
	else
		ret = exit_code(&run);
	run_free(&run);
	return ret < 0 ? CLI_BROKEN : ret;
}

static struct plan *make_plan(const struct plan_choice *choice)
{
	struct plan *plan = plan_new(choice);

	if (!plan)
		errx(CLI_BROKEN, "no memory left for the checks");
	return plan;
}

static bool matches_nothing(const struct plan_choice *choice)
{
	struct plan *plan = make_plan(choice);
	bool nothing = !plan->check_count;

	plan_free(plan);
	return nothing;
}

/* Which of the options is to blame. */
static void tell_no_match(struct plan_choice choice)
{
	const char *glob = choice.globs[0], *with = "";
	struct plan_choice any = choice;
	char meant[NEAREST_TEXT];

	any.way_mask = ~0ULL;
	any.pin_count = 0;
	choice.longer = true;
	if (!matches_nothing(&any))
		with = choice.pin_count ? " of this --driver" :
					  " in these --ways";
	else if (!matches_nothing(&choice))
		with = " without --long";
	else
		with = check_nearest(glob, meant);
	cli_usage(&command_check,
		  "--filter '%s' matches no check%s: see 'pintest list'", glob,
		  with);
}

/* A misspelt filter must not look like a pass. */
static void check_globs(const struct check_options *options,
			const struct plan *plan)
{
	struct plan_choice choice = options->choice;
	size_t i;

	for (i = 0; i < choice.glob_count; i++) {
		if (plan->matched[i])
			continue;
		choice.globs = &options->choice.globs[i];
		choice.glob_count = 1;
		tell_no_match(choice);
	}
}

static void choose_format(struct check_options *options, enum format format)
{
	if (options->format != FORMAT_TEXT && options->format != format)
		cli_usage(&command_check,
			  "--ktap and --json exclude each other");
	options->format = format;
}

static void parse_option(struct check_options *options, int key)
{
	switch (key) {
	case 'f':
		cli_add_glob(&command_check, &options->globs, optarg);
		break;
	case 'w':
		options->choice.way_mask = cli_ways(&command_check, optarg);
		break;
	case 'v':
		options->verbose = true;
		break;
	case 'J':
		choose_format(options, FORMAT_JSON);
		break;
	case OPTION_KTAP:
		choose_format(options, FORMAT_KTAP);
		break;
	case OPTION_KNOWN:
		options->known = true;
		break;
	case OPTION_LONG:
		options->choice.longer = true;
		break;
	}
}

static void ask_as_driver(struct check_options *options)
{
	struct driver_ask asks[DRIVER_ASKS_MAX];
	size_t i, count = driver_asks(&command_check, &options->driver, asks);

	for (i = 0; i < count; i++)
		options->pins[i] = (struct plan_pin) {
			asks[i].api, access_of(asks[i].foll) };
	options->choice.pins = options->pins;
	options->choice.pin_count = count;
}

static int run_check(int argc, char **argv)
{
	struct check_options options = { .choice.way_mask = ~0ULL };
	struct plan *plan;
	struct pintest *pt;
	int key, ret;

	while ((key = cli_getopt(&command_check, argc, argv)) >= 0)
		if (!cover_option(&command_check, &options.cover, key, optarg) &&
		    !driver_option(&command_check, &options.driver, key, optarg))
			parse_option(&options, key);
	cli_no_operands(&command_check, argc, argv);
	ask_as_driver(&options);
	options.choice.globs = options.globs.glob;
	options.choice.glob_count = options.globs.count;
	plan = make_plan(&options.choice);
	check_globs(&options, plan);
	cover_plan(&command_check, &options.cover, plan);

	if (cli_open(&pt))
		return CLI_BROKEN;
	ret = run_plan(&options, plan, pt);
	plan_free(plan);
	pintest_close(pt);
	return ret;
}

const struct command command_check = {
	.name = "check",
	.summary = "check whether pins stay reliable on this kernel",
	.about = "Pin memory of all kinds in all ways, let it be written to, and tell whether the\n"
		 "pin still sees what the process sees. The id of a check is\n"
		 "RULE.WAY.MEMORY.EVENT, or two words if it stands alone; 'pintest list' explains\n"
		 "them. 'bugs.*' are bugs that kernels in use have.\n",
	.options = check_options,
	.exits = "0   nothing failed: all passed, or were refused as they have to be, detached or\n"
		 "    limited by design; or failed as known with --known\n"
		 "1   something failed\n"
		 "2   nothing failed, but something could not be judged, or a setting of the\n"
		 "    machine could not be put back\n"
		 "4   all were skipped\n"
		 "64  the command line is wrong\n",
	.examples = "pintest check\n"
		    "pintest check --filter 'ro-longterm.*.write' --verbose\n"
		    "pintest check --filter 'bugs.*'\n"
		    "pintest check --driver vfio-type1 --read-only\n"
		    "pintest check --ways slow,fast --ktap\n"
		    "pintest check --cover pairs\n",
	.run = run_check,
};
