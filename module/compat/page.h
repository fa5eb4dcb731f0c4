/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of a page, on every kernel from 5.10 on.
 *
 * All functions only read, and take no reference and no lock. A caller without
 * a reference gets a snapshot that may be torn. So nothing here may crash on a
 * page that is freed or reused meanwhile. Flags are read as plain bits,
 * because on debug kernels the kernel's own helpers check conditions that only
 * a reference ensures.
 */
#ifndef PINTEST_COMPAT_PAGE_H
#define PINTEST_COMPAT_PAGE_H

#include <linux/highmem.h>
#include <linux/hugetlb.h>
#include <linux/kernel-page-flags.h>
#include <linux/ksm.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
#include <linux/pintest.h>
#include "features.h"

/* page->flags is a structure since 6.18; its first word was always this. */
static inline unsigned long pintest_compat_flags(const struct page *page)
{
	return READ_ONCE(*(const unsigned long *)&page->flags);
}

static inline bool pintest_compat_flag(const struct page *page, int bit)
{
	return pintest_compat_flags(page) & BIT(bit);
}

#ifdef HAVE_FOLIO
/* The caller has seen that @head is not a tail page. */
static inline struct folio *pintest_compat_folio(struct page *head)
{
	return page_folio(head);
}

/*
 * A folio keeps its state in the struct pages of its pages. A small folio has
 * no struct page for some fields: the one there belongs to another folio.
 */
#define PINTEST_IN_FOLIO(field, order) \
	(offsetofend(struct folio, field) <= sizeof(struct page) << (order))
#endif

#ifdef CONFIG_ZONE_DEVICE
#define PINTEST_ZONENUM_DEVICE ZONE_DEVICE
#else
#define PINTEST_ZONENUM_DEVICE MAX_NR_ZONES
#endif

/* page->mapping: an address_space, or other kinds, marked in its low bits. */
static inline unsigned long pintest_compat_mapping(struct page *page)
{
#ifdef HAVE_PAGE_MAPPING
	return (unsigned long)READ_ONCE(page->mapping);
#else
	return (unsigned long)READ_ONCE(pintest_compat_folio(page)->mapping);
#endif
}

static inline bool pintest_compat_has_anon_exclusive(void)
{
#ifdef HAVE_ANON_EXCLUSIVE
	return true;
#else
	return false;
#endif
}

/* @page is anonymous, and a head page if it is hugetlb. */
static inline bool pintest_compat_anon_exclusive(const struct page *page)
{
#ifdef HAVE_ANON_EXCLUSIVE
	return pintest_compat_flag(page, PG_anon_exclusive);
#else
	return false;
#endif
}

static inline bool pintest_compat_ksm(struct page *head)
{
#ifdef HAVE_FOLIO_KSM
	return folio_test_ksm(pintest_compat_folio(head));
#else
	return PageKsm(head);
#endif
}

/*
 * @head is the head of a folio with @order > 0 that is not hugetlb. Kernels
 *	that
 * mark a THP by its destructor have no such mark if they are built without THP.
 */
static inline bool pintest_compat_thp(struct page *head)
{
#if defined(HAVE_LARGE_RMAPPABLE)
	return IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) &&
	       pintest_compat_flag(head + 1, PG_large_rmappable);
#elif defined(HAVE_FOLIO_DTOR)
	return pintest_compat_folio(head)->_folio_dtor == TRANSHUGE_PAGE_DTOR;
#elif defined(HAVE_PAGE_DTOR)
	return head[1].compound_dtor == TRANSHUGE_PAGE_DTOR;
#elif !defined(CONFIG_TRANSPARENT_HUGEPAGE)
	return false;
#else
#error "pintest cannot tell a THP from other compound pages on this kernel"
#endif
}

/*
 * Whether a page may be the huge zeropage, which the kernel does not export.
 * It is a folio of PMD size, not a THP, not on an LRU list, without a file. A
 * folio of that size that a driver maps looks the same.
 */
