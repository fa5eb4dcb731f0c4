// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks by rule and memory kind, and how verdicts look.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page_groups.h"

/* A word that is not here could not be judged. */
const struct verdict_look verdict_looks[VERDICT_LOOKS] = {
	{ "PASS", 'h', "✔" },
	{ "REFUSED", 'h', "⊘" },
	{ "DETACHED", 'h', "↔" },
	{ "LIMIT", 'h', "≈" },
	{ "FAIL", 'f', "✘" },
	{ "XFAIL", 'f', "✘" },
	{ "CRASHED", 'f', "✘" },
	{ "BROKEN", 'o', "!" },
	{ "SKIP", 'e', "–" },
};

size_t look_of(const char *verdict)
{
	size_t i;

	for (i = 0; i < VERDICT_LOOKS; i++)
		if (!strcmp(verdict_looks[i].verdict, verdict))
			return i;
	return VERDICT_LOOKS;
}

static struct group *find_group(struct groups *groups, const struct row *row)
{
	char name[32];
	uint32_t number;

	snprintf(name, sizeof(name), "%" PRIu32 " %" PRIu32, row->rule,
		 row->memory);
	number = pool_find(&groups->names, name);
	if (number != POOL_NONE)
		return &groups->all[number];
	number = pool_add(&groups->names, name);
	groups->all = room_for(groups->all, &groups->room, number + 1,
			       sizeof(*groups->all));
	groups->all[number] = (struct group) {
		.rule = row->rule,
		.memory = row->memory,
	};
	return &groups->all[number];
}

static int by_rule(const void *a, const void *b)
{
	const struct group *one = a, *two = b;

	if (one->rule != two->rule)
		return one->rule < two->rule ? -1 : 1;
	return one->rows[0] < two->rows[0] ? -1 : 1;
}

struct groups groups_of(const struct comparison *cmp)
{
	struct groups groups = { .room = 0 };
	struct group *group;
	size_t i;

	for (i = 0; i < cmp->ids.count; i++) {
		group = find_group(&groups, &cmp->rows[i]);
		group->rows = room_for(group->rows, &group->room,
				       group->count + 1, sizeof(*group->rows));
		group->rows[group->count++] = i;
	}
	if (groups.names.count)
		qsort(groups.all, groups.names.count, sizeof(*groups.all),
		      by_rule);
	return groups;
}

void groups_free(struct groups *groups)
{
	size_t i;

	for (i = 0; i < groups->names.count; i++)
		free(groups->all[i].rows);
	free(groups->all);
	pool_free(&groups->names);
}
