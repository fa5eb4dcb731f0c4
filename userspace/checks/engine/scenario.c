// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios: memory is mapped and pinned, an event happens, and it is
 * unpinned; what can be seen on the way is written down.
 *
 * A scenario runs in a process of its own, since what a process pinned or
 * forked before changes how the kernel treats it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "events/events.h"
#include "explain/explain.h"
#include "machine/mapped.h"
#include "machine/pagemap.h"
#include "machine/pins.h"
#include "model/words.h"
#include "rules/rules.h"
#include "scenario.h"
#include "stories/endless.h"
#include "ways/hold.h"

/* A scenario that is going on. */
struct going {
	struct pintest *pt;
	const struct scenario *scenario;
	struct observations *seen;
	struct memory memory;
	struct pinner pinner;
	struct pin_totals before;
	struct pintest_request request;
	struct hold *hold;
	struct event_run event;
	bool opened;
};

int scenario_ask(struct pintest *pt, const struct scenario *scenario,
		 struct reason *why)
{
	const struct way *way = scenario->way;
	uint64_t missing;
	char flags[128];

	if (way->outside)
		return 0;
	missing = scenario->access->foll & ~pintest_api_foll(pt, way->api);
	if (!pintest_has_api(pt, way->api))
		return reason(why, -ENOSYS, "this kernel has no %s",
			      way->what);
	if (!missing)
		return 0;
	pintest_format_foll(missing, flags, sizeof(flags));
	return reason(why, -EOPNOTSUPP, "%s does not accept %s on this kernel",
		      way->what, flags);
}

static void see_words(struct going *going, enum reading reading,
		      const struct word *words)
{
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++)
		going->seen->pages[i].words[reading] = words[i];
}

static int see_pin(struct going *going, enum reading reading,
		   struct reason *why)
{
	struct word words[CHECK_PAGES] = { 0 };
	int ret = hold_words(going->hold, words, why);

	if (ret)
		return ret;
	see_words(going, reading, words);
	return 0;
}

static void see_memory(struct going *going, enum reading reading)
{
	struct word words[CHECK_PAGES] = { 0 };

	words_of_memory(&going->memory, words);
	see_words(going, reading, words);
}

static int see_pinned(struct going *going, enum moment moment,
		      struct reason *why)
{
	struct pintest_record records[CHECK_PAGES] = { 0 };
	int ret = hold_records(going->hold, records, why);
	size_t i;

	if (ret)
		return ret;
	for (i = 0; i < CHECK_PAGES; i++)
		going->seen->pages[i].records[moment] = records[i];
	return 0;
}

/*
 * Pages that are not mapped have no record, and leave none behind; nor does
 * any page on a kernel that cannot be asked.
 */
static int see_mapped(struct going *going, enum moment moment,
		      struct reason *why)
{
	uint64_t start = (uintptr_t)going->memory.addr, addr = start;
	uint64_t end = start + going->memory.length;
	struct pintest_record records[CHECK_PAGES];
	ssize_t i, n = mapped_records(going->pt, &addr, end, records,
				      CHECK_PAGES);

	if (n == -EBADRQC)
		return 0;
	if (n < 0)
		return reason(why, n, "cannot inspect the memory: %s",
			      strerror(-n));
	for (i = 0; i < n; i++) {
		size_t page = (records[i].addr - start) / page_size();

		going->seen->pages[page].records[moment] = records[i];
	}
	return 0;
}

/*
 * Of an outside way pins are counted as well, if it pins often enough to tell them
 * from those of others.
 */
static bool counts_pins(const struct scenario *scenario)
{
	return scenario->way->outside &&
	       scenario->event->traits & EVENT_REPINS;
}

static int stage_open(struct going *going, struct reason *why)
{
	int ret = pinner_open(&going->pinner, why);

	if (ret)
		return ret;
	going->opened = true;
	if (counts_pins(going->scenario))
		going->before = pin_totals();
	return 0;
}

static void see_charges(const struct going *going, struct charges *charges)
{
	const char *page = going->memory.addr;
	size_t i;

	charges->known = true;
	charges->locked = count_of("/proc/self/status", "VmPin:") +
			  count_of("/proc/self/status", "VmLck:");
	for (i = 0; i < CHECK_PAGES; i++, page += page_size())
		charges->entries[i] = page_entry(page) & ~PAGEMAP_PFN;
}

