// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans: the product of the axes, less what is not wanted and what a rule
 * says is meaningless; then the checks that stand alone.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "plan.h"

/*
 * A plan in the making: the product that is at hand, and of two axes only what
 * can become a check of it, since most products cannot. Both lists of the plan
 * grow for the same reason.
 */
struct making {
	const struct plan_choice *choice;
	struct plan *plan;
	struct scenario scenario;
	const struct rule **rules;	/* those of the access */
	size_t rule_count;
	const struct event **events;	/* that can happen to the memory */
	size_t event_count;
	unsigned int facts;		/* that can be known of pins of the way */
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

/* Mark every glob that matches, so that those that never do show. */
static bool is_chosen(struct making *making, const char *id)
{
	const struct plan_choice *choice = making->choice;
	bool *matched = making->plan->matched;
	bool chosen = !choice->glob_count;
	size_t i;

	for (i = 0; i < choice->glob_count; i++) {
		if ((chosen && matched[i]) || fnmatch(choice->globs[i], id, FNM_EXTMATCH))
			continue;
		matched[i] = true;
		chosen = true;
	}
	return chosen;
}

/* As snprintf() would, which is half the cost of a plan. */
static void make_id(char *id, const struct rule *rule,
		    const struct scenario *scenario)
{
	const char *const words[] = {
		rule->id, scenario->way->id, scenario->memory->id,
		scenario->event->id,
	};
	char *at = id, *end = id + CHECK_ID_LENGTH;
	size_t i;

	for (i = 0; at && i < ARRAY_SIZE(words); i++) {
		if (i)
			at[-1] = '.';
		at = memccpy(at, words[i], '\0', end - at);
	}
	end[-1] = '\0';
}

/* Whether what the rule needs to know can be known of such pins. */
static bool is_knowable(struct making *making, const struct rule *rule)
{
	unsigned int missing = rule->needs & ~making->facts;

	if (!missing)
		return true;
	making->plan->unknown++;
	making->plan->unknown_facts |= missing;
	return false;
}

static void add_check(struct making *making, const struct rule *rule)
{
	const struct scenario *scenario = &making->scenario;
	struct check check;

	check.rule = rule;
	check.scenario = making->plan->scenario_count;
	make_id(check.id, rule, scenario);
	if (is_chosen(making, check.id) && is_knowable(making, rule))
		push_check(making, &check);
}

/* A scenario is run if a check wants it. */
static void add_scenario(struct making *making)
{
	const struct plan *plan = making->plan;
	size_t checks = plan->check_count, i;

	for (i = 0; i < making->rule_count; i++)
		if (making->rules[i]->applies(&making->scenario))
			add_check(making, making->rules[i]);
	if (plan->check_count > checks)
		push_scenario(making, &making->scenario);
}

static bool is_wanted(const struct making *making, const struct way *way)
{
	const struct plan_choice *choice = making->choice;
	const struct scenario *scenario = &making->scenario;
	size_t i;

	if (choice->no_module && !way->outside)
		return false;
	if (!(choice->way_mask & 1ULL << way->api) ||
	    !way_is_for(way, scenario->access->foll, scenario->memory->traits))
		return false;
	for (i = 0; i < choice->pin_count; i++)
		if (choice->pins[i].api == way->api &&
		    choice->pins[i].access == scenario->access)
			return true;
	return !choice->pin_count;
}

static void add_ways(struct making *making)
{
	struct scenario *scenario = &making->scenario;
	size_t count, i, j;
	const struct way *way = ways(&count);

	for (i = 0; i < count; i++) {
		if (!is_wanted(making, &way[i]))
			continue;
		scenario->way = &way[i];
		making->facts = way_facts(&way[i], !making->choice->no_module);
		for (j = 0; j < making->event_count; j++) {
			scenario->event = making->events[j];
			add_scenario(making);
		}
	}
}

static void find_rules(struct making *making)
{
	size_t count, i;
	const struct rule *rule = rules(&count);

	making->rule_count = 0;
	for (i = 0; i < count; i++)
		if (rule[i].access == making->scenario.access)
			making->rules[making->rule_count++] = &rule[i];
}

static void add_accesses(struct making *making)
{
	size_t count, i;
	const struct access *access = accesses(&count);

	for (i = 0; i < count; i++) {
		making->scenario.access = &access[i];
		find_rules(making);
		add_ways(making);
	}
}

static void find_events(struct making *making)
{
	size_t count, i;
	const struct event *event = events(&count);

	making->event_count = 0;
	for (i = 0; i < count; i++)
		if (event_fits(&event[i], making->scenario.memory) &&
		    !(making->choice->no_module &&
		      event[i].traits & EVENT_INSPECTS))
			making->events[making->event_count++] = &event[i];
}

/* Kinds are outermost, since settings are changed for each of them. */
static void add_kinds(struct making *making)
{
	size_t count, i;
	const struct memory_kind *kind = memory_kinds(&count);

	for (i = 0; i < count; i++) {
		if (kind[i].traits & MEMORY_LONG && !making->choice->longer)
			continue;
		making->scenario.memory = &kind[i];
		find_events(making);
		add_accesses(making);
	}
}

/* A unit test sees to it that no id is cut. */
static void add_story(struct making *making, const struct story *story)
{
	struct check check = { .scenario = making->plan->scenario_count };
	struct scenario scenario = { .story = story };

	if (!is_chosen(making, story->id))
		return;
	snprintf(check.id, sizeof(check.id), "%s", story->id);
	if (push_scenario(making, &scenario))
		push_check(making, &check);
}

static void add_stories(struct making *making)
{
	size_t count, i;
	const struct story *story = stories(&count);

	if (~making->choice->way_mask || making->choice->pin_count ||
	    making->choice->no_module)
		return;
	for (i = 0; i < count; i++)
		add_story(making, &story[i]);
}

static bool making_begin(struct making *making)
{
	size_t rule_count, event_count;

	rules(&rule_count);
	events(&event_count);
	making->rules = calloc(rule_count, sizeof(*making->rules));
	making->events = calloc(event_count, sizeof(*making->events));
	making->plan->matched = calloc(making->choice->glob_count + 1,
				       sizeof(*making->plan->matched));
	return making->rules && making->events && making->plan->matched;
}

struct plan *plan_new(const struct plan_choice *choice)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	struct making making = { .choice = choice, .plan = plan };

