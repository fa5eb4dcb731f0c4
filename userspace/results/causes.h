/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Causes: failures and limits of a run that have one known behaviour behind them.
 */
#ifndef PINTEST_CAUSES_H
#define PINTEST_CAUSES_H

#include "engine/engine.h"

#define CAUSES_MAX	128
#define CAUSE_KINDS	512

/**
 * struct cause - failures with one cause
 *
 * @known: the known behaviour
 * @checks: how many fail, or are limits
 * @stories: how many of them stand alone
 * @first: one of them
 * @ways: bit n is row n of ways()
 * @kinds: which rows of memory_kinds()
 */
struct cause {
	const struct known *known;
	size_t checks;
	size_t stories;
	const struct result *first;
	uint64_t ways;
	bool kinds[CAUSE_KINDS];
};

/**
 * causes_find() - the causes of a run, those of most failures first
 * @run: the run
 * @causes: room for CAUSES_MAX
 *
 * Return: how many there are.
 */
size_t causes_find(const struct run *run, struct cause *causes);

/** is_unexplained() - whether a result is a failure that nothing is known of */
bool is_unexplained(const struct result *result);

#endif /* PINTEST_CAUSES_H */
