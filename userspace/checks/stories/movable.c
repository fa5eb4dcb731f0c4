// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check of two pins of a page that has to stay movable: a long-term pin
 * has to move it, which a short-term pin that came first prevents.
 */
#include <errno.h>
#include <string.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

static int pin_for_long(struct story_run *run, const struct memory *memory)
{
	const uint32_t *api = run->arg;
	struct pintest_pin *pin = NULL;
	struct reason ignored;
	int ret = story_pin(run, *api, PINTEST_FOLL_LONGTERM, memory->addr,
			   page_size(), &pin, &ignored);

	pintest_pin_free(pin);
	return ret;
}

/* What it was refused for is gone: the control. */
static int judge_unpinned(struct story_run *run, struct pintest_pin *first,
			  const struct memory *memory, struct reason *why)
{
	int ret = pintest_pin_release(first, 0);

	if (!ret)
		ret = pin_for_long(run, memory);
	if (ret)
		return reason(why, ret,
			      "a page that is not pinned cannot be pinned for long either: %s",
			      strerror(-ret));
	if (record_is_movable(&run->seen->pages[0].records[MOMENT_PINNED]))
		return story_fails(run, FINDING_STAYS,
				  "the page is pinned for long where memory has to stay movable");
	return story_refuses(run, "%s while a short-term pin is held; afterwards the page is moved, and pinned",
			     strerror(ENOMEM));
}

static int pin_busy(struct story_run *run, struct reason *why)
{
	struct pintest_pin *first;
	struct memory memory;
	int ret = story_map(run, "anon-movable", 1, &memory, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, PINTEST_FOLL_WRITE,
			       memory.addr, page_size(), &first, why);
	if (ret)
		return ret;
	ret = pin_for_long(run, &memory);
	if (!ret)
		return story_fails(run, FINDING_STAYS,
				  "the page is pinned for long, and a short-term pin keeps it where it is");
	if (ret != -ENOMEM)
		return story_fails(run, FINDING_REFUSED,
				  "the pin is refused, and not with %s: %s",
				  strerror(ENOMEM), strerror(-ret));
	return judge_unpinned(run, first, &memory, why);
}

#define BUSY(way, call, number) {					\
	.id = "longterm-movable.busy-" way,				\
	.what = "a read-only long-term pin by " call " of a page that has to stay movable is refused with ENOMEM while a short-term pin of it is held",	\
	.run = pin_busy,						\
	.arg = &(const uint32_t) { number },				\
}

static const struct story table[] = {
	BUSY("slow", "pin_user_pages()", PINTEST_API_PIN),
	BUSY("fast", "pin_user_pages_fast()", PINTEST_API_PIN_FAST),
};

const struct story_family story_movable = { table, ARRAY_SIZE(table) };
