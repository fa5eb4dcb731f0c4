// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which page is mapped at an address now. Where nothing but ordinary pages can
 * be mapped the page tables are read, which takes a few instructions a page.
 * hmm_range_fault() knows the rest, and stands in wherever that reading meets
 * something that it does not know.
 *
 * In snapshot mode, with no flag requested, that one never faults and takes no
 * reference. It wants an interval notifier, of which it reads but the mm and
 * the sequence number, so one that was never registered does, and the mm under
 * test stays as it is.
 */
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include "mapped.h"
#include "tables.h"

/* Any number will do, if notifier and range have the same. */
#define SEQUENCE 2

static int ask_hmm(struct mm_struct *mm, unsigned long start,
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
 * of addresses that nobody can read. There, nothing is mapped readable. And what
 * is not valid may hold a pfn all the same.
 */
static void clear_unreadable(struct mm_struct *mm, unsigned long start,
			     unsigned long nr, pintest_mapped_t *mapped)
{
	struct vm_area_struct *vma = NULL;
	unsigned long i, addr;

	for (i = 0; i < nr; i++) {
		if (likely(pintest_mapped_present(mapped[i])))
			continue;
		mapped[i] &= HMM_PFN_ERROR;
		if (!mapped[i])
			continue;
		addr = start + i * PAGE_SIZE;
		if (!vma || addr >= vma->vm_end)
			vma = find_vma(mm, addr);
		if (!vma || addr < vma->vm_start || !(vma->vm_flags & VM_READ))
			mapped[i] = 0;
	}
}

static int snapshot(struct mm_struct *mm, unsigned long start,
		    unsigned long nr, pintest_mapped_t *mapped)
{
	int err = ask_hmm(mm, start, nr, mapped);

	if (!err && pintest_mapped_supported())
		clear_unreadable(mm, start, nr, mapped);
	return err;
}

/* Whether the entries of huge pages of a pool look like any other. */
#define HUGETLB_IS_PLAIN \
	(IS_ENABLED(CONFIG_X86_64) || IS_ENABLED(CONFIG_ARM64))

/* How many pages of @mm from @start on can have nothing but ordinary pages. */
static unsigned long plain_pages(struct mm_struct *mm, unsigned long start,
				 unsigned long nr)
{
	const unsigned long odd = VM_IO | VM_PFNMAP | VM_MIXEDMAP |
				  (HUGETLB_IS_PLAIN ? 0 : VM_HUGETLB);
	struct vm_area_struct *vma = find_vma(mm, start);

	if (!vma || start < vma->vm_start || !(vma->vm_flags & VM_READ) ||
	    vma->vm_flags & odd)
		return 0;
	return min(nr, (vma->vm_end - start) / PAGE_SIZE);
}

/* False if only HMM knows what such an entry is. */
static bool read_entry(pte_t pte, pintest_mapped_t *mapped)
{
	*mapped = 0;
	if (!pte_present(pte) || pte_protnone(pte))
		return true;
	if (pte_special(pte) && !is_zero_pfn(pte_pfn(pte)))
		return false;
	*mapped = pte_pfn(pte) | HMM_PFN_VALID;
	if (pte_write(pte))
		*mapped |= HMM_PFN_WRITE;
	return true;
}

/* @pmd maps a huge page, to which all of the @nr pages from @addr on belong. */
static unsigned long read_huge(pmd_t pmd, unsigned long addr,
			       unsigned long nr, pintest_mapped_t *mapped)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	pintest_mapped_t entry = 0;
	unsigned long i, step = 0;

	if (!pmd_protnone(pmd)) {
		entry = (pmd_pfn(pmd) + (addr & ~PMD_MASK) / PAGE_SIZE) |
			HMM_PFN_VALID;
		if (pmd_write(pmd))
			entry |= HMM_PFN_WRITE;
		step = 1;
	}
	for (i = 0; i < nr; i++, entry += step)
		mapped[i] = entry;
	return nr;
#else
	return 0;
#endif
}

/* Returns how many entries of the table behind @pmd were read. */
static unsigned long read_entries(pmd_t pmd, unsigned long addr,
				  unsigned long nr, pintest_mapped_t *mapped)
{
	unsigned long i;
	pte_t *pte;

	if (!pmd_present(pmd))
		return 0;
	if (pmd_leaf(pmd))
		return read_huge(pmd, addr, nr, mapped);
	if (pmd_bad(pmd))
		return 0;
	pte = pte_offset_kernel(&pmd, addr);
	for (i = 0; i < nr; i++)
		if (!read_entry(READ_ONCE(pte[i]), &mapped[i]))
			break;
	return i;
}

/* Reads what one table says. Returns for how many pages it could. */
static unsigned long read_table(struct mm_struct *mm, unsigned long addr,
				unsigned long nr, pintest_mapped_t *mapped)
{
	unsigned long end = addr + nr * PAGE_SIZE;
	unsigned long next, flags, done;
	bool found;
	pmd_t pmd;

	local_irq_save(flags);
	found = pintest_compat_pmd(mm, addr, end, &next, &pmd);
	if (found)
		next = pmd_addr_end(addr, end);
	done = (next - addr) / PAGE_SIZE;
	if (found && !pmd_none(pmd))
		done = read_entries(pmd, addr, done, mapped);
	else
		memset(mapped, 0, done * sizeof(*mapped));
	local_irq_restore(flags);
	return done;
}

/* The first thing to be asked of HMM, it is asked of the whole table. */
int pintest_mapped_lookup(struct mm_struct *mm, unsigned long start,
			  unsigned long nr, pintest_mapped_t *mapped)
{
	unsigned long end = start + nr * PAGE_SIZE, done;
	int err = 0;

	for (; nr && !err; start += done * PAGE_SIZE, nr -= done) {
		done = 0;
		if (PINTEST_READS_TABLES && pintest_mapped_supported())
			done = plain_pages(mm, start, nr);
		if (done)
			done = read_table(mm, start, done, mapped);
		if (!done) {
			done = (pmd_addr_end(start, end) - start) / PAGE_SIZE;
			err = snapshot(mm, start, done, mapped);
		}
		mapped += done;
	}
	return err;
}

/* Entries that pintest_mapped_skip() looks at with interrupts off. */
#define SKIP_STEPS 512

unsigned long pintest_mapped_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end)
{
	unsigned long flags, next, steps;
	pmd_t pmd;

	if (!PINTEST_READS_TABLES)
		return addr;
	local_irq_save(flags);
	for (steps = 0; steps < SKIP_STEPS && addr < end; steps++) {
		if (pintest_compat_pmd(mm, addr, end, &next, &pmd) &&
		    pmd_none(pmd))
			next = pmd_addr_end(addr, end);
		if (next == addr)
			break;
		addr = next;
	}
	local_irq_restore(flags);
	return addr;
}
