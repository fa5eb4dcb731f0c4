// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest explain: its command line.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <string.h>

#include "cli/explain/attempt.h"
#include "cli/explain/matrix.h"
#include "cli/explain/print.h"
#include "commands.h"
#include "kinds.h"

#define DEADLINE_MS	20000

static const struct cli_option explain_options[] = {
	{ "pid", 'p', "PID", "memory of this process, which is not touched" },
	{ "addr", 'a', "ADDRESS", "from the page of this address on" },
	{ "length", 'l', "BYTES", "so much of it (one page)" },
	{ "memory", 'm', "ID", "or memory of this kind (anon): see\n"
			  "'pintest list memory'" },
	{ "pages", 'n', "N", "so many pages of it (2)" },
	{ "call", 'c', "CALL", "the kernel call (fast), such as fast or\n"
			  "'pin_user_pages(FOLL_WRITE)'" },
	{ "flags", 'f', "LIST", "FOLL flags, such as FOLL_LONGTERM (none)" },
	{ "try", 't', NULL, "then pin for a moment, and compare" },
	{ "all", 'A', NULL, "try all memory kinds, calls and flags that are not\n"
			    "given, and print only what disagrees" },
	{ 0 },
};

/* What the command line says. */
struct explain_options {
	struct matrix matrix;
	struct pintest_request request;
	size_t pages;
	bool addr_given;
	bool flags_given;
	bool call_given;
	bool try;
	bool all;
};

static void parse_option(struct explain_options *options, int key)
{
	const struct command *cmd = &command_explain;

	switch (key) {
	case 'p':
		options->request.pid = cli_pid(cmd, optarg);
		break;
	case 'a':
		options->addr_given = true;
		options->request.addr = cli_number(cmd, "addr", optarg);
		break;
	case 'l':
		options->request.length = cli_number_in(cmd, "length", optarg,
							1, UINT64_C(1) << 40);
		break;
	case 'm':
		options->matrix.kind = cli_memory(cmd, "memory", optarg);
		break;
	case 'n':
		options->pages = cli_number_in(cmd, "pages", optarg, 1,
					       1 << 20);
		break;
	case 'c':
		options->call_given = true;
		cli_call(cmd, "call", optarg, &options->request.api,
			 &options->request.foll);
		options->flags_given |= options->request.foll;
		break;
	case 'f':
		options->flags_given = true;
		options->request.foll = cli_mask(cmd, "flags",
						 PINTEST_NAMES_FOLL, optarg);
		break;
	case 't':
		options->try = true;
		break;
	case 'A':
		options->all = true;
		break;
	}
}

static void parse(struct explain_options *options, int argc, char **argv)
{
	const struct command *cmd = &command_explain;
	struct pintest_request *request = &options->request;
	uint64_t first;
	int key;

	while ((key = cli_getopt(cmd, argc, argv)) >= 0)
		parse_option(options, key);
	cli_no_operands(cmd, argc, argv);
	if (!request->pid) {
		if (options->addr_given || request->length)
			cli_usage(cmd, "--addr and --length go with --pid");
		return;
	}
	if (options->matrix.kind || options->pages || options->all)
		cli_usage(cmd,
			  "--pid does not go with --memory, --pages and --all");
	if (!options->addr_given)
		cli_usage(cmd, "--pid needs --addr: 'pintest inspect %d' shows what is mapped",
			  (int)request->pid);
	first = request->addr - request->addr % page_size();
	request->length += request->addr - first + !request->length;
	request->length = (request->length + page_size() - 1) /
			  page_size() * page_size();
	request->addr = first;
}

/* Other processes' memory can be pinned by the remote calls only. */
static void check_try(const struct explain_options *options)
{
	uint32_t api = options->request.api;

	if (options->request.pid && options->try &&
	    api != PINTEST_API_PIN_REMOTE &&
	    api != PINTEST_API_PIN_REMOTE_LOCKED)
		cli_usage(&command_explain,
			  "--try with --pid takes --call pin_user_pages_remote");
}

