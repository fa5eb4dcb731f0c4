/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PINTEST_REASON_H
#define PINTEST_REASON_H

#include "checks.h"

/**
 * reason() - say what is wrong, and fail
 * @why: takes the sentence
 * @error: negative errno
 * @format: as printf() takes it
 *
 * Return: @error.
 */
int reason(struct reason *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* PINTEST_REASON_H */
