// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: the table, and what is common to all of them.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "memory_maps.h"
#include "peer.h"
#include "reason.h"
#include "words.h"

#define KINDS_MAX	256
/* Clearing and copying more than that takes too long for every run. */
#define SIZE_LONG	(UINT64_C(256) << 20)

/* More than a processor keeps, as vm.percpu_pagelist_high_fraction bounds it. */
#define KEPT		(4 << 20)

struct memory_table {
	struct memory_kind kinds[KINDS_MAX];
	size_t count;
};

void memory_add(struct memory_table *table, const struct memory_kind *kind)
{
	struct memory_kind *row = &table->kinds[table->count];

	if (table->count == KINDS_MAX || !kind->id || !kind->what)
		return;
	*row = *kind;
	if (row->huge_size >= SIZE_LONG)
		row->traits |= MEMORY_LONG;
	table->count++;
}

void memory_add_kinds(struct memory_table *table,
		      const struct memory_kind *kinds, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		memory_add(table, &kinds[i]);
}

const struct memory_kind *memory_row(const struct memory_table *table,
				     const char *id)
{
	size_t i;

	for (i = 0; i < table->count; i++)
		if (!strcmp(table->kinds[i].id, id))
			return &table->kinds[i];
	return NULL;
}

static const struct memory_table *memory_table(void)
{
	static struct memory_table table;

	if (table.count)
		return &table;
	memory_add_zero(&table);
	memory_add_file(&table);
	memory_add_file_thp(&table);
	memory_add_anon(&table);
	memory_add_swapped(&table);
	memory_add_thp(&table);
	memory_add_hugetlb(&table);
	memory_add_odd(&table);
	memory_add_exec(&table);
	memory_add_pci(&table);
	memory_add_movable(&table);
	return &table;
}

const struct memory_kind *memory_kinds(size_t *count)
{
	const struct memory_table *table = memory_table();

	*count = table->count;
	return table->kinds;
}

const struct memory_kind *memory_kind_find(const char *id)
{
	return memory_row(memory_table(), id);
}

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
 * khugepaged, or a fault where transparent huge pages are always on, must not
 * make a huge page of them. khugepaged may come by before the advice, and find
 * all that a file has. A kernel without transparent huge pages refuses the
 * advice, and need not be told.
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

/* Without enough memory in one piece the kernel takes smaller pages instead. */
static int verify_huge(const struct memory_kind *kind,
		       const struct pintest_record *record, struct reason *why)
{
	const uint64_t huge = PINTEST_PAGE_THP | PINTEST_PAGE_HUGE_ZERO;
	uint64_t size = (uint64_t)page_size() << record->folio_order;

	if (!(kind->traits & MEMORY_THP))
		return 0;
	if (kind->is & huge & record->flags_known & ~record->flags)
		return memory_no_huge_page(kind, why);
	if (record->fields & PINTEST_FIELD_FOLIO && size < kind->huge_size)
		return memory_no_huge_page(kind, why);
	return 0;
}

static int verify_flags(const struct memory_kind *kind,
			const struct pintest_record *record,
			struct reason *why)
{
	uint64_t missing = kind->is & record->flags_known & ~record->flags;
	uint64_t excess = kind->is_not & record->flags_known & record->flags;
	char missing_text[64], excess_text[64];

	if (!missing && !excess)
		return 0;
	pintest_format_mask(PINTEST_NAMES_PAGE, missing, missing_text,
			    sizeof(missing_text));
	pintest_format_mask(PINTEST_NAMES_PAGE, excess, excess_text,
			    sizeof(excess_text));
	return reason(why, -ENODATA,
		      "the mapped page is not what %s promises: missing %s, unexpected %s",
		      kind->id, missing_text, excess_text);
}

/* Whether the folio is of the promised size, mapped in the promised way. */
static int verify_folio(const struct memory_kind *kind,
			const struct pintest_record *record,
			struct reason *why)
{
	uint64_t size = (uint64_t)page_size() << record->folio_order;
	bool pte_mapped = kind->traits & MEMORY_PTE_MAPPED;

	if (!kind->huge_size)
		return 0;
	if (record->fields & PINTEST_FIELD_FOLIO && size != kind->huge_size)
		return reason(why, -ENODATA,
			      "%s is in folios of %" PRIu64 " KiB, not %" PRIu64,
			      kind->id, size >> 10, kind->huge_size >> 10);
	if (kind->traits & MEMORY_THP && kind->traits & MEMORY_ANON &&
	    record->fields & PINTEST_FIELD_ENTIRE_MAPCOUNT &&
	    pte_mapped != !record->entire_mapcount)
		return reason(why, -ENODATA,
			      "the folio of %s is mapped %s", kind->id,
			      pte_mapped ? "as a whole" : "page by page");
	return 0;
}

static int verify_place(const struct memory_kind *kind,
			const struct pintest_record *record,
			struct reason *why)
{
	if (!(kind->traits & MEMORY_MOVABLE) || record_is_movable(record))
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "no memory is kept movable: boot with kernelcore= or cma=");
}

/* Whether one page is what its kind promises, as far as the kernel tells. */
static int verify_record(const struct memory_kind *kind,
			 const struct pintest_record *record,
			 struct reason *why)
{
	int ret = verify_huge(kind, record, why);

	if (!ret)
		ret = verify_flags(kind, record, why);
	if (!ret)
		ret = verify_folio(kind, record, why);
	return ret ? ret : verify_place(kind, record, why);
}

static int verify_mapped(const struct memory_kind *kind, size_t page,
			 ssize_t records, struct reason *why)
{
	bool unmapped = kind->traits & MEMORY_UNMAPPED &&
			page >= kind->refused_from;

	if (records < 0)
		return reason(why, records, "cannot inspect %s: %s", kind->id,
			      strerror(-records));
	if (!records != unmapped)
		return reason(why, -ENODATA, "%s page of %s is mapped",
			      records ? "a" : "no", kind->id);
	return 0;
}

/* Not every kernel tells what is mapped: what the bytes tell is left then. */
static int verify_untold(const struct memory_kind *kind, struct reason *why)
{
	if (!(kind->traits & MEMORY_MOVABLE))
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "this kernel does not tell where memory lies that is not pinned");
}

int memory_verify(struct pintest *pt, const struct memory *memory,
		  struct reason *why)
{
	uint64_t start = (uintptr_t)memory->addr, addr = start;

	while (addr < start + memory->length) {
		uint64_t at = addr;
		struct pintest_record record;
		ssize_t n = pintest_inspect(pt, 0, &addr, at + page_size(),
					    &record, 1);
		int ret;

		if (n == -EBADRQC)
			return verify_untold(memory->kind, why);
		ret = verify_mapped(memory->kind, (at - start) / page_size(),
				    n, why);
		if (!ret && n)
			ret = verify_record(memory->kind, &record, why);
		if (ret)
			return ret;
	}
	return 0;
}
