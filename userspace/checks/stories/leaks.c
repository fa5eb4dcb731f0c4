// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether all is given back that pins took, whatever ends them: the pages'
 * counts, the kernel's count of all pins, and locked memory of the process.
 *
 * A child holds many pins, for which all of these must have grown, and then
 * none, for which they must not have. Others may pin and unpin meanwhile, and
 * look at the page: half of what the child holds is far from that. What only
 * the count of all pins has is waited for, and never blamed on the child.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/deadline.h"
#include "base/peer.h"
#include "base/reason.h"
#include "events/events.h"
#include "family.h"
#include "machine/pins.h"
#include "model/words.h"

#define NOISE	(REPINS / 2)

/**
 * struct books - what is counted
 *
 * @pins: pins that were taken and not given back, of the whole machine
 * @references: of the page
 * @locked: locked memory of the child, in KiB; 0 once it is gone
 */
struct books {
	int64_t pins;
	int64_t references;
	int64_t locked;
};

/**
 * struct ending - how the child ends its pins
 *
 * @end: does it
 * @lives: the child lives on afterwards
 * @signal: what kills it, if it does not; 0 if it ends well
 */
struct ending {
	void (*end)(struct pintest_pin **pins);
	bool lives;
	int signal;
};

static void end_unpin(struct pintest_pin **pins)
{
	size_t i;

	for (i = 0; i < REPINS; i++)
		pintest_pin_release(pins[i], 0);
}

static void end_close(struct pintest_pin **pins)
{
	size_t i;

	for (i = 0; i < REPINS; i++)
		pintest_pin_free(pins[i]);
}

static void end_exec(struct pintest_pin **pins)
{
	(void)pins;
	if (freopen("/dev/null", "w", stdout))
		execl("/proc/self/exe", "pintest", "--version", NULL);
	_exit(EXIT_FAILURE);
}

static void end_exit(struct pintest_pin **pins)
{
	(void)pins;
	_exit(EXIT_SUCCESS);
}

static void end_kill(struct pintest_pin **pins)
{
	(void)pins;
	raise(SIGKILL);
}

/* What the parent tells the child. */
struct holder {
	struct pintest *pt;
	void *page;
	const struct ending *ending;
};

static int take_pins(const struct holder *holder, struct pintest_pin **pins)
{
	struct pintest_request request = {
		.foll = PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE,
		.addr = (uintptr_t)holder->page,
		.length = page_size(),
	};
	int i, ret;

	for (i = 0; i < REPINS; i++) {
		request.api = i % 2 ? PINTEST_API_PIN : PINTEST_API_PIN_FAST;
		ret = pintest_pin_new(holder->pt, &request, &pins[i]);
		if (ret)
			return ret;
	}
	return 0;
}

/* It takes a turn when it is there, holds its pins, and has ended them. */
static int hold(struct peer *parent, void *arg)
{
	const struct holder *holder = arg;
	struct pintest_pin *pins[REPINS];

	if (peer_turn(parent) || peer_await(parent) ||
	    take_pins(holder, pins) || peer_turn(parent) ||
	    peer_await(parent))
		return EXIT_FAILURE;
	holder->ending->end(pins);
	peer_turn(parent);
	peer_idle();
}

static int take_books(struct story_run *run, void *page, pid_t child,
		      struct books *books, struct reason *why)
{
	uint64_t addr = (uintptr_t)page;
	struct pintest_record record;
	char status[64];

	if (pintest_inspect(run->pt, 0, &addr, addr + page_size(), &record,
			    1) != 1 ||
	    !(record.fields & PINTEST_FIELD_REFCOUNT))
		return reason(why, -EOPNOTSUPP,
			      "this kernel does not report reference counts");
	snprintf(status, sizeof(status), "/proc/%d/status", (int)child);
	*books = (struct books) {
		.pins = pin_totals().held,
		.references = record.refcount,
		.locked = count_of(status, "VmLck:"),
	};
	return 0;
}

/* Without growth, that nothing is left says nothing. */
static int check_growth(const struct books *before, const struct books *held,
			struct reason *why)
{
	if (held->pins - before->pins < NOISE)
		return reason(why, -ENODATA, "nr_foll_pin does not count pins");
	if (held->references - before->references < REPINS)
		return reason(why, -ENODATA,
			      "the page's references do not count pins");
	if (held->locked <= before->locked)
		return reason(why, -ENODATA, "VmLck does not count pins");
	return 0;
}

