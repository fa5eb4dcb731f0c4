// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks that stand alone: how one is run, and tells its verdict.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "machine/settings.h"
#include "model/words.h"
#include "rules/judge.h"

#define SIZE_2M		(UINT64_C(2) << 20)

void story_run(struct pintest *pt, const struct story *story,
	      struct observations *seen)
{
	struct story_run run = {
		.pt = pt,
		.arg = story->arg,
		.seen = seen,
	};

	seen->stage = STAGE_STORY;
	seen->error = story->run(&run, &seen->why);
	if (!seen->error)
		seen->stage = STAGE_DONE;
}

struct judgement story_judge(const struct observations *seen)
{
	struct judgement ending = judge_ending(NULL, seen);

	return ending.verdict == VERDICT_PASS ? seen->told : ending;
}

static void take_down(struct story_run *run, enum verdict verdict,
		      enum finding finding, const char *format, va_list args)
{
	struct judgement *told = &run->seen->told;

	told->verdict = verdict;
	told->finding = finding;
	vsnprintf(told->why.text, sizeof(told->why.text), format, args);
}

int story_passes(struct story_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take_down(run, VERDICT_PASS, FINDING_NONE, format, args);
	va_end(args);
	return 0;
}

int story_detaches(struct story_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take_down(run, VERDICT_DETACHED, FINDING_NONE, format, args);
	va_end(args);
	return 0;
}

int story_refuses(struct story_run *run, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	take_down(run, VERDICT_REFUSED, FINDING_NONE, format, args);
	va_end(args);
	return 0;
}

void story_number(struct story_run *run, const char *name, int64_t value)
{
	struct number *number = run->seen->told.numbers;
	size_t i;

	for (i = 0; i < NUMBERS_MAX && number[i].name; i++)
		;
	if (i < NUMBERS_MAX)
		number[i] = (struct number) { name, value };
}

int story_fails(struct story_run *run, enum finding finding, const char *format,
	       ...)
{
	va_list args;

	va_start(args, format);
	take_down(run, VERDICT_FAIL, finding, format, args);
	va_end(args);
	return 0;
}

int story_pin(struct story_run *run, uint32_t api, uint32_t foll, void *addr,
	     size_t length, struct pintest_pin **pin, struct reason *why)
{
	struct pintest_request request = {
		.api = api,
		.foll = foll,
		.addr = (uintptr_t)addr,
		.length = length,
	};
	int ret = pintest_pin_new(run->pt, &request, pin);

	if (!ret)
		ret = -pintest_pin_errno(*pin);
	if (ret)
		return reason(why, ret, "the pin is refused: %s",
			      strerror(-ret));
	pintest_pin_records(*pin, 0,
			    &run->seen->pages[0].records[MOMENT_PINNED], 1);
	return 0;
}

int story_exchange(struct pintest_pin *pin, void *page, struct word *seen,
		  struct word *back, struct reason *why)
{
	struct word words[CHECK_PAGES] = { 0 };
	int ret;

	words_fill(page, page_size(), WORD_PROCESS);
	ret = words_of_pin(pin, words);
	if (!ret)
		ret = words_to_pin(pin, WORD_DEVICE);
	if (ret)
		return reason(why, ret, "cannot access the pin: %s",
			      strerror(-ret));
	*seen = words[0];
	*back = word_of_page(page);
	return word_is(seen, WORD_PROCESS) && word_is(back, WORD_DEVICE);
}

int story_prepare_kind(const void *kind, struct settings *settings,
		      struct reason *why)
{
	return memory_prepare(memory_kind_find(kind), 0, settings, why);
}

bool story_takes(struct pintest *pt, const struct way *way, uint32_t foll)
{
	return way->traits & WAY_PINS && way_is_for(way, foll, 0) &&
	       pintest_has_api(pt, way->api) &&
	       !(foll & ~pintest_api_foll(pt, way->api));
}

int story_prepare_thp(const void *unused, struct settings *settings,
		     struct reason *why)
{
	(void)unused;
	return settings_need_thp(settings, false, why);
}

int story_map(struct story_run *run, const char *kind, size_t pages,
	     struct memory *memory, struct reason *why)
{
	int ret = memory_map(memory_kind_find(kind), pages, memory, why);

	return ret ? ret : memory_verify(run->pt, memory, why);
}

int story_map_hugetlb(char **page, struct reason *why)
{
	*page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE, STORY_HUGETLB, -1,
		     0);
	if (*page == MAP_FAILED)
		return reason(why, -errno, "cannot map a hugetlb page: %s",
			      strerror(errno));
	words_fill(*page, SIZE_2M, WORD_PIN_TIME);
	return 0;
}

static int idle(struct peer *parent, void *unused)
{
	(void)unused;
	if (peer_turn(parent))
		return EXIT_FAILURE;
	peer_idle();
}

int story_share(struct reason *why)
{
	struct peer *child = peer_start(idle, NULL);

	if (!child || peer_await(child))
		return reason(why, -ECHILD, "cannot fork");
	return 0;
}
