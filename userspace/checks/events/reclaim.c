// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: memory is reclaimed. Pages that are not pinned have to go, or else
 * it is not told from nothing at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "base/text.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "model/words.h"

/* Pages that were used lately are not reclaimed at once. */
#define PAGEOUTS	20

/* Pages of files go without swap, but for those of tmpfs. */
static int event_pageout_prepare(const struct memory_kind *kind,
			  struct settings *settings, struct reason *why)
{
	(void)kind;
	return settings_need_swap(settings, why);
}

/*
 * New pages wait in a list of the processor that made them, which reclaim
 * empties for the one that it runs on.
 */
static int map_bystander_here(struct event_run *run, struct reason *why)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (cpu < 0 || sched_setaffinity(0, sizeof(set), &set))
		return reason(why, -errno, "cannot stay on a processor: %s",
			      strerror(errno));
	return bystander_map(run, why);
}

static int page_out(const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);

	if (!madvise(extent.addr, extent.length, MADV_PAGEOUT))
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "MADV_PAGEOUT is refused: %s", strerror(errno));
}

/* Until pages are gone that are not pinned. */
static int page_out_all(struct event_run *run, struct reason *why)
{
	int i, ret;

	for (i = 0; i < PAGEOUTS; i++) {
		ret = page_out(run->memory, why);
		if (!ret)
			ret = page_out(&run->bystander, why);
		if (ret)
			return ret;
		if (!pages_mapped(&run->bystander))
			return 0;
	}
	return reason(why, -EAGAIN,
		      "MADV_PAGEOUT leaves memory mapped that is not pinned");
}

static int event_pageout(struct event_run *run, struct reason *why)
{
	int ret = map_bystander_here(run, why);

	return ret ? ret : page_out_all(run, why);
}

static int free_lazily(const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);

	if (!madvise(extent.addr, extent.length, MADV_FREE))
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "MADV_FREE is refused: %s", strerror(errno));
}

/* Pages that are freed lazily go without swap. */
static int event_free(struct event_run *run, struct reason *why)
{
	int ret = map_bystander_here(run, why);

	if (!ret)
		ret = free_lazily(run->memory, why);
	if (!ret)
		ret = free_lazily(&run->bystander, why);
	return ret ? ret : page_out_all(run, why);
}

/*
 * A cgroup that the memory is charged to, so that nobody else's is reclaimed.
 * One that a killed run has left is used again, without its limit.
 */
#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		CGROUPS "/pintest"
#define CONTROL		"fs/cgroup/cgroup.subtree_control"
#define SWAPPINESS	SETTINGS_PROC_SYS "vm/swappiness"

/* A cgroup controls memory if the one above lets it. */
static int need_memory_control(struct settings *settings)
{
	char controls[SETTING_LENGTH];
	int ret = settings_read(settings, CONTROL, controls);

	if (ret || strstr(controls, "memory"))
		return ret;
	ret = settings_write_at_end(settings, CONTROL, "-memory");
	return ret ? ret : settings_write_once(settings, CONTROL, "+memory");
}

/* Without any, reclaim of a cgroup leaves anonymous memory alone. */
static int need_swappiness(struct settings *settings, struct reason *why)
{
	uint64_t swappiness;
	int ret = settings_read_number(settings, SWAPPINESS, &swappiness);

	if (!ret && !swappiness)
		ret = settings_write(settings, SWAPPINESS, "60");
	return ret ? settings_refused(why, ret, "vm.swappiness cannot be set") :
		     0;
}

static int event_pressure_prepare(const struct memory_kind *kind,
			   struct settings *settings, struct reason *why)
{
	int ret = need_memory_control(settings);

	(void)kind;
	if (ret)
		return settings_refused(why, ret,
					"there are no cgroups that control memory below %s",
					CGROUPS);
	ret = need_swappiness(settings, why);
	return ret ? ret : settings_need_swap(settings, why);
}

static int event_pressure_begin(struct reason *why)
{
	int ret;

	if (mkdir(CGROUP, 0755) && errno != EEXIST)
		return reason(why, -EOPNOTSUPP, "cannot create %s: %s", CGROUP,
			      strerror(errno));
	ret = text_write(CGROUP "/memory.high", "max");
	if (!ret)
		ret = text_write(CGROUP "/cgroup.procs", "0");
	return ret ? reason(why, ret, "cannot enter %s: %s", CGROUP,
			    strerror(-ret)) : 0;
}

/* What is charged stays charged when its process leaves. */
static int leave_cgroup(struct reason *why)
{
	int ret = text_write(CGROUPS "/cgroup.procs", "0");

	return ret ? reason(why, ret, "cannot leave %s: %s", CGROUP,
			    strerror(-ret)) : 0;
}

/*
 * Reclaim does not even look at a cgroup while all pages of it wait in such a
 * list. What comes after them pushes them out.
 */
static int push_out(struct reason *why)
{
	const size_t length = 64 * page_size();
	void *addr = mmap(NULL, length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (addr == MAP_FAILED)
		return reason(why, -errno, "cannot map %zu KiB: %s",
			      length >> 10, strerror(errno));
	munmap(addr, length);
	return 0;
}

/* Lowering the limit reclaims as much as can be had, and is then done. */
static int event_pressure(struct event_run *run, struct reason *why)
{
	int i, ret = map_bystander_here(run, why);

	if (!ret)
		ret = push_out(why);
	if (!ret)
		ret = leave_cgroup(why);
	for (i = 0; !ret && pages_mapped(&run->bystander); i++)
		ret = i < PAGEOUTS ? text_write(CGROUP "/memory.high", "0") :
				     -EAGAIN;
	text_write(CGROUP "/memory.high", "max");
	if (ret == -EAGAIN)
		reason(why, ret,
		       "memory pressure leaves memory mapped that is not pinned");
	return ret;
}

/* A process that is still in it cannot remove it. */
static void event_pressure_end(void)
{
	struct reason ignored;

	if (!access(CGROUP, F_OK) && !leave_cgroup(&ignored))
		rmdir(CGROUP);
}

/* Page cache that is clean and not mapped by others could go. */
static int event_drop_caches(struct event_run *run, struct reason *why)
{
	int ret;

	if (fsync(run->memory->fd))
		return reason(why, -errno, "cannot write the file back: %s",
			      strerror(errno));
	posix_fadvise(run->memory->fd, 0, 0, POSIX_FADV_DONTNEED);
	ret = text_write("/proc/sys/vm/drop_caches", "1");
	return ret ? reason(why, ret, "caches cannot be dropped: %s",
			    strerror(-ret)) : 0;
}

static const struct event rows[] = {
	{
		.id = "pageout",
		.what = "MADV_PAGEOUT tries to reclaim the memory, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_UNMAPS,
		.lacks = MEMORY_HUGETLB,
		.prepare = event_pageout_prepare,
		.run = event_pageout,
	}, {
		.id = "pressure",
		.what = "the memory cgroup of the pages runs out of memory, then the process writes",
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
		.what = "the process frees the pages with MADV_FREE, the kernel tries to reclaim them, then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_free,
	},
};

const struct event_family event_family_reclaim = { rows, ARRAY_SIZE(rows) };
