/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers that the kernel tells in lines of "name number" or "name: number".
 */
#ifndef PINTEST_COUNTS_H
#define PINTEST_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/** count_of() - the number behind @name, its colon included; 0 if none */
int64_t count_of(const char *path, const char *name);

/**
 * count_of_mappings() - sum of what /proc/self/smaps says of mappings
 * @addr: of a range
 * @length: bytes there; mappings that have any of it count, and as a whole
 * @name: the name of the number, its colon included
 */
int64_t count_of_mappings(const void *addr, size_t length, const char *name);

#endif /* PINTEST_COUNTS_H */
