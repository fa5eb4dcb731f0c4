// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest check: run checks on this kernel and tell how they ended.
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "check_run.h"
#include "commands.h"
#include "cover.h"
#include "driver.h"
#include "outside.h"
#include "kinds.h"

/* The command line. */
struct check_options {
	struct cli_globs globs;
	struct plan_choice choice;
	struct cover_options cover;
	struct driver_options driver;
	struct plan_pin pins[DRIVER_ASKS_MAX];
	struct check_run run;
	unsigned int shard;
	unsigned int shards;
	char **arguments;
	size_t argument_count;
	struct outside_options outside;
};

enum {
	OPTION_KNOWN = 256,
	OPTION_KTAP,
	OPTION_LONG,
	OPTION_EVIDENCE,
	OPTION_RESUME,
	OPTION_SHARD,
	OPTION_HOST_LABEL,
};

#define OUTPUT_HELP							\
	"write text, ktap, json, junit, kcidb, md or jsonl,\n"		\
	"which is the record of the run; may be repeated"

static const struct cli_option check_options[] = {
	{ "filter", 'f', "GLOB", "only checks whose id matches; may be repeated" },
	{ "ways", 'w', "LIST", "only these kernel calls, such as slow,fast" },
	{ "driver", OPTION_DRIVER, "NAME", DRIVER_HELP },
	{ "as", OPTION_AS, "RELEASE", AS_HELP },
	{ "read-only", OPTION_READ_ONLY, NULL, READ_ONLY_HELP },
	{ "way", OPTION_WAY, "WAY[:ARG]", WAY_HELP },
	{ "no-module", OPTION_NO_MODULE, NULL, NO_MODULE_HELP },
	{ "long", OPTION_LONG, NULL, "also memory of very large pages, which takes time" },
	{ "cover", OPTION_COVER, "pairs[:I/N]", COVER_HELP },
	{ "expected", OPTION_EXPECTED, "FILE", EXPECTED_HELP },
	{ "lacks", OPTION_LACKS, "I:FILE", LACKS_HELP },
	{ "known", OPTION_KNOWN, NULL, "failures that are known behaviours are XFAIL" },
	{ "verbose", 'v', NULL, "print the evidence: all that was read, all records" },
	{ "output", 'o', "FORMAT[:FILE]", OUTPUT_HELP },
	{ "evidence", OPTION_EVIDENCE, "WHICH", "in the record: of all, failures (the default) or none" },
	{ "resume", OPTION_RESUME, "FILE", "continue the run that this is the record of" },
	{ "shard", OPTION_SHARD, "I/N", "only part I of N, which other machines share" },
	{ "host-label", OPTION_HOST_LABEL, "TEXT", "name of this machine in the outputs" },
	{ "ktap", OPTION_KTAP, NULL, "print KTAP: --output ktap" },
	{ "json", 'J', NULL, "print JSON, evidence included: --output json" },
	{ 0 },
};

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
					  " in these ways";
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

static void add_output(struct check_options *options, const char *text)
{
	struct reason why;

	if (outputs_add(&options->run.outputs, text, &why))
		cli_usage(&command_check, "--output %s: %s", text, why.text);
}

static void choose_evidence(struct check_options *options, const char *word)
{
	static const char * const words[] = {
		[EVIDENCE_FAILURES] = "failures",
		[EVIDENCE_ALL] = "all",
		[EVIDENCE_NONE] = "none",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(word, words[i])) {
			options->run.report.evidence = i;
			return;
		}
	}
	cli_usage(&command_check,
		  "--evidence takes all, failures or none, not '%s'", word);
}

static void choose_shard(struct check_options *options, const char *text)
{
	char rest;

	if (sscanf(text, "%u/%u%c", &options->shard, &options->shards,
		   &rest) != 2 ||
	    !options->shard || options->shard > options->shards)
		cli_usage(&command_check,
			  "--shard takes I/N with I from 1 to N, not '%s'",
			  text);
	options->run.report.shard = text;
}

/* What decides which checks are run, and how: a resumed run does the same. */
static bool parse_choice(struct check_options *options, int key)
{
	switch (key) {
	case 'f':
		cli_add_glob(&command_check, &options->globs, optarg);
		break;
	case 'w':
		options->choice.way_mask = cli_ways(&command_check, optarg);
		break;
	case OPTION_KNOWN:
		options->run.known = true;
		break;
	case OPTION_LONG:
		options->choice.longer = true;
		break;
	case OPTION_EVIDENCE:
		choose_evidence(options, optarg);
		break;
	case OPTION_SHARD:
		choose_shard(options, optarg);
		break;
	case OPTION_HOST_LABEL:
		options->run.report.host = optarg;
		break;
	default:
		return cover_option(&command_check, &options->cover, key,
				    optarg) ||
		       driver_option(&command_check, &options->driver, key,
				     optarg) ||
		       outside_option(&command_check, &options->outside, key,
				      optarg);
	}
	return true;
}

