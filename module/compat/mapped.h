/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which page is mapped at an address now, without a fault, a reference or any
 * other trace.
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
 * What the kernel cannot be asked of is unknown.
 */
int pintest_mapped_lookup(struct mm_struct *mm, unsigned long start,
			  unsigned long nr, pintest_mapped_t *mapped);

/*
 * The first address from @addr on, but not after @end, whose page tables might
 * map something; gives up early, with a smaller address, if that is far away.
 * The mmap lock of @mm is held for reading.
 */
unsigned long pintest_mapped_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end);

/* Whether this kernel can tell at all. */
bool pintest_mapped_supported(void);

/* An entry of which it is not known what is mapped. */
static inline pintest_mapped_t pintest_mapped_unknown(void)
{
	return HMM_PFN_ERROR;
}

/*
 * Whether it is known what is mapped: not in VM_PFNMAP or VM_IO, and not where
 * nobody may read and only HMM could tell.
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

/* How much one entry maps: an order. Present entries only. */
static inline unsigned int pintest_mapped_order(pintest_mapped_t mapped)
{
	return hmm_pfn_to_map_order(mapped);
}

/*
 * How a page is mapped, whichever it is. What is not present is 0, or only
 * unknown.
 */
static inline unsigned long pintest_mapped_how(pintest_mapped_t mapped)
{
	return mapped & HMM_PFN_FLAGS;
}

#endif /* PINTEST_COMPAT_MAPPED_H */
