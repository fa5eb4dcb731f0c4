// SPDX-License-Identifier: GPL-2.0-only
/*
 * A planted fault: the rule that the variable PLANTED names always passes.
 * test_checks_rules is linked with it in a second program, and has to fail.
 */
#include <stdlib.h>
#include <string.h>

#include "rule_passes.h"

struct judgement __wrap_rule_judge(const struct rule *rule,
				   const struct scenario *scenario,
				   const struct observations *seen)
{
	const char *planted = getenv("PLANTED");

	if (planted && !strcmp(rule->id, planted))
		return passed;
	return __real_rule_judge(rule, scenario, seen);
}
