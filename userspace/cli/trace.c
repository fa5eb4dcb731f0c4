// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest trace: which driver pins what, and how, as it happens.
 *
 * The trace lasts as long as a command, or until it is interrupted. Once a second,
 * and at the end, it looks at the pins that are out.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/trace/lines.h"
#include "cli/trace/open.h"
#include "cli/trace/pages.h"
#include "cli/trace/summary.h"
#include "commands.h"

#define EVENTS		65536
#define BATCH		256

/* More pages than these are looked at only at the end. */
#define PAGES_EACH_SECOND	65536

/* The command line. */
struct trace_options {
	pid_t pid;
	const char *module;
	uint64_t calls;
	uint64_t long_ns;
	bool stack;
	bool json;
	bool check;
	char **command;
};

/* A trace under way. */
struct tracing {
	const struct trace_options *options;
	struct pintest *pt;
	struct pintest_trace *trace;
	struct symbols *symbols;
	struct trace_groups groups;
	uint64_t start_ns;
	long long kernel_pins;
	pid_t child;
	int child_status;
	bool ended;
	int signals;
	struct pintest_event folded;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

/* Pins that are out in all, as the kernel counts them, or -1. */
static long long kernel_pins(void)
{
	long long taken = -1, given = -1;
	char line[128];
	FILE *file;
	int fd;

	fd = open("/proc/sys/vm/stat_refresh", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			warn("/proc/sys/vm/stat_refresh");
		close(fd);
	}
	file = fopen("/proc/vmstat", "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "nr_foll_pin_acquired %lld", &taken) == 1)
			continue;
		if (sscanf(line, "nr_foll_pin_released %lld", &given) == 1)
			break;
	}
	if (file)
		fclose(file);
	return taken < 0 || given < 0 ? -1 : taken - given;
}

static bool is_wanted(struct tracing *t, const struct pintest_event *event)
{
	return !t->options->module ||
	       symbols_has_module(t->symbols, event, t->options->module);
}

/* Calls of many pages are often given back one page at a time. */
static bool folds(const struct pintest_event *a, const struct pintest_event *b)
{
	return PINTEST_CALLS_UNPIN >> a->call & 1 && a->call == b->call &&
	       a->pid == b->pid && a->nr_callers && b->nr_callers &&
	       a->callers[0] == b->callers[0];
}

static void print_folded(struct tracing *t)
{
	struct trace_line line = { &t->folded, t->symbols, t->start_ns };

	if (t->folded.time_ns)
		trace_line_print(&line, t->options->stack);
	t->folded.time_ns = 0;
}

static void print_text(struct tracing *t, const struct pintest_event *event)
{
	if (event->flags & PINTEST_EVENT_NESTED)
		return;
	if (t->folded.time_ns && folds(&t->folded, event)) {
		t->folded.pages += event->pages;
		t->folded.pins += event->pins;
		t->folded.duration_ns += event->duration_ns;
		return;
	}
	print_folded(t);
	t->folded = *event;
}

static void see(struct tracing *t, const struct pintest_event *event)
{
	struct trace_line line = { event, t->symbols, t->start_ns };

	if (!is_wanted(t, event))
		return;
	trace_groups_add(&t->groups, event);
	if (!(t->options->calls >> event->call & 1))
		return;
	if (t->options->json)
		trace_line_json(&line);
	else
		print_text(t, event);
}

static void drain(struct tracing *t)
{
	struct pintest_event events[BATCH];
	ssize_t i, n;

	while ((n = pintest_trace_read(t->trace, events, BATCH)) > 0)
		for (i = 0; i < n; i++)
			see(t, &events[i]);
	print_folded(t);
	fflush(stdout);
}

static void look_at_held(struct tracing *t, const struct pintest_event *held,
			 bool last, bool pages)
{
	uint64_t now = now_ns();
	struct trace_group *group;

	if (!is_wanted(t, held) ||
	    (t->options->pid && held->tgid != t->options->pid))
		return;
	trace_groups_hold(&t->groups, held, now);
	group = trace_groups_find(&t->groups, held);
	group->lint |= lint_held(held, now - held->time_ns,
				 t->options->long_ns, last);
	if (pages)
		group->lint |= lint_pages(t->trace, held);
}

/* Looks at what is held now. Returns how many pins are. */
static uint64_t look(struct tracing *t, bool last)
{
	struct pintest_trace_status status;
	struct pintest_event held[16];
	uint64_t first = 0, sum = 0;
	ssize_t i, n;
	size_t g;

	if (pintest_trace_status(t->trace, &status))
		return 0;
	for (g = 0; g < t->groups.count; g++)
		t->groups.all[g].held = 0;
	while ((n = pintest_trace_held(t->trace, first, held, 16)) > 0) {
		for (i = 0; i < n; i++) {
			look_at_held(t, &held[i], last, last ||
				     status.held < PAGES_EACH_SECOND);
			sum += held[i].pins;
		}
		first = held[n - 1].id + 1;
	}
	return sum;
}

/* Returns an exit status: whether it runs. */
static int start_command(struct tracing *t)
{
	char **command = t->options->command;
	posix_spawnattr_t attr;
	sigset_t none;

	if (!command)
		return CLI_PASSED;
	fflush(stdout);
	sigemptyset(&none);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	errno = posix_spawnp(&t->child, command[0], NULL, &attr, command,
			     environ);
	posix_spawnattr_destroy(&attr);
	if (!errno)
		return CLI_PASSED;
	warn("cannot run '%s'", command[0]);
	return CLI_FAILED;
}

static void take_signal(struct tracing *t)
{
	struct signalfd_siginfo info;

	if (read(t->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo != SIGCHLD) {
		t->ended = true;
		if (t->child > 0)
			kill(t->child, info.ssi_signo);
	} else if (waitpid(t->child, &t->child_status, WNOHANG) == t->child) {
		t->child = 0;
		t->ended = true;
	}
}

static void block_signals(struct tracing *t)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	t->signals = signalfd(-1, &set, SFD_CLOEXEC);
}

static void follow(struct tracing *t)
{
	struct pollfd fds[2] = {
		{ .fd = pintest_trace_fd(t->trace), .events = POLLIN },
		{ .fd = t->signals, .events = POLLIN },
	};
	uint64_t looked = now_ns();

	while (!t->ended) {
		if (poll(fds, 2, 1000) < 0 && errno != EINTR)
			err(CLI_FAILED, "cannot wait for events");
		if (fds[1].revents)
			take_signal(t);
		drain(t);
		if (now_ns() - looked >= 1000000000) {
			look(t, false);
			looked = now_ns();
		}
	}
}

/*
 * What a process held is given back by the kernel's own threads, some of it later.
 * So what is held without a change for a while, is held.
 */
static void settle(struct tracing *t)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	uint64_t held, before = UINT64_MAX;
	int same = 0;