static void parse_option(struct check_options *options, int key)
{
	switch (key) {
	case 'v':
		options->run.report.verbose = true;
		break;
	case 'o':
		add_output(options, optarg);
		break;
	case 'J':
		add_output(options, "json");
		break;
	case OPTION_KTAP:
		add_output(options, "ktap");
		break;
	case OPTION_RESUME:
		options->run.resume_path = optarg;
		break;
	}
}

/* Keep an option for the record, as "--name=value". */
static void note_argument(struct check_options *options, int key)
{
	const struct cli_option *option = check_options;
	char *text;

	while (option->key != key)
		option++;
	options->arguments = reallocarray(options->arguments,
					  options->argument_count + 1,
					  sizeof(*options->arguments));
	if (!options->arguments ||
	    asprintf(&text, "--%s%s%s", option->name, option->arg ? "=" : "",
		     option->arg ? optarg : "") < 0)
		errx(CLI_BROKEN, "no memory left for the options");
	options->arguments[options->argument_count++] = text;
}

static void free_arguments(struct check_options *options)
{
	while (options->argument_count)
		free(options->arguments[--options->argument_count]);
	free(options->arguments);
}

static void parse_options(struct check_options *options, int argc, char **argv)
{
	int key;

	while ((key = cli_getopt(&command_check, argc, argv)) >= 0) {
		if (parse_choice(options, key))
			note_argument(options, key);
		else
			parse_option(options, key);
	}
	cli_no_operands(&command_check, argc, argv);
}

/* The options of the run that is continued. */
static void parse_recorded(struct check_options *options)
{
	struct resume *resume = options->run.resume;
	char *argv[RESUME_ARGUMENTS_MAX + 2] = { (char *)"check" };
	int argc = 1;

	while ((argv[argc] = resume_argument(resume, argc - 1)))
		argc++;
	optind = 0;
	parse_options(options, argc, argv);
}

static void resume_record(struct check_options *options)
{
	const char *path = options->run.resume_path;
	struct reason why;
	char *output;

	if (options->argument_count)
		cli_usage(&command_check,
			  "%s: --resume takes this from the record",
			  options->arguments[0]);
	options->run.resume = resume_read(path, &why);
	if (!options->run.resume)
		errx(CLI_BROKEN, "%s", why.text);
	parse_recorded(options);
	if (asprintf(&output, "jsonl:%s", path) < 0)
		errx(CLI_BROKEN, "no memory left for the options");
	add_output(options, output);
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

static struct plan *plan_of(struct check_options *options)
{
	struct plan *plan;

	ask_as_driver(options);
	options->choice.globs = options->globs.glob;
	options->choice.glob_count = options->globs.count;
	cli_exclude(&command_check, options->choice.pin_count, "driver",
		    options->outside.mask, "way");
	outside_choose(&command_check, &options->outside, &options->choice);
	plan = make_plan(&options->choice);
	outside_tell(plan);
	check_globs(options, plan);
	cover_plan(&command_check, &options->cover, plan);
	if (options->shards)
		plan_shard(plan, options->shard - 1, options->shards);
	return plan;
}

static int run_check(int argc, char **argv)
{
	struct check_options options = { .choice.way_mask = ~0ULL };
	struct report *report = &options.run.report;
	struct plan *plan;
	struct pintest *pt = NULL;
	int ret;

	parse_options(&options, argc, argv);
	engine_hold_signals();
	if (options.run.resume_path)
		resume_record(&options);
	plan = plan_of(&options);
	if (!options.outside.no_module && cli_open(&pt))
		return CLI_BROKEN;
	report->arguments = (const char *const *)options.arguments;
	report->argument_count = options.argument_count;
	report->globs = options.globs.glob;
	report->glob_count = options.globs.count;
	ret = outside_try(&options.outside);
	if (!ret)
		ret = check_run(&options.run, plan, pt);
	plan_free(plan);
	pintest_close(pt);
	free_arguments(&options);
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
		 "1   something failed, or took the machine down\n"
		 "2   nothing failed, but something could not be judged, a setting of the machine\n"
		 "    could not be put back, or an output could not be written\n"
		 "4   all were skipped\n"
		 "64  the command line is wrong\n"
		 "130 and 143: ended early by Ctrl-C or SIGTERM; what was found is printed\n",
	.examples = "pintest check\n"
		    "pintest check --filter 'ro-longterm.*.write' --verbose\n"
		    "pintest check --filter 'bugs.*'\n"
		    "pintest check --driver vfio-type1 --read-only\n"
		    "pintest check --ways slow,fast --ktap\n"
		    "pintest check --output jsonl:run.jsonl --output ktap\n"
		    "pintest check --resume run.jsonl\n"
		    "pintest check --cover pairs\n",
	.run = run_check,
};
