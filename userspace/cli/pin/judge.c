// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the rules of `pintest check` say of one pin: the same rules judge the same
 * observations, so that the two commands cannot contradict each other.
 */
#include <stdio.h>

#include "judge.h"
#include "model/scenario.h"
#include "rules/judge.h"

#define ACCESS_FOLL	(PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE | \
			 PINTEST_FOLL_FORCE)

/* Flags that are no access's own do not change what is promised. */
static const struct access *find_access(uint64_t foll)
{
	size_t i, count;
	const struct access *access = accesses(&count);

	foll &= ACCESS_FOLL;
	if (!(foll & PINTEST_FOLL_LONGTERM))
		foll &= ~(uint64_t)PINTEST_FOLL_FORCE;
	for (i = 0; i < count; i++)
		if (access[i].foll == foll)
			return &access[i];
	return NULL;
}

static const struct way *find_way(int api)
{
	size_t i, count;
	const struct way *way = ways(&count);

	for (i = 0; i < count; i++)
		if (way[i].api == (uint32_t)api)
			return &way[i];
	return NULL;
}

/* Controls promise nothing: they ask whether checks are blind. */
static bool promises(const struct rule *rule, const struct scenario *scenario)
{
	return rule->access == scenario->access &&
	       rule->judge != judge_control && rule->judge != judge_unmapped &&
	       rule->applies(scenario);
}

/* That a pin is detached says more than that it keeps its pages then. */
static bool says_more(enum verdict verdict, enum verdict than)
{
	if (than == VERDICT_PASS && verdict == VERDICT_DETACHED)
		return true;
	if (than == VERDICT_DETACHED && verdict == VERDICT_PASS)
		return false;
	return verdict_worse(than, verdict) != than;
}

static void judge_by(const struct rule *rule, const struct scenario *scenario,
		     const struct observations *seen,
		     struct pin_verdict *verdict)
{
	struct judgement judgement = rule_judge(rule, scenario, seen);
	const struct known *known;
	char id[128];

	snprintf(id, sizeof(id), "%s.%s.%s.%s", rule->id, scenario->way->id,
		 scenario->memory->id, scenario->event->id);
	known = known_find(id, &judgement, seen);
	if (judgement.verdict == VERDICT_FAIL)
		judgement.verdict = known_verdict(known, false);
	if (verdict->judged &&
	    !says_more(judgement.verdict, verdict->judgement.verdict))
		return;
	*verdict = (struct pin_verdict) {
		.judged = true,
		.judgement = judgement,
		.promise = rule->what,
		.known = known,
	};
}

void pin_judge(const struct pin_options *options,
	       const struct observations *seen, struct pin_verdict *verdict)
{
	struct scenario scenario = {
		.memory = options->kind,
		.access = find_access(options->foll),
		.way = find_way(options->api),
		.event = options->event,
		.alone = true,
	};
	size_t i, count;
	const struct rule *table = rules(&count);

	*verdict = (struct pin_verdict) { 0 };
	if (!scenario.way || !scenario.access)
		return;
	for (i = 0; i < count; i++)
		if (promises(&table[i], &scenario))
			judge_by(&table[i], &scenario, seen, verdict);
}

void pin_verdict_text(const struct pin_verdict *verdict, struct reason *text)
{
	static const char * const words[VERDICT_COUNT] = {
		[VERDICT_PASS] = "the pin is as promised",
		[VERDICT_FAIL] = "the pin is broken",
		[VERDICT_LIMIT] = "the pin is broken, by design of the kernel",
		[VERDICT_DETACHED] = "the pin is detached, which is allowed",
		[VERDICT_BROKEN] = "the pin cannot be judged",
		[VERDICT_SKIP] = "the pin cannot be judged",
	};
	const struct judgement *judgement = &verdict->judgement;
	const char *why = judgement->why.text;

	text->text[0] = '\0';
	if (verdict->judged)
		reason(text, 0, "%s: %s%s%s", words[judgement->verdict],
		       why[0] ? why : verdict->promise,
		       verdict->known ? "; " : "",
		       verdict->known ? verdict->known->id : "");
}
