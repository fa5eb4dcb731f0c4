/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * rule_judge() as the linker's --wrap names it: the real one, and ours.
 */
#ifndef PINTEST_RULE_PASSES_H
#define PINTEST_RULE_PASSES_H

#include "rules/judge.h"

struct judgement __real_rule_judge(const struct rule *rule,
				   const struct scenario *scenario,
				   const struct observations *seen);
struct judgement __wrap_rule_judge(const struct rule *rule,
				   const struct scenario *scenario,
				   const struct observations *seen);

#endif /* PINTEST_RULE_PASSES_H */
