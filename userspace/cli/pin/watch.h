/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pin that may not return: it says what is going on meanwhile.
 */
#ifndef PINTEST_CLI_PIN_WATCH_H
#define PINTEST_CLI_PIN_WATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct watch - a thread that waits for a call of another one
 *
 * @caller: the thread that makes the call
 * @timeout_s: when to end the process; 0 is never
 * @done: a descriptor that can be read when the call has returned
 * @splits: of huge pages, before the call
 * @moves: of pages that failed, before the call
 * @thread: the thread
 * @started: there is one
 */
struct watch {
	pid_t caller;
	unsigned int timeout_s;
	int done;
	int64_t splits;
	int64_t moves;
	pthread_t thread;
	bool started;
};

/** watch_begin() - begin to watch the calling thread */
void watch_begin(struct watch *watch, unsigned int timeout_s);

/** watch_end() - the call has returned */
void watch_end(struct watch *watch);

#endif /* PINTEST_CLI_PIN_WATCH_H */
