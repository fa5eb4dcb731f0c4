/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that the kernel tells in lines of "name number" or "name: number".
 */
#ifndef PINTEST_COUNTS_H
#define PINTEST_COUNTS_H

#include <stdint.h>

/** count_of() - the number behind @name, its colon included; 0 if none */
int64_t count_of(const char *path, const char *name);

#endif /* PINTEST_COUNTS_H */
