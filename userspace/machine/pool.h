/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools of hugetlb pages.
 */
#ifndef PINTEST_POOL_H
#define PINTEST_POOL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct pool_counts - pages of a pool
 * @known: there is such a pool
 * @total: all, those in surplus included
 * @free: not in use
 * @reserved: of the free ones those that mappings were promised
 * @surplus: beyond the size of the pool
 */
struct pool_counts {
	bool known;
	unsigned long total;
	unsigned long free;
	unsigned long reserved;
	unsigned long surplus;
};

/** pool_count() - counts of the pool of pages of @size bytes */
struct pool_counts pool_count(uint64_t size);

/** pool_same() - whether two are alike */
bool pool_same(const struct pool_counts *a, const struct pool_counts *b);

/**
 * pool_resize() - give a pool so many pages
 * @directory: of the pool, in sysfs
 * @pages: how many, as text
 *
 * What is in use stays until it is given back, and then goes.
 *
 * Return: 0 or -errno.
 */
int pool_resize(const char *directory, const char *pages);

#endif /* PINTEST_POOL_H */
