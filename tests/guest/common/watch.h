/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every test must leave as it found it: the count of pins, the users of
 * the module, the kernel's taint, and a log without complaints.
 */
#ifndef TESTS_WATCH_H
#define TESTS_WATCH_H

#include "ktap.h"

extern const struct ktap_suite watched_suite;

#endif /* TESTS_WATCH_H */
