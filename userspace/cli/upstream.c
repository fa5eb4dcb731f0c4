// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest upstream: run the kernel's own selftests on this kernel.
 */
#include <dirent.h>
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "cli/upstream/upstream.h"
#include "commands.h"
#include "engine/known.h"
#include "gup_test.h"
#include "machine/settings.h"

#define HUGEPAGES	"/sys/kernel/mm/hugepages"

/*
 * Of each size of huge pages; no case has more in use at a time. To clear and
 * copy pages beyond the limit takes long.
 */
#define HUGEPAGES_NEEDED	4
#define HUGEPAGES_LIMIT		(64ULL << 20)

/* The selftests, run as the kernel's run_vmtests.sh does. */
static const struct upstream_test tests[] = {
	{ "cow", { NULL } },
	{ "gup_longterm", { NULL } },
	{ "gup_test", { "-u" } },
	{ "gup_test", { "-a" } },
	{ "gup_test", { "-ct", "-F", "0x1", "0", "19", "0x1000" } },
};

struct upstream_options {
	struct upstream_source source;
	const char *prebuilt;
	bool chosen[ARRAY_SIZE(tests)];
	bool some_chosen;
	bool build_only;
	bool longer;
};

enum {
	OPTION_VERSION = 256,
	OPTION_BUILD_ONLY,
	OPTION_PREBUILT,
	OPTION_LONG,
};

static const struct cli_option upstream_options[] = {
	{ "version", OPTION_VERSION, "VERSION",
	  "of the package linux-source-VERSION; else the newest one" },
	{ "source", 's', "PATH",
	  "a kernel's source, as a directory or tarball, rather than a package" },
	{ "keep", 'k', "DIR",
	  "leave the programs in DIR, and the sources in DIR/linux" },
	{ "test", 't', "NAME",
	  "only cow, gup_longterm or gup_test; may be repeated" },
	{ "long", OPTION_LONG, NULL,
	  "also with huge pages of 1 GiB and the like, which takes time" },
	{ "build-only", OPTION_BUILD_ONLY, NULL,
	  "run nothing: print the directory of the programs" },
	{ "prebuilt", OPTION_PREBUILT, "DIR",
	  "build nothing: run the programs in DIR" },
	{ 0 },
};

/* Reports a pool that cannot be had; the selftests then skip what needs it. */
static void need_pool(struct settings *settings, uint64_t size, bool longer)
{
	struct reason why;

	if (size > HUGEPAGES_LIMIT && !longer)
		return;
	if (settings_need_hugepages(settings, size, HUGEPAGES_NEEDED, &why))
		warnx("%s; some cases are skipped", why.text);
}

static void need_pools(struct settings *settings, bool longer)
{
	DIR *dir = opendir(HUGEPAGES);
	struct dirent *entry;
	uint64_t kib;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB",
			   &kib) == 1)
			need_pool(settings, kib << 10, longer);
	closedir(dir);
}

static bool is_built(const char *directory, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return !access(path, X_OK);
}

static void run_tests(const struct upstream_options *options,
		      const char *directory, struct upstream_totals *totals)
{
	size_t i, ran = 0;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (options->some_chosen && !options->chosen[i])
			continue;
		if (is_built(directory, tests[i].name)) {
			upstream_run(directory, &tests[i], totals);
			ran++;
			continue;
		}
		warnx("there is no %s in %s", tests[i].name, directory);
		totals->broken += options->chosen[i];
	}
	totals->broken += !ran;
}

static void print_totals(const struct upstream_totals *totals)
{
	const struct known *known;
	size_t i, count, explained = 0;

	known = known_behaviours(&count);
	printf("# pintest upstream: %zu cases passed, %zu failed, %zu were skipped\n",
	       totals->passed, totals->failed, totals->skipped);
	for (i = 0; i < count; i++) {
		if (totals->known[i])
			printf("#   %zu failed by known behaviour %s\n",
			       totals->known[i], known[i].id);
		explained += totals->known[i];
	}
	if (explained < totals->failed)
		printf("#   %zu failed by nothing known: worth a report\n",
		       totals->failed - explained);
}

