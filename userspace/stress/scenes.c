// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenes: what happens to memory that is pinned.
 *
 * Whether a disturbance succeeds is not looked at: if it fails because the page
 * is pinned, that is as good.
 */
#include <errno.h>
#include <linux/mempolicy.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "base/text.h"
#include "machine/madvise.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "model/words.h"
#include "stress.h"

#define NODES		2
#define MOVES		64
#define PARTS		4
#define JUNK		0xa5

static size_t size_of(const struct stress_area *area)
{
	return area->unit * area->units;
}

static char *any_unit(const struct stress_area *area,
		      struct stress_random *random)
{
	return area->start + area->unit * stress_draw(random, area->units);
}

static void disturb_fork(const struct stress_area *area,
			 struct stress_random *random)
{
	pid_t pid = fork();

	(void)area;
	(void)random;
	if (!pid)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* Some of it at a time: all would have to be read again before the next pin. */
static void disturb_pageout(const struct stress_area *area,
			    struct stress_random *random)
{
	size_t units = area->units / PARTS;
	size_t first = stress_draw(random, area->units - units + 1);

	madvise(area->start + first * area->unit, units * area->unit,
		MADV_PAGEOUT);
}

/* Between nodes; where there is but one, or no NUMA, by making room in it. */
static void disturb_migrate(const struct stress_area *area,
			    struct stress_random *random)
{
	int nodes[MOVES], status[MOVES], node = stress_draw(random, NODES);
	void *pages[MOVES];
	int i;

	for (i = 0; i < MOVES; i++) {
		pages[i] = any_unit(area, random);
		nodes[i] = node;
	}
	if (syscall(SYS_move_pages, 0, MOVES, pages, nodes, status,
		    MPOL_MF_MOVE) < 0 && (errno == ENODEV || errno == ENOSYS))
		text_write("/proc/sys/vm/compact_memory", "1");
}

static void disturb_protect(const struct stress_area *area,
			    struct stress_random *random)
{
	(void)random;
	mprotect(area->start, size_of(area), PROT_READ);
	mprotect(area->start, size_of(area), PROT_READ | PROT_WRITE);
}

static void disturb_soft_dirty(const struct stress_area *area,
			       struct stress_random *random)
{
	(void)area;
	(void)random;
	text_write("/proc/self/clear_refs", "4");
}

/* Merging is the kernel's own work, and slow: all that is left is to allow it. */
static void disturb_merge(const struct stress_area *area,
			  struct stress_random *random)
{
	(void)random;
	madvise(area->start, size_of(area), MADV_MERGEABLE);
	usleep(1000);
}

/* Protecting one page splits the mapping of the huge page. */
static void disturb_thp(const struct stress_area *area,
			struct stress_random *random)
{
	char *unit = any_unit(area, random);

	madvise(area->start, size_of(area), MADV_COLLAPSE);
	mprotect(unit, area->unit, PROT_READ);
	mprotect(unit, area->unit, PROT_READ | PROT_WRITE);
	madvise(unit, area->unit, MADV_PAGEOUT);
}

/* Whoever gets the freed pages next writes to them. */
static void spill_junk(size_t size)
{
	char *junk = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (junk == MAP_FAILED)
		return;
	memset(junk, JUNK, size);
	munmap(junk, size);
}

static void disturb_unmap(const struct stress_area *area,
			  struct stress_random *random)
{
	char *unit = any_unit(area, random);

	if (stress_draw(random, 2))
		madvise(unit, area->unit, MADV_DONTNEED);
	else
		(void)mmap(unit, area->unit, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	spill_junk(size_of(area) / 4);
}

static const struct stress_scene table[] = {
	{
		.id = "fork",
		.what = "children are forked and exit",
		.disturb = { disturb_fork },
	}, {
		.id = "pageout",
		.what = "the process asks the kernel to swap the memory out",
		.swaps = true,
		.disturb = { disturb_pageout },
	}, {
		.id = "pageout-fork",
		.what = "both at once",
		.swaps = true,
		.disturb = { disturb_pageout, disturb_fork },
	}, {
		.id = "migrate",
		.what = "pages are moved between nodes, or compacted",
		.disturb = { disturb_migrate },
	}, {
		.id = "protect",
		.what = "the memory is made read-only and writable again",
		.protects = true,
		.disturb = { disturb_protect },
	}, {
		.id = "soft-dirty",
		.what = "the marks of pages that were written are cleared",
		.marks = true,
		.disturb = { disturb_soft_dirty },
	}, {
		.id = "ksm",
		.what = "equal pages are merged",
		.merges = true,
		.disturb = { disturb_merge },
	}, {
		.id = "thp",
		.what = "a huge page is split and collapsed again",
		.memory = STRESS_THP,
		.protects = true,
		.disturb = { disturb_thp },
	}, {
		.id = "thp-fork",
		.what = "the same, and children are forked",
		.memory = STRESS_THP,
		.protects = true,
		.disturb = { disturb_thp, disturb_fork },
	}, {
		.id = "memfd",
		.what = "pages of a shared memfd are swapped out and moved",
		.memory = STRESS_MEMFD,
		.swaps = true,
		.disturb = { disturb_pageout, disturb_migrate },
	}, {
		.id = "hugetlb-fork",
		.what = "children are forked that share hugetlb pages",
		.memory = STRESS_HUGETLB,
		.disturb = { disturb_fork },
	}, {
		.id = "unmap",
		.what = "the memory is dropped or replaced below the pin",
		.detaches = true,
		.disturb = { disturb_unmap },
	}, {
		.id = "all",
		.what = "all of it at once, but for dropping and huge pages",
		.swaps = true,
		.merges = true,
		.protects = true,
		.disturb = {
			disturb_fork, disturb_pageout, disturb_migrate,
			disturb_protect, disturb_soft_dirty, disturb_merge,
		},
	},
};

const struct stress_scene *stress_scenes(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

/* Twice the memory: children and the process have copies of it. */
int stress_prepare(const struct stress_scene *scene, struct settings *settings,
		   struct reason *why)
{
	int ret = 0;

	if (scene->swaps)
		ret = settings_need_swap(settings, why);
	if (!ret && scene->marks)
		ret = soft_dirty_clear(why);
	if (!ret && scene->merges)
		ret = settings_slow_ksm(settings, why);
	if (!ret && scene->memory == STRESS_THP)
		ret = settings_need_thp(settings, false, why);
	if (!ret && scene->memory == STRESS_HUGETLB)
		ret = settings_need_hugepages(settings, 2UL << 20,
					      8 * STRESS_PROCESSES, why);
	return ret;
}
