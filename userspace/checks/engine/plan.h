/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Plans: which checks are to be run.
 */
#ifndef PINTEST_PLAN_H
#define PINTEST_PLAN_H

#include "events/events.h"
#include "memory/memory.h"
#include "rules/rules.h"
#include "stories/stories.h"
#include "ways/ways.h"

#define CHECK_ID_LENGTH	96

/**
 * struct check - a rule in a scenario
 *
 * @id: <rule>.<way>.<memory>.<event>, or that of &struct story
 * @rule: the rule, or NULL if it stands alone
 * @scenario: index into &plan.scenarios
 */
struct check {
	char id[CHECK_ID_LENGTH];
	const struct rule *rule;
	size_t scenario;
};

/**
 * struct plan - what is to be run
 *
 * @scenarios: in the order they are run, those of one memory kind together
 * @scenario_count: how many
 * @checks: in the order of their scenarios
 * @check_count: how many
 * @matched: for each of &plan_choice.globs whether it chose a check
 * @unknown: checks that were chosen, but need what cannot be known of the pins
 *	of their way
 * @unknown_facts: what they need: &enum pin_fact bits
 * @left_out: checks that were chosen, but are left out by plan_cover()
 */
struct plan {
	struct scenario *scenarios;
	size_t scenario_count;
	struct check *checks;
	size_t check_count;
	bool *matched;
	size_t unknown;
	unsigned int unknown_facts;
	size_t left_out;
};

/** struct plan_pin - a way, as &enum pintest_api, with an access */
struct plan_pin {
	uint32_t api;
	const struct access *access;
};

/**
 * scenario_name() - ACCESS.WAY.MEMORY.EVENT, or the id of &struct story
 * @scenario: the scenario
 * @name: takes it
 *
 * Return: @name.
 */
const char *scenario_name(const struct scenario *scenario,
			  char name[CHECK_ID_LENGTH]);

/**
 * struct plan_choice - which checks are wanted
 *
 * @globs: patterns of ids as fnmatch() takes them with FNM_EXTMATCH; none chooses
 *	all
 * @glob_count: how many
 * @way_mask: ways that are wanted: bit n is &enum pintest_api n. Checks that
 *	stand alone have no way, and are run if all ways are wanted
 * @pins: pins that are wanted, beside @way_mask; none chooses all. Checks that
 *	stand alone are left out if there are any
 * @pin_count: how many
 * @longer: also memory kinds that are MEMORY_LONG
 * @no_module: do without the module: only ways from outside, and what can be
 *	known of their pins then
 */
struct plan_choice {
	const char *const *globs;
	size_t glob_count;
	uint64_t way_mask;
	const struct plan_pin *pins;
	size_t pin_count;
	bool longer;
	bool no_module;
};

/**
 * plan_new() - work out a plan
 *
 * Return: the plan, to be given to plan_free(); NULL without memory.
 */
struct plan *plan_new(const struct plan_choice *choice);

/**
 * plan_shard() - leave only what one of several machines is to run
 * @plan: the plan; &plan.left_out tells how many checks it has lost
 * @shard: which one, from 0 on
 * @shards: how many there are
 *
 * Scenarios are dealt out by their names: each has the same shard in every plan
 * and on every kernel.
 */
void plan_shard(struct plan *plan, unsigned int shard, unsigned int shards);

/**
 * plan_keep() - leave scenarios out of a plan, with their checks
 * @plan: the plan; &plan.left_out tells how many checks it has lost
 * @keeps: whether scenario number @scenario stays
 * @arg: passed to it
 */
void plan_keep(struct plan *plan,
	       bool (*keeps)(const void *arg, size_t scenario),
	       const void *arg);

/** plan_free() - free a plan, or NULL */
void plan_free(struct plan *plan);

#endif /* PINTEST_PLAN_H */
