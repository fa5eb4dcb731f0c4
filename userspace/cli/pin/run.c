// SPDX-License-Identifier: GPL-2.0-only
/*
 * One pin: take it, and look at its pages before, while it is held, and after
 * something happened to the memory.
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "console/cli.h"
#include "console/progress.h"
#include "explain/explain.h"
#include "model/words.h"
#include "report.h"
#include "run.h"
#include "watch.h"

/* One run: what it has and what it has seen. */
struct pin_state {
	const struct pin_options *options;
	struct pintest *pt;
	struct settings *settings;
	struct memory memory;
	bool mapped;
	struct pintest_pin *pin;
	struct observations seen;
	struct pin_report report;
};

static int failed(const struct reason *why)
{
	warnx("%s", why->text);
	return CLI_FAILED;
}

/* Settings for the memory, and for what is to happen to it. */
static int prepare_machine(struct pin_state *run, struct reason *why)
{
	const struct pin_options *options = run->options;

	if (options->event)
		return event_prepare(options->event, options->kind,
				     run->settings, why);
	return memory_prepare(options->kind, 0, run->settings, why);
}

static int map_memory(struct pin_state *run)
{
	const struct pin_options *options = run->options;
	struct progress *progress;
	struct reason why;
	int ret;

	run->settings = settings_new(NULL);
	if (!run->settings)
		errx(CLI_FAILED, "no memory left");
	progress = progress_begin("mapped", PROGRESS_MAPPED, options->pages);
	ret = prepare_machine(run, &why);
	if (!ret && options->event && options->event->begin)
		ret = options->event->begin(&why);
	if (!ret)
		ret = memory_map(options->kind, options->pages, &run->memory,
				 &why);
	progress_end(progress);
	if (ret)
		return failed(&why);
	run->mapped = true;
	run->report.request.addr = (uintptr_t)run->memory.addr;
	run->report.request.length = run->memory.length;
	return 0;
}

/* Whole pages are pinned: those that have any of the bytes. */
static void ask_for_pages(struct pin_report *report, uint64_t page)
{
	struct pintest_request *request = &report->request;
	uint64_t end = request->addr + request->length;

	report->addr = request->addr;
	report->bytes = request->length;
	report->bytes_before = request->addr % page;
	report->bytes_behind = (page - end % page) % page;
	request->addr -= report->bytes_before;
	request->length = end + report->bytes_behind - request->addr;
}

/* Without the memory of this process there is nothing to prepare. */
static int prepare(struct pin_state *run)
{
	const struct pin_options *options = run->options;
	struct pin_report *report = &run->report;
	int ret = 0;

	report->request = (struct pintest_request) {
		.api = options->api,
		.foll = options->foll,
		.pid = options->pid,
		.addr = options->addr,
		.length = options->length,
	};
	if (options->kind) {
		report->memory = options->kind->id;
		ret = map_memory(run);
	}
	report->pid = options->pid ? options->pid : getpid();
	ask_for_pages(report, pintest_page_size(run->pt));
	report->wanted = report->request.length / pintest_page_size(run->pt);
	return ret;
}

static struct record_set new_set(uint64_t pages)
{
	struct record_set set = {
		.records = calloc(pages, sizeof(*set.records)),
	};

	if (!set.records)
		errx(CLI_FAILED, "no memory left for %" PRIu64 " records",
		     pages);
	return set;
}

static void took(struct record_set *set, ssize_t n)
{
	if (n >= 0)
		record_set_count(set, set->records, n);
}

/* Not every kernel can be asked: then this stays empty. */
static void look_before(struct pin_state *run)
{
	const struct pintest_request *request = &run->report.request;
	struct record_set *set = &run->report.before;
	uint64_t addr = request->addr;

	if (run->options->summary)
		return;
	*set = new_set(run->report.wanted);
	took(set, pintest_inspect(run->pt, request->pid, &addr,
				  addr + request->length, set->records,
				  run->report.wanted));
}

static void count_pages_of_pin(struct pin_state *run, struct record_set *set)
{
	struct pintest_record records[512];
	ssize_t n;

	do {
		n = pintest_pin_records(run->pin, set->count, records, 512);
		if (n >= 0)
			record_set_count(set, records, n);
	} while (n > 0);
}

static void look_at_pin(struct pin_state *run, struct record_set *set)
{
	if (run->options->summary) {
		count_pages_of_pin(run, set);
		return;
	}
	*set = new_set(run->report.pages);
	took(set, pintest_pin_records(run->pin, 0, set->records,
				      run->report.pages));
}

