/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stress: pins that are taken, looked at and given back while the memory below
 * them is disturbed.
 *
 * A *round* lets some processes loose on memory of their own. In each, two
 * pinners take one pin after the other, of pages, in ways and with flags that
 * they draw, and store and load on both sides while they hold it. Others
 * disturb the memory meanwhile, as the round's *scene* says. What is drawn follows from
 * seed and round; what comes first is chance.
 */
#ifndef PINTEST_STRESS_H
#define PINTEST_STRESS_H

#include "events/events.h"
#include "ways/ways.h"

#define STRESS_PROCESSES	2
#define STRESS_PINNERS		2
#define STRESS_PINS		500

/** struct stress_random - where random numbers come from */
struct stress_random {
	uint64_t state;
};

/** stress_seed() - begin a sequence; @lane tells those of one round apart */
void stress_seed(struct stress_random *random, uint64_t seed, uint64_t round,
		 uint64_t lane);

/** stress_draw() - the next number below @limit */
uint64_t stress_draw(struct stress_random *random, uint64_t limit);

/**
 * struct stress_area - the memory of a process
 *
 * @start: its first byte
 * @unit: bytes from one place that is pinned to the next
 * @units: how many there are; each pinner has half of them for itself
 */
struct stress_area {
	char *start;
	size_t unit;
	size_t units;
};

/** enum stress_memory - what an area is made of */
enum stress_memory {
	STRESS_ANON,
	STRESS_THP,
	STRESS_MEMFD,
	STRESS_HUGETLB,
};

/** stress_map() - map an area; it is unmapped by the end of the process */
int stress_map(enum stress_memory memory, struct stress_area *area,
	       struct reason *why);

/** define STRESS_DISTURBERS - disturbers of a scene at most */
#define STRESS_DISTURBERS	6

/**
 * struct stress_scene - a row of the table of scenes
 *
 * @id: its name
 * @what: what happens to which memory, in half a sentence
 * @memory: what is pinned
 * @swaps: makes no sense without swap
 * @marks: makes no sense without soft-dirty bits
 * @merges: KSM has to run
 * @protects: stores of the process fail now and then, and are made again
 * @detaches: the memory may be taken away from below the pin, which then keeps
 *	what it has
 * @disturb: disturb the area once; each by a thread of its own, again and
 *	again
 */
struct stress_scene {
	const char *id;
	const char *what;
	enum stress_memory memory;
	bool swaps;
	bool marks;
	bool merges;
	bool protects;
	bool detaches;

	void (*disturb[STRESS_DISTURBERS])(const struct stress_area *area,
					   struct stress_random *random);
};

/** stress_scenes() - the table of scenes; @count is how many rows there are */
const struct stress_scene *stress_scenes(size_t *count);

/**
 * stress_prepare() - change settings so that a scene can be played
 * @scene: the scene
 * @settings: takes the changes
 * @why: why it cannot be played
 */
int stress_prepare(const struct stress_scene *scene, struct settings *settings,
		   struct reason *why);

/**
 * enum stress_finding - what is wrong with a pin
 *
 * @STRESS_FINE: nothing
 * @STRESS_STALE: it does not read what the process stored
 * @STRESS_LOST: the process does not load what was written through it
 * @STRESS_FOREIGN: it reads what nobody stored there
 */
enum stress_finding {
	STRESS_FINE,
	STRESS_STALE,
	STRESS_LOST,
	STRESS_FOREIGN,
	STRESS_FINDINGS,
};

/**
 * stress_judge() - judge what a pin reads
 * @detaches: the pin may have lost the process's memory
 * @seen: what it reads
 * @before: what it read or was written last
 * @stored: what the process has stored since
 */
enum stress_finding stress_judge(bool detaches, uint64_t seen, uint64_t before,
				 uint64_t stored);

/**
 * struct stress_example - the first pin that was not fine
 *
 * @finding: what is wrong with it
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @unit: number of the place in the area
 * @expected: what should have been read or loaded
 * @seen: what was
 */
struct stress_example {
	enum stress_finding finding;
	uint32_t api;
	uint32_t foll;
	size_t unit;
	uint64_t expected;
	uint64_t seen;
};

/**
 * struct stress_result - what came of a round, or of many
 *
 * @pins: pages that were pinned and looked at: read-only, and for writing
 * @found: what they were found to be
 * @refused: pages that the kernel refused since the memory was disturbed
 * @example: the first that was not fine
 */
struct stress_result {
	uint64_t pins[2];
	uint64_t found[2][STRESS_FINDINGS];
	uint64_t refused;
	struct stress_example example;
};

/** stress_add() - add up results; the example of @sum goes first */
void stress_add(struct stress_result *sum, const struct stress_result *more);

/** stress_failures() - pins that were not fine */
uint64_t stress_failures(const struct stress_result *result);

/**
 * struct stress_round - a round
 *
 * @pt: the device
 * @scene: what happens
 * @way_mask: bits of &enum pintest_api to draw from
 * @seed: what it begins with
 * @number: its number
 */
struct stress_round {
	struct pintest *pt;
	const struct stress_scene *scene;
	uint64_t way_mask;
	uint64_t seed;
	uint64_t number;
};

/** struct stress_pinner - who pins, and what came of it */
struct stress_pinner {
	const struct stress_round *round;
	const struct stress_area *area;
	size_t first;
	size_t count;
	struct stress_random random;
	struct stress_result result;
	struct reason why;
	int error;
};

/** stress_pin_many() - take, look at and give back all pins of a pinner */
void stress_pin_many(struct stress_pinner *pinner);

/**
 * stress_play() - play a round
 * @round: the round
 * @result: what came of it, to which it is added
 * @why: what went wrong that is not a finding
 */
int stress_play(const struct stress_round *round, struct stress_result *result,
		struct reason *why);

#endif /* PINTEST_STRESS_H */