static bool has_settled(void *before)
{
	const struct books *books = before;

	return pin_totals().held <= books->pins;
}

static int judge_books(struct story_run *run, struct books *before,
		       const struct books *after, bool lives,
		       struct reason *why)
{
	long long references = after->references - before->references;
	long long locked = lives ? after->locked - before->locked : 0;

	story_number(run, "references", references);
	story_number(run, "locked-kb", locked);
	if (llabs(references) >= NOISE || locked)
		return story_fails(run, FINDING_UNBALANCED,
				  "%d pins left something behind: pins %+lld, references %+lld, locked memory %+lld KiB",
				  REPINS, (long long)(after->pins - before->pins),
				  references, locked);
	if (!deadline_spin(has_settled, before))
		return reason(why, -EBUSY,
			      "others pin meanwhile: the page is given back, and the kernel counts %+lld pins more than before; try again when the machine is idle",
			      (long long)(pin_totals().held - before->pins));
	return story_passes(run, "%d pins gave back everything", REPINS);
}

/* Its files were closed before it can be waited for. */
static int check_end(const struct ending *ending, struct peer *child,
		     struct reason *why)
{
	siginfo_t info;

	if (waitid(P_PID, child->pid, &info, WEXITED | WNOWAIT))
		return reason(why, -errno, "cannot wait for the child: %s",
			      strerror(errno));
	if (info.si_status == ending->signal &&
	    (info.si_code == CLD_EXITED) == !ending->signal)
		return 0;
	return reason(why, -ECHILD,
		      "the child did not end as intended: %s %d",
		      info.si_code == CLD_EXITED ? "exit status" : "signal",
		      info.si_status);
}

/* Its next turn, or its end, if it does not live on. */
static int await_ending(const struct ending *ending, struct peer *child,
			struct reason *why)
{
	int ret = peer_turn(child);

	if (!ret)
		ret = peer_await(child);
	if (ending && !ending->lives && ret == -EPIPE)
		return check_end(ending, child, why);
	return ret ? reason(why, ret, "the child is lost: %s",
			    strerror(-ret)) : 0;
}

static int keep_books(struct story_run *run, struct holder *holder,
		      struct peer *child, struct reason *why)
{
	const struct ending *ending = holder->ending;
	struct books before = { 0 }, held = { 0 }, after = { 0 };
	int ret = take_books(run, holder->page, child->pid, &before, why);

	if (ret)
		return ret;
	ret = await_ending(NULL, child, why);
	if (!ret)
		ret = take_books(run, holder->page, child->pid, &held, why);
	if (!ret)
		ret = check_growth(&before, &held, why);
	if (!ret)
		ret = await_ending(ending, child, why);
	if (!ret)
		ret = take_books(run, holder->page, child->pid, &after, why);
	return ret ? ret : judge_books(run, &before, &after, ending->lives,
				       why);
}

static int run_leaks(struct story_run *run, struct reason *why)
{
	struct holder holder = { .pt = run->pt, .ending = run->arg };
	struct peer *child;
	int ret;

	holder.page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (holder.page == MAP_FAILED)
		return reason(why, -errno, "cannot map a page");
	words_fill(holder.page, page_size(), WORD_PIN_TIME);
	child = peer_start(hold, &holder);
	if (!child || peer_await(child))
		return reason(why, -ECHILD, "cannot fork");
	ret = keep_books(run, &holder, child, why);
	peer_end(child);
	return ret;
}

#define LEAKS(name, how, ...) {						\
	.id = "leaks." name,						\
	.what = "nothing leaks from pins that end by " how,		\
	.run = run_leaks,						\
	.arg = &(const struct ending) { __VA_ARGS__ },			\
}

static const struct story table[] = {
	LEAKS("unpin", "being unpinned", .end = end_unpin, .lives = true),
	LEAKS("close", "being closed", .end = end_close, .lives = true),
	LEAKS("exec", "the exec() of their holder", .end = end_exec),
	LEAKS("exit", "the exit of their holder", .end = end_exit),
	LEAKS("kill", "SIGKILL of their holder", .end = end_kill,
	      .signal = SIGKILL),
};

const struct story_family story_leaks = { table, ARRAY_SIZE(table) };
