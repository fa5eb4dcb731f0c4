// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pin and load: a way to use memory of a process from where no fault can be
 * handled, proposed for UMCG in January 2022. The page is pinned with no flags,
 * and has to be anonymous; what is loaded through the pin is what the process
 * has, also after the process read it, changed it and wrote it back.
 */
#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

static int load(struct pintest_pin *pin, struct word *word, struct reason *why)
{
	struct word words[CHECK_PAGES] = { 0 };
	int ret = words_of_pin(pin, words);

	*word = words[0];
	return ret ? reason(why, ret, "cannot read through the pin") : 0;
}

static int judge_load(struct story_run *run, struct pintest_pin *pin,
		      const struct memory *memory, struct reason *why)
{
	char was[WORD_TEXT_LENGTH], is[WORD_TEXT_LENGTH];
	volatile uint64_t *user = memory->addr;
	struct word before, after;
	int ret = load(pin, &before, why);

	if (ret)
		return ret;
	*user = *user + 1;
	ret = load(pin, &after, why);
	if (ret)
		return ret;
	if (before.value == memory->word && after.value == memory->word + 1)
		return story_passes(run, "the pin reads what the process has");
	return story_fails(run, FINDING_STALE,
			  "%s is loaded, then %s, after the process changed it",
			  word_text(&before, was), word_text(&after, is));
}

static int pin_and_load(struct story_run *run, struct reason *why)
{
	const struct pintest_record *record =
		&run->seen->pages[0].records[MOMENT_PINNED];
	struct pintest_pin *pin;
	struct memory memory;
	int ret = story_map(run, run->arg, 1, &memory, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN_FAST, 0, memory.addr,
			       page_size(), &pin, why);
	if (ret)
		return ret;
	if (record->flags & PINTEST_PAGE_ANON)
		return judge_load(run, pin, &memory, why);
	if (memory.kind->traits & MEMORY_ANON)
		return story_fails(run, FINDING_OTHER_PAGE,
				  "the page of anonymous memory is not anonymous");
	return story_passes(run, "the page is not anonymous: it is not used");
}

#define LOAD(kind, of) {						\
	.id = "pin-and-load." kind,					\
	.what = "read-only short-term: the pin of " of " always reads what the process has there, however the process changes it", \
	.prepare = story_prepare_kind,					\
	.run = pin_and_load,						\
	.arg = kind,							\
}

static const struct story table[] = {
	LOAD("anon", "anonymous memory"),
	LOAD("anon-shared", "anonymous memory that a child shares"),
	LOAD("anon-previously-shared", "anonymous memory that a child shared"),
	LOAD("anon-mprotected", "anonymous memory that was read-only"),
	LOAD("anon-thp", "a transparent huge page"),
	LOAD("zeropage", "the zero page, if it is used at all,"),
	LOAD("memfd-private", "a private file mapping, if it is used at all,"),
};

const struct story_family story_load = { table, ARRAY_SIZE(table) };
