// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: the process that pinned is gone, and somebody else has its pin.
 *
 * A child pins the memory as it has it, passes the pin on and goes. From then
 * on that is the pin that is looked at: of shared memory it is as good as the
 * one before, of private memory it keeps what was the child's.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"

/* What the parent tells the child. */
struct giver {
	const struct event_run *run;
	int (*go)(void);
};

static int give_pin(struct peer *parent, void *arg)
{
	const struct giver *giver = arg;
	struct pintest_pin *pin;
	int ret = pintest_pin_new(giver->run->pt, giver->run->request, &pin);

	if (ret)
		return -ret;
	if (peer_send_fd(parent, pintest_pin_fd(pin)) || peer_await(parent))
		return EXIT_FAILURE;
	return giver->go();
}

static int take_pin(struct event_run *run, struct peer *child,
		    struct reason *why)
{
	struct pintest_pin *pin;
	int fd = peer_receive_fd(child);
	int ret;

	if (fd < 0)
		return reason(why, fd, "the child cannot pin, or pass its pin on");
	ret = pintest_pin_adopt(fd, pintest_pin_pages(run->pin), &pin);
	if (ret)
		return reason(why, ret, "no memory left");
	pintest_pin_free(run->pin);
	run->pin = pin;
	return 0;
}

/* The child is gone, and so is all of its memory, when it is reaped. */
static int pass_pin(struct event_run *run, int (*go)(void),
		    struct reason *why)
{
	struct giver giver = { run, go };
	struct peer *child = peer_start(give_pin, &giver);
	int ret;

	if (!child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = take_pin(run, child, why);
	if (!ret)
		ret = peer_turn(child);
	if (!ret && peer_await(child) != -EPIPE)
		ret = reason(why, -ECHILD, "the child does not exit");
	peer_end(child);
	return ret;
}

static int go_by_exit(void)
{
	return EXIT_SUCCESS;
}

static int go_by_signal(void)
{
	return raise(SIGKILL);
}

static int go_by_exec(void)
{
	if (freopen("/dev/null", "w", stdout))
		execl("/proc/self/exe", "pintest", "--version", NULL);
	return EXIT_FAILURE;
}

static int event_exit(struct event_run *run, struct reason *why)
{
	return pass_pin(run, go_by_exit, why);
}

static int event_exec(struct event_run *run, struct reason *why)
{
	return pass_pin(run, go_by_exec, why);
}

static int event_kill(struct event_run *run, struct reason *why)
{
	return pass_pin(run, go_by_signal, why);
}

/* The pin goes on in other hands, at another address. */
#define PASSED_ON	(COHERENT | EVENT_DETACHES_PRIVATE | EVENT_REMAPS | \
			 EVENT_PASSES_PIN)

static const struct event rows[] = {
	{
		.id = "exit",
		.what = "a child pins the memory the same way, passes the pin to the process and exits, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_exit,
	}, {
		.id = "exec",
		.what = "a child pins the memory the same way, passes the pin to the process and executes a program, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_exec,
	}, {
		.id = "kill",
		.what = "a child pins the memory the same way, passes the pin to the process and is killed, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_kill,
	},
};

const struct event_family event_family_exit = { rows, ARRAY_SIZE(rows) };
