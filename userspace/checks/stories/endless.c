// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that may try something forever.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/counts.h"
#include "base/deadline.h"
#include "endless.h"

#define LOOK_MS	100

static void *endless_main(void *arg)
{
	struct endless *endless = arg;
	uint64_t one = 1;

	endless->call(endless->arg);
	return write(endless->done, &one, sizeof(one)) < 0 ? arg : NULL;
}

static long count(const struct endless *endless)
{
	return count_of("/proc/vmstat", endless->counter);
}

int endless_watch(struct endless *endless, struct reason *why)
{
	long before = count(endless);
	pthread_t thread;
	int i, ret;

	endless->done = eventfd(0, EFD_CLOEXEC);
	ret = -pthread_create(&thread, NULL, endless_main, endless);
	if (ret)
		return reason(why, ret, "cannot start a thread: %s",
			      strerror(-ret));
	for (i = 0; i < endless->looks && endless->tries < endless->many; i++) {
		if (deadline_await(endless->done, LOOK_MS, NULL) > 0)
			return 1;
		endless->tries = count(endless) - before;
	}
	return 0;
}
