/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways from outside: shared objects that define pintest_way.
 */
#ifndef PINTEST_OUTSIDE_H
#define PINTEST_OUTSIDE_H

#include "base/reason.h"
#include "ways.h"

/**
 * outside_load() - make a way from outside a row of the table of ways
 * @spec: FILE.so[:ARG], which has a slash, or NAME[:ARG] of one that is
 *	installed. It has to live on
 * @why: why it cannot be used
 *
 * A way stays loaded until the program ends.
 *
 * Return: its row, or NULL.
 */
const struct way *outside_load(const char *spec, struct reason *why);

/**
 * outside_load_all() - load all ways that are installed
 * @tell: told why one cannot be used, and of which file
 *
 * A way is installed if it is in one of the folders that $PINTEST_WAYS names,
 * separated by colons; without it in ways/ beside the command, or in
 * ../lib/pintest/ways from there.
 */
void outside_load_all(void (*tell)(const char *file,
				   const struct reason *why));

/**
 * outside_path() - the folders of ways that are installed
 *
 * Return: them, separated by colons, to be freed; or NULL.
 */
char *outside_path(void);

#endif /* PINTEST_OUTSIDE_H */
