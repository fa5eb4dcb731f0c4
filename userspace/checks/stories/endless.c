// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that may try something forever.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/counts.h"
#include "base/deadline.h"
#include "endless.h"

#define LOOK_MS	100
/* A pin takes one split for each huge page, if any. */
#define MANY_SPLITS	1000

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

struct pinning {
	struct pintest *pt;
	struct pintest_request request;
	struct pintest_pin *pin;
	int error;
};

static void take_pin(void *arg)
{
	struct pinning *pinning = arg;

	pinning->error = pintest_pin_new(pinning->pt, &pinning->request,
					 &pinning->pin);
}

/* Whoever started this process ends it if it only waits. */
int endless_pin(struct pintest *pt, const struct pintest_request *request,
		struct pintest_pin **pin, struct reason *why)
{
	static struct pinning pinning;
	static struct endless endless = {
		.call = take_pin,
		.arg = &pinning,
		.counter = "thp_split_pmd",
		.many = MANY_SPLITS,
		.looks = INT_MAX,
	};
	int ret;

	pinning = (struct pinning) { .pt = pt, .request = *request };
	ret = endless_watch(&endless, why);
	if (ret < 0)
		return ret;
	if (!ret) {
		reason(why, 0,
		       "the pin neither succeeds nor fails: the kernel splits the entry for a huge page again and again");
		return 1;
	}
	*pin = pinning.pin;
	if (pinning.error)
		return reason(why, pinning.error, "the pin is refused: %s",
			      strerror(-pinning.error));
	return 0;
}
