/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GUP calls and FOLL flags, with one interface for all kernels from 5.10
 * on.
 */
#ifndef PINTEST_COMPAT_GUP_H
#define PINTEST_COMPAT_GUP_H

#include <linux/mm.h>
#include <linux/uio.h>
#include "features.h"

/* A flag that this kernel does not have is 0. */
#ifdef HAVE_FOLL_HWPOISON
#define PINTEST_KERNEL_FOLL_HWPOISON FOLL_HWPOISON
#else
#define PINTEST_KERNEL_FOLL_HWPOISON 0
#endif
#ifdef HAVE_FOLL_ANON
#define PINTEST_KERNEL_FOLL_ANON FOLL_ANON
#else
#define PINTEST_KERNEL_FOLL_ANON 0
#endif
#ifdef HAVE_FOLL_DUMP
#define PINTEST_KERNEL_FOLL_DUMP FOLL_DUMP
#else
#define PINTEST_KERNEL_FOLL_DUMP 0
#endif
#ifdef HAVE_FOLL_SPLIT_PMD
#define PINTEST_KERNEL_FOLL_SPLIT_PMD FOLL_SPLIT_PMD
#else
#define PINTEST_KERNEL_FOLL_SPLIT_PMD 0
#endif
#ifdef HAVE_FOLL_NOFAULT
#define PINTEST_KERNEL_FOLL_NOFAULT FOLL_NOFAULT
#else
#define PINTEST_KERNEL_FOLL_NOFAULT 0
#endif
#ifdef HAVE_FOLL_PCI_P2PDMA
#define PINTEST_KERNEL_FOLL_PCI_P2PDMA FOLL_PCI_P2PDMA
#else
#define PINTEST_KERNEL_FOLL_PCI_P2PDMA 0
#endif
#ifdef HAVE_FOLL_INTERRUPTIBLE
#define PINTEST_KERNEL_FOLL_INTERRUPTIBLE FOLL_INTERRUPTIBLE
#else
#define PINTEST_KERNEL_FOLL_INTERRUPTIBLE 0
#endif
#ifdef HAVE_FOLL_HONOR_NUMA_FAULT
#define PINTEST_KERNEL_FOLL_HONOR_NUMA_FAULT FOLL_HONOR_NUMA_FAULT
#else
#define PINTEST_KERNEL_FOLL_HONOR_NUMA_FAULT 0
#endif
#ifdef HAVE_FOLL_TOUCH
#define PINTEST_KERNEL_FOLL_TOUCH FOLL_TOUCH
#else
#define PINTEST_KERNEL_FOLL_TOUCH 0
#endif
#ifdef HAVE_FOLL_MIGRATION
#define PINTEST_KERNEL_FOLL_MIGRATION FOLL_MIGRATION
#else
#define PINTEST_KERNEL_FOLL_MIGRATION 0
#endif
#ifdef HAVE_FOLL_NUMA
#define PINTEST_KERNEL_FOLL_NUMA FOLL_NUMA
#else
#define PINTEST_KERNEL_FOLL_NUMA 0
#endif
#ifdef HAVE_FOLL_SPLIT
#define PINTEST_KERNEL_FOLL_SPLIT FOLL_SPLIT
#else
#define PINTEST_KERNEL_FOLL_SPLIT 0
#endif

/*
 * Whether a call that may drop the mmap lock can take long-term pins. Before
 * 6.2 mm/gup.c refuses that with a warning, and no header shows the check. The
 * rework of mm/gup.c that removed the check went on to remove, in 6.3, some
 * flags that callers must not set. So where these flags are gone, the check is
 * gone too. For kernels in between this says no. That loses a way to pin,
 * while a wrong yes would taint the kernel.
 */
#ifdef HAVE_FOLL_PRIVATE
#define PINTEST_LONGTERM_MAY_UNLOCK true
#else
#define PINTEST_LONGTERM_MAY_UNLOCK false
#endif

/* The mmap lock of the current process is held for reading. */
static inline long pintest_compat_pin(unsigned long start, unsigned long nr,
				      unsigned int foll, struct page **pages)
{
#ifdef HAVE_GUP_VMAS
	return pin_user_pages(start, nr, foll, pages, NULL);
#else
	return pin_user_pages(start, nr, foll, pages);
#endif
}

/* The mmap lock of the current process is held for reading. */
static inline long pintest_compat_get(unsigned long start, unsigned long nr,
				      unsigned int foll, struct page **pages)
{
#ifdef HAVE_GUP_VMAS
	return get_user_pages(start, nr, foll, pages, NULL);
#else
	return get_user_pages(start, nr, foll, pages);
#endif
}

