// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest inspect: which pages of a process are pinned, without touching it.
 *
 * Its mappings are walked one after the other. Pages that look pinned are put
 * together to ranges of equal pages; --all prints every page instead.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/trace/holders.h"
#include "commands.h"
#include "console/maps.h"
#include "console/records.h"
#include "console/table.h"
#include "folios.h"

#define BATCH	512

/* What is inspected, and how it is printed. */
struct inspection {
	struct pintest *pt;
	pid_t pid;
	const char *wanted;
	bool all;
	bool json;
	uint64_t addr;
	uint64_t length;
	uint64_t mapped;
	struct folios pinned;
	struct holders *holders;
	int error;
};

typedef void (*see_fn)(const struct pintest_record *record, void *arg);

/* The first error is kept; there is nothing to see after it. */
static void walk(struct inspection *in, const struct mapping *map, see_fn see,
		 void *arg)
{
	struct pintest_record records[BATCH];
	uint64_t addr = map->start;
	ssize_t i, n = 0;

	while (!in->error && addr < map->end) {
		n = pintest_inspect(in->pt, in->pid, &addr, map->end, records,
				    BATCH);
		if (n < 0)
			in->error = -n;
		for (i = 0; i < n; i++)
			see(&records[i], arg);
	}
}

/* Ranges: equal pages, one after the other, in one mapping */

/* Begins with the record of its first page, for record_write_...(). */
struct range {
	struct pintest_record first;
	uint64_t pages;
	const struct mapping *map;
	struct inspection *in;
	struct table *table;
	char by[256];
};

static bool goes_on(const struct range *range,
		    const struct pintest_record *record, const char *by)
{
	uint64_t length = range->pages * pintest_page_size(range->in->pt);

	return range->pages &&
	       record->addr == range->first.addr + length &&
	       record->fields == range->first.fields &&
	       record->flags == range->first.flags &&
	       record->folio_order == range->first.folio_order &&
	       record->pincount == range->first.pincount &&
	       record->pincount_min == range->first.pincount_min &&
	       record->pincount_kind == range->first.pincount_kind &&
	       !strcmp(by, range->by);
}

static void end_range(struct range *range)
{
	if (range->pages)
		table_add(range->table, range);
	range->pages = 0;
}

static void see_range(const struct pintest_record *record, void *arg)
{
	struct range *range = arg;
	char by[sizeof(range->by)] = "";

	range->in->mapped++;
	if (!folio_looks_pinned(record))
		return;
	folios_add(&range->in->pinned, record);
	if (range->in->holders)
		holders_names(range->in->holders, record, by, sizeof(by));
	if (!goes_on(range, record, by)) {
		end_range(range);
		range->first = *record;
		strcpy(range->by, by);
	}
	range->pages++;
}

static void write_pages(struct cell *cell, const void *row)
{
	const struct range *range = row;

	cell_number(cell, range->pages);
}

static void write_range_perms(struct cell *cell, const void *row)
{
	const struct range *range = row;

	cell_text(cell, range->map->perms);
}

static void write_range_mapping(struct cell *cell, const void *row)
{
	const struct range *range = row;

	cell_text(cell, range->map->name);
}

/* Blank, if the trace that runs knows nobody. */
static void write_by(struct cell *cell, const void *row)
{
	const struct range *range = row;

	if (*range->by)
		cell_text(cell, range->by);
}

