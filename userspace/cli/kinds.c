// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ids on command lines.
 */
#include <string.h>

#include "engine/plan.h"
#include "kinds.h"

const struct memory_kind *cli_memory(const struct command *cmd,
				     const char *option, const char *id)
{
	const struct memory_kind *kind = memory_kind_find(id), *kinds;
	struct nearest nearest = { .word = id };
	char meant[NEAREST_TEXT];
	size_t i, count;

	if (kind)
		return kind;
	kinds = memory_kinds(&count);
	for (i = 0; i < count; i++)
		nearest_try(&nearest, kinds[i].id);
	cli_usage(cmd, "--%s does not know '%s'%s: see 'pintest list memory'",
		  option, id, nearest_text(&nearest, meant));
}

const struct event *cli_event(const struct command *cmd, const char *option,
			      const char *id)
{
	const struct event *event = event_find(id), *all;
	struct nearest nearest = { .word = id };
	char meant[NEAREST_TEXT];
	size_t i, count;

	if (event)
		return event;
	all = events(&count);
	for (i = 0; i < count; i++)
		nearest_try(&nearest, all[i].id);
	cli_usage(cmd, "--%s does not know '%s'%s: see 'pintest list events'",
		  option, id, nearest_text(&nearest, meant));
}

const char *check_nearest(const char *glob, char text[NEAREST_TEXT])
{
	struct plan_choice all = { .way_mask = ~0ULL, .longer = true };
	struct nearest nearest = { .word = glob };
	struct plan *plan = NULL;
	size_t i;

	if (!strpbrk(glob, "*?["))
		plan = plan_new(&all);
	for (i = 0; plan && i < plan->check_count; i++)
		nearest_try(&nearest, plan->checks[i].id);
	nearest_text(&nearest, text);
	plan_free(plan);
	return text;
}
