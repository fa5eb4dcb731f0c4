// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest list: what there is to check.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "cover.h"
#include "outside.h"
#include "commands.h"
#include "drivers/drivers.h"
#include "kinds.h"
#include "engine/engine.h"
#include "console/table.h"
#include "ways/outside.h"

/* A row of the list of checks. */
struct check_row {
	const struct check *check;
	const struct scenario *scenario;
};

static void print_promise(FILE *out, const struct check *check,
			  const struct scenario *scenario)
{
	if (scenario->story)
		fputs(scenario->story->what, out);
	else
		fprintf(out, "%s, after %s of %s, when %s", check->rule->what,
			scenario->way->what, scenario->memory->what,
			scenario->event->what);
}

static void write_check_id(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	cell_text(cell, check->check->id);
}

static void write_check_what(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	print_promise(cell->out, check->check, check->scenario);
}

static void write_check_rule(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	if (check->check->rule)
		cell_text(cell, check->check->rule->id);
}

static void write_check_way(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	if (check->scenario->way)
		cell_text(cell, check->scenario->way->id);
}

static void write_check_memory(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	if (check->scenario->memory)
		cell_text(cell, check->scenario->memory->id);
}

static void write_check_event(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	if (check->scenario->event)
		cell_text(cell, check->scenario->event->id);
}

static void write_check_long(struct cell *cell, const void *row)
{
	const struct check_row *check = row;

	cell_bool(cell, check->scenario->memory &&
		  check->scenario->memory->traits & MEMORY_LONG);
}

static const struct column check_columns[] = {
	{ "CHECK", COLUMN_TEXT, COLUMN_ALWAYS, "id of the check",
	  write_check_id },
	{ "RULE", COLUMN_TEXT, COLUMN_MORE, "its rule", write_check_rule },
	{ "WAY", COLUMN_TEXT, COLUMN_MORE, "its way", write_check_way },
	{ "MEMORY", COLUMN_TEXT, COLUMN_MORE, "its memory kind",
	  write_check_memory },
	{ "EVENT", COLUMN_TEXT, COLUMN_MORE, "its event",
	  write_check_event },
	{ "LONG", COLUMN_RAW, COLUMN_MORE, "run only with --long",
	  write_check_long },
	{ "PROMISE", COLUMN_TEXT, COLUMN_ALWAYS, "what is promised",
	  write_check_what },
	{ 0 },
};

static void print_checks_json(const struct plan *plan)
{
	struct table *table = table_new("checks", check_columns, NULL, true);
	size_t i;

	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];

		table_add(table, &(struct check_row) {
				check, &plan->scenarios[check->scenario] });
	}
	table_print(table);
}

static int longest_id(const struct plan *plan)
{
	size_t i, length, longest = 0;

	for (i = 0; i < plan->check_count; i++) {
		length = strlen(plan->checks[i].id);
		if (longest < length)
			longest = length;
	}
	return longest;
}

/* A table looks at each letter to see how wide it is: of megabytes here. */
static void print_checks(const struct plan *plan)
{
	int width = longest_id(plan);
	size_t i;

	printf("%-*s PROMISE\n", width, "CHECK");
	for (i = 0; i < plan->check_count; i++) {
		const struct check *check = &plan->checks[i];

		printf("%-*s ", width, check->id);
		print_promise(stdout, check, &plan->scenarios[check->scenario]);
		putchar('\n');
	}
}

static void list_checks(const struct cli_globs *globs,
			struct cover_options *cover,
			const struct outside_options *outside, bool json)
{
	struct plan_choice choice = {
		.globs = globs->glob,
		.glob_count = globs->count,
		.way_mask = ~0ULL,
		.longer = true,
	};
	struct plan *plan;
	char meant[NEAREST_TEXT];

	outside_choose(&command_list, outside, &choice);
	plan = plan_new(&choice);
	if (!plan)
		errx(CLI_FAILED, "no memory left for the checks");
	outside_tell(plan);
	if (!plan->check_count && !plan->unknown)
		cli_usage(&command_list, "--filter '%s' matches no check%s",
			  globs->glob[0],
			  check_nearest(globs->glob[0], meant));
	cover_plan(&command_list, cover, plan);
	if (json)
		print_checks_json(plan);
	else
		print_checks(plan);
	plan_free(plan);
}

/* A row of the list of an axis. */
struct axis_row {
	const char *id;
	const char *what;
	const char *from;
	unsigned int needs;
};

static void write_axis_id(struct cell *cell, const void *row)
{
	const struct axis_row *axis = row;

	cell_text(cell, axis->id);
}

