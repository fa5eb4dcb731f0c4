// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest pin: its command line.
 */
#include <getopt.h>
#include <inttypes.h>

#include "cli/kinds.h"
#include "cli/pin/run.h"
#include "cli/driver.h"
#include "commands.h"
#include "console/records.h"
#include "model/words.h"

enum {
	OPTION_EXIT_STATUS = 256,
};

static const struct cli_option pin_options[] = {
	{ "memory", 'm', "ID", "pin memory of this kind (anon): see\n"
			  "'pintest list memory'" },
	{ "pages", 'n', "N", "so many pages of it (2)" },
	{ "event", 'e', "ID", "then let this happen to it: see\n"
			"'pintest list events'" },
	{ "pid", 'p', "PID", "pin memory of this process instead" },
	{ "addr", 'a', "ADDRESS", "from this address on" },
	{ "length", 'l', "BYTES", "so much of it (one page)" },
	{ "api", 'i', "API", "the kernel call (fast; remote with --pid): see\n"
			     "'pintest info'" },
	{ "flags", 'f', "LIST", "FOLL flags, such as longterm,write (longterm)" },
	{ "driver", OPTION_DRIVER, "NAME", DRIVER_HELP },
	{ "as", OPTION_AS, "RELEASE", AS_HELP },
	{ "read-only", OPTION_READ_ONLY, NULL, READ_ONLY_HELP },
	{ "wait", 'w', NULL, "hold the pin until Enter, end of input or Ctrl-C" },
	{ "timeout", 't', "SECONDS", "give up if the pin has not returned by then" },
	{ "exit-status", OPTION_EXIT_STATUS, NULL, "end with 1 if the pin is broken after the event" },
	{ "summary", 's', NULL, "print no records; for large pins" },
	{ "columns", 'o', "LIST", "columns of the records; +LIST adds them" },
	{ "json", 'J', NULL, "print JSON" },
	{ 0 },
};

static void parse_option(struct pin_options *options, int key)
{
	const struct command *cmd = &command_pin;

	switch (key) {
	case 'm':
		options->kind = cli_memory(cmd, "memory", optarg);
		break;
	case 'n':
		/* As many as there can be bytes of, counted twice. */
		options->pages = cli_number_in(cmd, "pages", optarg, 1,
					       SIZE_MAX / 2 / page_size());
		break;
	case 'e':
		options->event = cli_event(cmd, "event", optarg);
		break;
	case 'p':
		options->pid = cli_pid(cmd, optarg);
		break;
	case 'a':
		options->addr = cli_number(cmd, "addr", optarg);
		break;
	case 'l':
		options->length = cli_number_in(cmd, "length", optarg, 1,
						UINT64_MAX);
		break;
	case 'i':
		options->api = cli_value(cmd, "api", PINTEST_NAMES_API,
					 optarg);
		break;
	case 'f':
		options->foll = cli_mask(cmd, "flags", PINTEST_NAMES_FOLL,
					 optarg);
		break;
	case 'w':
		options->wait = true;
		break;
	case 't':
		options->timeout_s = cli_number_in(cmd, "timeout", optarg, 1,
						   86400);
		break;
	case OPTION_EXIT_STATUS:
		options->exit_status = true;
		break;
	case 's':
		options->summary = true;
		break;
	case 'o':
		options->wanted = optarg;
		break;
	case 'J':
		options->json = true;
		break;
	}
}

/* Memory of another process: an address is needed, and a call that can. */
static void check_remote(struct pin_options *options)
{
	const uint64_t page = page_size();

	if (options->kind || options->event || options->pages)
		cli_usage(&command_pin,
			  "--pid does not go with --memory, --pages and --event");
	if (options->api < 0)
		options->api = PINTEST_API_PIN_REMOTE;
	if (options->api != PINTEST_API_PIN_REMOTE &&
	    options->api != PINTEST_API_PIN_REMOTE_LOCKED)
		cli_usage(&command_pin,
			  "--pid takes --api remote or remote-locked");
	if (!options->addr)
		cli_usage(&command_pin,
			  "--pid needs --addr: 'pintest inspect %d' shows what is mapped",
			  (int)options->pid);
	if (!options->length)
		options->length = page;
	if (options->addr > UINT64_MAX - page ||
	    options->length > UINT64_MAX - page - options->addr)
		cli_usage(&command_pin,
			  "--addr and --length reach beyond the last address");
}

static void check_own(struct pin_options *options)
{
	if (options->addr || options->length)
		cli_usage(&command_pin, "--addr and --length go with --pid");
	if (options->api < 0)
		options->api = PINTEST_API_PIN_FAST;
	if (!options->kind)
		options->kind = memory_kind_find("anon");
	if (options->event && !event_fits(options->event, options->kind))
		cli_usage(&command_pin,
			  "--event %s cannot happen to --memory %s: see 'pintest list events'",
			  options->event->id, options->kind->id);
	if (!options->pages)
		options->pages = CHECK_PAGES;
}

/* What the driver asks for, unless the command line says otherwise. */
static void ask_as_driver(struct pin_options *options,
			  struct driver_options *driver)
{
	struct driver_ask asks[DRIVER_ASKS_MAX];

	if (!driver_asks(&command_pin, driver, asks))
		return;
	if (options->api >= 0 || options->foll != PINTEST_FOLL_LONGTERM)
		cli_usage(&command_pin,
			  "--driver does not go with --api and --flags");
	options->api = asks[0].api;
	options->foll = asks[0].foll;
}

static int run_pin(int argc, char **argv)
{
	struct pin_options options = {
		.api = -1,
		.foll = PINTEST_FOLL_LONGTERM,
	};
	struct driver_options driver = { 0 };
	int key;

	while ((key = cli_getopt(&command_pin, argc, argv)) >= 0)
		if (!driver_option(&command_pin, &driver, key, optarg))
			parse_option(&options, key);
	ask_as_driver(&options, &driver);
	cli_no_operands(&command_pin, argc, argv);
	cli_exclude(&command_pin, options.json, "json", options.wanted,
		    "columns");
	cli_columns(&command_pin, record_columns, options.wanted);
	if (options.exit_status && !options.event)
		cli_usage(&command_pin, "--exit-status goes with --event");
	if (options.pid)
		check_remote(&options);
	else
		check_own(&options);
	return pin_run(&options);
}

const struct command command_pin = {
	.name = "pin",
	.summary = "take one pin and show its pages",
	.about = "Pin memory of some kind, or of another process, and print the records of its\n"
		 "pages: those mapped before, those pinned, and the same after an event. One sentence\n"
		 "tells what the rules of 'pintest check' say of the pin then.\n",
	.options = pin_options,
	.columns = record_columns,
	.exits = "0   pinned, be it in part\n"
		 "1   not pinned, or the event could not happen; standard error says why; or with\n"
		 "    --exit-status, broken after the event\n"
		 "2   a setting of the machine could not be put back\n"
		 "64  the command line is wrong\n",
	.examples = "pintest pin --memory anon-shared --event write\n"
		    "pintest pin --memory memfd-private --api slow --flags longterm,write\n"
		    "pintest pin --driver rdma-umem --memory anon-shared --event write\n"
		    "pintest pin --pid 1234 --addr 0x7f0000000000 --length 64K --wait\n"
		    "pintest pin --memory anon --pages 4M --summary\n",
	.run = run_pin,
};