static const struct column range_columns[] = {
	{ "ADDR", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "virtual address of the first page", record_write_addr },
	{ "PAGES", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "how many pages", write_pages },
	{ "ORDER", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "order of their folios", record_write_order },
	{ "PINS", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "pins of each folio, all of its pages together; ~ at most, an estimate",
	  record_write_pins },
	{ "PINS_MIN", COLUMN_NUMBER, COLUMN_MORE,
	  "and no fewer than that", record_write_pins_min },
	{ "PINS_KIND", COLUMN_TEXT, COLUMN_MORE,
	  "what that number is worth", record_write_pins_kind },
	{ "BY", COLUMN_TEXT, COLUMN_MORE,
	  "who has pinned them, shown while 'pintest trace' runs; ? before it began",
	  write_by },
	{ "PERMS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "protection of the mapping", write_range_perms },
	{ "MAPPING", COLUMN_TEXT, COLUMN_ALWAYS,
	  "name of the mapping", write_range_mapping },
	{ "FLAGS", COLUMN_RAW, COLUMN_ALWAYS,
	  "what is true of the pages", record_write_flags },
	{ 0 },
};

/* A folio may be pinned by any of its pages, so there is only a most of pages. */
static void print_sum(struct inspection *in)
{
	size_t folios = folios_sum(&in->pinned);

	if (!folios) {
		printf("No folio of %" PRIu64 " mapped pages looks pinned.\n",
		       in->mapped);
		return;
	}
	printf("\n%zu folio%s pinned: at most %" PRIu64 " of %" PRIu64
	       " mapped pages.\n", folios, folios == 1 ? " looks" : "s look",
	       in->pinned.pages, in->mapped);
	if (in->pinned.estimates)
		printf("%zu of them by estimate (~): 1024 other references to a small folio look like a pin.\n",
		       in->pinned.estimates);
}

static void print_ranges(struct inspection *in, const struct mappings *maps)
{
	struct range range = { .in = in };
	size_t i;

	in->holders = holders_join(in->pt);
	if (in->holders && !in->wanted)
		in->wanted = "+by";
	range.table = table_new("ranges", range_columns, in->wanted, in->json);
	for (i = 0; i < maps->count; i++) {
		range.map = &maps->all[i];
		walk(in, range.map, see_range, &range);
		end_range(&range);
	}
	table_print(range.table);
	if (!in->json && !in->error)
		print_sum(in);
	holders_free(in->holders);
	folios_free(&in->pinned);
}

/* All pages: a table for each mapping */

struct page_rows {
	struct table *table;
	uint64_t count;
};

static void see_page(const struct pintest_record *record, void *arg)
{
	struct page_rows *rows = arg;

	table_add(rows->table, record);
	rows->count++;
}

static void print_pages(struct inspection *in, const struct mappings *maps)
{
	struct page_rows rows;
	size_t i;

	for (i = 0; i < maps->count; i++) {
		const struct mapping *map = &maps->all[i];

		rows.table = table_new("records", record_columns, in->wanted,
				       false);
		rows.count = 0;
		walk(in, map, see_page, &rows);
		if (rows.count)
			printf("%s%" PRIx64 "-%" PRIx64 " %s %s\n",
			       in->mapped ? "\n" : "", map->start, map->end,
			       map->perms, map->name);
		in->mapped += rows.count;
		table_print(rows.table);
	}
}

/* A row of the table of mappings, which is for JSON. */
struct mapping_row {
	struct inspection *in;
	const struct mapping *map;
};

static void write_map_start(struct cell *cell, const void *row)
{
	const struct mapping_row *mapping = row;

	cell_hex(cell, mapping->map->start);
}

static void write_map_end(struct cell *cell, const void *row)
{
	const struct mapping_row *mapping = row;

	cell_hex(cell, mapping->map->end);
}

static void write_map_perms(struct cell *cell, const void *row)
{
	const struct mapping_row *mapping = row;

	cell_text(cell, mapping->map->perms);
}

static void write_map_name(struct cell *cell, const void *row)
{
	const struct mapping_row *mapping = row;

	cell_text(cell, mapping->map->name);
}

static void write_map_pages(struct cell *cell, const void *row)
{
	const struct mapping_row *mapping = row;
	struct inspection *in = mapping->in;
	struct page_rows rows = { 0 };

	rows.table = table_new("records", record_columns, in->wanted, true);
	walk(in, mapping->map, see_page, &rows);
	table_write(rows.table, cell);
}

static const struct column mapping_columns[] = {
	{ "START", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "first byte", write_map_start },
	{ "END", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "first byte after it", write_map_end },
	{ "PERMS", COLUMN_TEXT, COLUMN_ALWAYS,
	  "protection", write_map_perms },
	{ "NAME", COLUMN_TEXT, COLUMN_ALWAYS,
	  "file or kind", write_map_name },
	{ "PAGES", COLUMN_RAW, COLUMN_MORE,
	  "records of its pages", write_map_pages },
	{ 0 },
};

static void print_pages_json(struct inspection *in,
			     const struct mappings *maps)
{
	struct mapping_row row = { .in = in };
	struct table *table;
	size_t i;

	table = table_new("mappings", mapping_columns, NULL, true);
	for (i = 0; i < maps->count; i++) {
		row.map = &maps->all[i];
		table_add(table, &row);
	}
	table_print(table);
}

static int print_all(struct inspection *in, const struct mappings *maps)
{
	if (!in->all)
		print_ranges(in, maps);
	else if (in->json)
		print_pages_json(in, maps);
	else
		print_pages(in, maps);
	if (!in->error)
		return CLI_PASSED;
	errno = in->error;
	warn("cannot inspect process %d", (int)in->pid);
	return CLI_FAILED;
}

static const struct cli_option inspect_options[] = {
	{ "pid", 'p', "PID", "the process; it is not touched" },
	{ "addr", 'a', "ADDRESS", "only what is mapped from there on" },
	{ "length", 'l', "BYTES", "and only so far" },
	{ "all", 'A', NULL, "all mapped pages, one by one; the columns are then\n"
			    "those of 'pintest pin'" },
	{ "columns", 'o', "LIST", "print these columns; +LIST adds them" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void parse(struct inspection *in, int argc, char **argv)
{
	const struct command *cmd = &command_inspect;
	int key;

	while ((key = cli_getopt(cmd, argc, argv)) >= 0) {
		switch (key) {
		case 'p':
			in->pid = cli_pid(cmd, optarg);
			break;
		case 'a':
			in->addr = cli_number(cmd, "addr", optarg);
			break;
		case 'l':
			in->length = cli_number_in(cmd, "length", optarg, 1,
						   UINT64_MAX);
			break;
		case 'A':
			in->all = true;
			break;
		case 'o':
			in->wanted = optarg;
			break;
		case 'J':
			in->json = true;
			break;
		}
	}
	if (!in->pid && optind < argc)
		in->pid = cli_pid(cmd, argv[optind++]);
	cli_no_operands(cmd, argc, argv);
	if (in->length && !in->addr)
		cli_usage(cmd, "--length goes with --addr");
	if (!in->pid)
		cli_usage(cmd, "a process is needed: 'pintest inspect PID'");
	cli_columns(cmd, in->all ? record_columns : range_columns,
		    in->wanted);
}

/* The end of the range, rounded to pages as its start is. */
static void cut(struct inspection *in, struct mappings *maps)
{
	uint64_t page = pintest_page_size(in->pt);
	uint64_t start = in->addr - in->addr % page;
	uint64_t end = UINT64_MAX;

	if (in->length && in->length <= UINT64_MAX - in->addr - page)
		end = (in->addr + in->length + page - 1) / page * page;
	mappings_cut(maps, start, end);
}

/* An empty list of pages would say that it has memory, and none of it pinned. */
static int tell_no_memory(const struct inspection *in,
			  const struct mappings *maps)
{
	const char *why = maps->count ? NULL : process_lacks_memory(in->pid);

	if (!why)
		return 0;
	warnx("cannot inspect process %d: %s", (int)in->pid, why);
	return CLI_FAILED;
}

static int run_inspect(int argc, char **argv)
{
	struct inspection in = { 0 };
	struct mappings maps;
	int ret;

	parse(&in, argc, argv);
	if (cli_open(&in.pt))
		return CLI_FAILED;
	ret = mappings_of(in.pid, &maps);
	if (ret) {
		errno = -ret;
		warn("cannot read the mappings of process %d", (int)in.pid);
		ret = CLI_FAILED;
	} else {
		ret = tell_no_memory(&in, &maps);
		cut(&in, &maps);
		if (!ret)
			ret = print_all(&in, &maps);
		mappings_free(&maps);
	}
	pintest_close(in.pt);
	return ret;
}

const struct command command_inspect = {
	.name = "inspect",
	.summary = "show which pages of a process are pinned",
	.operands = "[PID]",
	.about = "Walk the mappings of a process and print the pages that look pinned, as ranges\n"
		 "of equal pages. The process is not touched: no fault, no reference. A large folio\n"
		 "counts pins of all its pages together: which of them are pinned is not known. A\n"
		 "small one has no count: its references that nothing else accounts for are taken\n"
		 "for pins, 1024 for each, which is an estimate. While 'pintest trace' runs, the\n"
		 "column BY names who has pinned them since.\n",
	.options = inspect_options,
	.columns = range_columns,
	.exits = "0   printed\n"
		 "1   it could not be inspected; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest inspect 1234\n"
		    "pintest inspect 1234 --addr 0x7f0000000000 --length 2M --all\n",
	.run = run_inspect,
};
