// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what a pin does to the process, by the flags it is taken with:
 * which pages count as written, by soft-dirty bits and by userfaultfd, which
 * are dirty, and how much memory the process has more, or has locked.
 *
 * Memory that grows, and pages that get dirty, are reported, not judged: the
 * kernel promises nothing there while the pin is held.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"

/* Pages that are looked at, unless a huge page has fewer. */
#define PAGES	512

/* A row: which memory is pinned, and with which flags. */
struct pinned {
	const char *kind;
	uint32_t foll;
};

/* What the process has, in KiB. */
struct amounts {
	long anonymous;
	long huge;
	long locked;
};

/**
 * struct effects - what a pin did, and an event of one of another page
 *
 * @pages: how many pages were pinned
 * @tracked: this kernel has soft-dirty bits, and keeps them for such memory
 * @soft_dirty: pages that are soft-dirty afterwards
 * @dirty: pages that got dirty, or -EOPNOTSUPP if this kernel does not tell
 * @grown: what the process has more
 * @events: userfaultfd events
 * @no_events: why there are none, or NULL
 */
struct effects {
	size_t pages;
	bool tracked;
	ssize_t soft_dirty;
	ssize_t dirty;
	struct amounts grown;
	int events;
	const char *no_events;
};

static size_t pages_of(const struct memory_kind *kind)
{
	size_t most = memory_kind_pages(kind);

	return most && most < PAGES ? most : PAGES;
}

/*
 * Counters of the process lag behind, page tables do not: mappings that have
 * any of the memory are looked through.
 */
static struct amounts measure(const struct memory *memory)
{
	return (struct amounts) {
		.locked = count_of("/proc/self/status", "VmLck:"),
		.anonymous = count_of_mappings(memory->addr, memory->length,
					       "Anonymous:"),
		.huge = count_of_mappings(memory->addr, memory->length,
					  "AnonHugePages:"),
	};
}

/* Pages of a range that are mapped and dirty; or -errno. */
static ssize_t count_dirty(struct story_run *run, const struct memory *memory)
{
	const size_t count = memory->length / page_size();
	struct pintest_record *records = calloc(count, sizeof(*records));
	uint64_t addr = (uintptr_t)memory->addr;
	ssize_t n, i, dirty = 0;

	if (!records)
		return -ENOMEM;
	n = pintest_inspect(run->pt, 0, &addr, addr + memory->length, records,
			    count);
	for (i = 0; i < n; i++)
		dirty += !!(records[i].flags & PINTEST_PAGE_DIRTY);
	free(records);
	return n < 0 ? n : dirty;
}

/* What a moment has: before the pin, and while it is held. */
struct state {
	struct amounts amounts;
	ssize_t soft_dirty;
	ssize_t dirty;
};

static int take_state(struct story_run *run, const struct memory *memory,
		      struct state *state, struct reason *why)
{
	state->amounts = measure(memory);
	state->soft_dirty = pages_count(memory->addr, memory->length,
					PAGEMAP_SOFT_DIRTY);
	state->dirty = count_dirty(run, memory);
	if (state->soft_dirty < 0 || state->dirty < 0)
		return reason(why, -EIO, "cannot count dirty pages");
	return 0;
}

static void take_difference(struct effects *effects,
			    const struct state *before,
			    const struct state *after)
{
	effects->soft_dirty = after->soft_dirty;
	effects->dirty = after->dirty - before->dirty;
	effects->grown = (struct amounts) {
		.anonymous = after->amounts.anonymous -
			     before->amounts.anonymous,
		.huge = after->amounts.huge - before->amounts.huge,
		.locked = after->amounts.locked - before->amounts.locked,
	};
}

static int clear_soft_dirty(const struct memory_kind *kind,
			    struct effects *effects, struct reason *why)
{
	int ret = soft_dirty_clear(why);

	effects->tracked = !ret && !(kind->traits & MEMORY_HUGETLB);
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static int see_growth(struct story_run *run, struct effects *effects,
		      struct reason *why)
{
	const struct pinned *pinned = run->arg;
	const struct memory_kind *kind = memory_kind_find(pinned->kind);
	struct state before, after;
	struct pintest_pin *pin;
	struct memory memory;
	int ret;