static int stage_map(struct going *going, struct reason *why)
{
	const struct memory_kind *kind = going->scenario->memory;
	const struct event *event = going->scenario->event;
	int ret = event->begin ? event->begin(why) : 0;

	if (!ret)
		ret = memory_map(kind, CHECK_PAGES, &going->memory, why);
	if (ret)
		return ret;
	ret = memory_verify(going->pt, &going->memory, why);
	if (ret)
		return ret;
	going->seen->filled = going->memory.word;
	return see_mapped(going, MOMENT_BEFORE, why);
}

/* Where a refusal is right, nobody asks for the cause. */
static int refused(const struct going *going, int error, struct reason *why)
{
	struct explanation explanation;

	if (scenario_is_refused(going->scenario) ||
	    !explain_refusal(going->pt, &going->request, -error,
			     &explanation))
		return reason(why, error, "the pin is refused: %s",
			      strerror(-error));
	return reason(why, error, "the pin is refused: %s: %s",
		      strerror(-error), explanation.decision.cause);
}

/* To copy a page of it for a pin, the kernel splits the entry that maps it. */
static bool may_be_endless(const struct memory_kind *kind)
{
	const unsigned int private = MEMORY_WRITTEN | MEMORY_PRIVATE;

	return (kind->traits & private) == private &&
	       !(kind->traits & MEMORY_PTE_MAPPED) &&
	       kind->huge_size == memory_pmd_size();
}

static int take_pin_of_device(struct going *going, struct pintest_pin **pin,
			      struct reason *why)
{
	int ret;

	if (may_be_endless(going->scenario->memory)) {
		ret = endless_pin(going->pt, &going->request, pin, why);
		going->seen->endless = ret > 0;
		return ret > 0 ? -EDEADLK : ret;
	}
	ret = pintest_pin_new(going->pt, &going->request, pin);
	return ret ? refused(going, ret, why) : 0;
}

static int take_pin(struct going *going, struct reason *why)
{
	struct pintest_pin *pin;
	int ret;

	if (going->scenario->way->outside)
		return hold_new(&going->pinner, &going->request, &going->hold,
				why);
	ret = take_pin_of_device(going, &pin, why);
	return ret ? ret : hold_of_pin(&going->pinner, &going->request, pin,
				       &going->hold, why);
}

static int stage_pin(struct going *going, struct reason *why)
{
	int ret;

	if (scenario_is_refused(going->scenario))
		see_charges(going, &going->seen->before);
	going->request = (struct pintest_request) {
		.api = going->scenario->way->api,
		.foll = going->scenario->access->foll,
		.addr = (uintptr_t)going->memory.addr,
		.length = going->memory.length,
	};
	ret = take_pin(going, why);
	if (ret)
		return ret;
	going->seen->pinned = hold_pages(going->hold);
	if (going->seen->pinned < CHECK_PAGES) {
		ret = -hold_errno(going->hold) ? : -EIO;
		return reason(why, ret, "%d of %d pages are pinned: %s",
			      (int)going->seen->pinned, CHECK_PAGES,
			      strerror(-ret));
	}
	return 0;
}

/* The pages before the one that is refused may have been pinned. */
static void give_back(struct going *going)
{
	hold_free(going->hold);
	going->hold = NULL;
}

/*
 * The first refusal may have changed pages that could be pinned. Many more leave
 * many references behind if one leaves any.
 */
static int see_left(struct going *going, struct reason *why)
{
	int i, ret;

	give_back(going);
	ret = see_mapped(going, MOMENT_PINNED, why);
	for (i = 0; i < REPINS; i++) {
		hold_new(&going->pinner, &going->request, &going->hold, why);
		give_back(going);
	}
	see_charges(going, &going->seen->left);
	return ret ? ret : see_mapped(going, MOMENT_UNPINNED, why);
}

static int stage_look(struct going *going, struct reason *why)
{
	int ret = see_pinned(going, MOMENT_PINNED, why);

	if (going->memory.kind->traits & MEMORY_HUGETLB)
		going->seen->pool[POOL_PINNED] =
			pool_count(going->memory.kind->huge_size);
	return ret ? ret : see_pin(going, READ_PINNED, why);
}

