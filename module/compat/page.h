/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be said of a page, on every kernel from 5.10 on.
 *
 * Everything here reads, takes no reference and no lock. Callers that hold no
 * reference themselves get a snapshot that may be torn, so nothing here may
 * crash on a page that changes hands meanwhile: flag bits are read as bits,
 * since the kernel's own helpers check on debug kernels what a reader without
 * a reference cannot promise.
 */
#ifndef PINTEST_COMPAT_PAGE_H
#define PINTEST_COMPAT_PAGE_H

#include <linux/highmem.h>
#include <linux/hugetlb.h>
#include <linux/ksm.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/page-flags.h>
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

static inline bool pintest_compat_has_anon_exclusive(void)
{
#ifdef HAVE_ANON_EXCLUSIVE
	return true;
#else
	return false;
#endif
}

/* @page is anonymous, and the head if it is hugetlb. */
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
	return folio_test_ksm((struct folio *)head);
#else
	return PageKsm(head);
#endif
}

/*
 * @head is of a folio with @order > 0 that is not hugetlb. Kernels that know a
 * THP by its destructor have none of the two if they are built without THP.
 */
static inline bool pintest_compat_thp(struct page *head)
{
#if defined(HAVE_LARGE_RMAPPABLE)
	return IS_ENABLED(CONFIG_TRANSPARENT_HUGEPAGE) &&
	       pintest_compat_flag(head + 1, PG_large_rmappable);
#elif defined(HAVE_FOLIO_DTOR)
	return ((struct folio *)head)->_folio_dtor == TRANSHUGE_PAGE_DTOR;
#elif defined(HAVE_PAGE_DTOR)
	return head[1].compound_dtor == TRANSHUGE_PAGE_DTOR;
#elif !defined(CONFIG_TRANSPARENT_HUGEPAGE)
	return false;
#else
#error "pintest cannot tell a THP from other compound pages on this kernel"
#endif
}

/*
 * The kernel does not export its huge zeropage, so it is known by its looks: a
 * folio of PMD size that is no THP, not on any LRU list and of no file. Only a
 * driver that maps such a folio of its own looks the same.
 */
static inline bool pintest_compat_huge_zero(struct page *head,
					    unsigned int order, bool thp)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	return order == HPAGE_PMD_ORDER && !thp && !PageHuge(head) &&
	       !PageAnon(head) && !pintest_compat_flag(head, PG_lru) &&
	       !READ_ONCE(head->mapping);
#else
	return false;
#endif
}

/* Where a folio has no room for it, it does not count its pins. */
static inline bool pintest_compat_has_pincount(unsigned int order)
{
#if defined(HAVE_FOLIO_HAS_PINCOUNT)
	return order > (IS_ENABLED(CONFIG_64BIT) ? 0 : 1);
#elif defined(HAVE_PINCOUNT_AVAILABLE)
	return order > 1;
#else
	return order > 0;
#endif
}

/* pintest_compat_has_pincount() is true of @head. */
static inline int pintest_compat_pincount(struct page *head)
{
#if defined(HAVE_FOLIO_PINCOUNT)
	return atomic_read(&((struct folio *)head)->_pincount);
#elif defined(HAVE_PINCOUNT_PTR)
	return atomic_read(compound_pincount_ptr(head));
#else
#error "pintest does not know where this kernel counts pins"
#endif
}

/* What folio_maybe_dma_pinned() says: a count that overflows is many, too. */
static inline bool pintest_compat_maybe_dma_pinned(struct page *head,
						   unsigned int order)
{
	if (pintest_compat_has_pincount(order))
		return pintest_compat_pincount(head) > 0;
	return (unsigned int)page_ref_count(head) >= GUP_PIN_COUNTING_BIAS;
}

/* 0 for a folio of one page: nothing but its own entries map it. */
static inline int pintest_compat_entire_mapcount(struct page *head,
						 unsigned int order)
{
	if (!order)
		return 0;
#ifdef HAVE_FOLIO_ENTIRE_MAPCOUNT
	return atomic_read(&((struct folio *)head)->_entire_mapcount) + 1;
#else
	return atomic_read(compound_mapcount_ptr(head)) + 1;
#endif
}

/* Some kernels count the mappings of a large folio, but not of its pages. */
static inline bool pintest_compat_has_mapcount(unsigned int order)
{
	return !IS_ENABLED(CONFIG_NO_PAGE_MAPCOUNT) || !order;
}

/* @entire is what pintest_compat_entire_mapcount() says of its folio. */
static inline int pintest_compat_mapcount(struct page *page, int entire)
{
#ifdef HAVE_PAGE_MAPCOUNT
	return page_mapcount(page);
#else
	int mapcount = atomic_read(&page->_mapcount) + 1;

#ifdef HAVE_MAPCOUNT_IS_TYPE
	if (page_mapcount_is_type(mapcount))
		mapcount = 0;
#else
	if (page_has_type(page))
		mapcount = 0;
#endif
	return mapcount + entire;
#endif
}

/* Whether two pages of a folio have the same mapcount and anon-exclusive. */
static inline bool pintest_compat_same_state(const struct page *a,
					     const struct page *b)
{
	return atomic_read(&a->_mapcount) == atomic_read(&b->_mapcount) &&
	       pintest_compat_anon_exclusive(a) ==
	       pintest_compat_anon_exclusive(b);
}

/*
 * The migrate type of the block of @pfn as the kernel numbers it, or -1. Its
 * own reader is not exported. The bitmap is declared with no elements, hence
 * the plain pointer: indexing the array itself trips UBSAN.
 */
static inline int pintest_compat_migratetype(unsigned long pfn)
{
#if defined(CONFIG_SPARSEMEM)
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