static void write_axis_what(struct cell *cell, const void *row)
{
	const struct axis_row *axis = row;

	cell_text(cell, axis->what);
}

static const struct column axis_columns[] = {
	{ "ID", COLUMN_TEXT, COLUMN_ALWAYS, "its name in ids of checks",
	  write_axis_id },
	{ "WHAT", COLUMN_TEXT, COLUMN_ALWAYS, "what it is",
	  write_axis_what },
	{ 0 },
};

static void write_way_from(struct cell *cell, const void *row)
{
	const struct axis_row *axis = row;

	cell_text(cell, axis->from);
}

static const struct column way_columns[] = {
	{ "ID", COLUMN_TEXT, COLUMN_ALWAYS, "its name in ids of checks",
	  write_axis_id },
	{ "WHAT", COLUMN_TEXT, COLUMN_ALWAYS, "what pins",
	  write_axis_what },
	{ "FROM", COLUMN_TEXT, COLUMN_ALWAYS,
	  "the shared object that it is, or the module", write_way_from },
	{ 0 },
};

static void write_rule_needs(struct cell *cell, const void *row)
{
	const struct axis_row *axis = row;
	bool first = true;
	size_t i;

	for (i = 0; i < FACT_COUNT; i++) {
		if (!(axis->needs & 1 << i))
			continue;
		fprintf(cell->out, "%s%s", first ? "" : ", ",
			fact_name(1 << i));
		first = false;
	}
}

static const struct column rule_columns[] = {
	{ "ID", COLUMN_TEXT, COLUMN_ALWAYS, "its name in ids of checks",
	  write_axis_id },
	{ "WHAT", COLUMN_TEXT, COLUMN_ALWAYS, "what is promised",
	  write_axis_what },
	{ "NEEDS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "what has to be known of a pin to judge it", write_rule_needs },
	{ 0 },
};

static void add_axis(struct table *table, const char *id, const char *what)
{
	table_add(table, &(struct axis_row) { .id = id, .what = what });
}

static void add_rules(struct table *table)
{
	size_t i, count;
	const struct rule *rule = rules(&count);

	for (i = 0; i < count; i++)
		table_add(table, &(struct axis_row) {
				.id = rule[i].id, .what = rule[i].what,
				.needs = rule[i].needs });
}

static void tell_unusable(const char *file, const struct reason *why)
{
	warnx("%s: %s", file, why->text);
}

static void add_ways(struct table *table)
{
	size_t i, count;
	const struct way *way;

	outside_load_all(tell_unusable);
	way = ways(&count);
	for (i = 0; i < count; i++)
		table_add(table, &(struct axis_row) {
				.id = way[i].id, .what = way[i].what,
				.from = way[i].file ? : "pintest.ko" });
}

static void add_memory(struct table *table)
{
	size_t i, count;
	const struct memory_kind *kind = memory_kinds(&count);

	for (i = 0; i < count; i++)
		add_axis(table, kind[i].id, kind[i].what);
}

static void add_events(struct table *table)
{
	size_t i, count;
	const struct event *event = events(&count);

	for (i = 0; i < count; i++)
		add_axis(table, event[i].id, event[i].what);
}

static void add_known(struct table *table)
{
	size_t i, count;
	const struct known *known = known_behaviours(&count);
	struct reason text;

	for (i = 0; i < count; i++) {
		known_text(&known[i], &text);
		add_axis(table, known[i].id, text.text);
	}
}

static const struct axis {
	const char *name;
	const struct column *columns;
	void (*add)(struct table *table);
} axes[] = {
	{ "rules", rule_columns, add_rules },
	{ "ways", way_columns, add_ways },
	{ "memory", axis_columns, add_memory },
	{ "events", axis_columns, add_events },
	{ "known", axis_columns, add_known },
};

static void list_axis(const char *name, bool json)
{
	struct table *table;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(axes); i++) {
		if (strcmp(axes[i].name, name))
			continue;
		table = table_new(name, axes[i].columns, NULL, json);
		axes[i].add(table);
		table_print(table);
		return;
	}
	cli_usage(&command_list,
		  "'%s' cannot be listed: it takes checks, rules, ways, memory, events, known or drivers",
		  name);
}

static void write_driver(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->driver);
}

static void write_releases(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->releases);
}

static void write_call(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->call);
}

static void write_use_way(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->way);
}

static void write_to_write(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->write);
}

static void write_to_read(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->read);
}

static void write_release(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->release);
}

static void write_file(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->file);
}

static void write_function(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, use->function);
}

static void write_held(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, driver_find(use->driver)->held);
}

