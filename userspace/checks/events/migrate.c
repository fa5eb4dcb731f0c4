// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: pages are migrated, to another NUMA node or to where they are less
 * in the way.
 *
 * The system calls are made without libnuma, which pintest does not need
 * otherwise.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "base/text.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/mapped.h"
#include "machine/numa.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "model/words.h"

/* The node that all of the memory is to go to. */
static int find_target(const struct memory *memory, struct reason *why)
{
	int target, node = numa_node_of(memory->addr);

	if (node == -ENOSYS)
		node = 0;
	if (node < 0)
		return reason(why, node, "cannot tell the node of a page: %s",
			      strerror(-node));
	target = numa_other_node(node);
	if (target < 0)
		return reason(why, -EOPNOTSUPP,
			      "there is no second NUMA node that may be used");
	return target;
}

/*
 * Maps the bystander where the memory is, and returns the node where both are
 * to go. The policy of this process decides where a page is made.
 */
static int prepare_migration(struct event_run *run, struct places *places,
			     struct reason *why)
{
	unsigned long mask;
	int ret, target = find_target(run->memory, why);

	if (target < 0)
		return target;
	mask = 1UL << numa_node_of(run->memory->addr);
	if (syscall(SYS_set_mempolicy, MPOL_PREFERRED, &mask, NODES_MAX))
		return reason(why, -errno, "set_mempolicy() is refused: %s",
			      strerror(errno));
	ret = bystander_map(run, why);
	syscall(SYS_set_mempolicy, MPOL_DEFAULT, NULL, 0UL);
	if (!ret)
		ret = bystander_places(run, places, why);
	return ret ? ret : target;
}

static int have_moved(const struct event_run *run,
		      const struct places *places, const char *what,
		      struct reason *why)
{
	if (places_left(&run->bystander, places))
		return 0;
	return reason(why, -EAGAIN, "%s leaves pages where they are that are not pinned",
		      what);
}

/* What it says of pinned pages differs between kernels: it must not move. */
static void move_to(const struct memory *memory, int node)
{
	void *pages[CHECK_PAGES];
	int nodes[CHECK_PAGES], status[CHECK_PAGES];
	size_t i;

	for (i = 0; i < CHECK_PAGES; i++) {
		pages[i] = (char *)memory->addr + i * page_size();
		nodes[i] = node;
	}
	syscall(SYS_move_pages, 0, (unsigned long)CHECK_PAGES, pages, nodes,
		status, MPOL_MF_MOVE);
}

static int event_move_pages(struct event_run *run, struct reason *why)
{
	struct places places;
	int target = prepare_migration(run, &places, why);

	if (target < 0)
		return target;
	move_to(run->memory, target);
	move_to(&run->bystander, target);
	return have_moved(run, &places, "move_pages()", why);
}

/* Binding fails for pages that cannot be moved, and is taken back. */
static void bind_to(const struct memory *memory, int node)
{
	struct extent extent = extent_of(memory);
	unsigned long mask = 1UL << node;

	syscall(SYS_mbind, extent.addr, extent.length, MPOL_BIND, &mask,
		NODES_MAX, MPOL_MF_MOVE | MPOL_MF_STRICT);
	syscall(SYS_mbind, extent.addr, extent.length, MPOL_DEFAULT, NULL, 0,
		0);
}

static int event_mbind(struct event_run *run, struct reason *why)
{
	struct places places;
	int target = prepare_migration(run, &places, why);

	if (target < 0)
		return target;
	bind_to(run->memory, target);
	bind_to(&run->bystander, target);
	return have_moved(run, &places, "mbind()", why);
}

/*
 * Run on a processor of another node: pages of the own one are not sampled
 * for a process of one thread.
 */
static int run_on(int node, struct reason *why)
{
	char path[64];
	int cpu, found;
	cpu_set_t set;
	FILE *file;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist",
		 node);
	file = fopen(path, "re");
	found = file && fscanf(file, "%d", &cpu) == 1;
	if (file)
		fclose(file);
	if (!found)
		return reason(why, -EOPNOTSUPP,
			      "NUMA node %d has no processor", node);
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return reason(why, -errno, "cannot run on processor %d: %s",
			      cpu, strerror(errno));
	return 0;
}

/*
 * A page whose access is to be noticed is mapped PROT_NONE, which the device
 * takes for not mapped.
 */
