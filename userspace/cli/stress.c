// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest stress: pin while the memory is disturbed, for a while.
 */
#include <err.h>
#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "cli/stress/report.h"
#include "commands.h"
#include "console/table.h"

#define SCENES_MAX	32

/* The command line. */
struct stress_options {
	struct cli_globs globs;
	const char *ways;
	uint64_t seconds;
	bool json;
	bool ktap;
	struct stress_round round;
};

enum {
	OPTION_KTAP = 256,
	OPTION_ROUND,
	OPTION_SEED,
};

static const struct cli_option stress_options[] = {
	{ "seconds", 's', "N", "begin no round after so many seconds, but one of each\n"
			    "scene; 0 is one round in all (default: 10)" },
	{ "seed", OPTION_SEED, "N", "draw the same numbers as a run with this seed" },
	{ "round", OPTION_ROUND, "N", "begin with this round (default: 1)" },
	{ "filter", 'f', "GLOB", "only scenes whose id matches; may be repeated" },
	{ "ways", 'w', "LIST", "these kernel calls (default: slow,fast)" },
	{ "ktap", OPTION_KTAP, NULL, "print KTAP" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static bool is_chosen(const struct stress_options *options,
		      const struct stress_scene *scene)
{
	size_t i;

	for (i = 0; i < options->globs.count; i++)
		if (!fnmatch(options->globs.glob[i], scene->id, 0))
			return true;
	return !options->globs.count;
}

static size_t choose_scenes(const struct stress_options *options,
			    struct stress_total *totals)
{
	size_t i, count, chosen = 0;
	const struct stress_scene *scenes = stress_scenes(&count);

	for (i = 0; i < count && chosen < SCENES_MAX; i++)
		if (is_chosen(options, &scenes[i]))
			totals[chosen++].scene = &scenes[i];
	return chosen;
}

/* A misspelt filter must not look like a pass. */
static void check_globs(const struct stress_options *options)
{
	struct stress_total totals[SCENES_MAX];
	struct stress_options one = { .globs.count = 1 };
	size_t i;

	for (i = 0; i < options->globs.count; i++) {
		one.globs.glob[0] = options->globs.glob[i];
		if (!choose_scenes(&one, totals))
			cli_usage(&command_stress,
				  "--filter '%s' matches no scene: see 'pintest stress --help'",
				  one.globs.glob[0]);
	}
}

/* What this kernel has, for any memory, of the ways that are asked for. */
static void choose_ways(struct stress_round *round)
{
	uint64_t mask = 0;
	size_t count, i;
	const struct way *way = ways(&count);

	for (i = 0; i < count; i++)
		if (!way[i].needs && pintest_has_api(round->pt, way[i].api))
			mask |= 1ULL << way[i].api;
	round->way_mask &= mask;
	if (!round->way_mask)
		errx(CLI_SKIPPED, "this kernel has none of these ways: see 'pintest info'");
}

static void prepare_scenes(struct stress_total *totals, size_t count,
			   struct settings *settings)
{
	size_t i;

	for (i = 0; i < count; i++)
		totals[i].error = stress_prepare(totals[i].scene, settings,
						 &totals[i].why);
}

static void play(struct stress_round *round, struct stress_total *total)
{
	uint64_t failures = stress_failures(&total->result);

	round->scene = total->scene;
	cli_progress("round %" PRIu64 ": %s", round->number, round->scene->id);
	total->error = stress_play(round, &total->result, &total->why);
	total->rounds++;
	if (total->first_failure)
		return;
	if (total->error || failures != stress_failures(&total->result))
		total->first_failure = round->number;
}

/* The scene that is up is the same for all who begin with this seed. */
static struct stress_total *total_of(const struct stress_round *round,
				     struct stress_total *totals, size_t count)
{
	size_t i, scene_count;
	const struct stress_scene *scenes = stress_scenes(&scene_count);

	for (i = 0; i < count; i++)
		if (totals[i].scene == &scenes[round->number % scene_count])
			return totals[i].error ? NULL : &totals[i];
	return NULL;
}

static bool have_all_played(const struct stress_total *totals, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!totals[i].error && !totals[i].rounds)
			return false;
	return true;
}

/*
 * Every scene has its turn, however slow the machine is, unless one round is
 * all that is wanted.
 */
static bool is_over(const struct stress_options *options, double end,
		    const struct stress_total *totals, size_t count)
{
	return seconds_now() >= end &&
	       (!options->seconds || have_all_played(totals, count));
}

static void fill_endings(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

/* A round that has begun comes to its end, in all of its processes. */
static void block_endings(void)
{
	sigset_t set;

	fill_endings(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The signal that is to end this, or 0. */
static int ending_signal(void)
{
	const struct timespec at_once = { 0 };
	sigset_t set;
	int number;

	fill_endings(&set);
	number = sigtimedwait(&set, NULL, &at_once);
	return number > 0 ? number : 0;
}

/* Ends by time after a round, by a signal, or when no scene is left. */
static int play_all(struct stress_options *options,
		     struct stress_total *totals, size_t count)
{
	double end = seconds_now() + options->seconds;
	struct stress_round *round = &options->round;
	size_t passed_over = 0, scene_count;
	int ending = 0;

	stress_scenes(&scene_count);
	for (; passed_over < scene_count; round->number++) {
		struct stress_total *total = total_of(round, totals, count);

		passed_over++;
		if (!total)
			continue;
		play(round, total);
		passed_over = 0;
		ending = ending_signal();
		if (ending || is_over(options, end, totals, count))
			break;
	}
	cli_end_progress();
	return ending;
}

static int run(struct stress_options *options, struct stress_total *totals,
	       size_t count)
{
	struct settings *settings = settings_new(NULL);
	struct stress_run run = {
		.totals = totals,
		.count = count,
		.seed = options->round.seed,
		.ways = options->ways,
	};
	int ending;

	if (!settings)
		errx(CLI_BROKEN, "no memory left");
	block_endings();
	prepare_scenes(totals, count, settings);
	run.seconds = -seconds_now();
	ending = play_all(options, totals, count);
	run.seconds += seconds_now();
	run.unrestored = settings_restore(settings);
	if (options->ktap)
		stress_report_ktap(&run);
	else
		stress_report(&run, options->json);
	if (ending)
		cli_end_by_signal(ending);
	return stress_exit(&run);
}

static void parse_option(struct stress_options *options, int key)
{
	switch (key) {
	case 's':
		options->seconds = cli_number(&command_stress, "seconds",
					      optarg);
		break;
	case OPTION_SEED:
		options->round.seed = cli_number(&command_stress, "seed",
						 optarg);
		break;
	case OPTION_ROUND:
		options->round.number = cli_number(&command_stress, "round",
						   optarg);
		break;
	case 'f':
		cli_add_glob(&command_stress, &options->globs, optarg);
		break;
	case 'w':
		options->ways = optarg;
		options->round.way_mask = cli_ways(&command_stress, optarg);
		break;
	case 'J':
		options->json = true;
		break;
	case OPTION_KTAP:
		options->ktap = true;
		break;
	}
}

/* Short, since somebody may have to type it. */
static uint64_t any_seed(void)
{
	uint32_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		seed = time(NULL);
	return seed % 1000000;
}

static int run_stress(int argc, char **argv)
{
	struct stress_options options = {
		.seconds = 10,
		.round = {
			.way_mask = 1 << PINTEST_API_PIN |
				    1 << PINTEST_API_PIN_FAST,
			.seed = any_seed(),
			.number = 1,
		},
	};
	struct stress_total totals[SCENES_MAX] = { 0 };
	int key, ret;

	while ((key = cli_getopt(&command_stress, argc, argv)) >= 0)
		parse_option(&options, key);
	cli_no_operands(&command_stress, argc, argv);
	cli_exclude(&command_stress, options.json, "json", options.ktap,
		    "ktap");
	check_globs(&options);

	if (cli_open(&options.round.pt))
		return CLI_BROKEN;
	choose_ways(&options.round);
	ret = run(&options, totals, choose_scenes(&options, totals));
	pintest_close(options.round.pt);
	return ret;
}

const struct command command_stress = {
	.name = "stress",
	.summary = "check pins under load: fork, swap, migration, unmapping",
	.about = "Let processes pin and look at their pages, again and again, while the memory is\n"
		 "disturbed, and report pins that went stale. Scenes take turns, a round\n"
		 "each: fork, pageout, pageout-fork, migrate, protect, soft-dirty, ksm, thp,\n"
		 "thp-fork, memfd, hugetlb-fork, unmap, all.\n",
	.options = stress_options,
	.exits = "0   every pin was as it should be\n"
		 "1   some pins were stale, lost or foreign\n"
		 "2   a scene could not be played though it should have been, or a setting of\n"
		 "    the machine could not be put back\n"
		 "4   no scene can be played here\n"
		 "64  the command line is wrong\n",
	.examples = "pintest stress --seconds 60\n"
		    "pintest stress --filter '*fork' --seed 7 --round 12\n"
		    "pintest stress --ways get-fast    (the control group, which fails)\n",
	.run = run_stress,
};
