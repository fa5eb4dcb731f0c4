// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of what a pin does to the process, by the flags it is taken with:
 * which pages count as written, by soft-dirty bits and by userfaultfd, and how
 * much memory the process has more, or has locked.
 *
 * Memory that grows is told and not judged: the kernel promises nothing there.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <stdio.h>

#include "array_size.h"
#include "counts.h"
#include "pages.h"
#include "reason.h"
#include "settings.h"
#include "solo.h"
#include "uffd.h"
#include "words.h"

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

/*
 * What a pin of PAGES pages did, and an event of one of another page.
 *
 * @tracked: this kernel has soft-dirty bits
 */
struct effects {
	bool tracked;
	ssize_t soft_dirty;
	struct amounts grown;
	int events;
	const char *no_events;
};

/*
 * Counters of the process lag behind, page tables do not: mappings that have
 * any of the memory are looked through.
 */
static struct amounts measure(const struct memory *memory)
{
	const uintptr_t from = (uintptr_t)memory->addr;
	struct amounts amounts = {
		.locked = count_of("/proc/self/status", "VmLck:"),
	};
	FILE *file = fopen("/proc/self/smaps", "re");
	uintptr_t start, end;
	char line[256];
	bool ours = false;
	long kib;

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start,
			   &end) == 2)
			ours = start < from + memory->length && end > from;
		else if (ours && sscanf(line, "Anonymous: %ld", &kib) == 1)
			amounts.anonymous += kib;
		else if (ours && sscanf(line, "AnonHugePages: %ld", &kib) == 1)
			amounts.huge += kib;
	}
	if (file)
		fclose(file);
	return amounts;
}

static int see_growth(struct solo_run *run, struct effects *effects,
		      struct reason *why)
{
	const struct pinned *pinned = run->arg;
	struct amounts before, after;
	struct pintest_pin *pin;
	struct memory memory;
	int ret = solo_map(run, pinned->kind, PAGES, &memory, why);

	if (ret)
		return ret;
	ret = soft_dirty_clear(why);
	if (ret && ret != -EOPNOTSUPP)
		return ret;
	effects->tracked = !ret;
	before = measure(&memory);
	ret = solo_pin(run, PINTEST_API_PIN, pinned->foll, memory.addr,
		       memory.length, &pin, why);
	if (ret)
		return ret;
	after = measure(&memory);
	effects->soft_dirty = pages_count(memory.addr, memory.length,
					    PAGEMAP_SOFT_DIRTY);
	effects->grown = (struct amounts) {
		.anonymous = after.anonymous - before.anonymous,
		.huge = after.huge - before.huge,
		.locked = after.locked - before.locked,
	};
	pintest_pin_free(pin);
	memory_unmap(&memory);
	return 0;
}

/* One page of memory that a userfaultfd protects, by GUP-fast. */
struct protected {
	struct solo_run *run;
	struct memory memory;
	int error;
};

static void pin_protected(void *arg)
{
	struct protected *protected = arg;
	const struct pinned *pinned = protected->run->arg;
	struct pintest_pin *pin;
	struct reason ignored;

	protected->error = solo_pin(protected->run, PINTEST_API_PIN_FAST,
				    pinned->foll, protected->memory.addr,
				    page_size(), &pin, &ignored);
}

static int see_events(struct solo_run *run, struct effects *effects,
		      struct reason *why)
{
	const struct pinned *pinned = run->arg;
	struct protected protected = { .run = run };
	struct reason ignored;
	int uffd = uffd_open_wp(why);
	int ret = uffd < 0 ? uffd : solo_map(run, pinned->kind, PAGES,
					     &protected.memory, why);

	if (ret)
		return ret;
	/* Not every kernel protects files. */
	effects->no_events = "unknown";
	if (uffd_register(uffd, protected.memory.addr,
			  protected.memory.length, UFFDIO_REGISTER_MODE_WP,
			  &ignored))
		return 0;
	ret = uffd_protect(uffd, protected.memory.addr,
			   protected.memory.length, true, why);
	if (!ret)
		ret = uffd_hears(uffd, page_size(), pin_protected, &protected,
				 why);
	if (ret < 0)
		return ret;
	effects->events = ret;
	effects->no_events = protected.error ? "refused" : NULL;
	return 0;
}