static int print_try(const struct attempt *attempt)
{
	bool agrees = attempt_agrees(attempt);

	printf("\nTried:\n");
	if (!attempt->tried)
		printf("  the call has not returned");
	else if (!attempt->pages)
		printf("  refused: %s", strerror(attempt->pin_error));
	else
		printf("  %" PRIu64 " pages pinned%s%s", attempt->pages,
		       attempt->pin_error ? ", then " : "",
		       attempt->pin_error ? strerror(attempt->pin_error) : "");
	printf(", %s\n", agrees ? "as explained" :
				  "which is not what is explained above");
	return agrees ? CLI_PASSED : CLI_FAILED;
}

static int explain_one(struct explain_options *options, struct pintest *pt)
{
	struct attempt *attempt = attempts_new(1);
	struct settings *settings = settings_new(NULL);
	struct kernel_facts kernel;
	struct reason why;
	int ret = 0;

	if (!attempt || !settings)
		errx(CLI_FAILED, "no memory left");
	attempt->pt = pt;
	attempt->kind = options->matrix.kind;
	attempt->count = options->pages ? : CHECK_PAGES;
	attempt->request = options->request;
	attempt->try = options->try;
	attempt->kernel = &kernel;
	if (attempt->kind)
		ret = memory_prepare(attempt->kind, 0, settings, &why);
	if (ret) {
		warnx("%s", why.text);
	} else {
		kernel_measure(pt, &kernel);
		ret = attempts_run(attempt, 1, DEADLINE_MS);
		if (attempt->error)
			warnx("%s", attempt->why.text);
		else if (!attempt->explained)
			warnx("the process that explains has died: %s",
			      strerror(-ret));
	}
	if (attempt->explained)
		print_explanation(&attempt->explanation);
	ret = attempt->explained ? CLI_PASSED : CLI_FAILED;
	if (attempt->explained && attempt->try)
		ret = print_try(attempt);
	if (settings_restore(settings))
		ret = CLI_BROKEN;
	return ret;
}

static int run_explain(int argc, char **argv)
{
	struct explain_options options = {
		.request.api = PINTEST_API_PIN_FAST,
	};
	struct pintest *pt;
	int ret;

	parse(&options, argc, argv);
	check_try(&options);
	if (cli_open(&pt))
		return CLI_FAILED;
	if (options.all) {
		options.matrix.api = options.call_given ?
				     (int)options.request.api : -1;
		options.matrix.any_flags = !options.flags_given;
		options.matrix.foll = options.request.foll;
		ret = matrix_run(&options.matrix, pt);
	} else {
		if (!options.request.pid && !options.matrix.kind)
			options.matrix.kind = memory_kind_find("anon");
		ret = explain_one(&options, pt);
	}
	pintest_close(pt);
	return ret;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "tell what a call would pin, and why not all of it",
	.about = "Tell whether a call with FOLL flags would pin memory of a process, or of some\n"
		 "kind, and if not, why: the mapping, the pages, the tests that this kernel makes,\n"
		 "and what would change the result. The memory is neither pinned nor touched. What\n"
		 "this kernel does, where kernels differ, is measured with memory mapped for that.\n",
	.options = explain_options,
	.exits = "0   explained; with --try also: as it came out\n"
		 "1   it could not be explained, or came out otherwise\n"
		 "2   a setting of the machine could not be put back\n"
		 "64  the command line is wrong\n",
	.examples = "pintest explain --pid 1234 --addr 0x7f0000000000 --flags FOLL_WRITE,FOLL_LONGTERM\n"
		    "pintest explain --memory ext4-shared --call 'pin_user_pages_fast(FOLL_WRITE|FOLL_LONGTERM)'\n"
		    "pintest explain --memory secretmem --try\n"
		    "pintest explain --all --call fast\n",
	.run = run_explain,
};
