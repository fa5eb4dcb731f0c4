// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest bench: its command line, and what it prints. Every combination of
 * what the lists have is a case.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "cli/bench/bench.h"
#include "cli/driver.h"
#include "kinds.h"
#include "commands.h"
#include "console/table.h"
#include "model/words.h"

#define MAX_VALUES	16

/* A list of one option. */
struct values {
	uint64_t value[MAX_VALUES];
	size_t count;
};

struct bench_options {
	const struct memory_kind *kinds[MAX_VALUES];
	size_t kind_count;
	struct values apis;
	struct values foll;
	struct values sizes;
	struct values batches;
	struct values threads;
	uint64_t rounds;
	const char *chart;
	const char *wanted;
	bool json;
};

/* The table */

static void write_memory(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_text(cell, bench->kind->id);
}

static void write_api(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_text(cell, pintest_name(PINTEST_NAMES_API, bench->api));
}

static void write_flags(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_list(cell, PINTEST_NAMES_FOLL, bench->foll);
}

static void write_size(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_number(cell, bench->size);
}

static void write_batch(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_number(cell, bench->batch);
}

static void write_threads(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_number(cell, bench->threads);
}

static void write_figure(struct cell *cell, const void *row,
			 enum bench_figure figure)
{
	const struct bench_case *bench = row;

	if (bench->ns[figure] >= 0)
		fprintf(cell->out, "%.1f", bench->ns[figure]);
}

static void write_pin(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_PIN);
}

static void write_unpin(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_UNPIN);
}

static void write_records(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_RECORDS);
}

static void write_inspect(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_INSPECT);
}

static void write_read(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_READ);
}

static void write_write(struct cell *cell, const void *row)
{
	write_figure(cell, row, BENCH_WRITE);
}

static void write_why(struct cell *cell, const void *row)
{
	const struct bench_case *bench = row;

	cell_text(cell, *bench->why.text ? bench->why.text : NULL);
}