	for (same = 0; same < 25; same++) {
		held = look(t, false);
		if (!held)
			return;
		if (held != before)
			same = 0;
		before = held;
		nanosleep(&nap, NULL);
		drain(t);
	}
}

static void tell_account(struct tracing *t,
			 const struct pintest_trace_status *status)
{
	long long pins = kernel_pins();

	printf("Lost %" PRIu64 " events, missed %" PRIu64 " calls.\n",
	       status->lost, status->missed);
	if (status->not_followed)
		printf("%" PRIu64 " pins are not followed, for want of memory: see follow_mb of the module.\n",
		       status->not_followed);
	if (status->untracked)
		printf("%" PRIu64 " pins were given back that had been taken before the trace began.\n",
		       status->untracked);
	if (pins >= 0 && t->kernel_pins >= 0)
		printf("The kernel counts %lld pins more than at the start, %" PRIu64 " are followed.\n",
		       pins - t->kernel_pins, status->held);
}

static void json_summary(struct tracing *t,
			 const struct pintest_trace_status *status)
{
	long long pins = kernel_pins();

	printf("{\"end\": {\"lost\": %" PRIu64 ", \"missed\": %" PRIu64
	       ", \"held\": %" PRIu64 ", \"untracked\": %" PRIu64
	       ", \"not_followed\": %" PRIu64 ", \"kernel\": ",
	       status->lost, status->missed, status->held, status->untracked,
	       status->not_followed);
	if (pins >= 0 && t->kernel_pins >= 0)
		printf("%lld}}\n", pins - t->kernel_pins);
	else
		printf("null}}\n");
}

/* Returns what --check has to say. */
static int judge(const struct tracing *t,
		 const struct pintest_trace_status *status)
{
	size_t i;

	if (!t->options->check)
		return CLI_PASSED;
	for (i = 0; i < t->groups.count; i++)
		if (t->groups.all[i].lint)
			return CLI_FAILED;
	if (t->child_status)
		return CLI_FAILED;
	return status->lost || status->missed || status->not_followed ?
	       CLI_BROKEN : CLI_PASSED;
}

static int finish(struct tracing *t)
{
	struct pintest_trace_status status = { 0 };
	int ret;

	settle(t);
	drain(t);
	look(t, true);
	pintest_trace_status(t->trace, &status);
	ret = judge(t, &status);
	if (!t->options->json)
		putchar('\n');
	trace_groups_print(&t->groups, t->options->json);
	if (t->options->json)
		json_summary(t, &status);
	else
		tell_account(t, &status);
	return ret;
}

/* It may be misspelt, or be loaded later. */
static void look_for_module(const char *name)
{
	char path[160], *c;

	if (!name)
		return;
	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	for (c = path + strlen("/sys/module/"); *c; c++)
		*c = *c == '-' ? '_' : *c;
	if (access(path, F_OK))
		warnx("no module '%s' is loaded: none of its calls is seen before it is",
		      name);
}

