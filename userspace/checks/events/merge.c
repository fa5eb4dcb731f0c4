// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: pages are merged with equal ones, or huge pages made and unmade.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "array_size.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/mapped.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "model/words.h"

static int event_ksm_prepare(const struct memory_kind *kind,
		      struct settings *settings, struct reason *why)
{
	(void)kind;
	return settings_need_ksm(settings, why);
}

static uint64_t read_scans(const char *path)
{
	FILE *file = fopen(path, "re");
	uint64_t scans = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &scans) != 1)
		scans = 0;
	fclose(file);
	return scans;
}

/* All pages of the bystander are equal, so that two of them become one. */
static bool is_merged(void *arg)
{
	const struct event_run *run = arg;
	struct places places;

	return !places_of(&run->bystander, &places) &&
	       places.pfns[0] == places.pfns[1];
}

struct scans {
	const char *path;
	uint64_t enough;
};

static bool is_scanned(void *arg)
{
	const struct scans *scans = arg;

	return read_scans(scans->path) >= scans->enough;
}

/* A scan that goes on may have passed the memory: one more is whole. */
static bool await_scan(const char *path)
{
	struct scans scans = { path, read_scans(path) + 2 };

	return deadline_spin(is_scanned, &scans);
}

static int event_ksm(struct event_run *run, struct reason *why)
{
	struct extent extent = extent_of(run->memory);
	int ret = bystander_map(run, why);

	if (ret)
		return ret;
	if (madvise(extent.addr, extent.length, MADV_MERGEABLE) ||
	    madvise(run->bystander.addr, run->bystander.length,
		    MADV_MERGEABLE))
		return reason(why, -errno, "MADV_MERGEABLE is refused: %s",
			      strerror(errno));
	if (!deadline_spin(is_merged, run))
		return reason(why, -EAGAIN,
			      "KSM does not merge equal pages that are not pinned");
	if (!await_scan("/sys/kernel/mm/ksm/full_scans"))
		return reason(why, -EAGAIN, "KSM does not scan any more");
	return settings_pause_ksm(why);
}

/*
 * The protection of the last page differs for a while, for which its huge
 * page is mapped page by page.
 */
static int map_by_pages(const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);
	char *last = (char *)extent.addr + extent.length - page_size();

	if (mprotect(last, page_size(), PROT_READ) ||
	    mprotect(last, page_size(), PROT_READ | PROT_WRITE))
		return reason(why, -errno, "mprotect() is refused: %s",
			      strerror(errno));
	return 0;
}

static int collapse(const struct memory *memory)
{
	struct extent extent = extent_of(memory);

	return madvise(extent.addr, extent.length, MADV_COLLAPSE) ? -errno : 0;
}

/*
 * Refused for pinned pages, with one error or another. khugepaged may be the one that
 * collapses the bystander.
 */
static int event_collapse(struct event_run *run, struct reason *why)
{
	struct places places;
	int ret = bystander_map(run, why);

	if (!ret)
		ret = bystander_places(run, &places, why);
	if (!ret)
		ret = map_by_pages(run->memory, why);
	if (!ret)
		ret = map_by_pages(&run->bystander, why);
	if (ret)
		return ret;
	collapse(run->memory);
	ret = collapse(&run->bystander);
	if (ret)
		return reason(why, ret == -EINVAL ? -EOPNOTSUPP : ret,
			      "MADV_COLLAPSE is refused: %s", strerror(-ret));
	if (!places_left(&run->bystander, &places))
		return reason(why, -EAGAIN,
			      "MADV_COLLAPSE leaves pages where they are that are not pinned");
	return 0;
}

#define KHUGEPAGED	"kernel/mm/transparent_hugepage/khugepaged/"

/* It is to come by at once, and again and again. */
static int event_khugepaged_prepare(const struct memory_kind *kind,
			     struct settings *settings, struct reason *why)
{
	static const struct {
		const char *file;
		const char *value;
	} changes[] = {
		{ KHUGEPAGED "defrag", "1" },
		{ KHUGEPAGED "alloc_sleep_millisecs", "0" },
		{ KHUGEPAGED "pages_to_scan", "65536" },
		{ KHUGEPAGED "scan_sleep_millisecs", "0" },
	};
	int ret = settings_need_thp(settings, false, why);
	size_t i;

	(void)kind;
	for (i = 0; !ret && i < ARRAY_SIZE(changes); i++) {
		ret = settings_write(settings, changes[i].file,
				     changes[i].value);
		if (ret)
			reason(why, ret, "%s cannot be set: %s",
			       changes[i].file, settings_error(ret));
	}
	return ret;
}

