/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rules of `pintest check` say of one pin.
 */
#ifndef PINTEST_CLI_PIN_JUDGE_H
#define PINTEST_CLI_PIN_JUDGE_H

#include "engine/known.h"
#include "run.h"

/**
 * struct pin_verdict - what the rules say of a pin
 *
 * @judged: whether any rule is about it; else the rest means nothing
 * @judgement: the worst verdict of all rules that are
 * @promise: what the rule behind it promises
 * @known: the known behaviour behind it, or NULL
 */
struct pin_verdict {
	bool judged;
	struct judgement judgement;
	const char *promise;
	const struct known *known;
};

/**
 * pin_judge() - judge a pin of memory of some kind after an event
 * @options: what was pinned how, and what happened then
 * @seen: what was seen, to its end
 * @verdict: what the rules say
 */
void pin_judge(const struct pin_options *options,
	       const struct observations *seen, struct pin_verdict *verdict);

/** pin_verdict_text() - one sentence, or an empty one if no rule is about it */
void pin_verdict_text(const struct pin_verdict *verdict, struct reason *text);

#endif /* PINTEST_CLI_PIN_JUDGE_H */