	effects->pages = pages_of(kind);
	ret = story_map(run, pinned->kind, effects->pages, &memory, why);
	if (!ret)
		ret = clear_soft_dirty(kind, effects, why);
	if (!ret)
		ret = take_state(run, &memory, &before, why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, pinned->foll, memory.addr,
			       memory.length, &pin, why);
	if (!ret)
		ret = take_state(run, &memory, &after, why);
	if (ret)
		return ret;
	take_difference(effects, &before, &after);
	if (!(pintest_known_flags(run->pt) & PINTEST_PAGE_DIRTY))
		effects->dirty = -EOPNOTSUPP;
	pintest_pin_free(pin);
	memory_unmap(&memory);
	return 0;
}

/* One page of memory that a userfaultfd protects, by GUP-fast. */
struct protected {
	struct story_run *run;
	struct memory memory;
	int error;
};

static void pin_protected(void *arg)
{
	struct protected *protected = arg;
	const struct pinned *pinned = protected->run->arg;
	struct pintest_pin *pin;
	struct reason ignored;

	protected->error = story_pin(protected->run, PINTEST_API_PIN_FAST,
				    pinned->foll, protected->memory.addr,
				    page_size(), &pin, &ignored);
}

static int hear_events(int uffd, struct protected *protected,
		       struct effects *effects, struct reason *why)
{
	const struct memory *memory = &protected->memory;
	size_t size = memory->kind->traits & MEMORY_HUGETLB ?
		      memory->kind->huge_size : page_size();
	int ret = uffd_protect(uffd, memory->addr, memory->length, true, why);

	if (!ret)
		ret = uffd_hears(uffd, size, pin_protected, protected, why);
	if (ret < 0)
		return ret;
	effects->events = ret;
	effects->no_events = protected->error ? "refused" : NULL;
	return 0;
}

/* Not every kernel protects all memory, and none what is not there. */
static int see_events(struct story_run *run, struct effects *effects,
		      struct reason *why)
{
	const struct pinned *pinned = run->arg;
	const struct memory_kind *kind = memory_kind_find(pinned->kind);
	struct protected protected = { .run = run };
	int uffd, ret;

	effects->no_events = "-";
	if (kind->traits & (MEMORY_UNMAPPED | MEMORY_UNTOLD))
		return 0;
	uffd = uffd_open_wp(why);
	ret = uffd < 0 ? uffd : story_map(run, kind->id, effects->pages,
					 &protected.memory, why);
	if (ret)
		return ret;
	ret = uffd_register(uffd, protected.memory.addr,
			    protected.memory.length, UFFDIO_REGISTER_MODE_WP,
			    why);
	if (!ret)
		return hear_events(uffd, &protected, effects, why);
	effects->no_events = "unknown";
	return ret == -EOPNOTSUPP ? 0 : ret;
}

static const char *events_text(const struct effects *effects, char text[16])
{
	if (effects->no_events)
		return effects->no_events;
	snprintf(text, 16, "%d", effects->events);
	return text;
}

static const char *dirty_text(const struct effects *effects, char text[16])
{
	if (effects->dirty == -EOPNOTSUPP)
		return "unknown";
	snprintf(text, 16, "%+zd", effects->dirty);
	return text;
}

static enum finding judge_effects(const struct effects *effects, bool writes)
{
	if (effects->tracked && writes && effects->soft_dirty != (ssize_t)effects->pages)
		return FINDING_UNMARKED;
	if (effects->tracked && !writes && effects->soft_dirty)
		return FINDING_MARKED;
	if (writes && !effects->no_events && !effects->events)
		return FINDING_UNPROTECTED;
	if (!writes && effects->events)
		return FINDING_EVENT;
	if (effects->grown.locked !=
	    (long)(effects->pages * page_size() >> 10))
		return FINDING_UNBALANCED;
	return FINDING_NONE;
}

static int run_effects(struct story_run *run, struct reason *why)
{
	const struct pinned *pinned = run->arg;
	struct effects effects = { 0 };
	enum finding finding;
	char text[16], dirty[16], told[160];
	int ret = see_growth(run, &effects, why);

	if (!ret)
		ret = see_events(run, &effects, why);
	if (ret)
		return ret;
	finding = judge_effects(&effects, pinned->foll & PINTEST_FOLL_WRITE);
	snprintf(told, sizeof(told),
		 "soft-dirty %zd, dirty %s, uffd-wp events %s, anonymous %+ld kB, huge %+ld kB, locked %+ld kB",
		 effects.soft_dirty, dirty_text(&effects, dirty),
		 events_text(&effects, text),
		 effects.grown.anonymous, effects.grown.huge,
		 effects.grown.locked);
	return finding ? story_fails(run, finding, "%s", told) :
			 story_passes(run, "%s", told);
}

static int prepare(const void *arg, struct settings *settings,
		   struct reason *why)
{
	const struct pinned *pinned = arg;

