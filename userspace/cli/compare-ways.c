// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest compare-ways: where two ways differ, and which of them is right.
 */
#include <err.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "engine/engine.h"
#include "machine/settings.h"
#include "outside.h"

enum {
	OPTION_KNOWN = 256,
};

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	60000

/*
 * Two ways and what there is to say of them: @differ checks differ, @alone can be
 * made of one way only, or are skipped for the other.
 */
struct comparison {
	const struct way *ways[2];
	size_t agree;
	size_t differ;
	size_t alone;
};

static const struct cli_option compare_options[] = {
	{ "filter", 'f', "GLOB", "only checks whose id matches; may be repeated" },
	{ "no-module", OPTION_NO_MODULE, NULL, NO_MODULE_HELP },
	{ "known", OPTION_KNOWN, NULL, "failures that are known behaviours are XFAIL" },
	{ 0 },
};

/* A way of the module, or one from outside. */
static const struct way *take_way(struct outside_options *outside,
				  const char *spec)
{
	const struct way *way = way_find(spec);

	return way ? way : outside_take(&command_compare_ways, outside, spec);
}

/* The names of the ways are parts of the operand, which is cut for them. */
static void parse_ways(struct comparison *comparison,
		       struct outside_options *outside, char *operand)
{
	char *second = operand ? strchr(operand, ',') : NULL;

	if (!operand)
		cli_usage(&command_compare_ways,
			  "it takes two ways, as fast,vfio");
	if (!second || second == operand || !second[1] ||
	    strchr(second + 1, ','))
		cli_usage(&command_compare_ways,
			  "'%s' is not two ways, as fast,vfio", operand);
	*second++ = '\0';
	if (!strcmp(operand, second))
		cli_usage(&command_compare_ways,
			  "'%s' is the same way twice", second);
	comparison->ways[0] = take_way(outside, operand);
	comparison->ways[1] = take_way(outside, second);
}

/* Whether two checks are the same but for their way. */
static bool are_alike(const struct plan *plan, const struct check *a,
		      const struct check *b)
{
	const struct scenario *one = &plan->scenarios[a->scenario];
	const struct scenario *other = &plan->scenarios[b->scenario];

	return a->rule == b->rule && one->way != other->way &&
	       one->memory == other->memory && one->event == other->event;
}

/* The index of the same check of the other way, or that of none. */
static size_t find_other(const struct plan *plan, size_t check)
{
	size_t i;

	for (i = 0; i < plan->check_count; i++)
		if (are_alike(plan, &plan->checks[check], &plan->checks[i]))
			break;
	return i;
}

static void keep_check(struct plan *plan, const struct check *check,
		       size_t *checks, size_t *scenarios)
{
	struct check *kept = &plan->checks[(*checks)++];
	size_t scenario = check->scenario;

	*kept = *check;
	if (!*scenarios || memcmp(&plan->scenarios[*scenarios - 1],
				  &plan->scenarios[scenario],
				  sizeof(*plan->scenarios)))
		plan->scenarios[(*scenarios)++] = plan->scenarios[scenario];
	kept->scenario = *scenarios - 1;
}

/* What only one way can be asked needs not be run. */
static void leave_out_alone(struct comparison *comparison, struct plan *plan)
{
	size_t i, checks = 0, scenarios = 0, count = plan->check_count;
	bool *kept = calloc(count + 1, sizeof(*kept));

	if (!kept)
		errx(CLI_BROKEN, "no memory left for the checks");
	for (i = 0; i < count; i++)
		kept[i] = find_other(plan, i) < count;
	for (i = 0; i < count; i++)
		if (kept[i])
			keep_check(plan, &plan->checks[i], &checks,
				   &scenarios);
	free(kept);
	comparison->alone = count - checks;
	plan->check_count = checks;
	plan->scenario_count = scenarios;
}

static bool was_made(const struct result *result)
{
	return result->judgement.verdict != VERDICT_SKIP;
}

static void tell_side(const struct result *result)
{
	printf("    %s %s%s%s\n", verdict_name(result->judgement.verdict),
	       result->check->id, *result->judgement.why.text ? ": " : "",
	       result->judgement.why.text);
}

/* The way that keeps the promise is right. */
static void tell_right(const struct result *one, const struct result *other)
{
	enum verdict worse = verdict_worse(one->judgement.verdict,
					   other->judgement.verdict);
	const struct result *right =
		one->judgement.verdict == worse ? other : one;

	if (right->judgement.verdict == VERDICT_PASS)
		printf("    %s is right: %s\n", right->scenario->way->id,
		       right->check->rule->what);
}

