/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the machine that a test changes. The harness puts them back when
 * the test has ended, however it ended.
 */
#ifndef TESTS_UNDO_H
#define TESTS_UNDO_H

#include <stdbool.h>

/* Once, by the harness. */
bool undo_init(void);

/* Writes @value to a file of /proc or /sys. False if it does not take it. */
bool undo_set(const char *path, const char *value);

/* Writes @value when all is undone. */
void undo_by(const char *path, const char *value);

/* Something of which the opposite is to be done later. */
void undo_swap(const char *device);
void undo_mount(const char *path);

/* Undoes everything, the last first. */
void undo_all(void);

#endif /* TESTS_UNDO_H */
