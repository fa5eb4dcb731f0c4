/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Real drivers: how they pin user memory, by kernel release. drivers.tbl has the
 * rows, and what its fields mean.
 */
#ifndef PINTEST_DRIVERS_H
#define PINTEST_DRIVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct driver - a driver
 *
 * @id: its name
 * @held: how long it holds the pages, a word of drivers.tbl
 * @what: what it is
 * @note: what to know of it, or NULL
 */
struct driver {
	const char *id;
	const char *held;
	const char *what;
	const char *note;
};

/**
 * struct driver_use - how a driver pins, in some releases
 *
 * @driver: &driver.id
 * @releases: releases whose sources have it like this, separated by commas, or
 *	"any" outside the kernel tree
 * @way: name of the way that asks the same, or nearly
 * @call: the kernel call
 * @write: FOLL flags if the device writes, or NULL if it never does
 * @read: FOLL flags if the device only reads, or NULL if that makes no difference
 * @release: call that gives the pages back
 * @file: file that has the call
 * @function: function that has it, or NULL if it is not known
 */
struct driver_use {
	const char *driver;
	const char *releases;
	const char *way;
	const char *call;
	const char *write;
	const char *read;
	const char *release;
	const char *file;
	const char *function;
};

/** drivers() - the table of drivers; @count is how many rows there are */
const struct driver *drivers(size_t *count);

/** driver_uses() - the table of their uses; @count is how many rows there are */
const struct driver_use *driver_uses(size_t *count);

/** driver_find() - driver of a name, or NULL */
const struct driver *driver_find(const char *id);

/**
 * driver_era() - the release in the table that describes a kernel best
 * @release: release of the kernel, such as "6.8.0-45-generic"
 *
 * Return: the newest release in the table that is not newer; NULL if all are, or
 * if @release is none.
 */
const char *driver_era(const char *release);

/** driver_use_is_of() - whether a use is of a release in the table */
bool driver_use_is_of(const struct driver_use *use, const char *era);

/**
 * driver_use_at() - how a driver pins
 * @driver: the driver
 * @era: release in the table
 * @after: the use behind which to go on, or NULL
 *
 * Return: the next use, or NULL if there is none.
 */
const struct driver_use *driver_use_at(const struct driver *driver,
				       const char *era,
				       const struct driver_use *after);

/**
 * driver_use_foll() - flags of a use
 * @use: the use
 * @read_only: those for a device that only reads, if it makes a difference
 *
 * Return: &enum pintest_foll bits.
 */
uint32_t driver_use_foll(const struct driver_use *use, bool read_only);

/** driver_use_api() - &enum pintest_api of a use */
uint32_t driver_use_api(const struct driver_use *use);

#endif /* PINTEST_DRIVERS_H */
