/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reasons: why something is not as it should be.
 *
 * Functions return 0 or a negative errno. Those that take a struct reason say
 * there what went wrong. -EOPNOTSUPP means that this machine does not have what
 * was asked for, which is a reason to skip. Any other error means that something
 * that should have worked did not.
 */
#ifndef PINTEST_REASON_H
#define PINTEST_REASON_H

#define REASON_LENGTH	320

/** struct reason - why something is not as it should be, in one sentence */
struct reason {
	char text[REASON_LENGTH];
};

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
