// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of events. Each family is a file, and has its rows there.
 */
#include <string.h>

#include "array_size.h"
#include "family.h"

#define EVENTS_MAX	128

static const struct event_family *const families[] = {
	&event_family_write,
	&event_family_fork,
	&event_family_repin,
	&event_family_protect,
	&event_family_reclaim,
	&event_family_migrate,
	&event_family_merge,
	&event_family_unmap,
	&event_family_around,
	&event_family_exit,
};

static size_t add_family(struct event *table, size_t made,
			 const struct event_family *family)
{
	size_t i;

	for (i = 0; i < family->count && made < EVENTS_MAX; i++)
		table[made++] = family->rows[i];
	return made;
}

const struct event *events(size_t *count)
{
	static struct event table[EVENTS_MAX];
	static size_t made;
	size_t i;

	if (!made)
		for (i = 0; i < ARRAY_SIZE(families); i++)
			made = add_family(table, made, families[i]);
	*count = made;
	return table;
}

const struct event *event_find(const char *id)
{
	size_t count, i;
	const struct event *table = events(&count);

	for (i = 0; i < count; i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	return NULL;
}
