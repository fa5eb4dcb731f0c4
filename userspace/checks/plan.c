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

/* A plan in the making: both lists can hold every product of the axes. */
struct making {
	const struct plan_choice *choice;
	struct plan *plan;
};

static bool is_chosen(const struct plan_choice *choice, const char *id)
{
	size_t i;

	for (i = 0; i < choice->glob_count; i++)
		if (!fnmatch(choice->globs[i], id, 0))
			return true;
	return !choice->glob_count;
}

static void add_check(const struct making *making, const struct rule *rule,
		      const struct scenario *scenario)
{
	struct plan *plan = making->plan;
	struct check *check = &plan->checks[plan->check_count];

	if (strcmp(rule->access, scenario->access->id) ||
	    !rule->applies(scenario))
		return;
	snprintf(check->id, sizeof(check->id), "%s.%s.%s.%s", rule->id,
		 scenario->way->id, scenario->memory->id, scenario->event->id);
	if (!is_chosen(making->choice, check->id))
		return;
	check->rule = rule;
	check->scenario = plan->scenario_count;
	plan->check_count++;
}

/* A scenario is run if a check wants it. */
static void add_scenario(const struct making *making,
			 const struct scenario *scenario)
{
	struct plan *plan = making->plan;
	size_t checks = plan->check_count, count, i;
	const struct rule *rule = rules(&count);

	for (i = 0; i < count; i++)
		add_check(making, &rule[i], scenario);
	if (plan->check_count > checks)
		plan->scenarios[plan->scenario_count++] = *scenario;
}

static void add_events(const struct making *making, struct scenario *scenario)
{
	size_t count, i;
	const struct event *event = events(&count);

	for (i = 0; i < count; i++) {
		scenario->event = &event[i];
		add_scenario(making, scenario);
	}
}

static void add_ways(const struct making *making, struct scenario *scenario)
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

static void add_accesses(const struct making *making,
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
static void add_kinds(const struct making *making)
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
static void add_solo(const struct making *making, const struct solo *solo)
{
	struct plan *plan = making->plan;
	struct check *check = &plan->checks[plan->check_count];

	if (!is_chosen(making->choice, solo->id))
		return;
	snprintf(check->id, sizeof(check->id), "%s", solo->id);
	check->scenario = plan->scenario_count++;
	plan->scenarios[check->scenario].solo = solo;
	plan->check_count++;
}

static void add_solos(const struct making *making)
{
	size_t count, i;
	const struct solo *solo = solos(&count);

	if (~making->choice->way_mask)
		return;
	for (i = 0; i < count; i++)
		add_solo(making, &solo[i]);
}

static size_t all_scenarios(void)
{
	size_t kinds, access, way, event;

	memory_kinds(&kinds);
	accesses(&access);
	ways(&way);
	events(&event);
	return kinds * access * way * event;
}

struct plan *plan_new(const struct plan_choice *choice)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct making making = { .choice = choice, .plan = plan };
	size_t rule_count, solo_count, scenarios = all_scenarios();

	if (!plan)
		return NULL;
	rules(&rule_count);
	solos(&solo_count);
	plan->scenarios = calloc(scenarios + solo_count,
				 sizeof(*plan->scenarios));
	plan->checks = calloc(scenarios * rule_count + solo_count,
			      sizeof(*plan->checks));
	if (!plan->scenarios || !plan->checks) {
		plan_free(plan);
		return NULL;
	}
	add_kinds(&making);
	add_solos(&making);
	return plan;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->scenarios);
	free(plan->checks);
	free(plan);
}
