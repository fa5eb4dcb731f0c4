/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking a process's page tables without a page table lock. The walk only
 * reads. The caller holds the mmap lock for reading and has interrupts off.
 *
 * The mmap lock keeps a mapping and its tables from being unmapped, and from
 * being collapsed by khugepaged where that takes the lock for writing. Some
 * tables can go all the same: tables that became empty, tables of hugetlb
 * pages, tables of files that khugepaged collapses. With
 * CONFIG_MMU_GATHER_RCU_TABLE_FREE the kernel frees these after an RCU grace
 * period, or after every processor has taken an interrupt. Both wait for code
 * that has interrupts off, on any processor and for the tables of any process.
 * Without that option the kernel interrupts only the processors that have run
 * the mm. That is enough for GUP-fast. It protects a walk of the current mm,
 * but not of another one.
 *
 * The walk follows an entry only if it is certainly a table.
 */
#ifndef PINTEST_COMPAT_TABLES_H
#define PINTEST_COMPAT_TABLES_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include "features.h"

/*
 * Where GUP-fast may walk tables, and reads an entry as a whole.
 */
#define PINTEST_READS_TABLES \
	(IS_ENABLED(CONFIG_64BIT) && !IS_ENABLED(CONFIG_ARCH_HAS_HUGEPD) && \
	 (IS_ENABLED(CONFIG_HAVE_FAST_GUP) || \
	  IS_ENABLED(CONFIG_HAVE_GUP_FAST)))

/* Whether the tables of @mm can be walked. */
static inline bool pintest_compat_reads_tables(const struct mm_struct *mm)
{
	return PINTEST_READS_TABLES &&
	       (IS_ENABLED(CONFIG_MMU_GATHER_RCU_TABLE_FREE) ||
		mm == current->mm);
}

/* riscv has them out of line since 6.8, and does not export them. */
static inline p4d_t *pintest_compat_p4d(struct mm_struct *mm, pgd_t *pgd,
					unsigned long addr)
{
#ifdef HAVE_P4D_OFFSET
	return p4d_offset(pgd, addr);
#else
	if (mm_p4d_folded(mm))
		return (p4d_t *)pgd;
	return (p4d_t *)pgd_page_vaddr(READ_ONCE(*pgd)) + p4d_index(addr);
#endif
}

static inline pud_t *pintest_compat_pud(struct mm_struct *mm, p4d_t *p4d,
					unsigned long addr)
{
#ifdef HAVE_P4D_OFFSET
	return pud_offset(p4d, addr);
#else
	if (mm_pud_folded(mm))
		return (pud_t *)p4d;
	return p4d_pgtable(READ_ONCE(*p4d)) + pud_index(addr);
#endif
}

/*
 * Gets the PMD entry for @addr and returns true. Returns false if nothing is
 * mapped before *@next; if *@next is @addr, a walk cannot say what is mapped.
 *
 * Other processes may free tables of hugetlb pages while the mmap lock is
 * held. So each entry is read once, and the walk uses the value that it read.
 */
static inline bool pintest_compat_pmd(struct mm_struct *mm,
				      unsigned long addr, unsigned long end,
				      unsigned long *next, pmd_t *pmd)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pudp, pud;

	*next = addr;
	if (pgd_none(*pgd))
		*next = pgd_addr_end(addr, end);
	if (pgd_none(*pgd) || pgd_bad(*pgd) ||
	    IS_ENABLED(CONFIG_ARCH_HAS_HUGEPD))
		return false;
	p4d = pintest_compat_p4d(mm, pgd, addr);
	if (p4d_none(*p4d))
		*next = p4d_addr_end(addr, end);
	if (p4d_none(*p4d) || !p4d_present(*p4d) || p4d_bad(*p4d))
		return false;
	pudp = pintest_compat_pud(mm, p4d, addr);
	pud = READ_ONCE(*pudp);
	if (pud_none(pud))
		*next = pud_addr_end(addr, end);
	if (pud_none(pud) || !pud_present(pud) || pud_leaf(pud) ||
	    pud_bad(pud))
		return false;
	*pmd = READ_ONCE(*pmd_offset_lockless(pudp, pud, addr));
	return true;
}

#endif /* PINTEST_COMPAT_TABLES_H */
