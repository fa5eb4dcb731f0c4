// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of hugetlb pages.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "pool.h"

#define PATH_LENGTH	512
#define NUMBER_LENGTH	24

/* Each takes somebody who gives a page back at that very moment. */
#define TRIES		8

static int pool_read(const char *directory, const char *name,
		     char number[NUMBER_LENGTH])
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return text_read(path, number, NUMBER_LENGTH);
}

static unsigned long pool_number(const char *directory, const char *name)
{
	char number[NUMBER_LENGTH];

	return pool_read(directory, name, number) ? 0 :
						    strtoul(number, NULL, 10);
}

static int pool_write(const char *directory, const char *pages)
{
	char path[PATH_LENGTH];

	snprintf(path, sizeof(path), "%s/nr_hugepages", directory);
	return text_write(path, pages);
}

/*
 * The kernel looks first which pages are free, and counts later what is left of
 * the pool as surplus, which goes when it is given back. A page that is given back
 * in between is both, and stays.
 */
static bool has_idle_surplus(const char *directory)
{
	return pool_number(directory, "surplus_hugepages") &&
	       pool_number(directory, "free_hugepages") >
	       pool_number(directory, "resv_hugepages");
}

int pool_resize(const char *directory, const char *pages)
{
	char all[NUMBER_LENGTH];
	int i, ret = pool_write(directory, pages);

	for (i = 0; !ret && i < TRIES && has_idle_surplus(directory); i++) {
		ret = pool_read(directory, "nr_hugepages", all);
		/* So that it is no surplus, and can be taken away. */
		if (!ret)
			ret = pool_write(directory, all);
		if (!ret)
			ret = pool_write(directory, pages);
	}
	return ret;
}
