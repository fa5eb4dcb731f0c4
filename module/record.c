// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a page.
 */
#include "compat/page.h"
#include "pintest_private.h"

#define MAPPED_FLAGS (PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_WRITABLE | \
		      PINTEST_PAGE_MAPPED_SAME)
#define EXCLUSIVE_FLAGS (PINTEST_PAGE_ANON_EXCLUSIVE | \
			 PINTEST_PAGE_HEAD_ANON_EXCLUSIVE)
/* May be a huge zero page; decided later. No record has this bit. */
#define LIKE_HUGE_ZERO BIT(31)
#define FOLIO_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_FOLIO | \
		      PINTEST_FIELD_REFCOUNT | PINTEST_FIELD_ENTIRE_MAPCOUNT | \
		      PINTEST_FIELD_ZONE | PINTEST_FIELD_NODE)

/**
 * pintest_record_fields - what records of this kernel can have
 *
 * Return: &enum pintest_field bits.
 */
u64 pintest_record_fields(void)
{
	u64 fields = FOLIO_FIELDS | PINTEST_FIELD_MAPCOUNT |
		     PINTEST_FIELD_PINCOUNT;

	if (pintest_mapped_supported())
		fields |= PINTEST_FIELD_MAPPED_PFN;
	if (pintest_compat_has_migratetype())
		fields |= PINTEST_FIELD_MIGRATETYPE;
	return fields;
}

static u32 record_known_flags(void)
{
	u32 flags = PINTEST_PAGE_ANON | PINTEST_PAGE_KSM | PINTEST_PAGE_ZERO |
		    PINTEST_PAGE_HUGE_ZERO | PINTEST_PAGE_HUGETLB |
		    PINTEST_PAGE_THP | PINTEST_PAGE_SWAPBACKED |
		    PINTEST_PAGE_DIRTY | PINTEST_PAGE_WRITEBACK |
		    PINTEST_PAGE_LRU | PINTEST_PAGE_MLOCKED |
		    PINTEST_PAGE_SWAPCACHE | PINTEST_PAGE_MAYBE_DMA_PINNED;

	if (pintest_compat_has_anon_exclusive())
		flags |= EXCLUSIVE_FLAGS;
	return flags;
}

/**
 * pintest_record_flags - what records of this kernel can know
 *
 * Return: &enum pintest_page bits.
 */
u64 pintest_record_flags(void)
{
	u64 flags = record_known_flags();

	if (pintest_mapped_supported())
		flags |= MAPPED_FLAGS;
	return flags;
}

static void record_set_migratetype(struct pintest_record *record,
				   unsigned long pfn)
{
	int migratetype = pintest_compat_migratetype(pfn);

	if (migratetype < 0 || record->zone == PINTEST_ZONE_DEVICE)
		return;
	record->fields |= PINTEST_FIELD_MIGRATETYPE;
	record->migratetype = migratetype;
}

/*
 * What the folio itself counts. A count that has overflowed is unknown, and the
 * record says so.
 */
static int record_exact_pincount(struct pintest_record *record,
				 struct page *head)
{
	record->pincount = pintest_compat_pincount(head);
	record->pincount_min = record->pincount;
	return record->pincount < 0 ? PINTEST_PINCOUNT_UNKNOWN :
				      PINTEST_PINCOUNT_EXACT;
}

/*
 * The pins of a folio without a pincount, estimated. References that are known
 * not to be pins are subtracted. These may change between two reads, so the
 * code reads them twice and uses the smaller number: it never subtracts a
 * reference that a pin holds. A folio whose references are frozen has 0 of
 * them.
 */
static int record_estimate(struct pintest_record *record, struct page *head,
			   int held)
{
	unsigned int order = record->folio_order;
	int before = pintest_compat_known_references(head, order);
	int references = page_ref_count(head);
	int known = min(before, pintest_compat_known_references(head, order));

	record->refcount = references;
	record->pincount = max(references - known, 0) / GUP_PIN_COUNTING_BIAS;
	record->pincount_min = min(held, record->pincount);
	return references <= 0 ? PINTEST_PINCOUNT_UNKNOWN :
				 PINTEST_PINCOUNT_ESTIMATE;
}

static void record_set_pincount(struct pintest_record *record,
				struct page *head, int held)
{
	if (record->flags & PINTEST_PAGE_ZERO)
		record->pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
	else if (pintest_compat_has_pincount(record->folio_order))
		record->pincount_kind = record_exact_pincount(record, head);
	else
		record->pincount_kind = record_estimate(record, head, held);
	if (record->pincount_kind == PINTEST_PINCOUNT_EXACT ||
	    record->pincount_kind == PINTEST_PINCOUNT_ESTIMATE) {
		record->fields |= PINTEST_FIELD_PINCOUNT;
	} else {
		record->pincount = 0;
		record->pincount_min = 0;
	}
}

/* @head is the head of a folio of more than one page. */
static u32 record_large_flags(struct page *head, unsigned int order)
{
	bool thp;

	if (PageHuge(head))
		return PINTEST_PAGE_HUGETLB;
	thp = pintest_compat_thp(head);
	if (pintest_compat_like_huge_zero(head, order, thp))
		return LIKE_HUGE_ZERO;
	return thp ? PINTEST_PAGE_THP : 0;
}