static inline bool
pintest_compat_like_huge_zero(struct page *head, unsigned int order, bool thp)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	return order == HPAGE_PMD_ORDER && !thp && !PageHuge(head) &&
	       !PageAnon(head) && !pintest_compat_flag(head, PG_lru) &&
	       !pintest_compat_mapping(head) &&
	       page_zonenum(head) != PINTEST_ZONENUM_DEVICE;
#else
	return false;
#endif
}

/* From 7.0 on a module can ask for the flags of /proc/kpageflags. */
static inline bool pintest_compat_tells_huge_zero(void)
{
#ifdef HAVE_STABLE_PAGE_FLAGS
	return true;
#else
	return false;
#endif
}

/* pintest_compat_like_huge_zero() is true of @head. */
static inline bool pintest_compat_huge_zero(struct page *head)
{
#ifdef HAVE_STABLE_PAGE_FLAGS
	return stable_page_flags(head) & BIT_ULL(KPF_ZERO_PAGE);
#else
	return false;
#endif
}

/* A folio without room for a pincount does not count its pins. */
static inline bool pintest_compat_has_pincount(unsigned int order)
{
#if defined(HAVE_FOLIO_HAS_PINCOUNT)
	return order > (IS_ENABLED(CONFIG_64BIT) ? 0 : 1);
#elif defined(HAVE_PINCOUNT_AVAILABLE)
	return order > 1;
#elif defined(HAVE_FOLIO_PINCOUNT)
	return order && PINTEST_IN_FOLIO(_pincount, order);
#else
	return order;
#endif
}

/* pintest_compat_has_pincount() is true of @head. */
static inline int pintest_compat_pincount(struct page *head)
{
#if defined(HAVE_FOLIO_PINCOUNT)
	return atomic_read(&pintest_compat_folio(head)->_pincount);
#elif defined(HAVE_PINCOUNT_PTR)
	return atomic_read(compound_pincount_ptr(head));
#else
#error "pintest does not know where this kernel counts pins"
#endif
}

/* As folio_maybe_dma_pinned(): a count that has overflowed counts as many. */
static inline bool pintest_compat_maybe_dma_pinned(struct page *head,
						   unsigned int order)
{
	if (pintest_compat_has_pincount(order))
		return pintest_compat_pincount(head) > 0;
	return (unsigned int)page_ref_count(head) >= GUP_PIN_COUNTING_BIAS;
}

/*
 * 0 for a folio of one page, which only single page table entries map. Also 0
 * for two pages where these have no room for the count, as on 32 bits since
 * 6.15.
 */
static inline int pintest_compat_entire_mapcount(struct page *head,
						 unsigned int order)
{
	if (!order)
		return 0;
#ifdef HAVE_FOLIO_ENTIRE_MAPCOUNT
	if (!PINTEST_IN_FOLIO(_entire_mapcount, order))
		return 0;
	return atomic_read(&pintest_compat_folio(head)->_entire_mapcount) + 1;
#else
	return atomic_read(compound_mapcount_ptr(head)) + 1;
#endif
}

/*
 * Some kernels count the mappings of a large folio, but not those of each page.
 */
static inline bool pintest_compat_has_mapcount(unsigned int order)
{
#ifdef HAVE_PAGE_OWN_MAPCOUNT
	return !IS_ENABLED(CONFIG_NO_PAGE_MAPCOUNT) || !order;
#else
	return !order;
#endif
}

/* _mapcount, which begins at -1; or the page type in its place. */
static inline int pintest_compat_raw_mapcount(struct page *page)
{
#ifdef HAVE_PAGE_OWN_MAPCOUNT
	return atomic_read(&page->_mapcount);
#else
	return atomic_read(&pintest_compat_folio(page)->_mapcount);
#endif
}

/* Number of page table entries that map just @page. */
static inline int pintest_compat_own_mapcount(struct page *page)
{
	int mapcount = pintest_compat_raw_mapcount(page) + 1;

#ifdef HAVE_MAPCOUNT_IS_TYPE
	return page_mapcount_is_type(mapcount) ? 0 : mapcount;
#else
	return page_has_type(page) ? 0 : mapcount;
#endif
}

