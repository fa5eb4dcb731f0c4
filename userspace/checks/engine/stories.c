// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of checks that stand alone. Each family is a file, and has its rows
 * there.
 */
#include "array_size.h"
#include "stories/family.h"

#define STORIES_MAX	256

static const struct story_family *const families[] = {
	&story_bugs_uffd,
	&story_bugs_hugetlb,
	&story_bugs_cow,
	&story_bugs_file_thp,
	&story_bugs_folio,
	&story_uffd,
	&story_effects,
	&story_files,
	&story_punch,
	&story_load,
	&story_flags,
	&story_leaks,
	&story_seal,
	&story_vdso,
	&story_movable,
	&story_offline,
	&story_cow,
};

static size_t add_family(struct story *table, size_t made,
			 const struct story_family *family)
{
	size_t i;

	for (i = 0; i < family->count && made < STORIES_MAX; i++)
		table[made++] = family->rows[i];
	return made;
}

const struct story *stories(size_t *count)
{
	static struct story table[STORIES_MAX];
	static size_t made;
	size_t i;

	if (!made)
		for (i = 0; i < ARRAY_SIZE(families); i++)
			made = add_family(table, made, families[i]);
	*count = made;
	return table;
}
