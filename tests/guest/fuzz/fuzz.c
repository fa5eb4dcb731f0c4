// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz: random programs against /dev/pintest, alone or guided by KCOV.
 *
 * A round makes a program out of the seed, its number and the corpus, and runs
 * it. On a kernel with KCOV a program that reaches something new joins the
 * corpus. A round can kill the kernel, so its program is printed first; the
 * last line then is the culprit, and --replay runs it again.
 */
#include <dirent.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>
#include "execute.h"
#include "kernel.h"
#include "ktap.h"
#include "steps.h"

#define MAX_CORPUS	4096
#define MAX_TEXT	8192

/* Rounds between two looks at what they left behind. */
#define ROUNDS_PER_LOOK	16

enum { EXIT_FOUND = 1, EXIT_USAGE = 64 };

static struct {
	uint64_t seed;
	unsigned long rounds;
	unsigned long seconds;
	const char *corpus;
	const char *replay;
	bool quiet;
	bool unguided;
} options = { .seed = 1, .rounds = 1000 };

static struct program *corpus;
static size_t nr_corpus, nr_given;
static struct coverage *coverage;
static long long pins_before, taint_before;

static const struct option long_options[] = {
	{ "seed", required_argument, NULL, 's' },
	{ "rounds", required_argument, NULL, 'r' },
	{ "seconds", required_argument, NULL, 't' },
	{ "corpus", required_argument, NULL, 'c' },
	{ "replay", required_argument, NULL, 'p' },
	{ "gup-test", no_argument, NULL, 'g' },
	{ "unguided", no_argument, NULL, 'u' },
	{ "quiet", no_argument, NULL, 'q' },
	{}
};

static void show_usage(void)
{
	fputs("Usage: fuzz [--seed N] [--rounds N | --seconds N]\n"
	      "            [--corpus DIRECTORY] [--replay FILE] [--gup-test]\n"
	      "            [--unguided] [--quiet]\n"
	      "\n"
	      "  --replay FILE  run each program in FILE, a line each, --rounds\n"
	      "                 times, and no other\n"
	      "  --gup-test     /sys/kernel/debug/gup_test is the module's\n"
	      "  --unguided     do without KCOV: the same seed makes the same\n"
	      "                 programs\n"
	      "  --quiet        do not print programs before they run\n"
	      "\n"
	      "Prints KTAP, with \"new\" and a program for each that joined the\n"
	      "corpus. Exits with 1 if something was left behind.\n", stderr);
	exit(EXIT_USAGE);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || *end)
		show_usage();
	return value;
}

static void parse_options(int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0)
		switch (option) {
		case 's':
			options.seed = number(optarg);
			break;
		case 'r':
			options.rounds = number(optarg);
			break;
		case 't':
			options.seconds = number(optarg);
			break;
		case 'c':
			options.corpus = optarg;
			break;
		case 'p':
			options.replay = optarg;
			break;
		case 'g':
			steps_have_gup_test = true;
			break;
		case 'u':
			options.unguided = true;
			break;
		case 'q':
			options.quiet = true;
			break;
		default:
			show_usage();
		}
	if (optind != argc)
		show_usage();
}

static void add_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char text[MAX_TEXT];

	if (!file) {
		perror(path);
		exit(EXIT_USAGE);
	}
	while (nr_corpus < MAX_CORPUS && fgets(text, sizeof(text), file)) {
		if (text[0] == '#' || text[0] == '\n')
			continue;
		if (!program_parse(&corpus[nr_corpus++], text)) {
			fprintf(stderr, "%s: not a program: %s", path, text);
			exit(EXIT_USAGE);
		}
	}
	fclose(file);
}

static void add_directory(const char *path)
{
	struct dirent **names;
	char file[512];
	int i, nr = scandir(path, &names, NULL, alphasort);

	if (nr < 0) {
		perror(path);
		exit(EXIT_USAGE);
	}
	for (i = 0; i < nr; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			add_file(file);
		free(names[i]);
	}
	free(names);
}

static void print_program(const char *word, unsigned long round,
			  const struct program *program)
{
	char text[MAX_TEXT];

	program_print(program, text, sizeof(text));
	printf("# %s %lu %s\n", word, round, text);
	fflush(stdout);
}

