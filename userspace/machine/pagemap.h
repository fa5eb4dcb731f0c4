/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of this process as /proc/self/pagemap has them: unlike the device it
 * tells of swap, and on every kernel. And mappings, as /proc/self/maps has them.
 */
#ifndef PINTEST_PAGEMAP_H
#define PINTEST_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/reason.h"

/** define PAGEMAP_PRESENT - a page is mapped */
#define PAGEMAP_PRESENT	(UINT64_C(1) << 63)
/** define PAGEMAP_SWAPPED - it is in the swap, or under migration */
#define PAGEMAP_SWAPPED	(UINT64_C(1) << 62)
/** define PAGEMAP_GUARD - a guard page; since 6.15 */
#define PAGEMAP_GUARD	(UINT64_C(1) << 58)
/** define PAGEMAP_UFFD_WP - write-protected by a userfaultfd; since 5.14 */
#define PAGEMAP_UFFD_WP	(UINT64_C(1) << 57)
/** define PAGEMAP_SOFT_DIRTY - written since soft_dirty_clear() */
#define PAGEMAP_SOFT_DIRTY	(UINT64_C(1) << 55)
/** define PAGEMAP_PFN - its page frame number, if it is mapped */
#define PAGEMAP_PFN	((UINT64_C(1) << 55) - 1)

/** page_entry() - the entry of an address; 0 if it cannot be read */
uint64_t page_entry(const void *addr);

/** pages_count() - pages of a range that have a bit; or -errno */
ssize_t pages_count(const void *addr, size_t length, uint64_t bit);

/**
 * soft_dirty_clear() - forget what this process has written so far
 * @why: why the kernel cannot say what it writes from now on
 *
 * Return: 0; -EOPNOTSUPP if this kernel does not track it; or -errno.
 */
int soft_dirty_clear(struct reason *why);

/**
 * mapping_has() - whether the mapping at an address of this process has a flag
 * @flag: two letters of VmFlags in /proc/self/smaps
 */
bool mapping_has(const void *addr, const char *flag);

/**
 * mapping_find() - a mapping of this process
 * @name: what /proc/self/maps calls it
 * @addr: its first byte
 *
 * Return: bytes of it, or 0.
 */
size_t mapping_find(const char *name, void **addr);

#endif /* PINTEST_PAGEMAP_H */
