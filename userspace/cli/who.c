// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest who: which calls hold a page. A trace does not
 * know the pins that are older than itself. For these it lists what the kernel says
 * about processes that may hold pins.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/trace/held.h"
#include "cli/trace/open.h"
#include "cli/trace/suspects.h"
#include "commands.h"

#define HOLDERS	256

/* The command line, and who is asked. */
struct asking {
	struct pintest *pt;
	struct pintest_trace *trace;
	struct symbols *symbols;
	pid_t pid;
	bool json;
	uint64_t *pages;
	size_t count;
};

/* Returns 0, or -ENOENT if no page is mapped there, or another -errno. */
static int page_at(struct asking *a, uint64_t addr,
		   struct pintest_record *record)
{
	uint64_t page = pintest_page_size(a->pt);
	uint64_t start = addr - addr % page;
	ssize_t n = pintest_inspect(a->pt, a->pid, &start, start + page,
				    record, 1);

	if (n < 0)
		return n;
	if (!n || !(record->fields & PINTEST_FIELD_PFN))
		return -ENOENT;
	return 0;
}

/* Returns how many pins are known, or -errno. */
static int64_t add_holders(struct asking *a, uint64_t pfn, struct table *table)
{
	struct pintest_holder holders[HOLDERS];
	struct pintest_event event;
	struct held_row row = { 0 };
	struct timespec now;
	int64_t known = 0;
	ssize_t i, n;

	n = pintest_trace_who(a->trace, pfn, holders, HOLDERS);
	if (n < 0)
		return n;
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (i = 0; i < n; i++) {
		if (pintest_trace_held(a->trace, holders[i].id, &event, 1) != 1 ||
		    event.id != holders[i].id)
			continue;
		row.event = event;
		row.caller = symbols_caller(a->symbols, &event);
		row.now_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
		row.pins = holders[i].pins;
		table_add(table, &row);
		known += holders[i].pins;
	}
	return known;
}

static const char columns[] = "id,process,caller,call,addr,flags,pins,age";

/* What the kernel counts beyond what is @known. */
static void print_others(struct asking *a, int64_t known,
			 const struct pintest_record *record)
{
	if (!(record->fields & PINTEST_FIELD_PINCOUNT) ||
	    record->pincount <= known)
		return;
	printf("The kernel counts %s%d pins of its folio: who took the others is not known.\n",
	       record->pincount_kind == PINTEST_PINCOUNT_ESTIMATE ?
	       "about " : "", record->pincount);
	suspects_print(a->pid);
}

/* @record: of the page, if it is known by its address. */
static int ask(struct asking *a, uint64_t pfn,
	       const struct pintest_record *record)
{
	struct table *table = table_new("holders", held_columns, columns,
					a->json);
	int64_t known = add_holders(a, pfn, table);

	if (known < 0) {
		warnx("cannot tell who holds page 0x%" PRIx64 ": %s", pfn,
		      known == -ENOENT ? "this machine has no such page" :
		      strerror(-known));
		table_free(table);
		return CLI_FAILED;
	}
	if (a->json || known)
		table_print(table);
	else
		table_free(table);
	if (!a->json && !known)
		printf("Nobody has pinned page 0x%" PRIx64 " since the trace began.\n",
		       pfn);
	if (!a->json && record)
		print_others(a, known, record);
	return CLI_PASSED;
}

static int ask_at(struct asking *a, uint64_t addr)
{
	struct pintest_record record;
	int ret = page_at(a, addr, &record);

	if (!ret)
		return ask(a, record.pfn, &record);
	errno = -ret;
	if (ret == -ENOENT)
		warnx("nothing is mapped at 0x%" PRIx64 " in process %d", addr,
		      (int)a->pid);
	else
		warn("cannot look at process %d", (int)a->pid);
	return CLI_FAILED;
}

static int ask_each(struct asking *a)
{
	int ret = CLI_PASSED;
	size_t i;

	for (i = 0; !ret && i < a->count; i++)
		ret = a->pid ? ask_at(a, a->pages[i]) :
			       ask(a, a->pages[i], NULL);
	return ret;
}

static const struct cli_option who_options[] = {
	{ "pid", 'p', "PID", "the addresses are of this process" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void parse(struct asking *a, int argc, char **argv)
{
	const struct command *cmd = &command_who;
	int key;

	while ((key = cli_getopt(cmd, argc, argv)) >= 0) {
		switch (key) {
		case 'p':
			a->pid = cli_pid(cmd, optarg);
			break;
		case 'J':
			a->json = true;
			break;
		}
	}
	if (optind == argc)
		cli_usage(cmd, "an address with --pid, or the number of a page frame, is needed");
	a->pages = calloc(argc - optind, sizeof(*a->pages));
	if (!a->pages)
		errx(CLI_FAILED, "no memory left");
	for (; optind < argc; optind++)
		a->pages[a->count++] = cli_number(cmd, a->pid ? "ADDR" : "PFN",
						  argv[optind]);
}

static int run_who(int argc, char **argv)
{
	struct asking a = { 0 };
	int ret;

	parse(&a, argc, argv);
	ret = trace_join(&a.pt, &a.trace);
	if (ret) {
		if (ret == -ENOENT && a.pid)
			suspects_print(a.pid);
		free(a.pages);
		return CLI_FAILED;
	}
	a.symbols = symbols_new(a.trace);
	ret = ask_each(&a);
	free(a.pages);
	symbols_free(a.symbols);
	pintest_trace_free(a.trace);
	pintest_close(a.pt);
	return ret;
}

const struct command command_who = {
	.name = "who",
	.summary = "which calls hold a page",
	.operands = "ADDR... | PFN...",
	.about = "Print which calls hold pins of a page, of those that were made since a\n"
		 "'pintest trace' runs, beside which this runs. Where the kernel counts more pins,\n"
		 "print what it tells of the process: these may be what holds the page, or not.\n",
	.options = who_options,
	.exits = "0   printed\n"
		 "1   no trace runs, or nothing is mapped there; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest who --pid 1234 0x7f0000000000\n"
		    "pintest who 0x12345\n",
	.run = run_who,
};