/* What programs left behind, or NULL. */
static const char *look(void)
{
	long long pins = kernel_pins() - pins_before;
	long long users = kernel_read_number("/sys/module/pintest/refcnt");
	long long taint = kernel_read_number("/proc/sys/kernel/tainted");
	static char found[80];

	if (pins)
		snprintf(found, sizeof(found), "%lld pins", pins);
	else if (users)
		snprintf(found, sizeof(found), "%lld users of the module",
			 users);
	else if (taint != taint_before)
		snprintf(found, sizeof(found), "a kernel tainted %#llx",
			 taint);
	else
		return NULL;
	return found;
}

static void look_or_exit(unsigned long round)
{
	const char *found = look();

	if (!found)
		return;
	printf("# round %lu, seed %llu: the last %d rounds left behind %s\n",
	       round, (unsigned long long)options.seed, ROUNDS_PER_LOOK,
	       found);
	puts("not ok 1 fuzz");
	exit(EXIT_FOUND);
}

static void run_round(unsigned long round, const struct program *program)
{
	if (!options.quiet)
		print_program("run", round, program);
	if (!execute(program, coverage))
		print_program("slow", round, program);
	if (round % ROUNDS_PER_LOOK == 0)
		look_or_exit(round);
}

static const struct program *choose(struct random *random)
{
	return &corpus[random_below(random, nr_corpus)];
}

static void make_program(struct program *program, unsigned long round)
{
	struct random random = { .state = options.seed };

	random.state = random_next(&random) ^ round;
	random_next(&random);
	if (!nr_corpus || random_below(&random, 4) == 0) {
		program_random(program, &random);
		return;
	}
	*program = *choose(&random);
	program_mutate(program, choose(&random), &random);
}

static void learn(unsigned long round, const struct program *program)
{
	if (!coverage_merge(coverage) || nr_corpus == MAX_CORPUS)
		return;
	corpus[nr_corpus++] = *program;
	print_program("new", round, program);
}

/* First what is known already, so that only news is new. */
static void learn_corpus(void)
{
	size_t i;

	for (i = 0; i < nr_given; i++) {
		run_round(0, &corpus[i]);
		coverage_merge(coverage);
	}
	printf("# corpus: %zu programs, %zu places, %zu ways\n", nr_given,
	       coverage_places(coverage), coverage_ways(coverage));
}

static bool goes_on(unsigned long round, time_t start)
{
	struct timespec now;

	if (!options.seconds)
		return round <= options.rounds;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - start < (time_t)options.seconds;
}

static void fuzz(void)
{
	struct program program;
	struct timespec start;
	unsigned long round;

	learn_corpus();
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (round = 1; goes_on(round, start.tv_sec); round++) {
		make_program(&program, round);
		run_round(round, &program);
		learn(round, &program);
	}
	look_or_exit(round);
	printf("# seed %llu: %zu programs, %zu places, %zu ways, %zu new programs, %s\n",
	       (unsigned long long)options.seed, nr_given + round - 1,
	       coverage_places(coverage), coverage_ways(coverage),
	       nr_corpus - nr_given, coverage ? "guided" : "not guided");
}

static void replay(void)
{
	unsigned long round;
	size_t i;

	for (round = 1; round <= options.rounds; round++)
		for (i = 0; i < nr_given; i++)
			run_round(round, &corpus[i]);
	look_or_exit(round);
}

static void prepare(void)
{
	corpus = calloc(MAX_CORPUS, sizeof(*corpus));
	if (!corpus || prctl(PR_SET_CHILD_SUBREAPER, 1)) {
		perror("fuzz");
		exit(EXIT_USAGE);
	}
	if (options.replay)
		add_file(options.replay);
	else if (options.corpus)
		add_directory(options.corpus);
	nr_given = nr_corpus;
	if (!options.unguided && !options.replay)
		coverage = coverage_new();
	pins_before = kernel_pins();
	taint_before = kernel_read_number("/proc/sys/kernel/tainted");
}

int main(int argc, char **argv)
{
	parse_options(argc, argv);
	if (access("/dev/pintest", F_OK)) {
		fputs("fuzz: there is no /dev/pintest: modprobe pintest\n",
		      stderr);
		return EXIT_USAGE;
	}
	prepare();
	puts("KTAP version 1\n1..1");
	if (options.replay)
		replay();
	else
		fuzz();
	puts("ok 1 fuzz");
	return EXIT_SUCCESS;
}
