// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which page is mapped at an address now: hmm_range_fault() in snapshot mode,
 * with no flag requested, never faults and takes no reference. It wants an
 * interval notifier, of which it reads but the mm and the sequence number, so
 * one that was never registered does, and the mm under test stays as it is.
 */
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/pgtable.h>
#include "mapped.h"

/* Any number will do, if notifier and range have the same. */
#define SEQUENCE 2

static int snapshot(struct mm_struct *mm, unsigned long start,
		    unsigned long nr, pintest_mapped_t *mapped)
{
#ifdef HAVE_HMM_SNAPSHOT
	struct mmu_interval_notifier notifier = {
		.mm = mm,
		.invalidate_seq = SEQUENCE,
	};
	struct hmm_range range = {
		.notifier = &notifier,
		.notifier_seq = SEQUENCE,
		.start = start,
		.end = start + nr * PAGE_SIZE,
		.hmm_pfns = mapped,
	};

	/* Some kernels carry bits of the input through. */
	memset(mapped, 0, nr * sizeof(*mapped));
	return hmm_range_fault(&range);
#else
	unsigned long i;

	for (i = 0; i < nr; i++)
		mapped[i] = HMM_PFN_ERROR;
	return 0;
#endif
}

/*
 * An error is all that HMM says of memory that it does not look into, but also
 * of addresses that nobody can read. There, nothing is mapped readable.
 */
static void clear_unreadable(struct mm_struct *mm, unsigned long start,
			     unsigned long nr, pintest_mapped_t *mapped)
{
	struct vm_area_struct *vma = NULL;
	unsigned long i, addr;

	for (i = 0; i < nr; i++) {
		if (pintest_mapped_known(mapped[i]))
			continue;
		addr = start + i * PAGE_SIZE;
		if (!vma || addr >= vma->vm_end)
			vma = find_vma(mm, addr);
		if (!vma || addr < vma->vm_start || !(vma->vm_flags & VM_READ))
			mapped[i] = 0;
	}
}

int pintest_mapped_lookup(struct mm_struct *mm, unsigned long start,
			  unsigned long nr, pintest_mapped_t *mapped)
{
	int err = snapshot(mm, start, nr, mapped);

	if (!err && pintest_mapped_supported())
		clear_unreadable(mm, start, nr, mapped);
	return err;
}

/* Entries that pintest_mapped_skip() looks at with interrupts off. */
#define SKIP_STEPS 512

/*
 * If nothing can be mapped at @addr, the end of the entry that says so;
 * otherwise @addr. Follows an entry only if it surely is a table.
 */
static unsigned long skip_entry(struct mm_struct *mm, unsigned long addr,
				unsigned long end)
{
	pgd_t *pgd = pgd_offset(mm, addr);
	p4d_t *p4d;
	pud_t *pud;

	if (pgd_none(*pgd))
		return pgd_addr_end(addr, end);
	if (IS_ENABLED(CONFIG_ARCH_HAS_HUGEPD) || pgd_bad(*pgd))
		return addr;
	p4d = p4d_offset(pgd, addr);
	if (p4d_none(*p4d))
		return p4d_addr_end(addr, end);
	if (!p4d_present(*p4d) || p4d_bad(*p4d))
		return addr;
	pud = pud_offset(p4d, addr);
	if (pud_none(*pud))
		return pud_addr_end(addr, end);
	if (!pud_present(*pud) || pud_leaf(*pud) || pud_bad(*pud))
		return addr;
	if (pmd_none(*pmd_offset(pud, addr)))
		return pmd_addr_end(addr, end);
	return addr;
}

/*
 * Interrupts are off so that tables are not freed under the walk: the freeing
 * side waits for them, as it does for GUP-fast.
 */
unsigned long pintest_mapped_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end)
{
	unsigned long flags, next, steps;

	local_irq_save(flags);
	for (steps = 0; steps < SKIP_STEPS && addr < end; steps++) {
		next = skip_entry(mm, addr, end);
		if (next == addr)
			break;
		addr = next;
	}
	local_irq_restore(flags);
	return addr;
}