/* The device refuses, before the kernel is asked, what would taint it. */
static void tell_not_taken(const struct pintest *pt,
			   const struct pintest_request *request)
{
	const char *call = pintest_kernel_name(PINTEST_NAMES_API,
					       request->api);
	uint64_t taken = pintest_api_foll(pt, request->api);
	char flags[256], missing[256];

	if (!pintest_has_api(pt, request->api)) {
		warnx("this kernel does not have %s: see 'pintest info'",
		      call);
		return;
	}
	pintest_format_foll(taken, flags, sizeof(flags));
	pintest_format_foll(request->foll & ~taken, missing, sizeof(missing));
	if (request->foll & ~taken)
		warnx("%s does not take %s on this kernel: it takes %s", call,
		      missing, flags);
	else
		warnx("%s does not take these flags together on this kernel",
		      call);
}

/* Which of the things that ENOMEM may mean it was. */
static void tell_no_memory(const struct pin_state *run)
{
	switch (pintest_last_stop(run->pt)) {
	case PINTEST_STOP_LIMIT:
		warnx("cannot pin: one page more would exceed RLIMIT_MEMLOCK: raise it by 'ulimit -l', or run this with CAP_IPC_LOCK");
		break;
	case PINTEST_STOP_COUNT:
		warnx("cannot pin: the page at 0x%" PRIx64 " has so many references that its count might overflow: end some of its pins",
		      run->report.request.addr);
		break;
	case PINTEST_STOP_MEMORY:
		warnx("cannot pin: there is no memory for a list of the pages: free some");
		break;
	default:
		warnx("cannot pin: the kernel refused the first page, at 0x%" PRIx64 ": %s: free memory",
		      run->report.request.addr, strerror(ENOMEM));
	}
}

/* What the kernel does not say: its errno has many causes. */
static void tell_cause(const struct pin_state *run, int error)
{
	const struct pintest_request *request = &run->report.request;
	struct explanation explanation;
	const struct decision *decision = &explanation.decision;

	if (!explain_refusal(run->pt, request, error, &explanation)) {
		warnx("cannot pin: the kernel refused the first page, at 0x%" PRIx64 ": %s",
		      request->addr, strerror(error));
		return;
	}
	warnx("cannot pin the first page, at 0x%" PRIx64 ": %s (%s)",
	      request->addr, decision->cause, strerror(error));
	if (explanation.map.mapped)
		warnx("it is in %s", explanation.map.line);
	warnx("to go on, %s", decision->remedy);
}

static void tell_refused(const struct pin_state *run, int error)
{
	switch (error) {
	case EBADRQC:
		tell_not_taken(run->pt, &run->report.request);
		break;
	case ENOMEM:
		tell_no_memory(run);
		break;
	case ESRCH:
		warnx("cannot pin: there is no process %d",
		      (int)run->report.pid);
		break;
	case EPERM:
		warnx("cannot pin: the memory of process %d takes CAP_SYS_PTRACE: run it as root",
		      (int)run->report.pid);
		break;
	default:
		tell_cause(run, error);
	}
}

/* Who looks at another process may not expect to change it. */
static void tell_copied(const struct pin_report *report)
{
	uint64_t copied = pin_report_copied(report);

	if (report->request.pid && copied)
		warnx("the pin changed process %d: it has private copies of %" PRIu64 " page%s now, which were a file's or the zero page",
		      (int)report->pid, copied, copied == 1 ? "" : "s");
}

static int take_pin(struct pin_state *run)
{
	struct pin_report *report = &run->report;
	struct progress *progress = progress_begin("pinned", PROGRESS_PINNED,
						   report->wanted);
	struct watch watch;
	int ret;

	watch_begin(&watch, run->options->timeout_s);
	ret = pintest_pin_new(run->pt, &report->request, &run->pin);
	watch_end(&watch);
	progress_end(progress);
	if (ret) {
		tell_refused(run, -ret);
		return CLI_FAILED;
	}
	report->pages = pintest_pin_pages(run->pin);
	report->error = pintest_pin_errno(run->pin);
	/* There may be nothing behind, which must not be touched. */
	if (run->mapped)
		run->memory.length = report->pages * page_size();
	look_at_pin(run, &report->pinned);
	tell_copied(report);
	return 0;
}

static void compare_bytes(struct pin_state *run)
{
	struct word words[CHECK_PAGES] = { 0 };

	run->report.process_reads = word_if_readable(run->memory.addr);
	if (!words_of_pin(run->pin, words))
		run->report.pin_reads = words[0];
}

