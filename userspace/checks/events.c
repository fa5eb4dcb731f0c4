// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what happens to the memory while a pin of it is held. The table, and
 * what is common to all of them.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "event_runs.h"
#include "pages.h"
#include "peer.h"
#include "reason.h"
#include "words.h"

#define CHURN	(1 << 20)

/* The held pin keeps the pages where they are, so that each repin is alike. */
static int run_repin(struct event_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	int i, ret;

	for (i = 0; i < REPINS; i++) {
		ret = pintest_pin_new(run->pt, run->request, &pin);
		if (ret)
			return reason(why, ret, "repin %d of %d is refused: %s",
				      i + 1, REPINS, strerror(-ret));
		pintest_pin_free(pin);
	}
	return 0;
}

#define COHERENT	(EVENT_WRITES | EVENT_LEADING_ONLY)
#define PASSED_ON	(COHERENT | EVENT_DETACHES_PRIVATE | EVENT_REMAPS)

static const struct event table[] = {
	{
		.id = "write",
		.what = "the process writes",
		.traits = EVENT_WRITES,
	}, {
		.id = "write-by-child",
		.what = "a child that is forked now writes, then the process does",
		.traits = EVENT_WRITES | EVENT_FORKS | EVENT_CHILD_WRITES,
		.copies = 1,
		.run = event_fork_write,
	}, {
		.id = "write-after-fork",
		.what = "a child is forked and lives on, then the process writes",
		.traits = EVENT_WRITES | EVENT_FORKS,
		.copies = 1,
		.run = event_fork,
	}, {
		.id = "repin",
		.what = "the memory is pinned alike and unpinned " TEXT_OF(REPINS) " more times",
		.traits = EVENT_REPINS,
		.run = run_repin,
	}, {
		.id = "fork-exit",
		.what = "a child is forked, writes and exits, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.copies = 1,
		.run = event_fork_exit,
	}, {
		.id = "fork-twice",
		.what = "a child is forked, which forks another, both live on, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.copies = 2,
		.run = event_fork_twice,
	}, {
		.id = "spawn",
		.what = "a program is started by vfork() and exec(), then the process writes",
		.traits = COHERENT,
		.run = event_spawn,
	}, {
		.id = "mprotect-ro",
		.what = "the mapping is made read-only and writable again, then the process writes",
		.traits = COHERENT,
		.run = event_mprotect_ro,
	}, {
		.id = "mprotect-none",
		.what = "the mapping is made inaccessible and writable again, then the process writes",
		.traits = COHERENT,
		.run = event_mprotect_none,
	}, {
		.id = "pageout",
		.what = "the memory is to be reclaimed by MADV_PAGEOUT, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_UNMAPS,
		.lacks = MEMORY_HUGETLB,
		.prepare = event_pageout_prepare,
		.run = event_pageout,
	}, {
		.id = "pressure",
		.what = "memory runs short where the pages are charged, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_UNMAPS |
			  EVENT_MACHINE_WIDE,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.prepare = event_pressure_prepare,
		.begin = event_pressure_begin,
		.run = event_pressure,
		.end = event_pressure_end,
	}, {
		.id = "drop-caches",
		.what = "the file is written back and the page cache dropped, then the process writes",
		.traits = COHERENT | EVENT_MACHINE_WIDE,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_PRIVATE | MEMORY_HUGETLB,
		.run = event_drop_caches,
	}, {
		.id = "free",
		.what = "the process frees the pages lazily by MADV_FREE, which are to be reclaimed then, and writes",
		.traits = COHERENT | EVENT_MOVES,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_free,
	}, {
		.id = "mlock",
		.what = "the memory is locked and unlocked by mlock(), then the process writes",
		.traits = COHERENT,
		.run = event_mlock,
	}, {
		.id = "soft-dirty",
		.what = "soft-dirty bits are cleared, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_soft_dirty,
	}, {
		.id = "uffd-wp",
		.what = "userfaultfd write-protects the memory and lets go of it, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.run = event_uffd_wp,
	}, {
		.id = "move-pages",
		.what = "the pages are to go to another NUMA node by move_pages(), then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.copies = 6,
		.run = event_move_pages,
	}, {
		.id = "mbind",
		.what = "the pages are to go to another NUMA node by mbind(), then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.copies = 6,
		.run = event_mbind,
	}, {
		.id = "balance",
		.what = "NUMA balancing comes by, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_THP,
		.prepare = event_balance_prepare,
		.run = event_balance,
	}, {
		.id = "compact",
		.what = "memory is compacted, then the process writes",
		.traits = COHERENT | EVENT_MACHINE_WIDE,
		.run = event_compact,
	}, {
		.id = "soft-offline",
		.what = "the pages are to be taken out of use by MADV_SOFT_OFFLINE, then the process writes",
		.traits = COHERENT,
		.run = event_soft_offline,
	}, {
		.id = "ksm",
		.what = "KSM merges equal pages, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_THP,
		.prepare = event_ksm_prepare,
		.run = event_ksm,
	}, {
		.id = "collapse",
		.what = "the huge page is mapped page by page and to be collapsed into another by MADV_COLLAPSE, then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.needs = MEMORY_ANON | MEMORY_THP,
		.lacks = MEMORY_PTE_MAPPED,
		.run = event_collapse,
	}, {
		.id = "khugepaged",
		.what = "khugepaged comes by, which makes a huge page of what is mapped page by page, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_PTE_MAPPED,
		.prepare = event_khugepaged_prepare,
		.run = event_khugepaged,
	}, {
		.id = "split",
		.what = "the huge page is to be split, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_split,
	}, {
		.id = "discard-rest",
		.what = "the rest of the huge page is dropped by MADV_DONTNEED, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_discard_rest,
	}, {
		.id = "unmap-rest",
		.what = "the rest of the huge page is unmapped, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_unmap_rest,
	}, {
		.id = "move-rest",
		.what = "the rest of the huge page is moved to another address by mremap(), then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_move_rest,
	}, {
		.id = "mem-write",
		.what = "the process writes by /proc/self/mem, then as usual",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.run = event_mem_write,
	}, {
		.id = "vm-writev",
		.what = "the process writes by process_vm_writev(), then as usual",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.run = event_vm_writev,
	}, {
		.id = "mremap",
		.what = "the memory is moved to another address by mremap(), then the process writes there",
		.traits = COHERENT | EVENT_REMAPS,
		.run = event_mremap,
	}, {
		.id = "mremap-dontunmap",
		.what = "the pages are moved to a mapping at another address by mremap(), then the process writes there",
		.traits = COHERENT | EVENT_REMAPS,
		.needs = MEMORY_PRIVATE,
		.lacks = MEMORY_HUGETLB,
		.run = event_mremap_dontunmap,
	}, {
		.id = "uffd-move",
		.what = "the pages are to go to another mapping by UFFDIO_MOVE, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_UNMAPS,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_PTE_MAPPED,
		.run = event_uffd_move,
	}, {
		.id = "dontneed",
		.what = "the process drops the pages by MADV_DONTNEED, then writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.copies = 1,
		.run = event_dontneed,
	}, {
		.id = "munmap",
		.what = "the process unmaps the memory, maps there anew and writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.run = event_munmap,
	}, {
		.id = "guard",
		.what = "the process drops the pages for guards, which it removes, and writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_guard,
	}, {
		.id = "exit",
		.what = "a child pins the memory alike, passes the pin on and exits, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_exit,
	}, {
		.id = "exec",
		.what = "a child pins the memory alike, passes the pin on and executes a program, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_exec,
	}, {
		.id = "kill",
		.what = "a child pins the memory alike, passes the pin on and is killed, then the process writes",
		.traits = PASSED_ON,
		.copies = 2,
		.run = event_kill,
	}, {
		.id = "truncate",
		.what = "the file is cut to nothing and made as long as it was, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE |
			  EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.copies = 1,
		.run = event_truncate,
	}, {
		.id = "punch",
		.what = "a hole is punched into the file, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.copies = 1,
		.run = event_punch,
	}, {
		.id = "remove",
		.what = "the process takes the pages out of the file by MADV_REMOVE, then writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_PRIVATE,
		.run = event_remove,
	}, {
		.id = "file-write",
		.what = "the process writes to the file, then as usual",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_PRIVATE | MEMORY_HUGETLB,
		.run = event_file_write,
	}, {
		.id = "direct-write",
		.what = "the file is written to by direct I/O, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_WRITES_FILE,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_HUGETLB,
		.run = event_direct_write,
	}, {
		.id = "clone",
		.what = "the file is given the blocks of another one by FICLONERANGE, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_WRITES_FILE,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_HUGETLB,
		.run = event_clone,
	},
};

const struct event *events(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

const struct event *event_find(const char *id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	return NULL;
}

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

	return ret ? reason(why, ret, "where pages are cannot be told: %s",
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