static void write_driver_what(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, driver_find(use->driver)->what);
}

static void write_note(struct cell *cell, const void *row)
{
	const struct driver_use *use = row;

	cell_text(cell, driver_find(use->driver)->note);
}

static const struct column driver_columns[] = {
	{ "DRIVER", COLUMN_TEXT, COLUMN_ALWAYS, "its name", write_driver },
	{ "RELEASES", COLUMN_TEXT, COLUMN_ALWAYS,
	  "kernels whose driver pins like this", write_releases },
	{ "CALL", COLUMN_TEXT, COLUMN_ALWAYS, "the kernel call", write_call },
	{ "WAY", COLUMN_TEXT, COLUMN_MORE, "the way that is nearest",
	  write_use_way },
	{ "WRITE", COLUMN_TEXT, COLUMN_ALWAYS,
	  "its FOLL flags if the device writes", write_to_write },
	{ "READ", COLUMN_TEXT, COLUMN_ALWAYS,
	  "its FOLL flags if the device only reads", write_to_read },
	{ "HELD", COLUMN_TEXT, COLUMN_ALWAYS, "how long", write_held },
	{ "RELEASE", COLUMN_TEXT, COLUMN_MORE,
	  "the call that gives the pages back", write_release },
	{ "FILE", COLUMN_TEXT, COLUMN_MORE, "file that has the call",
	  write_file },
	{ "FUNCTION", COLUMN_TEXT, COLUMN_MORE, "function that has it",
	  write_function },
	{ "WHAT", COLUMN_TEXT, COLUMN_ALWAYS, "what it is",
	  write_driver_what },
	{ "NOTE", COLUMN_TEXT, COLUMN_MORE, "what to know of it", write_note },
	{ 0 },
};

static void list_drivers(bool json)
{
	struct table *table = table_new("drivers", driver_columns, NULL, json);
	size_t i, count;
	const struct driver_use *use = driver_uses(&count);

	for (i = 0; i < count; i++)
		table_add(table, &use[i]);
	table_print(table);
}

static const struct cli_option list_options[] = {
	{ "filter", 'f', "GLOB", "only checks whose id matches; may be repeated" },
	{ "way", OPTION_WAY, "WAY[:ARG]", WAY_HELP },
	{ "no-module", OPTION_NO_MODULE, NULL, NO_MODULE_HELP },
	{ "cover", OPTION_COVER, "pairs[:I/N]", COVER_HELP },
	{ "expected", OPTION_EXPECTED, "FILE", EXPECTED_HELP },
	{ "lacks", OPTION_LACKS, "I:FILE", LACKS_HELP },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static int run_list(int argc, char **argv)
{
	struct cli_globs globs = { 0 };
	struct cover_options cover = { 0 };
	struct outside_options outside = { 0 };
	const char *what = "checks";
	bool json = false;
	int key;

	while ((key = cli_getopt(&command_list, argc, argv)) >= 0) {
		if (cover_option(&command_list, &cover, key, optarg) ||
		    outside_option(&command_list, &outside, key, optarg))
			continue;
		if (key == 'f')
			cli_add_glob(&command_list, &globs, optarg);
		else
			json = true;
	}
	if (optind < argc)
		what = argv[optind++];
	cli_no_operands(&command_list, argc, argv);
	if (!strcmp(what, "checks")) {
		list_checks(&globs, &cover, &outside, json);
		return CLI_PASSED;
	}
	if (globs.count)
		cli_usage(&command_list, "--filter goes with checks only");
	if (cover.wanted)
		cli_usage(&command_list, "--cover goes with checks only");
	if (outside.mask || outside.no_module)
		cli_usage(&command_list, "--way and --no-module go with checks only");
	if (!strcmp(what, "drivers"))
		list_drivers(json);
	else
		list_axis(what, json);
	return CLI_PASSED;
}

const struct command command_list = {
	.name = "list",
	.summary = "list all checks, or what they are made of",
	.operands = "[checks|rules|ways|memory|events|known|drivers]",
	.about = "Print every check with what it promises, those of 'pintest check --long'\n"
		 "included; or the rules, ways, memory kinds and events whose product they are;\n"
		 "or the known behaviours of kernels that explain failures; or how real drivers\n"
		 "pin, by kernel release.\n",
	.options = list_options,
	.exits = "0   printed\n"
		 "64  the command line is wrong\n",
	.examples = "pintest list memory\n"
		    "pintest list --filter 'ro-longterm.*.write'\n"
		    "pintest list drivers\n"
		    "pintest list checks --cover pairs:1/4\n",
	.run = run_list,
};
