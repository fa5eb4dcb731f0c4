// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a trace comes to.
 */
#include <err.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cli.h"
#include "console/table.h"
#include "lines.h"
#include "summary.h"

static bool is_alike(const struct trace_group *group, const char *caller,
		     const struct pintest_event *event)
{
	return group->first.call == event->call &&
	       group->first.foll == event->foll &&
	       group->first.other_foll == event->other_foll &&
	       !strcmp(group->caller, caller);
}

struct trace_group *trace_groups_find(struct trace_groups *groups,
				      const struct pintest_event *event)
{
	const char *caller = symbols_caller(groups->symbols, event);
	size_t i;

	for (i = 0; i < groups->count; i++)
		if (is_alike(&groups->all[i], caller, event))
			return &groups->all[i];
	groups->all = reallocarray(groups->all, groups->count + 1,
				   sizeof(*groups->all));
	if (!groups->all)
		errx(CLI_FAILED, "no memory left");
	groups->all[groups->count] = (struct trace_group) {
		.caller = caller,
		.first = *event,
	};
	return &groups->all[groups->count++];
}

void trace_groups_add(struct trace_groups *groups,
		      const struct pintest_event *event)
{
	struct trace_group *group;

	if (PINTEST_CALLS_UNPIN >> event->call & 1 ||
	    event->flags & PINTEST_EVENT_NESTED)
		return;
	group = trace_groups_find(groups, event);
	group->calls++;
	if (event->result > 0)
		group->pages += event->result;
	group->failed += event->result < 0;
	group->lint |= lint_call(event, group->caller);
}

void trace_groups_hold(struct trace_groups *groups,
		       const struct pintest_event *event, uint64_t now_ns)
{
	struct trace_group *group = trace_groups_find(groups, event);
	uint64_t held_ns = now_ns - event->time_ns;

	group->held += event->pins;
	if (held_ns > group->longest_ns)
		group->longest_ns = held_ns;
}

static void write_caller(struct cell *cell, const void *row)
{
	cell_text(cell, ((const struct trace_group *)row)->caller);
}

static void write_call(struct cell *cell, const void *row)
{
	const struct trace_group *group = row;

	cell_text(cell, pintest_name(PINTEST_NAMES_TRACED,
				     group->first.call));
}

static void write_flags(struct cell *cell, const void *row)
{
	const struct trace_group *group = row;
	char flags[160];

	trace_flags(&group->first, flags, sizeof(flags));
	cell_text(cell, flags);
}

static void write_calls(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct trace_group *)row)->calls);
}

static void write_pages(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct trace_group *)row)->pages);
}

static void write_held(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct trace_group *)row)->held);
}

static void write_failed(struct cell *cell, const void *row)
{
	cell_number(cell, ((const struct trace_group *)row)->failed);
}

static void write_longest(struct cell *cell, const void *row)
{
	const struct trace_group *group = row;

	if (group->longest_ns)
		fprintf(cell->out, cell->json ? "%.3f" : "%.1fs",
			group->longest_ns / 1e9);
}

static void write_lint(struct cell *cell, const void *row)
{
	const struct trace_group *group = row;
	char names[160];

	lint_names(group->lint, names, sizeof(names));
	cell_text(cell, names);
}

static const struct column group_columns[] = {
	{ "CALLER", COLUMN_TEXT, COLUMN_ALWAYS, "who called", write_caller },
	{ "CALL", COLUMN_TEXT, COLUMN_ALWAYS, "function", write_call },
	{ "FLAGS", COLUMN_TEXT, COLUMN_ALWAYS, "FOLL flags", write_flags },
	{ "CALLS", COLUMN_NUMBER, COLUMN_ALWAYS, "how many", write_calls },
	{ "PAGES", COLUMN_NUMBER, COLUMN_ALWAYS, "taken", write_pages },
	{ "HELD", COLUMN_NUMBER, COLUMN_ALWAYS, "pins that are out",
	  write_held },
	{ "FAILED", COLUMN_NUMBER, COLUMN_ALWAYS, "calls that gave an error",
	  write_failed },
	{ "LONGEST", COLUMN_NUMBER, COLUMN_ALWAYS,
	  "longest time that one was seen held", write_longest },
	{ "LINT", COLUMN_TEXT, COLUMN_ALWAYS, "what may be wrong",
	  write_lint },
	{ 0 },
};

static void explain(const struct trace_groups *groups)
{
	const struct lint_word *words;
	uint32_t lint = 0;
	size_t i, count;

	for (i = 0; i < groups->count; i++)
		lint |= groups->all[i].lint;
	words = lint_words(&count);
	for (i = 0; i < count; i++)
		if (lint & words[i].lint)
			printf("%s: %s; %s.\n", words[i].name, words[i].what,
			       words[i].means);
}

void trace_groups_print(struct trace_groups *groups, bool json)
{
	struct table *table = table_new("summary", group_columns, NULL, json);
	struct cell line = { .out = stdout, .json = true };
	size_t i;

	for (i = 0; i < groups->count; i++)
		table_add(table, &groups->all[i]);
	if (json) {
		printf("{\"summary\": ");
		table_write(table, &line);
		printf("}\n");
	} else {
		table_print(table);
		explain(groups);
	}
	free(groups->all);
	groups->all = NULL;
	groups->count = 0;
}