static const char *events_text(const struct effects *effects, char text[16])
{
	if (effects->no_events)
		return effects->no_events;
	snprintf(text, 16, "%d", effects->events);
	return text;
}

static enum finding judge_effects(const struct effects *effects, bool writes)
{
	if (effects->tracked && writes && effects->soft_dirty != PAGES)
		return FINDING_UNMARKED;
	if (effects->tracked && !writes && effects->soft_dirty)
		return FINDING_MARKED;
	if (writes && !effects->no_events && !effects->events)
		return FINDING_UNPROTECTED;
	if (!writes && effects->events)
		return FINDING_EVENT;
	if (effects->grown.locked != (long)(PAGES * page_size() >> 10))
		return FINDING_UNBALANCED;
	return FINDING_NONE;
}

static int run_effects(struct solo_run *run, struct reason *why)
{
	const struct pinned *pinned = run->arg;
	struct effects effects = { 0 };
	enum finding finding;
	char text[16], told[128];
	int ret = see_growth(run, &effects, why);

	if (!ret)
		ret = see_events(run, &effects, why);
	if (ret)
		return ret;
	finding = judge_effects(&effects, pinned->foll & PINTEST_FOLL_WRITE);
	snprintf(told, sizeof(told),
		 "soft-dirty %zd, uffd-wp events %s, anonymous %+ld kB, huge %+ld kB, locked %+ld kB",
		 effects.soft_dirty, events_text(&effects, text),
		 effects.grown.anonymous, effects.grown.huge,
		 effects.grown.locked);
	return finding ? solo_fails(run, finding, "%s", told) :
			 solo_passes(run, "%s", told);
}

/* Only one of the kinds needs it: kernels without it still have the others. */
static int prepare_huge_zeropage(const void *arg, struct settings *settings,
				 struct reason *why)
{
	int ret = settings_need_thp(settings, true, why);

	(void)arg;
	return ret == -EOPNOTSUPP ? 0 : ret;
}

#define READS	"pages count as not written, and are charged as locked, after a R/O "
#define WRITES	"pages count as written, and are charged as locked, after a R/W "

#define L PINTEST_FOLL_LONGTERM
#define W PINTEST_FOLL_WRITE
#define F PINTEST_FOLL_FORCE

#define ROW(name, access, flags, promise) {				\
	.id = "side-effects." name "-" access,				\
	.what = promise "of " name,					\
	.prepare = prepare_huge_zeropage,				\
	.run = run_effects,						\
	.arg = &(const struct pinned) { name, flags },			\
}

#define RO(name)	ROW(name, "ro", 0, READS "short-term pin ")
#define RO_LONG(name)	ROW(name, "ro-longterm", L, READS "long-term pin ")
#define RW(name)	ROW(name, "rw", W, WRITES "short-term pin ")
#define RW_LONG(name)	ROW(name, "rw-longterm", L | W, WRITES "long-term pin ")
#define RW_FORCE(name)	ROW(name, "rw-longterm-force", L | W | F,	\
			    WRITES "long-term pin by force ")

static const struct solo table[] = {
	RO("zeropage"),
	RO_LONG("zeropage"),
	RW("zeropage"),
	RW_LONG("zeropage"),
	RW_FORCE("zeropage"),
	RO("huge-zeropage"),
	RO_LONG("huge-zeropage"),
	RW("huge-zeropage"),
	RW_LONG("huge-zeropage"),
	RW_FORCE("huge-zeropage"),
	RO("memfd-private"),
	RO_LONG("memfd-private"),
	RW("memfd-private"),
	RW_LONG("memfd-private"),
	RW_FORCE("memfd-private"),
	RO("anon"),
	RO_LONG("anon"),
	RW("anon"),
	RW_LONG("anon"),
	RW_FORCE("anon"),
	RO("anon-shared"),
	RO_LONG("anon-shared"),
	RW("anon-shared"),
	RW_LONG("anon-shared"),
	RW_FORCE("anon-shared"),
};

const struct solo_family solo_effects = { table, ARRAY_SIZE(table) };