static int exit_code(const struct upstream_totals *totals)
{
	if (totals->failed)
		return CLI_FAILED;
	if (totals->broken)
		return CLI_BROKEN;
	return totals->passed ? CLI_PASSED : CLI_SKIPPED;
}

static int run_in(const char *directory,
		  const struct upstream_options *options)
{
	struct settings *settings = settings_new(NULL);
	struct upstream_totals totals = { 0 };
	int ret = settings_lock(NULL);
	size_t count;

	known_behaviours(&count);
	totals.known = calloc(count, sizeof(*totals.known));
	if (!settings || !totals.known)
		errx(CLI_BROKEN, "no memory left");
	if (ret)
		errx(CLI_BROKEN, "cannot run the selftests: %s",
		     settings_error(ret));
	need_pools(settings, options->longer);
	run_tests(options, directory, &totals);
	totals.broken += !!settings_restore(settings);
	settings_unlock();
	print_totals(&totals);
	free(totals.known);
	return exit_code(&totals);
}

/* A kernel that has a gup_test needs no module. */
static int need_gup_test(void)
{
	if (geteuid()) {
		warnx("running the selftests takes root; --build-only does not");
		return -1;
	}
	return gup_test_is_there() ? 0 : gup_test_load(NULL);
}

static void choose_test(struct upstream_options *options, const char *name)
{
	size_t i;
	bool found = false;

	for (i = 0; i < ARRAY_SIZE(tests); i++)
		if (!strcmp(tests[i].name, name))
			options->chosen[i] = found = true;
	if (!found)
		cli_usage(&command_upstream,
			  "--test does not know '%s': it takes one of cow, gup_longterm, gup_test",
			  name);
	options->some_chosen = true;
}

static void parse_option(struct upstream_options *options, int key)
{
	switch (key) {
	case OPTION_VERSION:
		options->source.version = optarg;
		break;
	case 's':
		options->source.path = optarg;
		break;
	case 'k':
		options->source.keep = optarg;
		break;
	case 't':
		choose_test(options, optarg);
		break;
	case OPTION_LONG:
		options->longer = true;
		break;
	case OPTION_BUILD_ONLY:
		options->build_only = true;
		break;
	case OPTION_PREBUILT:
		options->prebuilt = optarg;
		break;
	}
}

static void check_options(const struct upstream_options *options)
{
	const struct upstream_source *source = &options->source;

	cli_exclude(&command_upstream, source->version, "version",
		    source->path, "source");
	if (options->prebuilt && (options->build_only || source->version ||
				  source->path || source->keep))
		cli_usage(&command_upstream,
			  "--prebuilt goes with --test and --long only");
}

static int run_upstream(int argc, char **argv)
{
	struct upstream_options options = { 0 };
	char *directory;
	int key, ret;

	while ((key = cli_getopt(&command_upstream, argc, argv)) >= 0)
		parse_option(&options, key);
	cli_no_operands(&command_upstream, argc, argv);
	check_options(&options);

	if (!options.build_only && need_gup_test())
		return CLI_BROKEN;
	directory = options.prebuilt ? strdup(options.prebuilt) :
				       upstream_build(&options.source);
	if (!directory)
		return CLI_BROKEN;
	if (options.build_only) {
		puts(directory);
		ret = CLI_PASSED;
	} else {
		ret = run_in(directory, &options);
	}
	free(directory);
	return ret;
}

const struct command command_upstream = {
	.name = "upstream",
	.summary = "run the kernel's own selftests",
	.about = "Build the mm selftests cow, gup_longterm and gup_test, as they are, from the\n"
		 "distribution's source of a kernel, run them on this kernel, and tell which known\n"
		 "behaviour of kernels is behind each failure. The module offers them what they\n"
		 "need, /sys/kernel/debug/gup_test; swap lets more of their cases run.\n",
	.options = upstream_options,
	.exits = "0   all passed, but for what was skipped\n"
		 "1   a case failed\n"
		 "2   nothing failed, but something could not be built or run, or a setting of\n"
		 "    the machine could not be put back\n"
		 "4   all were skipped\n"
		 "64  the command line is wrong\n",
	.examples = "pintest upstream\n"
		    "pintest upstream --version 6.12 --test cow\n"
		    "pintest upstream --source ~/linux --build-only --keep ~/selftests\n",
	.run = run_upstream,
};
