// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: the product of the axes, less what is not wanted and what a rule
 * says is meaningless; then the checks that stand alone.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

/*
 * A plan in the making. Both lists grow: most products of the axes are no
 * check, and room for all of them is more than small machines have.
 */
struct making {
	const struct plan_choice *choice;
	struct plan *plan;
	bool failed;
};

/* See to it that one more than @count fits; room doubles when it is full. */
static bool make_room(struct making *making, void **list, size_t count,
		      size_t size)
{
	void *larger;

	if (count & (count - 1))
		return true;
	larger = reallocarray(*list, count ? 2 * count : 1, size);
	if (!larger) {
		making->failed = true;
		return false;
	}
	*list = larger;
	return true;
}

static void push_check(struct making *making, const struct check *check)
{
	struct plan *plan = making->plan;

	if (!make_room(making, (void **)&plan->checks, plan->check_count,
		       sizeof(*check)))
		return;
	plan->checks[plan->check_count++] = *check;
}

static bool push_scenario(struct making *making,
			  const struct scenario *scenario)
{
	struct plan *plan = making->plan;

	if (!make_room(making, (void **)&plan->scenarios,
		       plan->scenario_count, sizeof(*scenario)))
		return false;
	plan->scenarios[plan->scenario_count++] = *scenario;
	return true;
}

static bool is_chosen(const struct plan_choice *choice, const char *id)
{
	size_t i;

	for (i = 0; i < choice->glob_count; i++)
		if (!fnmatch(choice->globs[i], id, 0))
			return true;
	return !choice->glob_count;
}

static void add_check(struct making *making, const struct rule *rule,
		      const struct scenario *scenario)
{
	struct check check = {
		.rule = rule,
		.scenario = making->plan->scenario_count,
	};

	if (strcmp(rule->access, scenario->access->id) ||
	    !rule->applies(scenario))
		return;
	snprintf(check.id, sizeof(check.id), "%s.%s.%s.%s", rule->id,
		 scenario->way->id, scenario->memory->id, scenario->event->id);
	if (is_chosen(making->choice, check.id))
		push_check(making, &check);
}

/* A scenario is run if a check wants it. */
static void add_scenario(struct making *making,
			 const struct scenario *scenario)
{
	struct plan *plan = making->plan;
	size_t checks = plan->check_count, count, i;
	const struct rule *rule = rules(&count);

	for (i = 0; i < count; i++)
		add_check(making, &rule[i], scenario);
	if (plan->check_count > checks)
		push_scenario(making, scenario);
}

static void add_events(struct making *making, struct scenario *scenario)
{
	size_t count, i;
	const struct event *event = events(&count);

	for (i = 0; i < count; i++) {
		scenario->event = &event[i];
		add_scenario(making, scenario);
	}
}

static void add_ways(struct making *making, struct scenario *scenario)
{
	size_t count, i;
	const struct way *way = ways(&count);

	for (i = 0; i < count; i++) {
		if (!(making->choice->way_mask & 1ULL << way[i].api))
			continue;
		scenario->way = &way[i];
		add_events(making, scenario);
	}
}

static void add_accesses(struct making *making,
			 struct scenario *scenario)
{
	size_t count, i;
	const struct access *access = accesses(&count);

	for (i = 0; i < count; i++) {
		scenario->access = &access[i];
		add_ways(making, scenario);
	}
}

/* Kinds are outermost, since settings are changed for each of them. */
static void add_kinds(struct making *making)
{
	struct scenario scenario = { 0 };
	size_t count, i;
	const struct memory_kind *kind = memory_kinds(&count);

	for (i = 0; i < count; i++) {
		if (kind[i].traits & MEMORY_LONG && !making->choice->longer)
			continue;
		scenario.memory = &kind[i];
		add_accesses(making, &scenario);
	}
}

/* A unit test sees to it that no id is cut. */
static void add_solo(struct making *making, const struct solo *solo)
{
	struct check check = { .scenario = making->plan->scenario_count };
	struct scenario scenario = { .solo = solo };

	if (!is_chosen(making->choice, solo->id))
		return;
	snprintf(check.id, sizeof(check.id), "%s", solo->id);
	if (push_scenario(making, &scenario))
		push_check(making, &check);
}

static void add_solos(struct making *making)
{
	size_t count, i;
	const struct solo *solo = solos(&count);

	if (~making->choice->way_mask)
		return;
	for (i = 0; i < count; i++)
		add_solo(making, &solo[i]);
}

struct plan *plan_new(const struct plan_choice *choice)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct making making = { .choice = choice, .plan = plan };

	if (!plan)
		return NULL;
	add_kinds(&making);
	add_solos(&making);
	if (!making.failed)
		return plan;
	plan_free(plan);
	return NULL;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->scenarios);
	free(plan->checks);
	free(plan);
}
