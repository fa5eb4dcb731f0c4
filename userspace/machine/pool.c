// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of hugetlb pages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "pool.h"

#define PATH_LENGTH	512
#define DIRECTORY_LENGTH	80
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

struct pool_counts pool_count(uint64_t size)
{
	struct pool_counts counts = { 0 };
	char directory[DIRECTORY_LENGTH], number[NUMBER_LENGTH];

	snprintf(directory, sizeof(directory),
		 "/sys/kernel/mm/hugepages/hugepages-%" PRIu64 "kB",
		 size >> 10);
	counts.known = !pool_read(directory, "nr_hugepages", number);
	if (!counts.known)
		return counts;
	counts.total = pool_number(directory, "nr_hugepages");
	counts.free = pool_number(directory, "free_hugepages");
	counts.reserved = pool_number(directory, "resv_hugepages");
	counts.surplus = pool_number(directory, "surplus_hugepages");
	return counts;
}

bool pool_same(const struct pool_counts *a, const struct pool_counts *b)
{
	return a->known == b->known && a->total == b->total &&
	       a->free == b->free && a->reserved == b->reserved &&
	       a->surplus == b->surplus;
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