static const struct column bench_columns[] = {
	{ "MEMORY", COLUMN_TEXT, COLUMN_ALWAYS, "memory kind", write_memory },
	{ "API", COLUMN_TEXT, COLUMN_ALWAYS, "the kernel call", write_api },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS, "its FOLL flags", write_flags },
	{ "SIZE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "bytes of memory for each thread", write_size },
	{ "BATCH", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pages that a call is asked for", write_batch },
	{ "THREADS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "how many do it at a time", write_threads },
	{ "PIN", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: the calls that take pages", write_pin },
	{ "UNPIN", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: those that give them back", write_unpin },
	{ "RECORDS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: records of a pin", write_records },
	{ "INSPECT", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: records of what is mapped", write_inspect },
	{ "READ", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: pread() of a pin", write_read },
	{ "WRITE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "ns a page: pwrite() of a pin with flag write", write_write },
	{ "WHY", COLUMN_TEXT, COLUMN_ALWAYS,
	  "why it could not be measured", write_why },
	{ 0 },
};

/* The command line */

static const struct cli_option bench_options[] = {
	{ "memory", 'm', "LIST", "memory kinds (anon): see 'pintest list memory'" },
	{ "api", 'i', "LIST", "kernel calls (slow,fast)" },
	{ "flags", 'f', "LIST", "FOLL flags of one case (none); may be given more\n"
				"than once" },
	{ "driver", OPTION_DRIVER, "NAME", DRIVER_HELP },
	{ "as", OPTION_AS, "RELEASE", AS_HELP },
	{ "read-only", OPTION_READ_ONLY, NULL, READ_ONLY_HELP },
	{ "size", 's', "LIST", "bytes of memory for each thread (1M,4M,16M)" },
	{ "batch", 'b', "LIST", "pages that a call is asked for (512)" },
	{ "threads", 't', "LIST", "how many threads do it at a time (1)" },
	{ "rounds", 'r', "N", "measure so often, and take the least (3)" },
	{ "chart", 'c', "FILE", "write charts of cost against size, as HTML" },
	{ "columns", 'o', "LIST", "print these columns; +LIST adds them" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void add_value(struct values *values, const char *option,
		      uint64_t value)
{
	if (values->count == MAX_VALUES)
		cli_usage(&command_bench, "--%s takes at most %d values",
			  option, MAX_VALUES);
	values->value[values->count++] = value;
}

typedef void (*word_fn)(struct bench_options *options, const char *option,
			const char *word);

/* Words are separated by commas; @list is written to. */
static void each_word(struct bench_options *options, const char *option,
		      char *list, word_fn add)
{
	char *word, *rest = list;

	while ((word = strsep(&rest, ",")))
		add(options, option, word);
}

static void add_kind(struct bench_options *options, const char *option,
		     const char *word)
{
	const struct memory_kind *kind = cli_memory(&command_bench, option,
						    word);

	if (options->kind_count == MAX_VALUES)
		cli_usage(&command_bench, "--%s takes at most %d values",
			  option, MAX_VALUES);
	options->kinds[options->kind_count++] = kind;
}

static void add_api(struct bench_options *options, const char *option,
		    const char *word)
{
	add_value(&options->apis, option,
		  cli_value(&command_bench, option, PINTEST_NAMES_API, word));
}

static void add_number(struct values *values, const char *option,
		       const char *word, uint64_t most)
{
	add_value(values, option,
		  cli_number_in(&command_bench, option, word, 1, most));
}

static void add_size(struct bench_options *options, const char *option,
		     const char *word)
{
	add_number(&options->sizes, option, word, UINT64_C(1) << 40);
	if (options->sizes.value[options->sizes.count - 1] % page_size())
		cli_usage(&command_bench,
			  "--%s takes multiples of the page size, %zu", option,
			  page_size());
}

static void add_batch(struct bench_options *options, const char *option,
		      const char *word)
{
	add_number(&options->batches, option, word, PINTEST_BENCH_BATCH);
}

static void add_threads(struct bench_options *options, const char *option,
			const char *word)
{
	add_number(&options->threads, option, word, 1024);
}

static void parse_option(struct bench_options *options, int key, char *value)
{
	switch (key) {
	case 'm':
		each_word(options, "memory", value, add_kind);
		break;
	case 'i':
		each_word(options, "api", value, add_api);
		break;
	case 'f':
		add_value(&options->foll, "flags",
			  cli_mask(&command_bench, "flags", PINTEST_NAMES_FOLL,
				   value));
		break;
	case 's':
		each_word(options, "size", value, add_size);
		break;
	case 'b':
		each_word(options, "batch", value, add_batch);
		break;
	case 't':
		each_word(options, "threads", value, add_threads);
		break;
	case 'r':
		options->rounds = cli_number_in(&command_bench, "rounds",
						value, 1, UINT_MAX);
		break;
	case 'c':
		options->chart = value;
		break;
	case 'o':
		options->wanted = value;
		break;
	case 'J':
		options->json = true;
		break;
	}
}

static void set_defaults(struct bench_options *options)
{
	char sizes[] = "1M,4M,16M";

	if (!options->kind_count)
		add_kind(options, "memory", "anon");
	if (!options->apis.count) {
		add_value(&options->apis, "api", PINTEST_API_PIN);
		add_value(&options->apis, "api", PINTEST_API_PIN_FAST);
	}
	if (!options->foll.count)
		add_value(&options->foll, "flags", 0);
	if (!options->sizes.count)
		each_word(options, "size", sizes, add_size);
	if (!options->batches.count)
		add_value(&options->batches, "batch", 512);
	if (!options->threads.count)
		add_value(&options->threads, "threads", 1);
	if (!options->rounds)
		options->rounds = 3;
}

/* The cases */

/* Takes the next digit of @number, which counts in bases of list lengths. */
static size_t digit(size_t *number, size_t base)
{
	size_t value = *number % base;

	*number /= base;
	return value;
}

static struct bench_case case_at(const struct bench_options *options,
				 size_t number)
{
	const struct values *sizes = &options->sizes;
	const struct values *batches = &options->batches;
	const struct values *threads = &options->threads;
	const struct values *foll = &options->foll;
	const struct values *apis = &options->apis;
	struct bench_case bench = { 0 };

	bench.size = sizes->value[digit(&number, sizes->count)];
	bench.threads = threads->value[digit(&number, threads->count)];
	bench.batch = batches->value[digit(&number, batches->count)];
	bench.foll = foll->value[digit(&number, foll->count)];
	bench.api = apis->value[digit(&number, apis->count)];
	bench.kind = options->kinds[number];
	return bench;
}

static size_t count_cases(const struct bench_options *options)
{
	return options->kind_count * options->apis.count *
	       options->foll.count * options->batches.count *
	       options->threads.count * options->sizes.count;
}

static size_t measure_all(struct pintest *pt,
			  const struct bench_options *options,
			  struct bench_case *cases, size_t count)
{
	size_t i, failed = 0;

	for (i = 0; i < count; i++) {
		cases[i] = case_at(options, i);
		cli_progress("%zu of %zu: %s, %s, %" PRIu64 " KiB", i + 1,
			     count, cases[i].kind->id,
			     pintest_name(PINTEST_NAMES_API, cases[i].api),
			     cases[i].size >> 10);
		if (bench_measure(pt, &cases[i], options->rounds))
			failed++;
	}
	cli_end_progress();
	return failed;
}

static void print_cases(const struct bench_options *options,
			const struct bench_case *cases, size_t count)
{
	struct table *table = table_new("cases", bench_columns,
					options->wanted, options->json);
	size_t i;

	for (i = 0; i < count; i++)
		table_add(table, &cases[i]);
	table_print(table);
}

/* Before anything is measured, which may take long and would be in vain. */
static FILE *open_chart(const char *path)
{
	FILE *out = fopen(path, "we");

	if (!out)
		err(CLI_FAILED, "cannot write %s", path);
	return out;
}

static int write_chart(const char *path, FILE *out,
		       const struct bench_case *cases, size_t count)
{
	bool failed;

	bench_chart(cases, count, out);
	failed = ferror(out);
	if (fclose(out) || failed) {
		warn("cannot write %s", path);
		return CLI_FAILED;
	}
	return CLI_PASSED;
}

static int run_cases(struct pintest *pt, const struct bench_options *options)
{
	size_t count = count_cases(options), failed, i;
	struct bench_case *cases = calloc(count, sizeof(*cases));
	FILE *chart = NULL;
	int ret = CLI_PASSED;

	if (!cases)
		errx(CLI_FAILED, "no memory left");
	if (options->chart)
		chart = open_chart(options->chart);
	failed = measure_all(pt, options, cases, count);
	print_cases(options, cases, count);
	if (chart)
		ret = write_chart(options->chart, chart, cases, count);
	if (failed == count)
		ret = CLI_FAILED;
	for (i = 0; i < count; i++)
		if (cases[i].unrestored)
			ret = CLI_BROKEN;
	free(cases);
	return ret;
}

/* One case: what the driver asks for first. */
static void ask_as_driver(struct bench_options *options,
			  struct driver_options *driver)
{
	struct driver_ask asks[DRIVER_ASKS_MAX];

	if (!driver_asks(&command_bench, driver, asks))
		return;
	if (options->apis.count || options->foll.count)
		cli_usage(&command_bench,
			  "--driver does not go with --api and --flags");
	add_value(&options->apis, "api", asks[0].api);
	add_value(&options->foll, "flags", asks[0].foll);
}

static int run_bench(int argc, char **argv)
{
	struct bench_options options = { 0 };
	struct driver_options driver = { 0 };
	struct pintest *pt;
	int key, ret;

	while ((key = cli_getopt(&command_bench, argc, argv)) >= 0)
		if (!driver_option(&command_bench, &driver, key, optarg))
			parse_option(&options, key, optarg);
	ask_as_driver(&options, &driver);
	cli_no_operands(&command_bench, argc, argv);
	cli_columns(&command_bench, bench_columns, options.wanted);
	set_defaults(&options);
	if (cli_open(&pt))
		return CLI_FAILED;
	ret = run_cases(pt, &options);
	pintest_close(pt);
	return ret;
}

const struct command command_bench = {
	.name = "bench",
	.summary = "measure what pinning and inspecting pages costs",
	.about = "Time the kernel calls that take pages and give them back, and what pintest does\n"
		 "with the pages, for every combination of the lists. Times are nanoseconds a page.\n"
		 "In a virtual machine they mean nothing, unless it counts instructions.\n",
	.options = bench_options,
	.columns = bench_columns,
	.exits = "0   measured, be it in part: see the column WHY\n"
		 "1   nothing was measured, or the chart not written; standard error says why\n"
		 "2   a setting of the machine could not be put back\n"
		 "64  the command line is wrong\n",
	.examples = "pintest bench --memory anon,anon-thp --flags longterm --chart cost.html\n"
		    "pintest bench --api fast --size 64M --batch 1,16,512 --threads 1,2,4\n",
	.run = run_bench,
};
