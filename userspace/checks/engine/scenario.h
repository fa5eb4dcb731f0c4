/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a scenario.
 */
#ifndef PINTEST_ENGINE_SCENARIO_H
#define PINTEST_ENGINE_SCENARIO_H

#include "model/observations.h"
#include "model/scenario.h"
#include "pintest.h"

/**
 * scenario_ask() - whether this kernel has what a scenario needs
 * @pt: the device
 * @scenario: the scenario
 * @why: what it does not have
 *
 * Return: 0, -ENOSYS without the way, or -EOPNOTSUPP if it does not take the
 * flags.
 */
int scenario_ask(struct pintest *pt, const struct scenario *scenario,
		 struct reason *why);

/** scenario_run() - run a scenario in this process; a refused one ends there */
void scenario_run(struct pintest *pt, const struct scenario *scenario,
		  struct observations *seen);

#endif /* PINTEST_ENGINE_SCENARIO_H */
