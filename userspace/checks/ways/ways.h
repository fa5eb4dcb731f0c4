/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ways: what pins. Most are kernel calls that the device makes; others come from
 * outside, and have a driver pin.
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
 * enum pin_fact - what can be known of a pin; rules say which of it they need
 *
 * @FACT_WORDS: what is read through it
 * @FACT_STORE: whether what is written through it arrives
 * @FACT_PAGE: which page is pinned, and which is mapped in its place now
 * @FACT_COUNTS: references and pins of the page
 * @FACT_PLACE: zone and migrate type of the page
 * @FACT_PINS: how many pins are taken and given back
 */
enum pin_fact {
	FACT_WORDS	= 1 << 0,
	FACT_STORE	= 1 << 1,
	FACT_PAGE	= 1 << 2,
	FACT_COUNTS	= 1 << 3,
	FACT_PLACE	= 1 << 4,
	FACT_PINS	= 1 << 5,
};

/** define FACT_COUNT - how many facts there are */
#define FACT_COUNT	6

/** fact_name() - what a fact is, in a few words */
const char *fact_name(enum pin_fact fact);

/** define WAY_OUTSIDE - what the numbers &way.api of ways from outside begin at */
#define WAY_OUTSIDE	32

/** define WAYS_MAX - how many ways there can be, those from outside included */
#define WAYS_MAX	32

struct pintest_way;

/**
 * struct way - a row of the table of ways
 *
 * @id: its name in ids of checks, that of &pintest_name too
 * @what: the kernel call, or what an outside way says of itself
 * @api: &enum pintest_api, or a number from WAY_OUTSIDE on
 * @traits: &enum way_trait bits
 * @never: &enum pintest_foll bits that no kernel lets it take
 * @always: bits that it cannot do without
 * @needs: &enum memory_trait bits of all memory that it is for
 * @outside: what makes it pin, of a way from outside; else NULL
 * @arg: what its open() is given
 * @file: the shared object that it is
 */
struct way {
	const char *id;
	const char *what;
	uint32_t api;
	unsigned int traits;
	uint32_t never;
	uint32_t always;
	unsigned int needs;
	const struct pintest_way *outside;
	const char *arg;
	const char *file;
};

/** way_is_for() - whether it can be asked for such pins of such memory */
bool way_is_for(const struct way *way, uint32_t foll, unsigned int memory);

/** way_facts() - &enum pin_fact bits of its pins; without the module there are fewer */
unsigned int way_facts(const struct way *way, bool module);

/**
 * way_add() - add a row to the table
 * @way: the row; its api is set
 *
 * Rows keep their places, so pointers to them stay valid.
 *
 * Return: the row; NULL if the id is taken, or there is no room.
 */
const struct way *way_add(const struct way *way);

/** way_of_api() - way that the device has, of &enum pintest_api */
const struct way *way_of_api(uint32_t api);

/** way_find() - way of an id, or NULL */
const struct way *way_find(const char *id);

/** ways() - the table of ways; @count is how many rows there are */
const struct way *ways(size_t *count);

#endif /* PINTEST_WAYS_H */
