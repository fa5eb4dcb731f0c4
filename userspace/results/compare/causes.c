// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which known behaviours explain the failures of which run.
 */
#include <err.h>
#include <stdlib.h>

#include "causes.h"
#include "console/cli.h"
#include "reading.h"

static void cause_add(struct cause *cause, uint32_t row)
{
	if (cause->count && cause->rows[cause->count - 1] == row)
		return;
	cause->rows = room_for(cause->rows, &cause->room, cause->count + 1,
			       sizeof(*cause->rows));
	cause->rows[cause->count++] = row;
}

static int by_count(const void *a, const void *b)
{
	const struct cause *one = a, *two = b;

	if (one->count != two->count)
		return one->count < two->count ? 1 : -1;
	return one->known < two->known ? -1 : one->known > two->known;
}

/* One for each known behaviour, and the unexplained before them. */
static void collect(const struct comparison *cmp, struct cause *all)
{
	const struct outcome *outcome;
	size_t row, column;

	for (row = 0; row < cmp->ids.count; row++) {
		for (column = 0; column < cmp->column_count; column++) {
			outcome = outcome_at(cmp, row, column);
			if (outcome && outcome->class == OUTCOME_FAILED)
				cause_add(&all[outcome->known + 1], row);
		}
	}
}

struct causes causes_of(const struct comparison *cmp)
{
	struct causes causes = { .count = cmp->known.count + 1 };
	size_t i;

	causes.all = calloc(causes.count, sizeof(*causes.all));
	if (!causes.all)
		errx(CLI_BROKEN, "no memory left for the records");
	for (i = 0; i < causes.count; i++)
		causes.all[i].known = i - 1;
	collect(cmp, causes.all);
	qsort(causes.all + 1, causes.count - 1, sizeof(*causes.all), by_count);
	while (causes.count > 1 && !causes.all[causes.count - 1].count)
		causes.count--;
	return causes;
}

void causes_free(struct causes *causes)
{
	size_t i;

	for (i = 0; i < causes->count; i++)
		free(causes->all[i].rows);
	free(causes->all);
}

struct cause_tally cause_tally(const struct comparison *cmp,
			       const struct cause *cause, size_t column)
{
	struct cause_tally tally = { 0 };
	const struct outcome *outcome;
	size_t i;

	for (i = 0; i < cause->count; i++) {
		outcome = outcome_at(cmp, cause->rows[i], column);
		tally.classes[class_at(cmp, cause->rows[i], column)]++;
		tally.failed += outcome && outcome->class == OUTCOME_FAILED &&
				outcome->known == cause->known;
	}
	tally.judged = tally.classes[OUTCOME_HELD] +
		       tally.classes[OUTCOME_FAILED];
	return tally;
}

const char *cause_member(const struct comparison *cmp,
			 const struct cause *cause, const char *member)
{
	if (cause->known == POOL_NONE || !cmp->behaviours[cause->known])
		return NULL;
	return member_text(cmp->behaviours[cause->known], member);
}
