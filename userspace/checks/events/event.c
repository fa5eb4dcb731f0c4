// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: whether one fits, and how one is made to happen.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "model/words.h"

#define CHURN	(1 << 20)

bool event_fits(const struct event *event, const struct memory_kind *kind)
{
	return (kind->traits & event->needs) == event->needs &&
	       !(kind->traits & event->lacks);
}

bool event_detaches(const struct event *event, const struct memory_kind *kind)
{
	unsigned int detaches = EVENT_DETACHES_SHARED;

	if (kind->traits & MEMORY_PRIVATE)
		detaches = EVENT_DETACHES_PRIVATE;
	/* hugetlbfs takes private copies as well. */
	if (kind->traits & MEMORY_HUGETLB)
		detaches |= EVENT_DETACHES_SHARED;
	return event->traits & detaches;
}

struct extent extent_of(const struct memory *memory)
{
	return (struct extent) { memory->addr, memory->extent };
}

/* Pages that were freed though a pin holds them are soon somebody else's. */
static int use_free_pages(struct reason *why)
{
	void *addr = mmap(NULL, CHURN, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (addr == MAP_FAILED)
		return reason(why, -errno, "cannot map %d KiB: %s",
			      CHURN >> 10, strerror(errno));
	words_fill(addr, CHURN, WORD_OTHERS);
	munmap(addr, CHURN);
	return 0;
}

int bystander_map(struct event_run *run, struct reason *why)
{
	return memory_map(run->memory->kind, CHECK_PAGES, &run->bystander,
			  why);
}

int bystander_places(const struct event_run *run, struct places *places,
		     struct reason *why)
{
	int ret = places_of(&run->bystander, places);

	return ret ? reason(why, ret, "cannot tell where pages are: %s",
			    strerror(-ret)) : 0;
}

int event_prepare(const struct event *event, const struct memory_kind *kind,
		  struct settings *settings, struct reason *why)
{
	int ret = memory_prepare(kind, event->copies, settings, why);

	if (ret || !event->prepare)
		return ret;
	return event->prepare(kind, settings, why);
}

int event_happen(const struct event *event, struct event_run *run,
		 struct reason *why)
{
	int ret = 0;

	if (event->run)
		ret = event->run(run, why);
	if (!ret && event_detaches(event, run->memory->kind))
		ret = use_free_pages(why);
	return ret;
}

int event_write(const struct event *event, const struct event_run *run,
		struct reason *why)
{
	if (!(event->traits & EVENT_WRITES))
		return 0;
	return memory_write(run->memory, WORD_PROCESS, why);
}

/* The child tells what it reads, and is then not needed any more. */
static int hear_child(struct event_run *run, struct reason *why)
{
	int ret = peer_turn(run->child);

	if (!ret)
		ret = peer_receive(run->child, run->child_reads,
				   sizeof(run->child_reads));
	peer_end(run->child);
	run->child = NULL;
	if (ret)
		return reason(why, ret, "the child is lost: %s",
			      strerror(-ret));
	return 0;
}

int event_end(struct event_run *run, struct reason *why)
{
	if (run->bystander.kind)
		memory_unmap(&run->bystander);
	return run->child ? hear_child(run, why) : 0;
}
