// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a process that is under stress.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/reason.h"
#include "model/words.h"
#include "stress.h"

#define SIZE_2M		(2UL << 20)
#define SMALL_UNITS	64
#define HUGE_UNITS	4

static int map(struct stress_area *area, int flags, int fd, struct reason *why)
{
	size_t size = area->unit * area->units;

	area->start = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fd, 0);
	if (area->start == MAP_FAILED)
		return reason(why, -errno, "cannot map %zu KiB: %s",
			      size >> 10, strerror(errno));
	return 0;
}

/* Twice as much has a huge page's range in it wherever it lies. */
static int map_thp(struct stress_area *area, struct reason *why)
{
	size_t size = memory_pmd_size();
	int ret;

	if (!size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no transparent huge pages");
	area->units = 2 * size / area->unit;
	ret = map(area, MAP_PRIVATE | MAP_ANONYMOUS, -1, why);
	if (ret)
		return ret;
	area->start += -(uintptr_t)area->start & (size - 1);
	area->units /= 2;
	if (madvise(area->start, size, MADV_HUGEPAGE))
		return reason(why, -errno, "no huge pages here: %s",
			      strerror(errno));
	return 0;
}

static int map_anon(struct stress_area *area, struct reason *why)
{
	int ret = map(area, MAP_PRIVATE | MAP_ANONYMOUS, -1, why);

	/* A kernel without transparent huge pages refuses, and that is fine. */
	if (!ret)
		madvise(area->start, area->unit * area->units, MADV_NOHUGEPAGE);
	return ret;
}

static int map_memfd(struct stress_area *area, struct reason *why)
{
	int fd = memfd_create("pintest", MFD_CLOEXEC), ret = 0;

	if (fd < 0 || ftruncate(fd, area->unit * area->units))
		ret = reason(why, -errno, "cannot make a memfd: %s",
			     strerror(errno));
	if (!ret)
		ret = map(area, MAP_SHARED, fd, why);
	if (fd >= 0)
		close(fd);
	return ret;
}

static int map_hugetlb(struct stress_area *area, struct reason *why)
{
	area->unit = SIZE_2M;
	area->units = HUGE_UNITS;
	return map(area, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
			 (21 << MAP_HUGE_SHIFT), -1, why);
}

int stress_map(enum stress_memory memory, struct stress_area *area,
	       struct reason *why)
{
	*area = (struct stress_area) {
		.unit = page_size(),
		.units = SMALL_UNITS,
	};
	switch (memory) {
	case STRESS_THP:
		return map_thp(area, why);
	case STRESS_MEMFD:
		return map_memfd(area, why);
	case STRESS_HUGETLB:
		return map_hugetlb(area, why);
	default:
		return map_anon(area, why);
	}
}
