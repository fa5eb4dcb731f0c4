// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest info: what this kernel and its module can do.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "commands.h"
#include "console/table.h"

/* A row of the table of APIs. */
struct api {
	const struct pintest_name *name;
	uint64_t foll;
};

static void write_api(struct cell *cell, const void *row)
{
	const struct api *api = row;

	cell_text(cell, api->name->name);
}

static void write_foll(struct cell *cell, const void *row)
{
	const struct api *api = row;

	cell_list(cell, PINTEST_NAMES_FOLL, api->foll);
}

static void write_call(struct cell *cell, const void *row)
{
	const struct api *api = row;

	cell_text(cell, api->name->what);
}

static const struct column api_columns[] = {
	{ "API", COLUMN_TEXT, COLUMN_ALWAYS, "name of the API", write_api },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS,
	  "flags that it takes on this kernel", write_foll },
	{ "CALL", COLUMN_TEXT, COLUMN_MORE, "the kernel call", write_call },
	{ 0 },
};

static struct table *api_table(const struct pintest *pt, bool json)
{
	struct table *table = table_new("apis", api_columns, NULL, json);
	size_t i, count;
	struct api api;

	api.name = pintest_names(PINTEST_NAMES_API, &count);
	for (i = 0; i < count; i++, api.name++) {
		if (!pintest_has_api(pt, api.name->value))
			continue;
		api.foll = pintest_api_foll(pt, api.name->value);
		table_add(table, &api);
	}
	return table;
}

static void write_version(struct cell *cell, const void *row)
{
	(void)row;
	cell_text(cell, pintest_version());
}

/* Blank when the module carries no version. */
static void write_module(struct cell *cell, const void *row)
{
	char version[64];
	FILE *file;

	(void)row;
	file = fopen("/sys/module/pintest/version", "re");
	if (!file)
		return;
	if (fgets(version, sizeof(version), file)) {
		version[strcspn(version, "\n")] = '\0';
		cell_text(cell, version);
	}
	fclose(file);
}

static void write_abi(struct cell *cell, const void *row)
{
	cell_number(cell, pintest_abi(row));
}

static void write_kernel(struct cell *cell, const void *row)
{
	struct utsname uts;

	(void)row;
	uname(&uts);
	cell_text(cell, uts.release);
}

static void write_machine(struct cell *cell, const void *row)
{
	struct utsname uts;

	(void)row;
	uname(&uts);
	cell_text(cell, uts.machine);
}

static void write_page_size(struct cell *cell, const void *row)
{
	cell_number(cell, pintest_page_size(row));
}

static void write_fields(struct cell *cell, const void *row)
{
	cell_list(cell, PINTEST_NAMES_FIELD, pintest_known_fields(row));
}

static void write_flags(struct cell *cell, const void *row)
{
	cell_list(cell, PINTEST_NAMES_PAGE, pintest_known_flags(row));
}

static void write_apis(struct cell *cell, const void *row)
{
	table_write(api_table(row, true), cell);
}

static const struct column info_columns[] = {
	{ "VERSION", COLUMN_TEXT, COLUMN_ALWAYS,
	  "version of this program", write_version },
	{ "MODULE", COLUMN_TEXT, COLUMN_ALWAYS,
	  "version of the module", write_module },
	{ "ABI", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "version of the interface between them", write_abi },
	{ "KERNEL", COLUMN_TEXT, COLUMN_ALWAYS,
	  "release of the kernel", write_kernel },
	{ "MACHINE", COLUMN_TEXT, COLUMN_ALWAYS,
	  "architecture of the kernel", write_machine },
	{ "PAGE_SIZE", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "bytes in a page", write_page_size },
	{ "FIELDS", COLUMN_RAW, COLUMN_ALWAYS,
	  "numbers that page records can have", write_fields },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS,
	  "flags that page records can know", write_flags },
	{ "APIS", COLUMN_RAW, COLUMN_MORE,
	  "ways to pin and the flags they take", write_apis },
	{ 0 },
};

static const struct cli_option info_options[] = {
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void print_info(const struct pintest *pt, bool json)
{
	struct table *table;

	if (json) {
		table = table_new("info", info_columns, NULL, true);
		table_add(table, pt);
		table_print(table);
		return;
	}
	row_print(info_columns, pt);
	putchar('\n');
	table_print(api_table(pt, false));
}

static int run_info(int argc, char **argv)
{
	struct pintest *pt;
	bool json = false;
	int key;

	while ((key = cli_getopt(&command_info, argc, argv)) >= 0)
		json |= key == 'J';
	cli_no_operands(&command_info, argc, argv);

	if (cli_open(&pt))
		return CLI_FAILED;
	print_info(pt, json);
	pintest_close(pt);
	return CLI_PASSED;
}

const struct command command_info = {
	.name = "info",
	.summary = "show what this kernel and the module support",
	.about = "Print versions, what page records can tell on this kernel, and the APIs that\n"
		 "pin with the flags that each of them takes here.\n",
	.options = info_options,
	.exits = "0   printed\n"
		 "1   the module cannot be used; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest info\n"
		    "pintest info --json | jq '.info[0].apis[] | select(.api == \"fast\")'\n",
	.run = run_info,
};