/*
 * The mmap lock of @mm is held for reading. With @locked, which points to 1,
 * the call may drop it and then sets *@locked to 0.
 */
static inline long pintest_compat_pin_remote(struct mm_struct *mm,
					     unsigned long start,
					     unsigned long nr,
					     unsigned int foll,
					     struct page **pages, int *locked)
{
#ifdef HAVE_GUP_VMAS
	return pin_user_pages_remote(mm, start, nr, foll, pages, NULL, locked);
#else
	return pin_user_pages_remote(mm, start, nr, foll, pages, locked);
#endif
}

static inline bool pintest_compat_has_pin_unlocked(void)
{
#ifdef HAVE_PIN_UNLOCKED
	return true;
#else
	return false;
#endif
}

/* Works on the current process; takes the mmap lock itself. */
static inline long pintest_compat_pin_unlocked(unsigned long start,
					       unsigned long nr,
					       unsigned int foll,
					       struct page **pages)
{
#ifdef HAVE_PIN_UNLOCKED
	return pin_user_pages_unlocked(start, nr, pages, foll);
#else
	return -EOPNOTSUPP;
#endif
}

static inline bool pintest_compat_has_pin_iter(void)
{
#ifdef HAVE_IOV_EXTRACT
	return true;
#else
	return false;
#endif
}

/* Works on the current process. Its pins are released like all others. */
static inline long pintest_compat_pin_iter(unsigned long start,
					   unsigned long nr, bool write,
					   struct page **pages)
{
#ifdef HAVE_IOV_EXTRACT
	struct iov_iter iter;
	size_t offset;
	ssize_t ret;

	iov_iter_ubuf(&iter, write ? ITER_DEST : ITER_SOURCE,
		      (void __user *)start, nr * PAGE_SIZE);
	ret = iov_iter_extract_pages(&iter, &pages, nr * PAGE_SIZE, nr, 0,
				     &offset);
	return ret < 0 ? ret : ret / PAGE_SIZE;
#else
	return -EOPNOTSUPP;
#endif
}

static inline bool pintest_compat_has_pin_memfd(void)
{
#ifdef HAVE_MEMFD_PIN
	return true;
#else
	return false;
#endif
}

/*
 * Pins the folios of @nr pages of @file from @offset on, each once, and lists
 * the pages. Returns how many pages were listed, which is less than @nr only
 * at the end of a folio, or -errno.
 *
 * The list of folios is turned into the list of pages in place, from its end:
 * each folio has at least one page, so its pages never come before its own
 * entry.
 */
static inline long pintest_compat_pin_memfd(struct file *file, loff_t offset,
					    long nr, struct page **pages)
{
#ifdef HAVE_MEMFD_PIN
	struct folio **folios = (struct folio **)pages, *folio;
	long i, page, start, end;
	pgoff_t before;
	long nr_folios = memfd_pin_folios(file, offset,
					  offset + nr * PAGE_SIZE - 1, folios,
					  nr, &before);

	if (nr_folios <= 0)
		return nr_folios;
	end = -(long)(before / PAGE_SIZE);
	for (i = 0; i < nr_folios; i++)
		end += folio_nr_pages(folios[i]);
	nr = min(nr, end);
	for (i = nr_folios - 1; i >= 0; i--, end = start) {
		folio = folios[i];
		start = end - folio_nr_pages(folio);
		for (page = min(nr, end) - 1; page >= max(start, 0L); page--)
			pages[page] = folio_page(folio, page - start);
	}
	return nr;
#else
	return -EOPNOTSUPP;
#endif
}

/* Releases one pin of the folio of @page. */
static inline void pintest_compat_unpin_memfd(struct page *page, bool dirty)
{
#ifdef HAVE_MEMFD_PIN
	if (dirty)
		set_page_dirty_lock(page);
	unpin_folio(page_folio(page));
#endif
}

/* Unpins @nr pages that follow each other in one folio. */
static inline void pintest_compat_unpin_range(struct page *first,
					      unsigned long nr, bool dirty)
{
#ifdef HAVE_RANGE_UNPIN
	unpin_user_page_range_dirty_lock(first, nr, dirty);
#else
	unsigned long i;

	for (i = 0; i < nr; i++) {
		struct page *page = first + i;

		unpin_user_pages_dirty_lock(&page, 1, dirty);
	}
#endif
}

#endif /* PINTEST_COMPAT_GUP_H */