static void tell_difference(const struct result *one,
			    const struct result *other)
{
	printf("DIFFER %s.*.%s.%s\n", one->check->rule->id,
	       one->scenario->memory->id, one->scenario->event->id);
	tell_side(one);
	tell_side(other);
	tell_right(one, other);
}

static void compare(struct comparison *comparison,
		    const struct result *one, const struct result *other)
{
	if (!was_made(one) || !was_made(other)) {
		comparison->alone += was_made(one) || was_made(other);
	} else if (one->judgement.verdict == other->judgement.verdict) {
		comparison->agree++;
	} else {
		comparison->differ++;
		tell_difference(one, other);
	}
}

static int report(struct comparison *comparison, const struct run *run)
{
	size_t i;

	for (i = 0; i < run->result_count; i++)
		if (run->results[i].scenario->way == comparison->ways[0])
			compare(comparison, &run->results[i],
				&run->results[find_other(run->plan, i)]);
	printf("%s and %s: %zu checks agree, %zu differ, %zu are made of one only\n",
	       comparison->ways[0]->id, comparison->ways[1]->id,
	       comparison->agree, comparison->differ, comparison->alone);
	if (comparison->differ)
		return CLI_FAILED;
	return comparison->agree ? CLI_PASSED : CLI_SKIPPED;
}

static int run_both(struct comparison *comparison, const struct plan *plan,
		    struct pintest *pt, bool known)
{
	struct engine engine = {
		.pt = pt,
		.known = known,
		.deadline_ms = DEADLINE_MS,
	};
	struct run run;
	int ret = engine_run(&engine, plan, &run);

	if (ret > 0) {
		warnx("ended by signal %d", ret);
		cli_end_by_signal(ret);
	}
	if (ret)
		warnx("cannot run checks: %s", settings_error(ret));
	else
		ret = report(comparison, &run);
	run_free(&run);
	return ret < 0 ? CLI_BROKEN : ret;
}

static struct plan *make_plan(struct comparison *comparison,
			      const struct cli_globs *globs,
			      const struct outside_options *outside)
{
	struct plan_choice choice = {
		.globs = globs->glob,
		.glob_count = globs->count,
		.way_mask = 1ULL << comparison->ways[0]->api |
			    1ULL << comparison->ways[1]->api,
		.no_module = outside->no_module,
	};
	struct plan *plan = plan_new(&choice);

	if (!plan)
		errx(CLI_BROKEN, "no memory left for the checks");
	if (!plan->check_count)
		cli_usage(&command_compare_ways,
			  "no check is left of these ways and this --filter");
	outside_tell(plan);
	leave_out_alone(comparison, plan);
	return plan;
}

static int run_compare(int argc, char **argv)
{
	struct cli_globs globs = { 0 };
	struct outside_options outside = { 0 };
	struct comparison comparison = { 0 };
	struct pintest *pt = NULL;
	struct plan *plan;
	bool known = false;
	int key, ret;

	while ((key = cli_getopt(&command_compare_ways, argc, argv)) >= 0) {
		if (outside_option(&command_compare_ways, &outside, key, optarg))
			continue;
		if (key == 'f')
			cli_add_glob(&command_compare_ways, &globs, optarg);
		else
			known = true;
	}
	parse_ways(&comparison, &outside, argv[optind]);
	optind++;
	cli_no_operands(&command_compare_ways, argc, argv);
	plan = make_plan(&comparison, &globs, &outside);
	if (!outside.no_module && cli_open(&pt))
		return CLI_BROKEN;
	ret = outside_try(&outside);
	if (!ret)
		ret = run_both(&comparison, plan, pt, known);
	plan_free(plan);
	pintest_close(pt);
	return ret;
}

const struct command command_compare_ways = {
	.name = "compare-ways",
	.summary = "run the checks of two ways, and tell where they differ",
	.operands = "WAY,WAY",
	.about = "Run the checks of two ways, and print those whose verdicts differ, with which\n"
		 "way is right. Ways are those of 'pintest list ways', with :ARG if they take it,\n"
		 "or files with a slash, as --way of 'pintest check' takes them.\n",
	.options = compare_options,
	.exits = "0   they agree wherever both could be checked\n"
		 "1   they differ\n"
		 "2   nothing could be run\n"
		 "4   no check was made of both\n"
		 "64  the command line is wrong\n",
	.examples = "pintest compare-ways remote,vfio\n"
		    "pintest compare-ways fast,./my_driver.so --filter 'ro-longterm.*'\n",
	.run = run_compare,
};
