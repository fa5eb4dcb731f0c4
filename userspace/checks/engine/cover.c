// SPDX-License-Identifier: GPL-2.0-only
/*
 * Covering plans.
 *
 * Checks that share a scenario cost one run, so scenarios are chosen: always the
 * one that meets most of what is not met yet. What a scenario would meet can only
 * become less, so it waits in a queue for what it met when last looked at, and is
 * looked at again when its turn comes.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"

enum axis {
	AXIS_RULE,
	AXIS_WAY,
	AXIS_MEMORY,
	AXIS_EVENT,
	AXIS_COUNT,
};

#define NOBODY	SIZE_MAX

/*
 * A cover in the making. Pairs of rows are numbered, those of each two axes from
 * @pairs_at on; @met says of pairs and lines whether they are met. The lists @next
 * and @first_in make the queues: @first_in[n] waits to meet n.
 */
struct covering {
	struct plan *plan;
	const struct cover *cover;
	size_t rows[AXIS_COUNT];
	size_t pairs_at[AXIS_COUNT][AXIS_COUNT];
	bool *met;
	bool *line_met;
	size_t *first_check;	/* of each scenario, and one past the last */
	ssize_t *line;		/* of @expected, for each check */
	bool *kept;		/* scenarios */
	size_t *next;
	size_t *first_in;
	size_t most;		/* that a scenario can meet */
	bool skipped_count;	/* checks that will be skipped meet something */
};

static size_t number_pairs(struct covering *covering)
{
	size_t a, b, pairs = 0;

	rules(&covering->rows[AXIS_RULE]);
	ways(&covering->rows[AXIS_WAY]);
	memory_kinds(&covering->rows[AXIS_MEMORY]);
	events(&covering->rows[AXIS_EVENT]);
	for (a = 0; a < AXIS_COUNT; a++) {
		for (b = a + 1; b < AXIS_COUNT; b++) {
			covering->pairs_at[a][b] = pairs;
			pairs += covering->rows[a] * covering->rows[b];
		}
	}
	return pairs;
}

/* Return: whether it was not met; with @mark it is now. */
static bool meet_one(bool *met, bool mark)
{
	bool is_new = !*met;

	*met |= mark;
	return is_new;
}

static size_t meet_pair(struct covering *covering, const size_t *row,
			enum axis a, enum axis b, bool mark)
{
	size_t pair = covering->pairs_at[a][b] + row[a] * covering->rows[b] +
		      row[b];

	return meet_one(&covering->met[pair], mark);
}

/* What one check meets, beside the pairs of its scenario. */
static size_t meet_check(struct covering *covering, size_t index, size_t *row,
			 bool mark)
{
	const struct check *check = &covering->plan->checks[index];
	ssize_t line = covering->line[index];
	size_t count = 0, b;

	if (line >= 0)
		count += meet_one(&covering->line_met[line], mark);
	if (!check->rule)
		return count;
	row[AXIS_RULE] = check->rule - rules(&b);
	for (b = AXIS_WAY; b < AXIS_COUNT; b++)
		count += meet_pair(covering, row, AXIS_RULE, b, mark);
	return count;
}

static bool counts(const struct covering *covering, size_t check)
{
	return covering->skipped_count ||
	       !expected_skips(&covering->cover->expected,
			       covering->line[check]);
}

/* How much a scenario meets that is not met yet; with @mark it is now. */
static size_t meet(struct covering *covering, size_t index, bool mark)
{
	const struct scenario *scenario = &covering->plan->scenarios[index];
	size_t i, rows, count = 0, row[AXIS_COUNT];
	bool any = false;

	if (!scenario->story) {
		row[AXIS_WAY] = scenario->way - ways(&rows);
		row[AXIS_MEMORY] = scenario->memory - memory_kinds(&rows);
		row[AXIS_EVENT] = scenario->event - events(&rows);
	}
	for (i = covering->first_check[index];
	     i < covering->first_check[index + 1]; i++) {
		if (!counts(covering, i))
			continue;
		count += meet_check(covering, i, row, mark);
		any = true;
	}
	if (!any || scenario->story)
		return count;
	return count +
	       meet_pair(covering, row, AXIS_WAY, AXIS_MEMORY, mark) +
	       meet_pair(covering, row, AXIS_WAY, AXIS_EVENT, mark) +
	       meet_pair(covering, row, AXIS_MEMORY, AXIS_EVENT, mark);
}

static void keep(struct covering *covering, size_t scenario)
{
	covering->kept[scenario] = true;
	meet(covering, scenario, true);
}

static void queue(struct covering *covering, size_t scenario)
{
	size_t *first = &covering->first_in[meet(covering, scenario, false)];

	covering->next[scenario] = *first;
	*first = scenario;
}

/* Those that meet nothing new end up in the queue of 0, which nobody asks. */
static void choose(struct covering *covering)
{
	size_t i, most;

	for (i = 0; i <= covering->most; i++)
		covering->first_in[i] = NOBODY;
	for (i = covering->plan->scenario_count; i--;)
		if (!covering->kept[i])
			queue(covering, i);
	for (most = covering->most; most; most--) {
		while (covering->first_in[most] != NOBODY) {
			i = covering->first_in[most];
			covering->first_in[most] = covering->next[i];
			if (meet(covering, i, false) == most)
				keep(covering, i);
			else
				queue(covering, i);
		}
	}
}