/* As many pages as a huge page has, around those that are there already. */
static int fill_range(const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);
	size_t size = memory_pmd_size();
	char *start = extent.addr, *end = (char *)memory->base +
					  memory->base_length;

	if (!size || (uintptr_t)start % size || end < start + size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no huge pages of a size to fill");
	words_fill(start + extent.length, size - extent.length, WORD_OTHERS);
	if (madvise(start, size, MADV_HUGEPAGE))
		return reason(why, -errno, "MADV_HUGEPAGE is refused: %s",
			      strerror(errno));
	return 0;
}

static int offer_range(const struct memory *memory, struct reason *why)
{
	return memory->kind->traits & MEMORY_THP ? map_by_pages(memory, why) :
						   fill_range(memory, why);
}

struct collapsing {
	const struct memory *memory;
	struct places places;
};

static bool is_collapsed(void *arg)
{
	const struct collapsing *collapsing = arg;

	return places_left(collapsing->memory, &collapsing->places);
}

/* Nobody is behind khugepaged where there is only one processor. */
static void let_khugepaged_run(void)
{
	setpriority(PRIO_PROCESS, 0, PRIO_MAX - 1);
}

static int event_khugepaged(struct event_run *run, struct reason *why)
{
	struct collapsing collapsing = { .memory = &run->bystander };
	int ret = bystander_map(run, why);

	if (!ret)
		ret = bystander_places(run, &collapsing.places, why);
	if (!ret)
		ret = offer_range(run->memory, why);
	if (!ret)
		ret = offer_range(&run->bystander, why);
	if (ret)
		return ret;
	let_khugepaged_run();
	if (!deadline_spin(is_collapsed, &collapsing))
		return reason(why, -EAGAIN,
			      "khugepaged makes no huge page of pages that are not pinned");
	if (!await_scan("/sys/" KHUGEPAGED "full_scans"))
		return reason(why, -EAGAIN, "khugepaged does not scan the memory");
	return 0;
}

static int split(const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);
	uintptr_t start = (uintptr_t)extent.addr;
	int fd = open("/sys/kernel/debug/split_huge_pages",
		      O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return reason(why, -EOPNOTSUPP,
			      "debugfs has no split_huge_pages");
	/* Pages that cannot be split are no error of the file. */
	if (dprintf(fd, "%d,0x%" PRIxPTR ",0x%" PRIxPTR, (int)getpid(), start,
		    start + extent.length) < 0)
		ret = reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
			     "split_huge_pages takes no address range: %s",
			     strerror(errno));
	close(fd);
	return ret;
}

struct splitting {
	struct event_run *run;
	struct reason *why;
	int ret;
};

/* Whether the bystander has small pages, or that cannot be done. */
static bool is_split(void *arg)
{
	struct splitting *splitting = arg;
	struct event_run *run = splitting->run;
	uint64_t addr = (uintptr_t)run->bystander.addr;
	struct pintest_record record = { 0 };

	splitting->ret = split(run->memory, splitting->why);
	if (!splitting->ret)
		splitting->ret = split(&run->bystander, splitting->why);
	return splitting->ret ||
	       mapped_records(run->pt, &addr, addr + page_size(), &record, 1) != 1 ||
	       !(record.fields & PINTEST_FIELD_FOLIO) || !record.folio_order;
}

/* Who has a page just then, reclaim or khugepaged, keeps it from being split. */
static int event_split(struct event_run *run, struct reason *why)
{
	struct splitting splitting = { .run = run, .why = why };
	int ret = bystander_map(run, why);

	if (ret)
		return ret;
	if (!deadline_spin(is_split, &splitting))
		return reason(why, -EAGAIN,
			      "a huge page that is not pinned is not split");
	return splitting.ret;
}

static const struct event rows[] = {
	{
		.id = "ksm",
		.what = "KSM merges equal pages, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_THP,
		.prepare = event_ksm_prepare,
		.run = event_ksm,
	}, {
		.id = "collapse",
		.what = "the huge page is mapped by PTEs, MADV_COLLAPSE tries to collapse it into another one, then the process writes",
		.traits = COHERENT | EVENT_MOVES,
		.needs = MEMORY_ANON | MEMORY_THP,
		.lacks = MEMORY_PTE_MAPPED,
		.run = event_collapse,
	}, {
		.id = "khugepaged",
		.what = "khugepaged tries to collapse memory that is mapped by PTEs into a huge page, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_MACHINE_WIDE,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_PTE_MAPPED,
		.prepare = event_khugepaged_prepare,
		.run = event_khugepaged,
	}, {
		.id = "split",
		.what = "the kernel is asked to split the huge page, then the process writes",
		.traits = COHERENT | EVENT_INSPECTS,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_split,
	},
};

const struct event_family event_family_merge = { rows, ARRAY_SIZE(rows) };
