// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a kind: how it is mapped, written and unmapped.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

/* More than a processor keeps, as vm.percpu_pagelist_high_fraction bounds it. */
#define KEPT		(4 << 20)

size_t memory_kind_pages(const struct memory_kind *kind)
{
	return kind->huge_size / page_size();
}

bool memory_refuses(const struct memory_kind *kind, uint32_t foll)
{
	if (foll & PINTEST_FOLL_LONGTERM && kind->refuses & REFUSES_LONGTERM)
		return true;
	if (!(foll & PINTEST_FOLL_WRITE))
		return kind->refuses & (foll & PINTEST_FOLL_FORCE ?
					REFUSES_FORCED_READ : REFUSES_READ);
	if (foll & PINTEST_FOLL_LONGTERM &&
	    kind->refuses & REFUSES_LONGTERM_WRITE)
		return true;
	return kind->refuses & (foll & PINTEST_FOLL_FORCE ? REFUSES_FORCE :
							    REFUSES_WRITE);
}

int memory_prepare(const struct memory_kind *kind, unsigned int children,
		   struct settings *settings, struct reason *why)
{
	if (!kind->prepare)
		return 0;
	return kind->prepare(kind, children, settings, why);
}

static void stay_on_processor(void)
{
	int cpu = sched_getcpu();
	cpu_set_t here;

	if (cpu < 0)
		return;
	CPU_ZERO(&here);
	CPU_SET(cpu, &here);
	sched_setaffinity(0, sizeof(here), &here);
}

/*
 * A processor keeps free pages for itself, which are taken first, wherever they
 * lie. They are held until the process ends, or would be the next ones again.
 */
static void use_up_kept_pages(void)
{
	char *pages;

	stay_on_processor();
	pages = mmap(NULL, KEPT, PROT_READ | PROT_WRITE, ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED)
		return;
	madvise(pages, KEPT, MADV_NOHUGEPAGE);
	words_fill(pages, KEPT, WORD_OTHERS);
}

int memory_map(const struct memory_kind *kind, size_t pages,
	       struct memory *memory, struct reason *why)
{
	size_t most = memory_kind_pages(kind);
	int ret;

	*memory = (struct memory) {
		.kind = kind,
		.length = pages * page_size(),
		.word = kind->traits & MEMORY_ZERO ? WORD_ZERO : WORD_PIN_TIME,
		.base = MAP_FAILED,
		.fd = -1,
	};
	if (most && pages > most)
		return reason(why, -EINVAL, "%s has %zu pages, not %zu",
			      kind->id, most, pages);
	if (kind->traits & MEMORY_MOVABLE)
		use_up_kept_pages();
	ret = kind->map(memory, why);
	if (!ret && kind->alter)
		ret = kind->alter(memory, why);
	if (ret)
		memory_unmap(memory);
	return ret;
}

/*
 * khugepaged must not make a huge page of them, nor a fault where transparent huge
 * pages are always on. khugepaged may come before the advice, and take all pages
 * that a file has. A kernel without transparent huge pages refuses the advice, and
 * has no huge pages to keep away.
 */
static void *mmap_base_pages(size_t length, int protection, int flags, int fd)
{
	bool disable = !prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
	void *addr;

	if (disable)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	addr = mmap(NULL, length, protection, flags, fd, 0);
	if (addr != MAP_FAILED)
		madvise(addr, length, MADV_NOHUGEPAGE);
	if (disable)
		prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	return addr;
}

void *memory_mmap_range(const struct memory *memory, size_t length,
			int protection, int flags)
{
	if (memory->kind->traits & (MEMORY_THP | MEMORY_HUGETLB))
		return mmap(NULL, length, protection, flags, memory->fd, 0);
	return mmap_base_pages(length, protection, flags, memory->fd);
}

int memory_mmap(struct memory *memory, size_t length, int flags,
		struct reason *why)
{
	const unsigned int unwritable = MEMORY_FILE | MEMORY_READ_ONLY;
	int protection = PROT_READ;

	if ((memory->kind->traits & unwritable) != unwritable)
		protection |= PROT_WRITE;
	memory->base = memory_mmap_range(memory, length, protection, flags);
	if (memory->base == MAP_FAILED)
		return reason(why, -errno, "cannot map %zu KiB of %s: %s",
			      length >> 10, memory->kind->id, strerror(errno));
	memory->base_length = length;
	memory->addr = memory->base;
	memory->extent = length;
	return 0;
}

int memory_mmap_aligned(struct memory *memory, size_t size, struct reason *why)
{
	int ret = memory_mmap(memory, 2 * size, ANONYMOUS, why);

	if (ret)
		return ret;
	memory->addr = (char *)memory->base + size -
		       (uintptr_t)memory->base % size;
	memory->extent = size;
	return 0;
}

void memory_touch(const struct memory *memory)
{
	const volatile char *byte = memory->addr;
	size_t i;

	for (i = 0; i < memory->length; i += page_size())
		(void)byte[i];
}

void memory_fill(const struct memory *memory)
{
	words_fill(memory->addr, memory->length, memory->word);
}

int memory_write(const struct memory *memory, uint64_t word,
		 struct reason *why)
{
	int ret = 0;

	if (memory->alias) {
		words_fill(memory->alias, memory->length, word);
		return 0;
	}
	if (memory->kind->let_write)
		ret = memory->kind->let_write(memory, why);
	if (ret)
		return ret;
	if (memory->kind->traits & MEMORY_READ_ONLY &&
	    mprotect(memory->addr, memory->extent, PROT_READ | PROT_WRITE))
		return reason(why, -errno, "%s cannot be made writable: %s",
			      memory->kind->id, strerror(errno));
	words_fill(memory->addr, memory->length, word);
	return 0;
}

/* Pages to look at of so many. */
static size_t watched(size_t pages)
{
	return pages < CHECK_PAGES ? pages : CHECK_PAGES;
}

void words_of_memory(const struct memory *memory, struct word *words)
{
	size_t pages = watched(memory->length / page_size());
	const char *page = memory->addr;
	size_t i;

	for (i = 0; i < pages; i++, page += page_size())
		words[i] = word_of_page(page);
}

void memory_unmap(struct memory *memory)
{
	peer_end(memory->child);
	memory->child = NULL;
	if (memory->base != MAP_FAILED)
		munmap(memory->base, memory->base_length);
	memory->base = MAP_FAILED;
	if (memory->alias)
		munmap(memory->alias, memory->base_length);
	memory->alias = NULL;
	if (memory->fd >= 0)
		close(memory->fd);
	memory->fd = -1;
}

int memory_no_huge_page(const struct memory_kind *kind, struct reason *why)
{
	return reason(why, -EOPNOTSUPP,
		      "no huge page of %" PRIu64
		      " KiB could be had for %s: free memory",
		      kind->huge_size >> 10, kind->id);
}