static int trace(const struct trace_options *options)
{
	const struct pintest_trace_request request = {
		.flags = PINTEST_TRACE_FOLLOW,
		.calls = options->calls | PINTEST_CALLS_PIN |
			 PINTEST_CALLS_GET,
		.pid = options->pid,
		.callers = PINTEST_CALLERS,
		.events = EVENTS,
	};
	struct tracing t = { .options = options };
	int ret;

	block_signals(&t);
	if (trace_open(&request, &t.pt, &t.trace))
		return CLI_FAILED;
	fcntl(pintest_trace_fd(t.trace), F_SETFL, O_NONBLOCK);
	t.symbols = symbols_new(t.trace);
	t.groups.symbols = t.symbols;
	t.start_ns = now_ns();
	t.kernel_pins = kernel_pins();
	look_for_module(options->module);
	if (!options->json)
		trace_lines_head();
	ret = start_command(&t);
	if (!ret) {
		follow(&t);
		ret = finish(&t);
	}
	symbols_free(t.symbols);
	pintest_trace_free(t.trace);
	pintest_close(t.pt);
	return ret;
}

enum {
	OPTION_CALLS = 256,
	OPTION_CHECK,
	OPTION_LONGER,
	OPTION_STACK,
};

static const struct cli_option trace_options[] = {
	{ "pid", 'p', "PID", "only calls that this process makes" },
	{ "module", 'm', "NAME", "only calls in which this module has a part" },
	{ "calls", OPTION_CALLS, "LIST",
	  "print these: pin, get, unpin (default: all)" },
	{ "longer", OPTION_LONGER, "SECONDS",
	  "pins without FOLL_LONGTERM are held for long from\n"
	  "then on (default: 5)" },
	{ "stack", OPTION_STACK, NULL, "print all callers" },
	{ "check", OPTION_CHECK, NULL, "fail if something is wrong" },
	{ "json", 'J', NULL, "print JSON, an object a line" },
	{ 0 },
};

static uint64_t parse_calls(const struct command *cmd, const char *text)
{
	char *list = strdup(text), *rest = list, *word;
	uint64_t calls = 0, call;

	if (!list)
		errx(CLI_FAILED, "no memory left");
	while ((word = strsep(&rest, ","))) {
		if (!strcmp(word, "pin"))
			calls |= PINTEST_CALLS_PIN;
		else if (!strcmp(word, "get"))
			calls |= PINTEST_CALLS_GET;
		else if (!strcmp(word, "unpin"))
			calls |= PINTEST_CALLS_UNPIN;
		else if (!pintest_value(PINTEST_NAMES_TRACED, word, &call))
			calls |= UINT64_C(1) << call;
		else
			cli_usage(cmd, "--calls does not know '%s': it takes some of pin, get, unpin, or names such as pin_user_pages_fast",
				  word);
	}
	free(list);
	return calls;
}

static void parse(struct trace_options *options, int argc, char **argv)
{
	const struct command *cmd = &command_trace;
	int key;

	while ((key = cli_getopt(cmd, argc, argv)) >= 0) {
		switch (key) {
		case 'p':
			options->pid = cli_pid(cmd, optarg);
			break;
		case 'm':
			options->module = optarg;
			break;
		case 'J':
			options->json = true;
			break;
		case OPTION_CALLS:
			options->calls = parse_calls(cmd, optarg);
			break;
		case OPTION_LONGER:
			options->long_ns = 1000000000ULL *
				cli_number_in(cmd, "longer", optarg, 0,
					      1000000);
			break;
		case OPTION_STACK:
			options->stack = true;
			break;
		case OPTION_CHECK:
			options->check = true;
			break;
		}
	}
	if (optind < argc)
		options->command = argv + optind;
}

static int run_trace(int argc, char **argv)
{
	struct trace_options options = {
		.calls = PINTEST_CALLS_PIN | PINTEST_CALLS_GET |
			 PINTEST_CALLS_UNPIN,
		.long_ns = 5000000000ULL,
	};

	parse(&options, argc, argv);
	return trace(&options);
}

const struct command command_trace = {
	.name = "trace",
	.summary = "watch which drivers pin pages, and how",
	.operands = "[-- COMMAND [ARG]...]",
	.about = "Print the calls by which the kernel and its drivers pin pages, as they are made,\n"
		 "on the whole machine: while COMMAND runs, or until Ctrl-C. At the end tell, by\n"
		 "who called, what was taken, what is held still, and what may be wrong with it.\n"
		 "What had been pinned before is not known.\n",
	.options = trace_options,
	.exits = "0   traced, whatever COMMAND's status is\n"
		 "1   it could not be traced, or COMMAND not be run; with --check, something is\n"
		 "    wrong, or COMMAND failed\n"
		 "2   with --check: not all was seen\n"
		 "64  the command line is wrong\n",
	.examples = "pintest trace\n"
		    "pintest trace --calls pin --stack -- ./my_program\n"
		    "pintest trace --check --module my_driver -- ./my_test\n",
	.run = run_trace,
};
