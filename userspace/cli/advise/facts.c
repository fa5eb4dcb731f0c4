// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts: what they are about.
 */
#include <fnmatch.h>
#include <string.h>

#include "advise.h"
#include "array_size.h"

/* Events that are about something else than the protection of the mapping. */
static const struct {
	const char *events;
	enum topic topic;
} topics[] = {
	{ "@(write|mem-write|vm-writev|file-write|direct-write|clone)",
	  TOPIC_WRITE },
	{ "@(write-by-child|write-after-fork|fork-*|spawn)", TOPIC_FORK },
	{ "@(pageout|pressure|drop-caches|free|move-pages|mbind|balance|compact|soft-offline|ksm|collapse|khugepaged|split)",
	  TOPIC_MOVE },
	{ "repin", TOPIC_UNPIN },
};

const struct way *way_of(uint32_t api)
{
	size_t i, count;
	const struct way *way = ways(&count);

	for (i = 0; i < count; i++)
		if (way[i].api == api)
			return &way[i];
	return NULL;
}

struct ask ask_of(const struct way *way, const struct access *access)
{
	struct ask ask = { .way = way, .access = access };

	if (way->traits & WAY_PINS && !(way->traits & WAY_LEADING))
		ask.stand_in = way_of(way->traits & WAY_FAST ?
				      PINTEST_API_PIN_FAST : PINTEST_API_PIN);
	return ask;
}

enum topic fact_topic(const struct fact *fact)
{
	const struct event *event = fact->scenario->event;
	size_t i;

	if (event_detaches(event, fact->scenario->memory))
		return TOPIC_GIVE_UP;
	for (i = 0; i < ARRAY_SIZE(topics); i++)
		if (!fnmatch(topics[i].events, event->id, FNM_EXTMATCH))
			return topics[i].topic;
	return TOPIC_PROTECT;
}

bool fact_is_of(const struct fact *fact, const struct ask *ask,
		const struct memory_kind *kind)
{
	const struct scenario *scenario = fact->scenario;

	return !scenario->story &&
	       (scenario->way == ask->way || scenario->way == ask->stand_in) &&
	       scenario->access == ask->access &&
	       (!kind || scenario->memory == kind);
}

bool fact_fails(const struct fact *fact)
{
	return fact->verdict == VERDICT_FAIL || fact->verdict == VERDICT_XFAIL ||
	       fact->verdict == VERDICT_LIMIT ||
	       fact->verdict == VERDICT_CRASHED;
}

bool fact_is_refusal(const struct fact *fact)
{
	return fact->finding == FINDING_REFUSED ||
	       fact->verdict == VERDICT_REFUSED;
}

const char *const not_measured = "not measured";

bool fact_is_measured(const struct fact *fact)
{
	return fact->reason != not_measured;
}

size_t facts_measured(const struct facts *facts, const struct ask *ask)
{
	size_t i, count = 0;

	for (i = 0; i < facts->count; i++)
		count += fact_is_of(&facts->fact[i], ask, NULL) &&
			 fact_is_measured(&facts->fact[i]);
	return count;
}

const char *finding_says(enum finding finding)
{
	static const struct {
		unsigned int findings;
		const char *says;
	} words[] = {
		{ FINDING_STALE | FINDING_OTHER_PAGE, "goes stale" },
		{ FINDING_LOST, "loses stores" },
		{ FINDING_LEAKED, "leaks" },
		{ FINDING_UNBALANCED, "unbalanced" },
		{ FINDING_HANG, "hangs" },
		{ FINDING_MOVED, "is moved" },
		{ FINDING_REFUSED, "is refused" },
		{ FINDING_ALLOWED, "is not refused" },
		{ FINDING_STAYS, "stays movable" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (words[i].findings & finding)
			return words[i].says;
	return "fails";
}

const char *ask_name(const struct ask *ask, char *buf, size_t size)
{
	const char *call = ask->way->what;
	char flags[128];

	pintest_format_foll(ask->access->foll, flags, sizeof(flags));
	snprintf(buf, size, "%.*s(%s)%s", (int)strcspn(call, "("), call, flags,
		 call + strcspn(call, ")") + 1);
	return buf;
}