	return story_prepare_kind(pinned->kind, settings, why);
}

#define READS	"pages are charged as locked, and do not count as written, after a read-only "
#define WRITES	"pages are charged as locked, and count as written, after a read-write "

#define L PINTEST_FOLL_LONGTERM
#define W PINTEST_FOLL_WRITE
#define F PINTEST_FOLL_FORCE

#define ROW(name, access, flags, promise) {				\
	.id = "side-effects." name "-" access,				\
	.what = promise "of " name,					\
	.prepare = prepare,						\
	.run = run_effects,						\
	.arg = &(const struct pinned) { name, flags },			\
}

#define RO(name)	ROW(name, "ro", 0, READS "short-term pin ")
#define RO_LONG(name)	ROW(name, "ro-longterm", L, READS "long-term pin ")
#define RW(name)	ROW(name, "rw", W, WRITES "short-term pin ")
#define RW_FORCE(name)	ROW(name, "rw-force", W | F,			\
			    WRITES "short-term pin by force ")
#define RW_LONG(name)	ROW(name, "rw-longterm", L | W, WRITES "long-term pin ")
#define RW_LONG_FORCE(name)	ROW(name, "rw-longterm-force", L | W | F, \
				    WRITES "long-term pin by force ")

static const struct story table[] = {
	RO("anon-untouched"),
	RO_LONG("anon-untouched"),
	RW("anon-untouched"),
	RW_FORCE("anon-untouched"),
	RW_LONG("anon-untouched"),
	RW_LONG_FORCE("anon-untouched"),
	RO("zeropage"),
	RO_LONG("zeropage"),
	RW("zeropage"),
	RW_FORCE("zeropage"),
	RW_LONG("zeropage"),
	RW_LONG_FORCE("zeropage"),
	RO("huge-zeropage"),
	RO_LONG("huge-zeropage"),
	RW("huge-zeropage"),
	RW_FORCE("huge-zeropage"),
	RW_LONG("huge-zeropage"),
	RW_LONG_FORCE("huge-zeropage"),
	RO("memfd-private"),
	RO_LONG("memfd-private"),
	RW("memfd-private"),
	RW_FORCE("memfd-private"),
	RW_LONG("memfd-private"),
	RW_LONG_FORCE("memfd-private"),
	RO("anon"),
	RO_LONG("anon"),
	RW("anon"),
	RW_FORCE("anon"),
	RW_LONG("anon"),
	RW_LONG_FORCE("anon"),
	RO("anon-shared"),
	RO_LONG("anon-shared"),
	RW("anon-shared"),
	RW_FORCE("anon-shared"),
	RW_LONG("anon-shared"),
	RW_LONG_FORCE("anon-shared"),
	RO("anon-thp-shared"),
	RO_LONG("anon-thp-shared"),
	RW("anon-thp-shared"),
	RW_FORCE("anon-thp-shared"),
	RW_LONG("anon-thp-shared"),
	RW_LONG_FORCE("anon-thp-shared"),
	RO("anon-hugetlb-2m"),
	RO_LONG("anon-hugetlb-2m"),
	RW("anon-hugetlb-2m"),
	RW_FORCE("anon-hugetlb-2m"),
	RW_LONG("anon-hugetlb-2m"),
	RW_LONG_FORCE("anon-hugetlb-2m"),
};

const struct story_family story_effects = { table, ARRAY_SIZE(table) };
