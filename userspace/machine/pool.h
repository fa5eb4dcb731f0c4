/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools of hugetlb pages.
 */
#ifndef PINTEST_POOL_H
#define PINTEST_POOL_H

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
