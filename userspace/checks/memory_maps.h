/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rows of the table of memory kinds are made of.
 *
 * Each of these maps @memory->length bytes, sets @memory->addr, base and
 * base_length, and leaves every page touched, filled with @memory->word. What
 * it got before it failed is given back by memory_unmap().
 */
#ifndef PINTEST_MEMORY_MAPS_H
#define PINTEST_MEMORY_MAPS_H

#include "checks.h"

int map_zeropage(struct memory *memory, struct reason *why);
int map_huge_zeropage(struct memory *memory, struct reason *why);
int map_anon(struct memory *memory, struct reason *why);
int map_anon_shared(struct memory *memory, struct reason *why);
int map_anon_previously_shared(struct memory *memory, struct reason *why);
int map_anon_thp(struct memory *memory, struct reason *why);
int map_memfd_private(struct memory *memory, struct reason *why);
int map_tmpfile_private(struct memory *memory, struct reason *why);
int map_memfd_hugetlb(struct memory *memory, struct reason *why);

/** memory_mmap() - mmap() for one of the functions above */
int memory_mmap(struct memory *memory, size_t length, int flags,
		struct reason *why);

/** memory_touch() - read every page, so that one is mapped */
void memory_touch(const struct memory *memory);

#endif /* PINTEST_MEMORY_MAPS_H */
