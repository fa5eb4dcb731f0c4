// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real drivers: looking them up.
 */
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "drivers.h"
#include "drivers_table.h"
#include "pintest.h"

/* Releases whose sources the table was made of. */
static const struct era {
	const char *name;
	unsigned int major;
	unsigned int minor;
} eras[] = {
	{ "5.10", 5, 10 },
	{ "6.1", 6, 1 },
	{ "6.12", 6, 12 },
	{ "7.2", 7, 2 },
};

const struct driver *drivers(size_t *count)
{
	*count = ARRAY_SIZE(driver_table);
	return driver_table;
}

const struct driver_use *driver_uses(size_t *count)
{
	*count = ARRAY_SIZE(use_table);
	return use_table;
}

const struct driver *driver_find(const char *id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(driver_table); i++)
		if (!strcmp(driver_table[i].id, id))
			return &driver_table[i];
	return NULL;
}

const char *driver_era(const char *release)
{
	const char *found = NULL;
	unsigned int major, minor;
	size_t i;

	if (sscanf(release, "%u.%u", &major, &minor) != 2)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(eras); i++)
		if (eras[i].major < major ||
		    (eras[i].major == major && eras[i].minor <= minor))
			found = eras[i].name;
	return found;
}

bool driver_use_is_of(const struct driver_use *use, const char *era)
{
	const char *at = use->releases;
	size_t length;

	if (!strcmp(at, "any"))
		return true;
	for (; *at; at += length + (at[length] == ',')) {
		length = strcspn(at, ",");
		if (strlen(era) == length && !strncmp(at, era, length))
			return true;
	}
	return false;
}

const struct driver_use *driver_use_at(const struct driver *driver,
				       const char *era,
				       const struct driver_use *after)
{
	const struct driver_use *use = after ? after + 1 : use_table;

	for (; use < use_table + ARRAY_SIZE(use_table); use++)
		if (!strcmp(use->driver, driver->id) &&
		    driver_use_is_of(use, era))
			return use;
	return NULL;
}

/* A unit test sees to it that names are known, here and below. */
uint32_t driver_use_foll(const struct driver_use *use, bool read_only)
{
	const char *list = use->write;
	uint64_t foll = 0;

	if (!list || (read_only && use->read))
		list = use->read;
	pintest_parse_mask(PINTEST_NAMES_FOLL, list, &foll, NULL);
	return foll;
}

uint32_t driver_use_api(const struct driver_use *use)
{
	uint64_t api = 0;

	pintest_value(PINTEST_NAMES_API, use->way, &api);
	return api;
}
