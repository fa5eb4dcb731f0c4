// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the kernel mapped what a kind of memory promises.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/reason.h"
#include "family.h"
#include "machine/mapped.h"

bool record_is_movable(const struct pintest_record *record)
{
	if (record->fields & PINTEST_FIELD_ZONE &&
	    record->zone == PINTEST_ZONE_MOVABLE)
		return true;
	return record->fields & PINTEST_FIELD_MIGRATETYPE &&
	       record->migratetype == PINTEST_MIGRATE_CMA;
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

/* Which folios there are for a write() is up to the file system. */
static int verify_written(const struct memory_kind *kind,
			  const struct pintest_record *record,
			  struct reason *why)
{
	uint64_t size = (uint64_t)page_size() << record->folio_order;

	if (!(kind->traits & MEMORY_WRITTEN) ||
	    !(record->fields & PINTEST_FIELD_FOLIO) || size == kind->huge_size)
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "%s of this kernel has folios of %" PRIu64
		      " KiB for writes of %" PRIu64 " KiB",
		      kind->filesystem, size >> 10, kind->huge_size >> 10);
}

/* Whether the kind promises that the folio is mapped as a whole, or is not. */
static bool is_mapped_in_a_way(const struct memory_kind *kind)
{
	if (kind->traits & MEMORY_WRITTEN)
		return kind->huge_size == memory_pmd_size();
	return kind->traits & MEMORY_THP && kind->traits & MEMORY_ANON;
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
	if (is_mapped_in_a_way(kind) &&
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
		      "no memory has to stay movable: boot with kernelcore= or cma=");
}

/* Whether one page is what its kind promises, as far as the kernel tells. */
static int verify_record(const struct memory_kind *kind,
			 const struct pintest_record *record,
			 struct reason *why)
{
	int ret = verify_written(kind, record, why);

	if (!ret)
		ret = verify_huge(kind, record, why);
	if (!ret)
		ret = verify_flags(kind, record, why);
	if (!ret)
		ret = verify_folio(kind, record, why);
	return ret ? ret : verify_place(kind, record, why);
}

/* Without the module a page that may not be accessed is like any other. */
static int verify_mapped(const struct pintest *pt,
			 const struct memory_kind *kind, size_t page,
			 ssize_t records, struct reason *why)
{
	bool unmapped = kind->traits & MEMORY_UNMAPPED &&
			page >= kind->refused_from;

	if (records < 0)
		return reason(why, records, "cannot inspect %s: %s", kind->id,
			      strerror(-records));
	/* Only who reads page tables can tell what may not be read. */
	if (kind->traits & MEMORY_UNTOLD || (!pt && records && unmapped))
		return 0;
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
		      "this kernel does not report the zone of memory that is not pinned");
}

int memory_verify(struct pintest *pt, const struct memory *memory,
		  struct reason *why)
{
	uint64_t start = (uintptr_t)memory->addr, addr = start;

	while (addr < start + memory->length) {
		uint64_t at = addr;
		struct pintest_record record;
		ssize_t n = mapped_records(pt, &addr, at + page_size(),
					   &record, 1);
		int ret;

		if (n == -EBADRQC)
			return verify_untold(memory->kind, why);
		ret = verify_mapped(pt, memory->kind,
				    (at - start) / page_size(), n, why);
		if (!ret && n)
			ret = verify_record(memory->kind, &record, why);
		if (ret)
			return ret;
	}
	return 0;
}
