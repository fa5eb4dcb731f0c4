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

#include "counts.h"
#include "deadline.h"
#include "event_runs.h"
#include "madvise.h"
#include "pages.h"
#include "reason.h"
#include "settings.h"
#include "text.h"
#include "words.h"

#define NODES_MAX	64

/* Node of the page at an address, or a negative errno. */
static int node_of(void *addr)
{
	int status = -EIO;

	if (syscall(SYS_move_pages, 0, 1UL, &addr, NULL, &status, 0))
		return -errno;
	return status;
}

/* The rest of the line of a file that begins with @head. */
static bool read_line(const char *path, const char *head, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (!found && file && fgets(line, size, file))
		found = !strncmp(line, head, strlen(head));
	if (file)
		fclose(file);
	if (found)
		memmove(line, line + strlen(head),
			strlen(line + strlen(head)) + 1);
	return found;
}

/* A list of nodes, such as "0-1,3", as a mask. */
static uint64_t parse_nodes(const char *list)
{
	unsigned int node, last;
	uint64_t nodes = 0;
	int length;

	while (sscanf(list, "%u%n", &node, &length) == 1) {
		list += length;
		last = node;
		if (sscanf(list, "-%u%n", &last, &length) == 1)
			list += length;
		for (; node <= last && node < NODES_MAX; node++)
			nodes |= UINT64_C(1) << node;
		list += *list == ',';
	}
	return nodes;
}

/*
 * A node with memory, which this process may use, that is not @node; -1 if
 * there is none. Without cpusets it may use all.
 */
static int other_node(int node)
{
	uint64_t nodes = 0;
	char line[1024];

	if (read_line("/sys/devices/system/node/has_memory", "", line,
		      sizeof(line)))
		nodes = parse_nodes(line);
	if (read_line("/proc/self/status", "Mems_allowed_list:", line,
		      sizeof(line)))
		nodes &= parse_nodes(line);
	if (node < NODES_MAX)
		nodes &= ~(UINT64_C(1) << node);
	return ffsll(nodes) - 1;
}

/* The node that all of the memory is to go to. */
static int find_target(const struct memory *memory, struct reason *why)
{
	int target, node = node_of(memory->addr);

	if (node == -ENOSYS)
		node = 0;
	if (node < 0)
		return reason(why, node, "the node of a page cannot be told: %s",
			      strerror(-node));
	target = other_node(node);
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
	mask = 1UL << node_of(run->memory->addr);
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

int event_move_pages(struct event_run *run, struct reason *why)
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

int event_mbind(struct event_run *run, struct reason *why)
{
	struct places places;
	int target = prepare_migration(run, &places, why);

	if (target < 0)
		return target;
	bind_to(run->memory, target);
	bind_to(&run->bystander, target);
	return have_moved(run, &places, "mbind()", why);
}

/* Balancing begins soon after a process began to run, and comes by often. */
int event_balance_prepare(const struct memory_kind *kind,
			  struct settings *settings, struct reason *why)
{
	static const struct {
		const char *file;
		const char *value;
	} changes[] = {
		{ SETTINGS_PROC_SYS "kernel/numa_balancing", "1" },
		/* Up to 5.12, and from 5.13 on. */
		{ SETTINGS_PROC_SYS "kernel/numa_balancing_scan_delay_ms",
		  "1" },
		{ SETTINGS_PROC_SYS "kernel/numa_balancing_scan_period_min_ms",
		  "1" },
		{ "kernel/debug/sched/numa_balancing/scan_delay_ms", "1" },
		{ "kernel/debug/sched/numa_balancing/scan_period_min_ms", "1" },
	};
	size_t i;

	(void)kind;
	if (other_node(0) < 0)
		return reason(why, -EOPNOTSUPP,
			      "there is no second NUMA node that may be used");
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int ret = settings_write(settings, changes[i].file,
					 changes[i].value);

		/* What it takes without the others is time. */
		if (ret && !i)
			return settings_refused(why, ret,
						"this kernel does not balance NUMA nodes");
	}
	return 0;
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

	return !pintest_inspect(run->pt, 0, &addr, addr + page_size(), &record,
				1);
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

int event_balance(struct event_run *run, struct reason *why)
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
int event_compact(struct event_run *run, struct reason *why)
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
int event_soft_offline(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;

	if (!madvise(memory->addr, memory->length, MADV_SOFT_OFFLINE) ||
	    errno == EBUSY)
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "MADV_SOFT_OFFLINE is refused: %s", strerror(errno));
}
