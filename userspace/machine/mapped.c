// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is mapped, with the module and without it.
 *
 * /proc/self/pagemap has the page frame number, /proc/kpageflags and
 * /proc/kpagecount what the kernel tells of it. That is the state of a page
 * without its pins.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kernel-page-flags.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/page_size.h"
#include "mapped.h"
#include "pagemap.h"

/* The number that a file has of each page of the machine. */
static int number_of_page(const char *path, uint64_t pfn, uint64_t *number)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, number, sizeof(*number), pfn * sizeof(*number));
	close(fd);
	return n == sizeof(*number) ? 0 : -ENODATA;
}

static const struct {
	unsigned int bit;
	uint32_t flag;
} page_flags[] = {
	{ KPF_ANON, PINTEST_PAGE_ANON },
	{ KPF_KSM, PINTEST_PAGE_KSM },
	{ KPF_HUGE, PINTEST_PAGE_HUGETLB },
};

static void add_flags(struct pintest_record *record)
{
	uint64_t flags;
	size_t i;

	if (number_of_page("/proc/kpageflags", record->pfn, &flags))
		return;
	for (i = 0; i < ARRAY_SIZE(page_flags); i++) {
		record->flags_known |= page_flags[i].flag;
		if (flags & 1ULL << page_flags[i].bit)
			record->flags |= page_flags[i].flag;
	}
}

static void add_mapcount(struct pintest_record *record)
{
	uint64_t count;

	if (number_of_page("/proc/kpagecount", record->pfn, &count))
		return;
	record->mapcount = count;
	record->fields |= PINTEST_FIELD_MAPCOUNT;
}

/* An unprivileged process finds a page frame number of 0. */
static void add_page(struct pintest_record *record, uint64_t pfn)
{
	if (!pfn)
		return;
	record->pfn = pfn;
	record->mapped_pfn = pfn;
	record->fields |= PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN;
	add_flags(record);
	add_mapcount(record);
}

static bool find_record(uint64_t addr, struct pintest_record *record)
{
	uint64_t entry = page_entry((void *)(uintptr_t)addr);

	if (!(entry & PAGEMAP_PRESENT))
		return false;
	*record = (struct pintest_record) {
		.addr = addr,
		.flags = PINTEST_PAGE_MAPPED,
		.flags_known = PINTEST_PAGE_MAPPED,
	};
	add_page(record, entry & PAGEMAP_PFN);
	return true;
}

ssize_t mapped_records(struct pintest *pt, uint64_t *addr, uint64_t end,
		       struct pintest_record *records, size_t count)
{
	size_t found = 0;

	if (pt)
		return pintest_inspect(pt, 0, addr, end, records, count);
	for (; *addr < end && found < count; *addr += page_size())
		found += find_record(*addr, &records[found]);
	return found;
}
