/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children that are waited for with a deadline.
 */
#ifndef PINTEST_CHILD_H
#define PINTEST_CHILD_H

#include <signal.h>
#include <stdbool.h>

/**
 * struct child_end - how a child ended
 *
 * @signal: the signal that killed it, or 0
 * @late: it was killed since it did not end in time
 */
struct child_end {
	int signal;
	bool late;
};

/**
 * child_run() - run a function in a child and wait for its end
 * @body: what the child does
 * @arg: passed to it
 * @deadline_ms: when it is killed
 * @mask: signals that are blocked while waiting; others interrupt it
 * @end: how the child ended
 *
 * The child leads a process group of its own, which is killed with it, and
 * is killed if this process dies.
 *
 * Return: 0; -EINTR if a signal came, the child being killed; or -errno.
 */
int child_run(void (*body)(void *arg), void *arg, int deadline_ms,
	      const sigset_t *mask, struct child_end *end);

#endif /* PINTEST_CHILD_H */
