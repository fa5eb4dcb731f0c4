/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What in a process may hold pins, where nobody has seen them taken.
 */
#ifndef PINTEST_CLI_SUSPECTS_H
#define PINTEST_CLI_SUSPECTS_H

#include <sys/types.h>

/** suspects_print() - print what the descriptors of a process may hold */
void suspects_print(pid_t pid);

/**
 * suspect_of() - why a descriptor may hold pins
 * @target: what its link in /proc/PID/fd says
 *
 * Return: words for it, or NULL if it is none that pins.
 */
const char *suspect_of(const char *target);

#endif /* PINTEST_CLI_SUSPECTS_H */
