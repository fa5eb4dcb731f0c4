/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Covering plans: of the product of the axes only so much that each pair of rows
 * that occurs in it is met.
 */
#ifndef PINTEST_COVER_H
#define PINTEST_COVER_H

#include "expected.h"
#include "plan.h"

#define COVER_PARTS_MAX	16

/**
 * struct cover - what a plan has to meet
 *
 * Each pair of a rule, a way, a memory kind and an event that occurs in the plan
 * is met, if there is a choice by a check that is not expected to be skipped. Each
 * line of @expected is met that a check of the plan counts for. All checks that
 * stand alone are met.
 *
 * With @parts each check of the whole plan is met in one of as many parts at
 * least, one that does not lack it: which one a hash of its id says.
 *
 * @expected: what is expected of this kernel
 * @part: the part that this kernel takes, from 0 on
 * @parts: how many there are; 0 if only pairs are to be met
 * @lacks: for each part what is expected of its kernel, where checks that it
 *	lacks are skipped
 */
struct cover {
	struct expected expected;
	unsigned int part;
	unsigned int parts;
	struct expected lacks[COVER_PARTS_MAX];
};

/**
 * plan_cover() - leave out of a plan what is not needed to cover it
 * @plan: the plan; &plan.left_out tells how many checks it has lost
 * @cover: what has to be met
 *
 * The same plan and the same cover leave out the same.
 *
 * Return: 0 or -ENOMEM.
 */
int plan_cover(struct plan *plan, const struct cover *cover);

#endif /* PINTEST_COVER_H */