static void keep_stories(struct covering *covering)
{
	size_t i;

	for (i = 0; i < covering->plan->scenario_count; i++)
		if (covering->plan->scenarios[i].story)
			keep(covering, i);
}

/* What is skipped meets only what nothing else can. */
static void cover_pairs(struct covering *covering)
{
	size_t i;

	keep_stories(covering);
	choose(covering);
	covering->skipped_count = true;
	for (i = 0; i < covering->plan->scenario_count; i++)
		if (covering->kept[i])
			meet(covering, i, true);
	choose(covering);
}

/* FNV-1a: it has to be the same everywhere, and forever. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	return hash;
}

/* Of the scenario, since checks that share one should not be torn apart. */
static uint64_t hash_scenario(const struct scenario *scenario)
{
	uint64_t hash = 0xcbf29ce484222325;

	hash = hash_text(hash, scenario->access->id);
	hash = hash_text(hash, scenario->way->id);
	hash = hash_text(hash, scenario->memory->id);
	return hash_text(hash, scenario->event->id);
}

/* How much a part wants a scenario. */
static uint64_t wish(uint64_t hash, unsigned int part)
{
	hash = (hash ^ (part + 1)) * 0x9e3779b97f4a7c15;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 32;
}

static bool lacks(const struct cover *cover, unsigned int part, const char *id)
{
	const struct expected *expected = &cover->lacks[part];

	return expected_skips(expected, expected_find(expected, id));
}

/* Of those parts that have not said no the one that wants it most. */
static unsigned int next_part(const struct cover *cover, uint64_t hash,
			      uint64_t refused)
{
	unsigned int part, best = cover->parts;

	for (part = 0; part < cover->parts; part++) {
		if (refused & 1ULL << part)
			continue;
		if (best == cover->parts ||
		    wish(hash, part) > wish(hash, best))
			best = part;
	}
	return best;
}

/* A check that all lack is the affair of who would want it most. */
static bool is_ours(const struct cover *cover, uint64_t hash, const char *id)
{
	unsigned int part, tries;
	uint64_t refused = 0;

	for (tries = 0; tries < cover->parts; tries++) {
		part = next_part(cover, hash, refused);
		if (!lacks(cover, part, id))
			return part == cover->part;
		refused |= 1ULL << part;
	}
	return next_part(cover, hash, 0) == cover->part;
}

static void deal(struct covering *covering)
{
	const struct plan *plan = covering->plan;
	size_t i, check;

	for (i = 0; i < plan->scenario_count && covering->cover->parts; i++) {
		uint64_t hash;

		if (covering->kept[i])
			continue;
		hash = hash_scenario(&plan->scenarios[i]);
		for (check = covering->first_check[i];
		     check < covering->first_check[i + 1]; check++)
			covering->kept[i] |= is_ours(covering->cover, hash,
						     plan->checks[check].id);
	}
}

static bool is_kept(const void *arg, size_t scenario)
{
	const struct covering *covering = arg;

	return covering->kept[scenario];
}

static void find_checks(struct covering *covering)
{
	const struct plan *plan = covering->plan;
	const struct expected *expected = &covering->cover->expected;
	size_t i;

	for (i = plan->check_count; i--;) {
		covering->line[i] = expected_find(expected, plan->checks[i].id);
		covering->first_check[plan->checks[i].scenario] = i;
	}
	covering->first_check[plan->scenario_count] = plan->check_count;
}

static bool covering_begin(struct covering *covering)
{
	const struct plan *plan = covering->plan;
	size_t scenarios = plan->scenario_count + 1;

	covering->met = calloc(number_pairs(covering), sizeof(bool));
	covering->line_met = calloc(covering->cover->expected.count + 1,
				    sizeof(bool));
	covering->first_check = calloc(scenarios, sizeof(size_t));
	covering->line = calloc(plan->check_count + 1, sizeof(ssize_t));
	covering->kept = calloc(scenarios, sizeof(bool));
	covering->next = calloc(scenarios, sizeof(size_t));
	/* Three pairs of the scenario, and for each rule three and a line. */
	covering->most = 3 + 4 * covering->rows[AXIS_RULE];
	covering->first_in = calloc(covering->most + 1, sizeof(size_t));
	return covering->met && covering->line_met && covering->first_check &&
	       covering->line && covering->kept && covering->next &&
	       covering->first_in;
}

static void covering_end(const struct covering *covering)
{
	free(covering->met);
	free(covering->line_met);
	free(covering->first_check);
	free(covering->line);
	free(covering->kept);
	free(covering->next);
	free(covering->first_in);
}

int plan_cover(struct plan *plan, const struct cover *cover)
{
	struct covering covering = { .plan = plan, .cover = cover };
	int ret = -ENOMEM;

	if (covering_begin(&covering)) {
		find_checks(&covering);
		cover_pairs(&covering);
		deal(&covering);
		plan_keep(plan, is_kept, &covering);
		ret = 0;
	}
	covering_end(&covering);
	return ret;
}