static int stage_event(struct going *going, struct reason *why)
{
	int ret;

	going->event = (struct event_run) {
		.pt = going->pt,
		.pinner = &going->pinner,
		.request = &going->request,
		.pin = hold_pin(going->hold),
		.memory = &going->memory,
	};
	ret = event_happen(going->scenario->event, &going->event, why);
	hold_set_pin(going->hold, going->event.pin);
	if (!ret)
		ret = see_pin(going, READ_BETWEEN, why);
	return ret ? ret : see_pinned(going, MOMENT_BETWEEN, why);
}

static int stage_write(struct going *going, struct reason *why)
{
	int ret = event_write(going->scenario->event, &going->event, why);

	if (ret)
		return ret;
	see_memory(going, READ_PROCESS);
	ret = see_pin(going, READ_AFTER, why);
	return ret ? ret : see_pinned(going, MOMENT_AFTER, why);
}

static bool can_store(const struct scenario *scenario)
{
	return scenario->access->foll & PINTEST_FOLL_WRITE &&
	       way_facts(scenario->way, true) & FACT_STORE;
}

static int stage_store(struct going *going, struct reason *why)
{
	int ret;

	if (!can_store(going->scenario))
		return 0;
	ret = hold_fill(going->hold, WORD_DEVICE, why);
	if (ret)
		return ret;
	see_memory(going, READ_STORED);
	return see_pin(going, READ_BACK, why);
}

static int stage_end(struct going *going, struct reason *why)
{
	int ret = event_end(&going->event, why);

	if (!ret)
		see_words(going, READ_CHILD, going->event.child_reads);
	return ret;
}

static bool are_given_back(void *arg)
{
	const struct pin_totals *before = arg;

	return pin_totals().held <= before->held;
}

/* Drivers may unpin later, and others may pin meanwhile: ask again. */
static void count_pins(struct going *going)
{
	struct pin_totals after;

	deadline_spin(are_given_back, &going->before);
	after = pin_totals();
	going->seen->counted = true;
	going->seen->pins_taken = after.taken - going->before.taken;
	going->seen->pins_left = after.held - going->before.held;
}

static int stage_unpin(struct going *going, struct reason *why)
{
	int ret = hold_release(going->hold, why);

	if (ret)
		return ret;
	if (counts_pins(going->scenario))
		count_pins(going);
	return see_mapped(going, MOMENT_UNPINNED, why);
}

static const struct {
	enum stage stage;
	int (*run)(struct going *going, struct reason *why);
} stages[] = {
	{ STAGE_OPEN, stage_open },
	{ STAGE_MAP, stage_map },
	{ STAGE_PIN, stage_pin },
	{ STAGE_LOOK, stage_look },
	{ STAGE_EVENT, stage_event },
	{ STAGE_WRITE, stage_write },
	{ STAGE_STORE, stage_store },
	{ STAGE_END, stage_end },
	{ STAGE_UNPIN, stage_unpin },
};

static void run_stages(struct going *going)
{
	struct observations *seen = going->seen;
	struct reason ignored;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(stages); i++) {
		seen->stage = stages[i].stage;
		seen->error = stages[i].run(going, &seen->why);
		if (seen->stage == STAGE_PIN &&
		    scenario_is_refused(going->scenario)) {
			if (!seen->call)
				see_left(going, &ignored);
			if (!seen->error)
				break;
		}
		if (seen->error)
			return;
	}
	seen->stage = STAGE_DONE;
}

void scenario_run(struct pintest *pt, const struct scenario *scenario,
		  struct observations *seen)
{
	struct going going = {
		.pt = pt,
		.scenario = scenario,
		.seen = seen,
		.pinner = { scenario->way, pt, NULL, &seen->call },
	};
	struct reason ignored;

	run_stages(&going);
	/*
	 * A thread is in the kernel, and has the memory locked; or there is no telling
	 * what another callback does.
	 */
	if (seen->endless || seen->call)
		return;
	event_end(&going.event, &ignored);
	hold_free(going.hold);
	memory_unmap(&going.memory);
	if (going.opened)
		pinner_close(&going.pinner);
	if (scenario->event->end && seen->stage > STAGE_OPEN)
		scenario->event->end();
}
