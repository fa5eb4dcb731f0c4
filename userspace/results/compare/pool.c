// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pools of texts, found by json-c's hash table.
 */
#include <err.h>
#include <json-c/linkhash.h>
#include <stdlib.h>
#include <string.h>

#include "console/cli.h"
#include "pool.h"

void *room_for(void *array, size_t *room, size_t count, size_t size)
{
	if (count <= *room)
		return array;
	*room = count > 2 * *room ? count : 2 * *room;
	array = reallocarray(array, *room, size);
	if (!array)
		errx(CLI_BROKEN, "no memory left for the records");
	return array;
}

uint32_t pool_find(const struct pool *pool, const char *text)
{
	void *number;

	if (!pool->index || !lh_table_lookup_ex(pool->index, text, &number))
		return POOL_NONE;
	return (uintptr_t)number;
}

uint32_t pool_add(struct pool *pool, const char *text)
{
	uint32_t number = pool_find(pool, text);
	char *copy;

	if (number != POOL_NONE)
		return number;
	if (!pool->index)
		pool->index = lh_kchar_table_new(1024, NULL);
	copy = strdup(text);
	pool->text = room_for(pool->text, &pool->room, pool->count + 1,
			      sizeof(*pool->text));
	if (!pool->index || !copy ||
	    lh_table_insert(pool->index, copy, (void *)(uintptr_t)pool->count))
		errx(CLI_BROKEN, "no memory left for the records");
	pool->text[pool->count] = copy;
	return pool->count++;
}

void pool_free(struct pool *pool)
{
	size_t i;

	if (pool->index)
		lh_table_free(pool->index);
	for (i = 0; i < pool->count; i++)
		free(pool->text[i]);
	free(pool->text);
}