	if (!plan)
		return NULL;
	if (making_begin(&making)) {
		add_kinds(&making);
		add_stories(&making);
	} else {
		making.failed = true;
	}
	free(making.rules);
	free(making.events);
	if (!making.failed)
		return plan;
	plan_free(plan);
	return NULL;
}

const char *scenario_name(const struct scenario *scenario,
			  char name[CHECK_ID_LENGTH])
{
	if (scenario->story)
		snprintf(name, CHECK_ID_LENGTH, "%s", scenario->story->id);
	else
		snprintf(name, CHECK_ID_LENGTH, "%s.%s.%s.%s",
			 scenario->access->id, scenario->way->id,
			 scenario->memory->id, scenario->event->id);
	return name;
}

/* Checks are in the order of their scenarios, so both move up together. */
void plan_keep(struct plan *plan,
	       bool (*keeps)(const void *arg, size_t scenario),
	       const void *arg)
{
	size_t i, check = 0, scenarios = 0, checks = 0;

	for (i = 0; i < plan->scenario_count; i++) {
		bool kept = keeps(arg, i);

		for (; check < plan->check_count &&
		       plan->checks[check].scenario == i; check++) {
			if (!kept)
				continue;
			plan->checks[checks] = plan->checks[check];
			plan->checks[checks++].scenario = scenarios;
		}
		if (kept)
			plan->scenarios[scenarios++] = plan->scenarios[i];
	}
	plan->left_out += plan->check_count - checks;
	plan->scenario_count = scenarios;
	plan->check_count = checks;
}

/* FNV-1a, and its upper half, since its lowest bits differ least. */
static uint32_t hash_name(const char *name)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3;
	return hash >> 32;
}

struct dealing {
	const struct plan *plan;
	unsigned int shard;
	unsigned int shards;
};

static bool is_of_shard(const void *arg, size_t scenario)
{
	const struct dealing *dealing = arg;
	char name[CHECK_ID_LENGTH];

	scenario_name(&dealing->plan->scenarios[scenario], name);
	return hash_name(name) % dealing->shards == dealing->shard;
}

void plan_shard(struct plan *plan, unsigned int shard, unsigned int shards)
{
	struct dealing dealing = { plan, shard, shards };

	plan_keep(plan, is_of_shard, &dealing);
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	free(plan->scenarios);
	free(plan->checks);
	free(plan->matched);
	free(plan);
}
