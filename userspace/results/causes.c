// SPDX-License-Identifier: GPL-2.0-only
/*
 * Causes of failures.
 */
#include <stdlib.h>

#include "causes.h"

bool is_unexplained(const struct result *result)
{
	return verdict_fails(result->judgement.verdict) && !result->known;
}

static struct cause *cause_of(struct cause *causes, size_t *count,
			      const struct known *known)
{
	size_t i;

	for (i = 0; i < *count; i++)
		if (causes[i].known == known)
			return &causes[i];
	if (*count == CAUSES_MAX)
		return NULL;
	causes[*count] = (struct cause) { .known = known };
	return &causes[(*count)++];
}

static void add(struct cause *cause, const struct result *result)
{
	const struct scenario *scenario = result->scenario;
	size_t count, kind;

	if (!cause->checks++)
		cause->first = result;
	if (scenario->story) {
		cause->stories++;
		return;
	}
	cause->ways |= 1ULL << (scenario->way - ways(&count));
	kind = scenario->memory - memory_kinds(&count);
	if (kind < CAUSE_KINDS)
		cause->kinds[kind] = true;
}

static int more_checks(const void *a, const void *b)
{
	const struct cause *one = a, *other = b;

	return (one->checks < other->checks) - (one->checks > other->checks);
}

static bool is_told(enum verdict verdict)
{
	return verdict_fails(verdict) || verdict == VERDICT_LIMIT;
}

size_t causes_find(const struct run *run, struct cause *causes)
{
	size_t i, count = 0;

	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];
		struct cause *cause;

		if (!result->known || !is_told(result->judgement.verdict))
			continue;
		cause = cause_of(causes, &count, result->known);
		if (cause)
			add(cause, result);
	}
	qsort(causes, count, sizeof(*causes), more_checks);
	return count;
}
