/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page is mapped at an address now. The lookup causes no fault and takes
 * no reference.
 */
#ifndef PINTEST_COMPAT_MAPPED_H
#define PINTEST_COMPAT_MAPPED_H

#include <linux/hmm.h>
#include <linux/types.h>
#include "features.h"

struct mm_struct;

/* What is mapped at one address; 0 is nothing. */
typedef unsigned long pintest_mapped_t;

/*
 * Looks up @nr pages from @start on. The mmap lock of @mm is held for reading.
 * Pages that the kernel says nothing about are unknown.
 */
int pintest_mapped_lookup(struct mm_struct *mm, unsigned long start,
			  unsigned long nr, pintest_mapped_t *mapped);

/*
 * Returns the first address from @addr on, and not after @end, at which the
 * page tables may map something. If that is far away it stops early, at an
 * address before it. The mmap lock of @mm is held for reading.
 */
unsigned long pintest_mapped_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end);

/* Whether this kernel offers any way to look. */
bool pintest_mapped_supported(void);

/* The entry for a page of which it is unknown what is mapped. */
static inline pintest_mapped_t pintest_mapped_unknown(void)
{
	return HMM_PFN_ERROR;
}

/*
 * Whether it is known what is mapped. It is not in VM_PFNMAP and VM_IO
 * mappings, nor in memory that may not be read where only HMM can look.
 */
static inline bool pintest_mapped_known(pintest_mapped_t mapped)
{
	return !(mapped & HMM_PFN_ERROR);
}

/* Known entries only. */
static inline bool pintest_mapped_present(pintest_mapped_t mapped)
{
	return mapped & HMM_PFN_VALID;
}

/* The page table entry is writable. Present entries only. */
static inline bool pintest_mapped_writable(pintest_mapped_t mapped)
{
	return mapped & HMM_PFN_WRITE;
}

/* 0 if nothing is present. */
static inline unsigned long pintest_mapped_pfn(pintest_mapped_t mapped)
{
	return mapped & ~HMM_PFN_FLAGS;
}

/* The order of what the entry maps. Present entries only. */
static inline unsigned int pintest_mapped_order(pintest_mapped_t mapped)
{
	return hmm_pfn_to_map_order(mapped);
}

/*
 * How the page is mapped, without its frame. 0 if nothing is mapped; only the
 * unknown bit if it is unknown.
 */
static inline unsigned long pintest_mapped_how(pintest_mapped_t mapped)
{
	return mapped & HMM_PFN_FLAGS;
}

#endif /* PINTEST_COMPAT_MAPPED_H */