/* What rules judge: the first pages, of the pin and of the memory. */
static void see_pin(struct pin_state *run, enum reading reading,
		    enum moment moment)
{
	struct pintest_record records[CHECK_PAGES] = { 0 };
	struct word words[CHECK_PAGES] = { 0 };
	size_t i;

	words_of_pin(run->pin, words);
	pintest_pin_records(run->pin, 0, records, CHECK_PAGES);
	for (i = 0; i < CHECK_PAGES; i++) {
		run->seen.pages[i].words[reading] = words[i];
		run->seen.pages[i].records[moment] = records[i];
	}
}

static void see_memory(struct pin_state *run, enum reading reading)
{
	const char *page = run->memory.addr;
	size_t i;

	for (i = 0; i < CHECK_PAGES && i < run->report.pages; i++)
		run->seen.pages[i].words[reading] =
			word_if_readable(page + i * page_size());
}

/* The report tells what was read before. */
static void see_store(struct pin_state *run)
{
	struct word words[CHECK_PAGES] = { 0 };
	size_t i;

	if (!(run->options->foll & PINTEST_FOLL_WRITE) ||
	    words_to_pin(run->pin, WORD_DEVICE))
		return;
	see_memory(run, READ_STORED);
	words_of_pin(run->pin, words);
	for (i = 0; i < CHECK_PAGES; i++)
		run->seen.pages[i].words[READ_BACK] = words[i];
}

/* A page that was not asked for counts as the first one. */
static void judge(struct pin_state *run, const struct word *child_reads)
{
	struct observations *seen = &run->seen;
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++)
		seen->pages[i].words[READ_CHILD] = child_reads[i];
	for (i = run->report.pages; i < CHECK_PAGES; i++)
		seen->pages[i] = seen->pages[0];
	seen->filled = run->memory.word;
	seen->pinned = CHECK_PAGES;
	seen->stage = STAGE_DONE;
	pin_judge(run->options, seen, &run->report.verdict);
}

static int happen(struct pin_state *run)
{
	struct pinner pinner = {
		.way = way_of_api(run->report.request.api),
		.pt = run->pt,
	};
	struct event_run event = {
		.pt = run->pt,
		.pinner = &pinner,
		.request = &run->report.request,
		.pin = run->pin,
		.memory = &run->memory,
	};
	const struct event *what = run->options->event;
	struct reason why, end;
	int ret;

	run->report.event = what->id;
	see_pin(run, READ_PINNED, MOMENT_PINNED);
	ret = event_happen(what, &event, &why);
	run->pin = event.pin;
	see_pin(run, READ_BETWEEN, MOMENT_BETWEEN);
	if (!ret)
		ret = event_write(what, &event, &why);
	look_at_pin(run, &run->report.after);
	if (ret) {
		event_end(&event, &end);
		return failed(&why);
	}
	see_pin(run, READ_AFTER, MOMENT_AFTER);
	see_memory(run, READ_PROCESS);
	compare_bytes(run);
	see_store(run);
	ret = event_end(&event, &why);
	if (ret)
		return failed(&why);
	judge(run, event.child_reads);
	return 0;
}

/* Blocked signals stay pending, so that none is lost before the poll. */
static void hold(void)
{
	struct pollfd fds[2] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .events = POLLIN },
	};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC);

	fflush(stdout);
	fprintf(stderr,
		"Process %d holds the pin until Enter, end of input or Ctrl-C.\n",
		(int)getpid());
	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		continue;
	close(fds[1].fd);
}

static int pin_and_look(struct pin_state *run)
{
	int ret;

	look_before(run);
	ret = take_pin(run);
	if (!ret && run->options->event)
		ret = happen(run);
	if (ret)
		return ret;
	if (run->mapped && !run->options->event)
		compare_bytes(run);
	pin_report_print(&run->report, run->options->wanted,
			 run->options->json);
	if (run->options->wait)
		hold();
	return run->options->exit_status &&
	       run->report.verdict.judgement.verdict == VERDICT_FAIL ?
	       CLI_FAILED : CLI_PASSED;
}

int pin_run(const struct pin_options *options)
{
	struct pin_state run = { .options = options };
	int ret;

	if (cli_open(&run.pt))
		return CLI_FAILED;
	ret = prepare(&run);
	if (!ret)
		ret = pin_and_look(&run);
	pintest_pin_free(run.pin);
	pin_report_clear(&run.report);
	if (run.mapped)
		memory_unmap(&run.memory);
	if (options->event && options->event->end)
		options->event->end();
	if (settings_restore(run.settings))
		ret = CLI_BROKEN;
	pintest_close(run.pt);
	return ret;
}
