/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the pages of memory are, to see whether the kernel moved them.
 */
#ifndef PINTEST_PLACES_H
#define PINTEST_PLACES_H

#include "memory.h"

/** pages_mapped() - whether any of the first CHECK_PAGES pages is mapped */
bool pages_mapped(const struct memory *memory);

/** struct places - where the first CHECK_PAGES pages are in memory */
struct places {
	uint64_t pfns[CHECK_PAGES];
};

/**
 * places_of() - where pages are
 *
 * Return: 0, or -EPERM without CAP_SYS_ADMIN.
 */
int places_of(const struct memory *memory, struct places *places);

/** places_left() - whether pages are all elsewhere, or not mapped any more */
bool places_left(const struct memory *memory, const struct places *places);

#endif /* PINTEST_PLACES_H */