static bool is_sampled(void *arg)
{
	const struct event_run *run = arg;
	uint64_t addr = (uintptr_t)run->bystander.addr;
	struct pintest_record record;

	return !mapped_records(run->pt, &addr, addr + page_size(), &record, 1);
}

/*
 * A new page waits in a batch of its processor for the list that it goes to, and
 * has a reference for that, for which balancing leaves it alone. mbind() puts all
 * batches onto their lists before it looks for anything to move.
 */
static void empty_batches(void)
{
	void *nothing = mmap(NULL, page_size(), PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (nothing == MAP_FAILED)
		return;
	syscall(SYS_mbind, nothing, page_size(), MPOL_DEFAULT, NULL, 0UL,
		MPOL_MF_MOVE);
	munmap(nothing, page_size());
}

static int prepare_balance(const struct memory_kind *kind,
			   struct settings *settings, struct reason *why)
{
	(void)kind;
	return settings_need_balancing(settings, why);
}

static int event_balance(struct event_run *run, struct reason *why)
{
	struct places places;
	int ret = prepare_migration(run, &places, why);

	if (ret >= 0)
		ret = run_on(ret, why);
	if (ret >= 0)
		empty_batches();
	if (ret)
		return ret;
	if (!deadline_spin(is_sampled, run))
		return reason(why, -EAGAIN,
			      "NUMA balancing leaves memory alone that is not pinned");
	return 0;
}

/* Memory with a hole after every page, for compaction to have work. */
#define HOLEY	(4 << 20)

static void *map_holey(struct reason *why)
{
	char *addr = mmap(NULL, HOLEY, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	if (addr == MAP_FAILED) {
		reason(why, -errno, "cannot map %d KiB: %s", HOLEY >> 10,
		       strerror(errno));
		return NULL;
	}
	madvise(addr, HOLEY, MADV_NOHUGEPAGE);
	for (i = 0; i < HOLEY; i += page_size())
		addr[i] = 1;
	for (i = 0; i < HOLEY; i += 2 * page_size())
		madvise(addr + i, page_size(), MADV_DONTNEED);
	return addr;
}

/* How many pages compaction has looked at since the machine was booted. */
static uint64_t pages_scanned(void)
{
	return count_of("/proc/vmstat", "compact_migrate_scanned");
}

static int compact(struct reason *why)
{
	int ret = text_write("/proc/sys/vm/compact_memory", "1");

	if (!ret)
		return 0;
	return reason(why, ret == -ENOENT ? -EOPNOTSUPP : ret,
		      "memory cannot be compacted: %s", strerror(-ret));
}

/* Which pages it moves is up to it, so that none can be a bystander. */
static int event_compact(struct event_run *run, struct reason *why)
{
	uint64_t before = pages_scanned();
	void *holey = map_holey(why);
	int ret;

	(void)run;
	if (!holey)
		return -ENOMEM;
	ret = compact(why);
	if (!ret && pages_scanned() == before)
		ret = reason(why, -EAGAIN,
			     "compaction looks at no page that could move");
	munmap(holey, HOLEY);
	return ret;
}

/*
 * A page that is pinned stays where it is. One that is not would be lost for
 * the machine until it boots again, which is why none is tried.
 */
static int event_soft_offline(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;

	if (!madvise(memory->addr, memory->length, MADV_SOFT_OFFLINE) ||
	    errno == EBUSY)
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "MADV_SOFT_OFFLINE is refused: %s", strerror(errno));
}

static const struct event rows[] = {
	{
		.id = "move-pages",
		.what = "move_pages() tries to move the pages to another NUMA node, then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.copies = 6,
		.run = event_move_pages,
	}, {
		.id = "mbind",
		.what = "mbind() tries to move the pages to another NUMA node, then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.copies = 6,
		.run = event_mbind,
	}, {
		.id = "balance",
		.what = "NUMA balancing scans the memory, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE |
			  EVENT_INSPECTS,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_THP,
		.prepare = prepare_balance,
		.run = event_balance,
	}, {
		.id = "compact",
		.what = "memory is compacted, then the process writes",
		.traits = COHERENT | EVENT_MACHINE_WIDE,
		.run = event_compact,
	}, {
		.id = "soft-offline",
		.what = "MADV_SOFT_OFFLINE tries to take the pages out of use, then the process writes",
		.traits = COHERENT | EVENT_TRUSTS_PIN,
		.run = event_soft_offline,
	},
};

const struct event_family event_family_migrate = { rows, ARRAY_SIZE(rows) };
