/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rules: what is promised of a pin, and how it is judged.
 */
#ifndef PINTEST_RULES_H
#define PINTEST_RULES_H

#include "model/observations.h"
#include "model/scenario.h"

/** scenario_is_refused() - whether the kernel has to refuse the pin */
bool scenario_is_refused(const struct scenario *scenario);

/**
 * struct rule - a row of the table of rules
 *
 * @id: its name in ids of checks
 * @what: what is promised, in one sentence
 * @access: the access that it is about, a row of accesses()
 * @needs: &enum pin_fact bits: what it has to know of a pin
 * @applies: whether a scenario with that access has something to judge
 * @judge: judges observations of a scenario that came to its end
 */
struct rule {
	const char *id;
	const char *what;
	const struct access *access;
	unsigned int needs;
	bool (*applies)(const struct scenario *scenario);
	struct judgement (*judge)(const struct scenario *scenario,
				  const struct observations *seen);
};

/** rules() - the table of rules; @count is how many rows there are */
const struct rule *rules(size_t *count);

/** rule_judge() - judge a scenario, however far it got */
struct judgement rule_judge(const struct rule *rule,
			    const struct scenario *scenario,
			    const struct observations *seen);

#endif /* PINTEST_RULES_H */