static u32 record_anon_flags(struct page *head)
{
	u32 flags = PINTEST_PAGE_ANON;

	if (pintest_compat_ksm(head))
		flags |= PINTEST_PAGE_KSM;
	if (pintest_compat_anon_exclusive(head))
		flags |= PINTEST_PAGE_HEAD_ANON_EXCLUSIVE;
	return flags;
}

static u32 record_flag_if(unsigned long word, int bit, u32 flag)
{
	return word & BIT(bit) ? flag : 0;
}

static u32 record_folio_flags(struct page *head, unsigned int order)
{
	unsigned long word = pintest_compat_flags(head);
	u32 flags =
		record_flag_if(word, PG_swapbacked, PINTEST_PAGE_SWAPBACKED) |
		record_flag_if(word, PG_dirty, PINTEST_PAGE_DIRTY) |
		record_flag_if(word, PG_writeback, PINTEST_PAGE_WRITEBACK) |
		record_flag_if(word, PG_lru, PINTEST_PAGE_LRU) |
		record_flag_if(word, PG_mlocked, PINTEST_PAGE_MLOCKED);

	/* The bit means something else on a folio that no swap backs. */
	if (flags & PINTEST_PAGE_SWAPBACKED)
		flags |= record_flag_if(word, PG_swapcache,
					PINTEST_PAGE_SWAPCACHE);
	if (PageAnon(head))
		flags |= record_anon_flags(head);
	if (order)
		flags |= record_large_flags(head, order);
	else if (is_zero_pfn(page_to_pfn(head)))
		flags |= PINTEST_PAGE_ZERO;
	if (pintest_compat_maybe_dma_pinned(head, order))
		flags |= PINTEST_PAGE_MAYBE_DMA_PINNED;
	return flags;
}

/* The flags that all pages of the folio of @head share. */
static void record_folio(struct pintest_record *record, struct page *head,
			 int held)
{
	unsigned int order = compound_order(head);

	*record = (struct pintest_record){
		.fields = FOLIO_FIELDS,
		.flags = record_folio_flags(head, order),
		.flags_known = record_known_flags(),
		.folio_order = order,
		.refcount = page_ref_count(head),
		.entire_mapcount = pintest_compat_entire_mapcount(head, order),
		.zone = pintest_compat_zone(head),
		.node = page_to_nid(head),
	};
	record_set_pincount(record, head, held);
	if (pintest_compat_has_mapcount(order))
		record->fields |= PINTEST_FIELD_MAPCOUNT;
}

static bool record_is_exclusive(const struct pintest_record *record,
				struct page *page, struct page *head)
{
	if (!(record->flags & PINTEST_PAGE_ANON))
		return false;
	if (record->flags & PINTEST_PAGE_HUGETLB)
		page = head;
	return pintest_compat_anon_exclusive(page);
}

static void record_mapped(struct pintest_record *record,
			  pintest_mapped_t mapped)
{
	if (!pintest_mapped_known(mapped))
		return;
	record->flags_known |= MAPPED_FLAGS;
	if (!pintest_mapped_present(mapped))
		return;
	record->flags |= PINTEST_PAGE_MAPPED;
	record->fields |= PINTEST_FIELD_MAPPED_PFN;
	record->mapped_pfn = pintest_mapped_pfn(mapped);
	if (pintest_mapped_writable(mapped))
		record->flags |= PINTEST_PAGE_MAPPED_WRITABLE;
	if (record->mapped_pfn == record->pfn)
		record->flags |= PINTEST_PAGE_MAPPED_SAME;
}

/*
 * Whether a page that looks like the huge zeropage is the huge zeropage. Some
 * kernels can be asked. Elsewhere the mapping decides: the huge zeropage is
 * mapped by one entry, never writable, and has no mapcount, while a driver's
 * pages have one. Of a page that is not mapped at this address, it is unknown.
 */
static void record_tell_huge_zero(struct pintest_record *record,
				  struct page *head, pintest_mapped_t mapped)
{
	bool is = false;

	record->flags &= ~LIKE_HUGE_ZERO;
	if (pintest_compat_tells_huge_zero())
		is = pintest_compat_huge_zero(head);
	else if (record->mapcount || record->entire_mapcount)
		is = false;
	else if (record->flags & PINTEST_PAGE_MAPPED_SAME)
		is = pintest_mapped_order(mapped) == record->folio_order &&
		     !pintest_mapped_writable(mapped);
	else
		record->flags_known &= ~PINTEST_PAGE_HUGE_ZERO;
	if (is)
		record->flags |= PINTEST_PAGE_HUGE_ZERO;
}

/**
 * pintest_record_page - describe the state of a page
 * @record: all of it is set
 * @addr: where
 * @page: the page; the caller needs no reference, and none is taken
 * @mapped: what is mapped there
 * @held: pins of it that the caller is sure of
 */
void pintest_record_page(struct pintest_record *record, unsigned long addr,
			 struct page *page, pintest_mapped_t mapped, int held)
{
	struct page *head = compound_head(page);

	record_folio(record, head, held);
	record->addr = addr;
	record->pfn = page_to_pfn(page);
	record->folio_index = page - head;
	if (record->fields & PINTEST_FIELD_MAPCOUNT)
		record->mapcount =
			pintest_compat_mapcount(page, record->entire_mapcount);
	record_set_migratetype(record, record->pfn);
	if (record_is_exclusive(record, page, head))
		record->flags |= PINTEST_PAGE_ANON_EXCLUSIVE;
	record_mapped(record, mapped);
	if (record->flags & LIKE_HUGE_ZERO)
		record_tell_huge_zero(record, head, mapped);
}
