/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pools: texts that are kept once, and known by number.
 */
#ifndef PINTEST_POOL_H
#define PINTEST_POOL_H

#include <stddef.h>
#include <stdint.h>

struct lh_table;

/** define POOL_NONE - no number */
#define POOL_NONE	UINT32_MAX

/**
 * struct pool - texts by number, in the order in which they came
 *
 * @text: the texts; owned
 * @count: how many
 * @room: for how many there is room
 * @index: finds the number of a text
 */
struct pool {
	char **text;
	size_t count;
	size_t room;
	struct lh_table *index;
};

/** pool_add() - the number of a text, which is added if it is new */
uint32_t pool_add(struct pool *pool, const char *text);

/** pool_find() - the number of a text, or POOL_NONE */
uint32_t pool_find(const struct pool *pool, const char *text);

/** pool_free() - free what a pool holds */
void pool_free(struct pool *pool);

/** room_for() - an array of at least @count elements, or the program ends */
void *room_for(void *array, size_t *room, size_t count, size_t size);

#endif /* PINTEST_POOL_H */
