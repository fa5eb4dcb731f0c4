/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways: the kernel calls that pin.
 */
#ifndef PINTEST_WAYS_H
#define PINTEST_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * enum way_trait - what is true of a way
 *
 * @WAY_PINS: takes pins; the others take plain references
 * @WAY_LEADING: stands for ways like it: every event happens to its pins
 * @WAY_FAST: takes what page table entries allow without a look at the mapping
 */
enum way_trait {
	WAY_PINS	= 1 << 0,
	WAY_LEADING	= 1 << 1,
	WAY_FAST	= 1 << 2,
};

/**
 * struct way - a row of the table of ways
 *
 * @id: its name in ids of checks, that of &pintest_name too
 * @what: the kernel call
 * @api: &enum pintest_api
 * @traits: &enum way_trait bits
 * @never: &enum pintest_foll bits that no kernel lets it take
 * @always: bits that it cannot do without
 * @needs: &enum memory_trait bits of all memory that it is for
 */
struct way {
	const char *id;
	const char *what;
	uint32_t api;
	unsigned int traits;
	uint32_t never;
	uint32_t always;
	unsigned int needs;
};

/** way_is_for() - whether it can be asked for such pins of such memory */
bool way_is_for(const struct way *way, uint32_t foll, unsigned int memory);

/** ways() - the table of ways; @count is how many rows there are */
const struct way *ways(size_t *count);

#endif /* PINTEST_WAYS_H */
