/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way down a process's page tables, without a page table lock and without a
 * change. The mmap lock is held for reading and interrupts are off.
 *
 * The lock keeps the tables of a mapping from being unmapped, and from being made
 * a huge page by khugepaged where that takes the lock for writing. What goes all
 * the same (tables that became empty, tables of huge pages of a pool, tables of
 * files that khugepaged collapses) is freed as CONFIG_MMU_GATHER_RCU_TABLE_FREE
 * has it: after a grace period of RCU, or an interrupt that each processor has
 * taken. Both wait for who has interrupts off, on whichever processor and in
 * whosever tables. Without it the freeing side interrupts those processors only
 * that have run the mm, as is enough for GUP-fast. That keeps tables of the
 * current mm, not those of others.
 *
 * An entry is followed only if it surely is a table.
 */
#ifndef PINTEST_COMPAT_TABLES_H
#define PINTEST_COMPAT_TABLES_H

#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched.h>
#include "features.h"

/*
 * Where GUP-fast may walk tables, and an entry is read as a whole.
 */
#define PINTEST_READS_TABLES \
	(IS_ENABLED(CONFIG_64BIT) && !IS_ENABLED(CONFIG_ARCH_HAS_HUGEPD) && \
	 (IS_ENABLED(CONFIG_HAVE_FAST_GUP) || \
	  IS_ENABLED(CONFIG_HAVE_GUP_FAST)))

/* Whether that holds for @mm. */
static inline bool pintest_compat_reads_tables(const struct mm_struct *mm)
{
	return PINTEST_READS_TABLES &&
	       (IS_ENABLED(CONFIG_MMU_GATHER_RCU_TABLE_FREE) ||
		mm == current->mm);
}

/* riscv has them out of line, and to itself, since 6.8. */
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
 * Gets the entry of the last level but one for @addr. Or returns false: then
 * nothing is mapped before *@next, or that is @addr and a walk cannot tell.
 *
 * Tables of hugetlb pages may be given up by others while the mmap lock is
 * held. So an entry that leads to one is read once, and what was read decides
 * and is followed.
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
