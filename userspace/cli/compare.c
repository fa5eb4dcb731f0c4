// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest compare: runs side by side.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "results/compare/changes.h"
#include "results/compare/report.h"

/* The command line. */
struct compare_options {
	const char *html;
	const char *baseline;
	const char *jobs;
	bool verbose;
};

enum {
	OPTION_HTML = 256,
	OPTION_BASELINE,
	OPTION_JOBS,
};

static const struct cli_option compare_options[] = {
	{ "html", OPTION_HTML, "FILE", "also write a page for a browser" },
	{ "baseline", OPTION_BASELINE, "FILE", "compare each run with this one" },
	{ "jobs", OPTION_JOBS, "LIST", "the records are those of a list of jobs, in DIR" },
	{ "verbose", 'v', NULL, "name every check" },
	{ 0 },
};

/* What cannot be read is a hole like what is not there. */
static bool read_record(struct comparison *cmp, const char *path,
			struct reason *why)
{
	why->text[0] = '\0';
	return !comparison_read(cmp, path, why);
}

static size_t read_records(struct comparison *cmp, char **paths, int count)
{
	struct reason why;
	size_t failed = 0;
	int i;

	for (i = 0; i < count; i++) {
		if (read_record(cmp, paths[i], &why))
			continue;
		warnx("%s: %s", paths[i], why.text);
		failed++;
	}
	return failed;
}

static void read_jobs(struct comparison *cmp, struct jobs *jobs,
		      const char *list, const char *directory)
{
	size_t i;
	int ret = jobs_read(jobs, list, directory);

	if (ret)
		errx(CLI_BROKEN, "%s: %s", list, strerror(-ret));
	if (!jobs->count)
		errx(CLI_BROKEN, "%s: no job in it", list);
	cmp->merge = true;
	for (i = 0; i < jobs->count; i++)
		read_record(cmp, jobs->all[i].path, &jobs->all[i].why);
}

static void read_baseline(struct comparison *cmp, const char *path)
{
	struct reason why;

	if (!read_record(cmp, path, &why))
		errx(CLI_BROKEN, "%s: %s", path, why.text);
	cmp->columns[0].closed = true;
}

static bool any_difference(const struct compare_report *report)
{
	struct changes changes;
	size_t column, differ = 0;

	for (column = 1; column < report->cmp->column_count; column++) {
		changes = changes_between(report->cmp,
					  compare_from(report, column), column);
		differ += changes.differ;
		changes_free(&changes);
	}
	return differ || report->cmp->disagreed.count;
}

static int write_page(const char *path, const struct compare_report *report)
{
	FILE *file = fopen(path, "w");
	int ret;

	if (!file) {
		warn("%s", path);
		return -1;
	}
	compare_page(file, report);
	ret = ferror(file) | fclose(file);
	if (ret)
		warn("%s", path);
	return ret;
}

static int report_all(const struct compare_options *options,
		      struct compare_report *report, size_t unreadable)
{
	struct causes causes = causes_of(report->cmp);
	int ret = CLI_PASSED;

	report->causes = &causes;
	compare_text(stdout, report);
	if (unreadable || compare_holes(report))
		ret = CLI_BROKEN;
	else if (any_difference(report))
		ret = CLI_FAILED;
	if (options->html && write_page(options->html, report))
		ret = CLI_BROKEN;
	causes_free(&causes);
	return ret;
}

static void parse_option(struct compare_options *options, int key)
{
	switch (key) {
	case OPTION_HTML:
		options->html = optarg;
		break;
	case OPTION_BASELINE:
		options->baseline = optarg;
		break;
	case OPTION_JOBS:
		options->jobs = optarg;
		break;
	case 'v':
		options->verbose = true;
		break;
	}
}

static void check_operands(const struct compare_options *options, int count)
{
	if (options->jobs && count != 1)
		cli_usage(&command_compare,
			  "--jobs takes one directory, in which the records are");
	if (!count)
		cli_usage(&command_compare, "no record of a run to compare");
}

static int run_compare(int argc, char **argv)
{
	struct compare_options options = { 0 };
	struct comparison cmp;
	struct jobs jobs = { 0 };
	size_t unreadable = 0;
	int key, ret;

	while ((key = cli_getopt(&command_compare, argc, argv)) >= 0)
		parse_option(&options, key);
	check_operands(&options, argc - optind);
	comparison_begin(&cmp);
	if (options.baseline)
		read_baseline(&cmp, options.baseline);
	if (options.jobs)
		read_jobs(&cmp, &jobs, options.jobs, argv[optind]);
	else
		unreadable = read_records(&cmp, argv + optind, argc - optind);
	comparison_end(&cmp);
	if (!options.jobs && !cmp.column_count)
		errx(CLI_BROKEN, "there is nothing to compare: write records with 'pintest check --output jsonl:FILE'");
	ret = report_all(&options, &(struct compare_report) {
				.cmp = &cmp,
				.jobs = &jobs,
				.baseline = options.baseline,
				.verbose = options.verbose,
			}, unreadable);
	jobs_free(&jobs);
	comparison_free(&cmp);
	return ret;
}

const struct command command_compare = {
	.name = "compare",
	.summary = "compare the records of runs, of one kernel or many",
	.operands = "RUN...|--jobs LIST DIR",
	.about = "Read records that 'pintest check --output jsonl:FILE' wrote, and tell why checks\n"
		 "fail in which run, what got better and what got worse from one to the next, and\n"
		 "what was not run. It needs neither the module nor root.\n"
		 "\n"
		 "A check that has no result is one of three: skipped, since it does not apply\n"
		 "there; not in the plan of the run; or lost, since the run ended early or its\n"
		 "record is missing. Shards of a run are taken together.\n"
		 "\n"
		 "A line of LIST is a job, and its first word NAME is what DIR/NAME.jsonl is the\n"
		 "record of. All records of one kernel are taken together then.\n",
	.options = compare_options,
	.exits = "0   no difference between the runs, or none to the --baseline\n"
		 "1   there are differences\n"
		 "2   results are lost, or a record cannot be read\n"
		 "64  the command line is wrong\n",
	.examples = "pintest compare run-6.1.jsonl run-6.12.jsonl\n"
		    "pintest compare *.jsonl --html kernels.html\n"
		    "pintest compare --baseline good.jsonl today.jsonl\n"
		    "pintest compare --jobs jobs.txt results/\n",
	.run = run_compare,
};