/*
 * @entire is pintest_compat_entire_mapcount() of the folio. The sum is
 *	computed here
 * where that is possible, because from 6.3 on the kernel's own function makes
 * checks on debug kernels that need a reference. Before 6.3 the kernel's
 * function is needed for a THP that is mapped by both a PMD and PTEs.
 */
static inline int pintest_compat_mapcount(struct page *page, int entire)
{
#if defined(HAVE_PAGE_MAPCOUNT) && !defined(HAVE_FOLIO_ENTIRE_MAPCOUNT)
	return page_mapcount(page);
#else
	return pintest_compat_own_mapcount(page) + entire;
#endif
}

/* References: one for each page in the page cache, one for private data. */
static inline int pintest_compat_cache_references(struct page *head,
						  unsigned int order)
{
	unsigned long mapping = pintest_compat_mapping(head);

	/* If a low bit is set, it is not the mapping of a file. */
	if (!mapping || mapping & 3 ||
	    page_zonenum(head) == PINTEST_ZONENUM_DEVICE)
		return 0;
	return (1 << order) + pintest_compat_flag(head, PG_private);
}

/*
 * References to a folio of at most two pages that are certainly not pins:
 * those of page table entries, page cache, swap cache and private data.
 */
static inline int pintest_compat_known_references(struct page *head,
						  unsigned int order)
{
	int references = pintest_compat_entire_mapcount(head, order) +
			 pintest_compat_cache_references(head, order);
	unsigned int i;

	for (i = 0; pintest_compat_has_mapcount(order) && i < 1U << order; i++)
		references += max(pintest_compat_own_mapcount(head + i), 0);
	if (pintest_compat_flag(head, PG_swapbacked) &&
	    pintest_compat_flag(head, PG_swapcache))
		references += 1 << order;
	return references;
}

#ifdef HAVE_ANON_EXCLUSIVE
#define PINTEST_EXCLUSIVE_BIT BIT(PG_anon_exclusive)
#else
#define PINTEST_EXCLUSIVE_BIT 0UL
#endif

/* The page flags that a record depends on. */
#define PINTEST_STATE_BITS \
	(BIT(PG_swapbacked) | BIT(PG_dirty) | BIT(PG_writeback) | \
	 BIT(PG_lru) | BIT(PG_mlocked) | BIT(PG_swapcache) | \
	 BIT(PG_head) | BIT(PG_reserved) | BIT(PG_private) | \
	 PINTEST_EXCLUSIVE_BIT | \
	 ZONES_MASK << ZONES_PGSHIFT | NODES_MASK << NODES_PGSHIFT)

/**
 * struct pintest_state - everything in a page that its record depends on
 * @flags: its page flags
 * @kind: the kind that its mapping says, whether it has a mapping, and whether
 *	it is a tail
 * @mapcount: its _mapcount
 * @refcount: references
 */
struct pintest_state {
	unsigned long flags;
	unsigned long kind;
	int mapcount;
	int refcount;
};

static __always_inline struct pintest_state
pintest_compat_state(struct page *page)
{
	unsigned long mapping = pintest_compat_mapping(page);

	return (struct pintest_state){
		.flags = pintest_compat_flags(page) & PINTEST_STATE_BITS,
		.kind = (mapping & 3) | (PageTail(page) ? 4 : 0) |
			(mapping ? 8 : 0),
		.mapcount = pintest_compat_raw_mapcount(page),
		.refcount = page_ref_count(page),
	};
}

/*
 * Whether @page has the same record as another one-page folio with the state
 * @state, except for address and frame. Both are in the same block of frames. A
 * reserved page never has, since it may be the zeropage.
 */
static __always_inline bool
pintest_compat_same_state(const struct pintest_state *state, struct page *page)
{
	struct pintest_state other = pintest_compat_state(page);

	return state->flags == other.flags && state->kind == other.kind &&
	       state->mapcount == other.mapcount &&
	       state->refcount == other.refcount &&
	       !(state->flags & BIT(PG_reserved));
}

/* The same for two pages of a large folio; only the flags in @bits count. */
static __always_inline bool
pintest_compat_same_tail(const struct pintest_state *state, struct page *page,
			 unsigned long bits)
{
	return state->mapcount == pintest_compat_raw_mapcount(page) &&
	       !((pintest_compat_flags(page) ^ state->flags) & bits);
}

