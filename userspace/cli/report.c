// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest report: a text about a check or a pin that can be sent to linux-mm.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "cli/kinds.h"
#include "cli/report/report.h"
#include "commands.h"
#include "console/lines.h"
#include "explain/explain.h"

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	60000
#define REPEATS		3

#define REPORT_FILE	"report.txt"
#define RECORD_FILE	"run.jsonl"
#define PROGRAM_FILE	"reproducer.c"

/* The command line, and where the report goes. */
struct report_options {
	const char *check;
	struct pintest_request request;
	bool addr_given;
	char *directory;
	const char *source;
	bool program;
	bool has_program;
	FILE *out;
};

enum {
	OPTION_PROGRAM = 256,
	OPTION_SOURCE,
};

static const struct cli_option report_options[] = {
	{ "pid", 'p', "PID", "report on memory of this process, not on a check" },
	{ "addr", 'a', "ADDRESS", "the page at this address" },
	{ "api", 'i', "API", "pinned by this call (remote)" },
	{ "flags", 'f', "LIST", "with these FOLL flags (longterm)" },
	{ "output", 'o', "DIR", "write DIR/report.txt, the record of the run and, if there\n"
				"is one, a program that shows the same; and DIR.tar.gz" },
	{ "source", OPTION_SOURCE, "DIR",
	  "kernel source with the addresses to send it to (that\n"
	  "of this kernel, if it is installed)" },
	{ "program", OPTION_PROGRAM, NULL,
	  "only print that program, and run no check" },
	{ 0 },
};

static void print_promise(FILE *out, const struct check *check,
			  const struct scenario *scenario)
{
	struct lines lines;

	lines_begin_on(&lines, out, "Promised: ", "          ");
	if (scenario->story)
		lines_add(&lines, "%s.", scenario->story->what);
	else
		lines_add(&lines, "%s, after %s of %s, when %s.",
			  check->rule->what, scenario->way->what,
			  scenario->memory->what, scenario->event->what);
	lines_end(&lines);
}

static void print_verdict(FILE *out, const struct result *result,
			  unsigned int same)
{
	struct reason text = result->judgement.why;
	struct lines lines;

	redact_reason(&text);
	lines_begin_on(&lines, out, "Verdict:  ", "          ");
	lines_add(&lines, "%s, %u of %u times: %s.",
		  verdict_name(result->judgement.verdict), same, REPEATS,
		  text.text[0] ? text.text : "as promised");
	lines_end(&lines);
	if (!result->known)
		return;
	lines_begin_on(&lines, out, "Known:    ", "          ");
	known_text(result->known, &text);
	lines_add(&lines, "%s [%s].", text.text, result->known->id);
	lines_end(&lines);
}

static void engine_must_run(struct pintest *pt, const struct plan *plan,
			    struct run *run)
{
	struct engine engine = { .pt = pt, .deadline_ms = DEADLINE_MS };
	int ret = engine_run(&engine, plan, run);

	if (ret > 0)
		cli_end_by_signal(ret);
	if (ret)
		errx(CLI_BROKEN, "cannot run checks: %s", settings_error(ret));
}

static struct plan *plan_check(const char *id)
{
	const char *const globs[] = { id };
	struct plan *plan = plan_new(&(struct plan_choice) {
		.globs = globs, .glob_count = 1, .way_mask = ~0ULL,
		.longer = true,
	});
	char meant[NEAREST_TEXT];

	if (!plan)
		errx(CLI_BROKEN, "no memory left for the checks");
	if (plan->check_count != 1)
		cli_usage(&command_report, "'%s' is no id of a check%s: see 'pintest list'",
			  id, check_nearest(id, meant));
	return plan;
}

