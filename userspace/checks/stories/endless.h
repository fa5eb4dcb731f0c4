/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that may try something forever, in a thread that may outlive the check.
 */
#ifndef PINTEST_ENDLESS_H
#define PINTEST_ENDLESS_H

#include "base/reason.h"
#include "pintest.h"

/**
 * struct endless - such a call
 * @call: makes it
 * @arg: passed to it; it must live as long as the process
 * @counter: of /proc/vmstat, which rises with each try
 * @many: tries that are far more than a call needs that ends
 * @looks: how often to look, each time after 100 ms at most
 * @tries: how many there have been
 * @done: there is something to read on it when the call has ended
 */
struct endless {
	void (*call)(void *arg);
	void *arg;
	const char *counter;
	long many;
	int looks;
	long tries;
	int done;
};

/**
 * endless_watch() - make the call, until it ends or has tried too often
 * @endless: the call, which must live as long as the process
 * @why: why it cannot be made
 *
 * Return: 1 if it has ended; 0 if it goes on; or -errno.
 */
int endless_watch(struct endless *endless, struct reason *why);

/**
 * endless_pin() - pintest_pin_new(), which may split an entry for a huge page
 * again and again
 * @pt: the device
 * @request: what to pin
 * @pin: takes the pin
 * @why: what goes on, if it goes on, or why it cannot be called
 *
 * Once in the life of a process. If the call goes on, so does a thread that uses
 * the memory and its mapping: the process has to end.
 *
 * Return: 0; negative errno; or 1 if it goes on.
 */
int endless_pin(struct pintest *pt, const struct pintest_request *request,
		struct pintest_pin **pin, struct reason *why);

#endif /* PINTEST_ENDLESS_H */
