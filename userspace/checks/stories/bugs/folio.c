// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks for bugs with large folios of files: a change to another page of the
 * folio takes a pinned page out of the file.
 */
#include <string.h>

#include "array_size.h"
#include "base/reason.h"
#include "events/events.h"
#include "model/words.h"
#include "stories/family.h"

/* What happens beside which pages. */
struct taking {
	const char *kind;
	const char *event;
};

static int prepare_taking(const void *arg, struct settings *settings,
			  struct reason *why)
{
	const struct taking *taking = arg;

	return story_prepare_kind(taking->kind, settings, why);
}

static int judge_pinned(struct story_run *run, struct pintest_pin *pin,
			const struct memory *memory, struct reason *why)
{
	struct word words[CHECK_PAGES] = { 0 };
	int ret = memory_write(memory, WORD_PROCESS, why);

	if (!ret)
		ret = words_of_pin(pin, words);
	if (ret)
		return ret;
	if (word_is(&words[0], WORD_PROCESS))
		return story_passes(run, "the pinned page stays in the file");
	return story_fails(run, FINDING_STALE,
			   "the pinned page is out of the file: the pin does not read what the process writes");
}

static int run_taking(struct story_run *run, struct reason *why)
{
	const struct taking *taking = run->arg;
	struct memory memory;
	struct event_run event = { .pt = run->pt, .memory = &memory };
	int ret = story_map(run, taking->kind, CHECK_PAGES, &memory, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN_FAST,
				PINTEST_FOLL_LONGTERM, memory.addr,
				memory.length, &event.pin, why);
	if (!ret)
		ret = event_happen(event_find(taking->event), &event, why);
	return ret ? ret : judge_pinned(run, event.pin, &memory, why);
}

#define TAKES(does, sentence, type) {					\
	.id = "bugs." does "-takes-folio-" type,			\
	.what = sentence " beside a pinned page, in the same folio of a file on " type ", leaves the pinned page in the file",	\
	.prepare = prepare_taking,					\
	.run = run_taking,						\
	.arg = &(const struct taking) { type "-64k-shared",		\
					does "-around" },		\
}

#define PUNCH(type) \
	TAKES("punch", "a hole", type)
#define DIRECT_WRITE(type) \
	TAKES("direct-write", "a write with O_DIRECT", type)

static const struct story table[] = {
	PUNCH("ext4"),
	DIRECT_WRITE("ext4"),
	PUNCH("xfs"),
	DIRECT_WRITE("xfs"),
	PUNCH("btrfs"),
};

const struct story_family story_bugs_folio = { table, ARRAY_SIZE(table) };