/* The mapping as it is while it is pinned: once more, for this alone. */
static void show_mapping(FILE *out, struct pintest *pt,
			 const struct scenario *scenario)
{
	struct settings *settings = settings_new(NULL);
	struct memory memory = { 0 };
	struct pintest_pin *pin = NULL;
	struct reason why;

	if (!settings)
		errx(CLI_BROKEN, "no memory left");
	if (!memory_prepare(scenario->memory, 0, settings, &why) &&
	    !memory_map(scenario->memory, CHECK_PAGES, &memory, &why)) {
		pintest_pin_new(pt, &(struct pintest_request) {
				.api = scenario->way->api,
				.foll = scenario->access->foll,
				.addr = (uintptr_t)memory.addr,
				.length = memory.length }, &pin);
		report_mapping(out, 0, (uintptr_t)memory.addr);
		pintest_pin_free(pin);
		memory_unmap(&memory);
	}
	settings_restore(settings);
}

/* Checks of the same memory and event, by other calls and with other flags. */
static struct plan *plan_siblings(const struct scenario *scenario)
{
	static const char *const rules[] = {
		"ro-longterm", "rw-longterm", "ro-longterm-force",
		"rw-longterm-force", "snapshot", "rw",
	};
	char globs[ARRAY_SIZE(rules)][CHECK_ID_LENGTH];
	const char *list[ARRAY_SIZE(rules)];
	struct plan *plan;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		snprintf(globs[i], sizeof(globs[i]), "%s.*.%s.%s", rules[i],
			 scenario->memory->id, scenario->event->id);
		list[i] = globs[i];
	}
	plan = plan_new(&(struct plan_choice) {
		.globs = list, .glob_count = ARRAY_SIZE(list),
		.way_mask = ~0ULL, .longer = true,
	});
	if (!plan)
		errx(CLI_BROKEN, "no memory left for the checks");
	return plan;
}

static FILE *create(const struct report_options *options, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", options->directory, name);
	file = fopen(path, "we");
	if (!file)
		err(CLI_FAILED, "cannot write %s", path);
	return file;
}

static void finish(const struct report_options *options, FILE *file,
		   const char *name)
{
	bool lost = ferror(file);

	if (fclose(file) || lost)
		err(CLI_FAILED, "cannot write %s/%s", options->directory, name);
}

static void write_record(const struct report_options *options,
			 struct pintest *pt, const struct run *run)
{
	FILE *file;

	if (!options->directory)
		return;
	file = create(options, RECORD_FILE);
	report_record(file, pt, run);
	finish(options, file, RECORD_FILE);
}

static void show_siblings(const struct report_options *options,
			  struct pintest *pt, const struct scenario *scenario)
{
	struct plan *plan = plan_siblings(scenario);
	struct run run;

	engine_must_run(pt, plan, &run);
	report_siblings(options->out, &run);
	write_record(options, pt, &run);
	run_free(&run);
	plan_free(plan);
}

static void print_command(FILE *out, const char *id)
{
	report_heading(out, "To repeat it");
	fprintf(out, "pintest check --filter %s --verbose\n", id);
}

static bool write_reproducer(const struct report_options *options,
			     const struct scenario *scenario)
{
	FILE *file = options->directory ? create(options, PROGRAM_FILE) :
					  fopen("/dev/null", "we");
	bool there;

	if (!file)
		return false;
	there = reproducer_write(file, scenario, options->check);
	finish(options, file, PROGRAM_FILE);
	return there;
}

static void tell_reproducer(struct report_options *options,
			    const struct scenario *scenario)
{
	options->has_program = write_reproducer(options, scenario);
	report_heading(options->out, "Without pintest");
	fprintf(options->out, "%s\n", !options->has_program ?
		"There is no program for this." : options->directory ?
		PROGRAM_FILE ", beside this text, shows the same; its head says how to run it." :
		"With -o DIR a program is written that shows the same.");
}

static void report_check(struct report_options *options, struct pintest *pt)
{
	struct plan *plan = plan_check(options->check);
	const struct scenario *scenario = &plan->scenarios[0];
	struct run runs[REPEATS];
	struct counters counters;
	struct kernel_log log;
	FILE *out = options->out;
	unsigned int i, same = 0;

	kernel_log_open(&log);
	counters_read(&counters);
	for (i = 0; i < REPEATS; i++) {
		engine_must_run(pt, plan, &runs[i]);
		same += runs[i].results[0].judgement.verdict ==
			runs[0].results[0].judgement.verdict;
	}
	fprintf(out, "pintest report: %s\n\n", options->check);
	print_promise(out, &plan->checks[0], scenario);
	print_verdict(out, &runs[0].results[0], same);
	print_command(out, options->check);
	tell_reproducer(options, scenario);
	report_kernel(out);
	report_settings(out);
	if (!scenario->story) {
		show_mapping(out, pt, scenario);
		report_pages(out, &runs[0].results[0]);
	}
	report_counters(out, &counters);
	report_log(out, &log);
	if (scenario->story)
		write_record(options, pt, &runs[0]);
	else
		show_siblings(options, pt, scenario);
	report_addresses(out, options->source);
	for (i = 0; i < REPEATS; i++)
		run_free(&runs[i]);
	plan_free(plan);
}

