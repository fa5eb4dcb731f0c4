// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of memory kinds. Each family is a file, and adds its rows.
 */
#include <string.h>

#include "family.h"

#define KINDS_MAX	256
/* Clearing and copying more than that takes too long for every run. */
#define SIZE_LONG	(UINT64_C(256) << 20)

struct memory_table {
	struct memory_kind kinds[KINDS_MAX];
	size_t count;
};

void memory_add(struct memory_table *table, const struct memory_kind *kind)
{
	struct memory_kind *row = &table->kinds[table->count];

	if (table->count == KINDS_MAX || !kind->id || !kind->what)
		return;
	*row = *kind;
	if (row->huge_size >= SIZE_LONG)
		row->traits |= MEMORY_LONG;
	table->count++;
}

void memory_add_kinds(struct memory_table *table,
		      const struct memory_kind *kinds, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		memory_add(table, &kinds[i]);
}

const struct memory_kind *memory_row(const struct memory_table *table,
				     const char *id)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->kinds[i].id, id))
			return &table->kinds[i];
	return NULL;
}

static const struct memory_table *memory_table(void)
{
	static struct memory_table table;

	if (table.count)
		return &table;
	memory_add_zero(&table);
	memory_add_file(&table);
	memory_add_file_thp(&table);
	memory_add_anon(&table);
	memory_add_swapped(&table);
	memory_add_thp(&table);
	memory_add_hugetlb(&table);
	memory_add_odd(&table);
	memory_add_exec(&table);
	memory_add_ring(&table);
	memory_add_pci(&table);
	memory_add_movable(&table);
	return &table;
}

const struct memory_kind *memory_kinds(size_t *count)
{
	const struct memory_table *table = memory_table();

	*count = table->count;
	return table->kinds;
}

const struct memory_kind *memory_kind_find(const char *id)
{
	return memory_row(memory_table(), id);
}
