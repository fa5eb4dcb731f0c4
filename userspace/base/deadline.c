// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlines: guards against what never comes.
 *
 * Clocks go on while a machine is paused or has no time for us, and then a
 * deadline is over before anybody could move. It is counted in slices, of
 * which a pause of any length takes one.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <time.h>

#include "deadline.h"

#define SLICES	20

/* For what only a processor's time brings about, such as scans of ksmd. */
#define SPIN_MS		20000
#define SPIN_SLICE_MS	1000

int deadline_await(int fd, int ms, const sigset_t *mask)
{
	long long slice = ms * 1000000LL / SLICES;
	struct timespec timeout = {
		.tv_sec = slice / 1000000000,
		.tv_nsec = slice % 1000000000,
	};
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int i, n = 0;

	for (i = 0; !n && i < SLICES; i++)
		n = ppoll(&poll_fd, 1, &timeout, mask);
	return n < 0 ? -errno : n;
}

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000) + now.tv_nsec / 1000000;
}

static bool spin_slice(bool (*is_so)(void *arg), void *arg)
{
	uint64_t end = now_ms() + SPIN_SLICE_MS;

	do {
		if (is_so(arg))
			return true;
		sched_yield();
	} while (now_ms() < end);
	return false;
}

bool deadline_spin(bool (*is_so)(void *arg), void *arg)
{
	int i;

	for (i = 0; i < SPIN_MS / SPIN_SLICE_MS; i++)
		if (spin_slice(is_so, arg))
			return true;
	return false;
}