/* Records of the page that is mapped there, or none. */
static void look(struct pintest *pt, const struct pintest_request *request,
		 struct pintest_record *record)
{
	uint64_t addr = request->addr;

	if (pintest_inspect(pt, request->pid, &addr, addr + request->length,
			    record, 1) != 1)
		*record = (struct pintest_record) { 0 };
}

static void print_outcome(FILE *out, struct pintest *pt,
			  const struct pintest_request *request, int error)
{
	struct explanation explanation;
	struct lines lines;
	char flags[128];

	pintest_format_foll(request->foll, flags, sizeof(flags));
	lines_begin_on(&lines, out, "Verdict:  ", "          ");
	lines_add(&lines, "%s with %s: ",
		  pintest_kernel_name(PINTEST_NAMES_API, request->api), flags);
	if (!error)
		lines_add(&lines, "the kernel pins it.");
	else if (explain_refusal(pt, request, error, &explanation))
		lines_add(&lines, "%s: %s.", strerror(error),
			  explanation.decision.cause);
	else
		lines_add(&lines, "%s.", strerror(error));
	lines_end(&lines);
}

/* Of a process that is not there, nothing can be told. */
static void find_process(pid_t pid)
{
	if (kill(pid, 0) && errno == ESRCH)
		errx(CLI_BROKEN, "there is no process %d", (int)pid);
}

static void report_process(struct report_options *options, struct pintest *pt)
{
	const struct pintest_request *request = &options->request;
	struct observations seen = { 0 };
	struct result result = { .seen = &seen };
	struct pintest_record *records = seen.pages[0].records;
	struct pintest_pin *pin = NULL;
	FILE *out = options->out;
	int ret;

	look(pt, request, &records[MOMENT_BEFORE]);
	ret = pintest_pin_new(pt, request, &pin);
	fprintf(out, "pintest report: a page of another process\n\n");
	print_outcome(out, pt, request, -ret);
	report_kernel(out);
	report_settings(out);
	report_mapping(out, request->pid, request->addr);
	if (!ret)
		pintest_pin_records(pin, 0, &records[MOMENT_PINNED], 1);
	pintest_pin_free(pin);
	look(pt, request, &records[MOMENT_UNPINNED]);
	report_pages(out, &result);
	report_addresses(out, options->source);
}

/* What an earlier report left there would look as if it were of this one. */
static void open_output(struct report_options *options)
{
	static const char *const names[] = {
		REPORT_FILE, RECORD_FILE, PROGRAM_FILE,
	};
	char path[512];
	size_t i;

	options->out = stdout;
	if (!options->directory)
		return;
	if (mkdir(options->directory, 0700) && errno != EEXIST)
		err(CLI_FAILED, "cannot make %s", options->directory);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", options->directory,
			 names[i]);
		unlink(path);
	}
	options->out = create(options, REPORT_FILE);
}

static void close_output(const struct report_options *options)
{
	const char *names[4] = { REPORT_FILE };
	size_t count = 1;
	char path[512];

	if (!options->directory)
		return;
	finish(options, options->out, REPORT_FILE);
	snprintf(path, sizeof(path), "%s/%s", options->directory,
		 PROGRAM_FILE);
	if (options->check)
		names[count++] = RECORD_FILE;
	if (options->has_program)
		names[count++] = PROGRAM_FILE;
	else
		unlink(path);
	report_pack(options->directory, names);
}

