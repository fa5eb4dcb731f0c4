// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest held: the pins that drivers hold now, and whether they are stale.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/trace/held.h"
#include "cli/trace/lint.h"
#include "cli/trace/open.h"
#include "commands.h"
#include "console/records.h"

#define BATCH	256

/* The command line, and what is looked at. */
struct holding {
	struct pintest *pt;
	struct pintest_trace *trace;
	struct symbols *symbols;
	pid_t pid;
	const char *module;
	bool stale;
	bool verbose;
	bool json;
	uint64_t calls;
	uint64_t pins;
};

static bool is_stale(const struct pintest_record *record)
{
	return lint_record(record, false) & LINT_STALE;
}

/* Counts stale pages, and has their records, or all, printed into @table. */
static uint64_t see_pages(struct holding *h, const struct pintest_event *event,
			  struct table *table)
{
	struct pintest_record records[BATCH];
	uint64_t first = 0, stale = 0;
	ssize_t i, n;

	while ((n = pintest_trace_records(h->trace, event->id, &first, records,
					  BATCH)) > 0) {
		for (i = 0; i < n; i++) {
			stale += is_stale(&records[i]);
			if (table && (!h->stale || is_stale(&records[i])))
				table_add(table, &records[i]);
		}
	}
	return stale;
}

static bool is_wanted(struct holding *h, const struct pintest_event *event)
{
	if (h->pid && event->tgid != h->pid && event->owner != h->pid)
		return false;
	return !h->module || symbols_has_module(h->symbols, event, h->module);
}

/* Returns whether it is one of those that are asked for. */
static bool see_call(struct holding *h, const struct pintest_event *event,
		     struct table *table)
{
	struct timespec now;
	struct held_row row = {
		.event = *event,
		.caller = symbols_caller(h->symbols, event),
		.pins = event->pins,
	};

	if (!is_wanted(h, event))
		return false;
	/* Nothing is mapped where a process is gone: that is no news. */
	if (!(event->flags & PINTEST_EVENT_GONE))
		row.stale = see_pages(h, event, NULL);
	if (h->stale && !row.stale)
		return false;
	clock_gettime(CLOCK_MONOTONIC, &now);
	row.now_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
	table_add(table, &row);
	h->calls++;
	h->pins += event->pins;
	return true;
}

static void print_records(struct holding *h, const struct pintest_event *event)
{
	struct table *table = table_new("records", record_columns, NULL,
					h->json);

	if (!h->json)
		printf("\nPages of %" PRIu64 ":\n", (uint64_t)event->id);
	see_pages(h, event, table);
	table_print(table);
}

/* All calls, or their records where @table is NULL. */
static int walk(struct holding *h, struct table *table, uint64_t *ids)
{
	struct pintest_event events[16];
	uint64_t first = 0, count = 0;
	ssize_t i, n;

	while ((n = pintest_trace_held(h->trace, first, events, 16)) > 0) {
		for (i = 0; i < n; i++)
			if (see_call(h, &events[i], table) && h->verbose &&
			    count < BATCH)
				ids[count++] = events[i].id;
		first = events[n - 1].id + 1;
	}
	if (n < 0)
		warnx("cannot tell what is held: %s", strerror(-n));
	return n < 0 ? CLI_FAILED : CLI_PASSED;
}

static int print_all(struct holding *h)
{
	struct table *table = table_new("held", held_columns, NULL, h->json);
	struct pintest_event event;
	uint64_t ids[BATCH] = { 0 };
	size_t i;
	int ret = walk(h, table, ids);

	table_print(table);
	for (i = 0; i < BATCH && ids[i]; i++)
		if (pintest_trace_held(h->trace, ids[i], &event, 1) == 1 &&
		    event.id == ids[i])
			print_records(h, &event);
	if (!h->json && !ret)
		printf("%s%" PRIu64 " pins of %" PRIu64 " calls%s.\n",
		       h->calls ? "\n" : "", h->pins, h->calls,
		       h->stale ? " with stale pages" : "");
	return ret;
}

static const struct cli_option held_options[] = {
	{ "pid", 'p', "PID", "only what this process pinned, or has pinned of it" },
	{ "module", 'm', "NAME", "only calls in which this module has a part" },
	{ "stale", 's', NULL, "only where the pinned page is not the mapped one" },
	{ "verbose", 'v', NULL, "print the records of the pages, too" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void parse(struct holding *h, int argc, char **argv)
{
	const struct command *cmd = &command_held;
	int key;

	while ((key = cli_getopt(cmd, argc, argv)) >= 0) {
		switch (key) {
		case 'p':
			h->pid = cli_pid(cmd, optarg);
			break;
		case 'm':
			h->module = optarg;
			break;
		case 's':
			h->stale = true;
			break;
		case 'v':
			h->verbose = true;
			break;
		case 'J':
			h->json = true;
			break;
		}
	}
	cli_no_operands(cmd, argc, argv);
	cli_exclude(cmd, h->verbose, "verbose", h->json, "json");
}

static int run_held(int argc, char **argv)
{
	struct holding h = { 0 };
	int ret;

	parse(&h, argc, argv);
	if (trace_join(&h.pt, &h.trace))
		return CLI_FAILED;
	h.symbols = symbols_new(h.trace);
	ret = print_all(&h);
	symbols_free(h.symbols);
	pintest_trace_free(h.trace);
	pintest_close(h.pt);
	return ret;
}

const struct command command_held = {
	.name = "held",
	.summary = "the pins that drivers hold, and whether they are stale",
	.about = "Print the calls whose pins are out, of those that were made since a\n"
		 "'pintest trace' runs, beside which this runs. A page is stale if the page that\n"
		 "was pinned is not the page that the process has mapped there now: the device\n"
		 "and the process do not see the same bytes any more.\n",
	.options = held_options,
	.columns = held_columns,
	.exits = "0   printed\n"
		 "1   no trace runs, or it could not be asked; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest held\n"
		    "pintest held --stale --verbose\n",
	.run = run_held,
};
