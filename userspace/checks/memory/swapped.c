// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: private anonymous memory that the kernel has reclaimed or
 * merged.
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>

#include "base/reason.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "model/words.h"

/*
 * Pages are passed over while they wait in the list of a processor that touched
 * them. Advice empties the list of the one that it is given on.
 */
#define PAGEOUTS	100
/* A hang guard: the daemon tells nobody when it has merged what. */
#define LOOKS		6000
#define LOOK_MS		10

static bool is_swapped(const struct memory *memory)
{
	const char *addr = memory->addr;
	size_t i;

	for (i = 0; i < memory->length; i += page_size())
		if (!(page_entry(addr + i) & PAGEMAP_SWAPPED))
			return false;
	return true;
}

static int page_out(const struct memory *memory, struct reason *why)
{
	if (!madvise(memory->addr, memory->extent, MADV_PAGEOUT))
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "MADV_PAGEOUT is refused: %s", strerror(errno));
}

/* Moves to the next of the processors in @allowed. */
static void change_processor(const cpu_set_t *allowed)
{
	cpu_set_t next;
	int cpu = sched_getcpu();

	do
		cpu = (cpu + 1) % CPU_SETSIZE;
	while (!CPU_ISSET(cpu, allowed));
	CPU_ZERO(&next);
	CPU_SET(cpu, &next);
	sched_setaffinity(0, sizeof(next), &next);
}

int memory_swap_out(struct memory *memory, struct reason *why)
{
	cpu_set_t allowed;
	int i, ret;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return reason(why, -errno, "cannot ask for processors: %s",
			      strerror(errno));
	ret = page_out(memory, why);
	for (i = 0; i < PAGEOUTS && !ret && !is_swapped(memory); i++) {
		change_processor(&allowed);
		ret = page_out(memory, why);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
	if (ret || is_swapped(memory))
		return ret;
	return reason(why, -EAGAIN, "MADV_PAGEOUT leaves %s mapped",
		      memory->kind->id);
}

static int map_swapped(struct memory *memory, struct reason *why)
{
	int ret = memory_base_pages(memory, why);

	if (ret)
		return ret;
	memory_fill(memory);
	return memory_swap_out(memory, why);
}

static int prepare_swap(const struct memory_kind *kind, unsigned int children,
			struct settings *settings, struct reason *why)
{
	(void)kind;
	(void)children;
	return settings_need_swap(settings, why);
}

static int prepare_ksm(const struct memory_kind *kind, unsigned int children,
		       struct settings *settings, struct reason *why)
{
	(void)kind;
	(void)children;
	return settings_need_ksm(settings, why);
}

/* All pages are alike, and are one page once they are merged. */
static bool is_merged(const struct memory *memory)
{
	const char *addr = memory->base;
	uint64_t pfn = page_entry(addr) & PAGEMAP_PFN;
	size_t i;

	for (i = 0; i < memory->base_length; i += page_size())
		if ((page_entry(addr + i) & PAGEMAP_PFN) != pfn)
			return false;
	return pfn;
}

/* One page more than is pinned, so that a single one is merged as well. */
static int map_merged(struct memory *memory, struct reason *why)
{
	size_t length = memory->length + page_size();
	int i, ret = memory_mmap(memory, length, ANONYMOUS, why);

	/* What was mapped before it has stopped KSM. */
	if (!ret)
		ret = settings_resume_ksm(why);
	if (ret)
		return ret;
	words_fill(memory->base, length, memory->word);
	if (madvise(memory->base, length, MADV_MERGEABLE))
		return reason(why, -EOPNOTSUPP, "this kernel has no KSM: %s",
			      strerror(errno));
	for (i = 0; i < LOOKS && !is_merged(memory); i++)
		poll(NULL, 0, LOOK_MS);
	if (!is_merged(memory))
		return reason(why, -ETIMEDOUT,
			      "KSM has not merged equal pages");
	return settings_pause_ksm(why);
}

static const struct memory_kind swapped = {
	.id = "anon-swapped",
	.what = "private anonymous memory that only this process has written and that is swapped out",
	.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
		  MEMORY_UNMAPPED,
	.prepare = prepare_swap,
	.map = map_swapped,
};

static const struct memory_kind merged = {
	.id = "anon-ksm",
	.what = "private anonymous memory whose pages KSM has merged with equal ones",
	.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT,
	.is = PINTEST_PAGE_ANON | PINTEST_PAGE_KSM,
	.is_not = EXCLUSIVE | PINTEST_PAGE_MAPPED_WRITABLE,
	.prepare = prepare_ksm,
	.map = map_merged,
};

void memory_add_swapped(struct memory_table *table)
{
	memory_add_states(table, &swapped);
	memory_add(table, &merged);
}
