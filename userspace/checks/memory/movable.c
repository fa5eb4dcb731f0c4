// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: some of the others, where they lie in memory that the kernel
 * has to be able to empty: in ZONE_MOVABLE or in a CMA area.
 *
 * The kernel takes such memory for them first, if it has any.
 */
#include <string.h>

#include "array_size.h"
#include "family.h"

static const char *const kinds[] = {
	"anon", "anon-shared", "anon-thp", "memfd-shared", "memfd-private",
};

void memory_add_movable(struct memory_table *table)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct memory_kind row = *memory_row(table, kinds[i]);

		row.id = memory_text("%s-movable", row.id);
		row.what = memory_text("%s, in memory that has to stay movable",
				       row.what);
		row.traits &= ~MEMORY_LEADING;
		row.traits |= MEMORY_MOVABLE | MEMORY_VARIANT;
		memory_add(table, &row);
	}
}
