/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Deadlines: guards against what never comes.
 */
#ifndef PINTEST_DEADLINE_H
#define PINTEST_DEADLINE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * deadline_await() - wait until a descriptor can be read, or has ended
 * @fd: the descriptor
 * @ms: for how long
 * @mask: signals that are blocked while waiting; NULL for those that are now
 *
 * Return: 1; 0 after the deadline; -EINTR if a signal came; or -errno.
 */
int deadline_await(int fd, int ms, const sigset_t *mask);

/**
 * deadline_spin() - ask again and again, until something is so
 * @is_so: asks
 * @arg: passed to it
 *
 * Return: false if it never became so.
 */
bool deadline_spin(bool (*is_so)(void *arg), void *arg);

/** now_ms() - milliseconds on a clock that goes on, to measure, not to judge */
uint64_t now_ms(void);

#endif /* PINTEST_DEADLINE_H */
