// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages, as /proc/PID/pagemap and INSPECT describe them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "array_size.h"
#include "base/page_size.h"
#include "machine/pagemap.h"
#include "pages.h"

static uint64_t entry_of(pid_t pid, uint64_t addr)
{
	char path[32];
	uint64_t entry = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap",
		 (int)(pid ? pid : getpid()));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry),
		  addr / page_size() * sizeof(entry)) != sizeof(entry))
		entry = 0;
	close(fd);
	return entry;
}

static bool is_behind_file(const struct mapping_facts *map, uint64_t addr)
{
	uint64_t offset = map->offset + (addr - map->start);

	switch (map->backing) {
	case BACKED_SHMEM:
	case BACKED_HUGETLB:
	case BACKED_FILE:
	case BACKED_SECRETMEM:
		return map->size && offset >= map->size;
	default:
		return false;
	}
}

int page_look(struct pintest *pt, pid_t pid, const struct mapping_facts *map,
	      uint64_t addr, struct page_facts *page)
{
	uint64_t entry, next = addr;
	ssize_t n;

	*page = (struct page_facts) { 0 };
	if (!map->mapped)
		return 0;
	n = pintest_inspect(pt, pid, &next, addr + page_size(), &page->record,
			    1);
	if (n < 0 && n != -EBADRQC)
		return n;
	entry = entry_of(pid, addr);
	page->usable = n == 1;
	page->entry = page->usable || entry & PAGEMAP_PRESENT;
	page->swapped = entry & PAGEMAP_SWAPPED && !(entry & PAGEMAP_GUARD);
	page->uffd_wp = entry & PAGEMAP_UFFD_WP;
	page->guard = entry & PAGEMAP_GUARD;
	page->behind_file = is_behind_file(map, addr);
	return 0;
}

bool page_is(const struct page_facts *page, uint64_t flags)
{
	return (page->record.flags & page->record.flags_known & flags) ==
	       flags;
}

bool page_is_zero(const struct page_facts *page)
{
	return page_is(page, PINTEST_PAGE_ZERO) ||
	       page_is(page, PINTEST_PAGE_HUGE_ZERO);
}

bool page_is_movable(const struct page_facts *page)
{
	const struct pintest_record *record = &page->record;

	return (record->fields & PINTEST_FIELD_ZONE &&
		record->zone == PINTEST_ZONE_MOVABLE) ||
	       (record->fields & PINTEST_FIELD_MIGRATETYPE &&
		record->migratetype == PINTEST_MIGRATE_CMA);
}

static const struct {
	uint64_t flag;
	const char *text;
} page_words[] = {
	{ PINTEST_PAGE_ZERO, "the shared zero page" },
	{ PINTEST_PAGE_HUGE_ZERO, "a page of the huge zero page" },
	{ PINTEST_PAGE_KSM, "merged by KSM" },
	{ PINTEST_PAGE_HUGETLB, "a hugetlb page" },
	{ PINTEST_PAGE_THP, "part of a large folio" },
};

static const char *owner(const struct page_facts *page)
{
	const uint64_t exclusive = PINTEST_PAGE_ANON_EXCLUSIVE |
				   PINTEST_PAGE_HEAD_ANON_EXCLUSIVE;

	if (!page_is(page, PINTEST_PAGE_ANON))
		return page_is_zero(page) ? "" : ", of a file or driver";
	if (page->record.flags & exclusive)
		return ", anonymous, exclusive";
	return page->record.flags_known & exclusive ?
	       ", anonymous, perhaps shared" : ", anonymous";
}

const char *page_in_words(const struct page_facts *page, char text[PAGE_WORDS])
{
	const char *what = "present";
	size_t i;

	if (page->guard)
		what = "a guard page";
	else if (page->swapped)
		what = "swapped out, or under migration";
	else if (!page->entry)
		what = page->behind_file ? "not there: the file ends before it" :
					   "not there yet";
	else if (!page->usable)
		what = "present, but its entry may not be used";
	for (i = 0; i < ARRAY_SIZE(page_words); i++)
		if (page->usable && page_is(page, page_words[i].flag))
			what = page_words[i].text;
	snprintf(text, PAGE_WORDS, "%s%s%s%s%s", what,
		 page->usable ? owner(page) : "",
		 page->usable &&
		 !page_is(page, PINTEST_PAGE_MAPPED_WRITABLE) ?
		 ", mapped read-only" : "",
		 page->uffd_wp ? ", write-protected by a userfaultfd" : "",
		 page_is_movable(page) ? ", in movable memory" : "");
	return text;
}
