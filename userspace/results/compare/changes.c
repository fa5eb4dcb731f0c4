// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is different between two runs, check by check.
 */
#include <stdio.h>
#include <stdlib.h>

#include "changes.h"

static enum change_kind kind_of(const struct outcome *from,
				const struct outcome *to)
{
	if (from->class == OUTCOME_HELD && to->class == OUTCOME_FAILED)
		return CHANGE_WORSE;
	if (from->class == OUTCOME_FAILED && to->class == OUTCOME_HELD)
		return CHANGE_BETTER;
	return CHANGE_OTHER;
}

/* "FAIL cow-mapping-replaced", "FAIL stale", "PASS" */
static int format_outcome(const struct comparison *cmp, char *text, size_t size,
			  const struct outcome *outcome)
{
	const char *about = outcome->known == POOL_NONE ?
			    word(cmp, outcome->finding) :
			    cmp->known.text[outcome->known];

	return snprintf(text, size, "%s%s%s", word(cmp, outcome->verdict),
			about[0] ? " " : "", about);
}

static void add_change(const struct comparison *cmp, struct changes *changes,
		       const struct outcome *from, const struct outcome *to,
		       uint32_t row)
{
	char a[128], b[128], text[264];
	struct change *change;
	uint32_t number;

	format_outcome(cmp, a, sizeof(a), from);
	format_outcome(cmp, b, sizeof(b), to);
	snprintf(text, sizeof(text), "%s -> %s", a, b);
	number = pool_find(&changes->texts, text);
	if (number == POOL_NONE) {
		number = pool_add(&changes->texts, text);
		changes->all = room_for(changes->all, &changes->room,
					number + 1, sizeof(*changes->all));
		changes->all[number] = (struct change) {
			.kind = kind_of(from, to),
			.text = changes->texts.text[number],
		};
	}
	change = &changes->all[number];
	change->rows = room_for(change->rows, &change->room,
				change->count + 1, sizeof(*change->rows));
	change->rows[change->count++] = row;
	changes->differ++;
}

static void add_row(const struct comparison *cmp, struct changes *changes,
		    uint32_t row, size_t from, size_t to)
{
	const struct outcome *a = outcome_at(cmp, row, from);
	const struct outcome *b = outcome_at(cmp, row, to);

	if (!a && !b)
		return;
	if (class_at(cmp, row, from) == OUTCOME_LOST ||
	    class_at(cmp, row, to) == OUTCOME_LOST)
		changes->unknown++;
	else if (!b)
		changes->only_from++;
	else if (!a)
		changes->only_to++;
	else if (outcome_differs(a, b))
		add_change(cmp, changes, a, b, row);
	else
		changes->same++;
}

static int by_kind_and_count(const void *a, const void *b)
{
	const struct change *one = a, *two = b;

	if (one->kind != two->kind)
		return one->kind < two->kind ? -1 : 1;
	if (one->count != two->count)
		return one->count < two->count ? 1 : -1;
	return one->rows[0] < two->rows[0] ? -1 : 1;
}

struct changes changes_between(const struct comparison *cmp, size_t from,
			       size_t to)
{
	struct changes changes = { 0 };
	size_t row;

	for (row = 0; row < cmp->ids.count; row++)
		add_row(cmp, &changes, row, from, to);
	if (changes.texts.count)
		qsort(changes.all, changes.texts.count, sizeof(*changes.all),
		      by_kind_and_count);
	return changes;
}

void changes_free(struct changes *changes)
{
	size_t i;

	for (i = 0; i < changes->texts.count; i++)
		free(changes->all[i].rows);
	free(changes->all);
	pool_free(&changes->texts);
}