/* Modules know the size of a block only where it is a constant. */
#if defined(CONFIG_SPARSEMEM) && defined(HAVE_PAGEBLOCK_ORDER) && \
	defined(HAVE_SECTION_BLOCKS)
#define PINTEST_HAS_BLOCKS
#endif

/* The order of a block of frames that share their properties. */
static inline unsigned int pintest_compat_block_order(void)
{
#ifdef PINTEST_HAS_BLOCKS
	return pageblock_order;
#else
	return BITS_PER_LONG - 1;
#endif
}

static inline bool pintest_compat_has_migratetype(void)
{
	return pintest_compat_block_order() < BITS_PER_LONG - 1;
}

/*
 * The migrate type of the block of @pfn as this kernel numbers it, or -1. The
 * kernel does not export its own reader. The bitmap is declared as an array
 * without elements. A plain pointer is used, because indexing such an array
 * trips UBSAN.
 */
static inline int pintest_compat_kernel_migratetype(unsigned long pfn)
{
#ifdef PINTEST_HAS_BLOCKS
	struct mem_section *section = __pfn_to_section(pfn);
	unsigned long block = (pfn & (PAGES_PER_SECTION - 1)) >>
			      pageblock_order;
	unsigned long bit = block * NR_PAGEBLOCK_BITS;
	const unsigned long *map = section->usage->pageblock_flags;
	unsigned long bits = READ_ONCE(map[bit / BITS_PER_LONG]) >>
			     (bit % BITS_PER_LONG);

#if defined(HAVE_PB_ISOLATE) && defined(CONFIG_MEMORY_ISOLATION)
	if (bits & BIT(PB_migrate_isolate))
		return MIGRATE_ISOLATE;
#endif
	return bits & 7;
#else
	return -1;
#endif
}

/* &enum pintest_migratetype, or -1. */
static inline int pintest_compat_migratetype(unsigned long pfn)
{
	switch (pintest_compat_kernel_migratetype(pfn)) {
	case MIGRATE_UNMOVABLE:
		return PINTEST_MIGRATE_UNMOVABLE;
	case MIGRATE_MOVABLE:
		return PINTEST_MIGRATE_MOVABLE;
	case MIGRATE_RECLAIMABLE:
		return PINTEST_MIGRATE_RECLAIMABLE;
	case MIGRATE_HIGHATOMIC:
		return PINTEST_MIGRATE_HIGHATOMIC;
#ifdef CONFIG_CMA
	case MIGRATE_CMA:
		return PINTEST_MIGRATE_CMA;
#endif
#ifdef CONFIG_MEMORY_ISOLATION
	case MIGRATE_ISOLATE:
		return PINTEST_MIGRATE_ISOLATE;
#endif
	default:
		return -1;
	}
}

/* &enum pintest_zone */
static inline u8 pintest_compat_zone(const struct page *page)
{
	switch (page_zonenum(page)) {
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return PINTEST_ZONE_DMA;
#endif
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return PINTEST_ZONE_DMA32;
#endif
#ifdef CONFIG_HIGHMEM
	case ZONE_HIGHMEM:
		return PINTEST_ZONE_HIGHMEM;
#endif
#ifdef CONFIG_ZONE_DEVICE
	case ZONE_DEVICE:
		return PINTEST_ZONE_DEVICE;
#endif
	case ZONE_MOVABLE:
		return PINTEST_ZONE_MOVABLE;
	default:
		return PINTEST_ZONE_NORMAL;
	}
}

/* The caller may sleep and fault while the page is mapped. */
static inline void *pintest_compat_kmap(struct page *page)
{
#ifdef HAVE_KMAP_LOCAL
	return kmap_local_page(page);
#else
	return kmap(page);
#endif
}

static inline void pintest_compat_kunmap(struct page *page, void *address)
{
#ifdef HAVE_KMAP_LOCAL
	kunmap_local(address);
#else
	kunmap(page);
#endif
}

#endif /* PINTEST_COMPAT_PAGE_H */