/* "DIR/" is DIR, beside which the tarball goes. */
static void take_directory(struct report_options *options, char *text)
{
	size_t length = strlen(text);

	while (length > 1 && text[length - 1] == '/')
		text[--length] = '\0';
	if (!length || !strcmp(text, "/") || !strcmp(text, ".") ||
	    !strcmp(text, ".."))
		cli_usage(&command_report,
			  "--output takes a directory of its own, not '%s'",
			  text);
	options->directory = text;
}

static void parse_option(struct report_options *options, int key)
{
	const struct command *cmd = &command_report;

	switch (key) {
	case 'p':
		options->request.pid = cli_pid(cmd, optarg);
		break;
	case 'a':
		options->addr_given = true;
		options->request.addr = cli_number(cmd, "addr", optarg) &
					-(uint64_t)page_size();
		break;
	case 'i':
		options->request.api = cli_value(cmd, "api",
						 PINTEST_NAMES_API, optarg);
		break;
	case 'f':
		options->request.foll = cli_mask(cmd, "flags",
						 PINTEST_NAMES_FOLL, optarg);
		break;
	case 'o':
		take_directory(options, optarg);
		break;
	case OPTION_SOURCE:
		options->source = optarg;
		break;
	case OPTION_PROGRAM:
		options->program = true;
		break;
	}
}

static void check_options(struct report_options *options, int argc,
			  char **argv)
{
	if (optind < argc)
		options->check = argv[optind++];
	cli_no_operands(&command_report, argc, argv);
	if (!options->check == !options->request.pid)
		cli_usage(&command_report,
			  "it takes either the id of a check, or --pid and --addr");
	if (options->request.pid && !options->addr_given)
		cli_usage(&command_report, "--pid needs --addr: 'pintest inspect %d' shows what is mapped",
			  (int)options->request.pid);
	if (options->check && options->addr_given)
		cli_usage(&command_report, "--addr goes with --pid");
	if (options->program && !options->check)
		cli_usage(&command_report, "--program needs the id of a check");
	if (options->check)
		plan_free(plan_check(options->check));
}

static int print_program(const char *check)
{
	struct plan *plan = plan_check(check);
	bool there = reproducer_write(stdout, &plan->scenarios[0], check);

	plan_free(plan);
	if (!there)
		warnx("there is no program without pintest for %s", check);
	return there ? CLI_PASSED : CLI_FAILED;
}

static int run_report(int argc, char **argv)
{
	struct report_options options = {
		.request = {
			.api = PINTEST_API_PIN_REMOTE,
			.foll = PINTEST_FOLL_LONGTERM,
			.length = page_size(),
		},
	};
	struct pintest *pt;
	int key;

	while ((key = cli_getopt(&command_report, argc, argv)) >= 0)
		parse_option(&options, key);
	check_options(&options, argc, argv);
	if (options.program)
		return print_program(options.check);
	if (!options.check)
		find_process(options.request.pid);
	if (cli_open(&pt))
		return CLI_BROKEN;
	open_output(&options);
	if (options.check)
		report_check(&options, pt);
	else
		report_process(&options, pt);
	close_output(&options);
	pintest_close(pt);
	return CLI_PASSED;
}

const struct command command_report = {
	.name = "report",
	.summary = "write a report on a check that can be sent to linux-mm",
	.operands = "[CHECK-ID]",
	.about = "Run a check three times, and write all that a kernel developer asks for: the\n"
		 "verdict, the kernel and its settings, the mapping and its pages before and after,\n"
		 "counters, the kernel log, the same memory pinned otherwise, and how to repeat it.\n"
		 "Or do so for a page of a process, which is pinned for a moment. It has only\n"
		 "what an allow-list names: no host name, path, address or page frame.\n",
	.options = report_options,
	.exits = "0   written\n"
		 "1   it could not be written\n"
		 "2   the check could not be run\n"
		 "64  the command line is wrong\n",
	.examples = "pintest report ro-longterm.fast.zeropage.write\n"
		    "pintest report --program rw-longterm.fast.memfd-shared.write\n"
		    "pintest report bugs.unshare-file-thp -o hang\n"
		    "pintest report --pid 1234 --addr 0x7f0000000000 --flags longterm\n",
	.run = run_report,
};
