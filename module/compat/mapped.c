// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which page is mapped at an address now. In mappings of ordinary pages this
 * code reads the page tables. That takes a few instructions a page, and works
 * also for memory that may only be written or executed. hmm_range_fault()
 * knows the rest, and is used wherever the code meets an entry that it does
 * not know. A kernel may lack one of the two. If it lacks both, nothing is
 * known.
 *
 * Without a requested flag, hmm_range_fault() takes a snapshot: it never
 * faults and takes no reference. It needs an interval notifier, but reads only
 * its mm and its sequence number. So a notifier that was never registered is
 * enough, and the mm does not change.
 */
#include <linux/hmm.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include "mapped.h"
#include "tables.h"
#include "vma.h"

/* Any number, the same in notifier and range. */
#define SEQUENCE 2

static int mapped_ask_hmm(struct mm_struct *mm, unsigned long start,
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

	/* Some kernels copy bits of the input to the output. */
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
 * HMM returns an error for memory that it does not look into, such as memory
 * that may not be read. Then it is not known what is mapped. And an entry
 * without HMM_PFN_VALID may still contain a pfn.
 */
static int mapped_snapshot(struct mm_struct *mm, unsigned long start,
			   unsigned long nr, pintest_mapped_t *mapped)
{
	int err = mapped_ask_hmm(mm, start, nr, mapped);
	unsigned long i;

	for (i = 0; i < nr && !err; i++)
		if (!pintest_mapped_present(mapped[i]))
			mapped[i] &= HMM_PFN_ERROR;
	return err;
}

bool pintest_mapped_supported(void)
{
#ifdef HAVE_HMM_SNAPSHOT
	return true;
#else
	return PINTEST_READS_TABLES;
#endif
}

/* Whether hugetlb entries look like all others. */
#define HUGETLB_IS_PLAIN \
	(IS_ENABLED(CONFIG_X86_64) || IS_ENABLED(CONFIG_ARM64))

/*
 * Whether mappings with these flags have only ordinary pages, in page tables
 * of their own. Shared hugetlb mappings may share a page table with another
 * process: it can be unshared while this code reads it, and then belongs to
 * the other process alone.
 */
static bool mapped_is_plain(unsigned long vm_flags)
{
	if (vm_flags & VM_HUGETLB &&
	    (!HUGETLB_IS_PLAIN || vm_flags & VM_MAYSHARE))
		return false;
	return !(vm_flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP));
}

/* False if only HMM can say what the entry is. */
static bool mapped_read_entry(pte_t pte, pintest_mapped_t *mapped)
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

/* @pmd maps a huge page that has all of the @nr pages from @addr on. */
static unsigned long mapped_read_huge(pmd_t pmd, unsigned long addr,
			       unsigned long nr, pintest_mapped_t *mapped)
{
#ifdef CONFIG_TRANSPARENT_HUGEPAGE
	pintest_mapped_t entry = 0;
	unsigned long i, step = 0;

	if (!pmd_protnone(pmd)) {
		entry = (pmd_pfn(pmd) + (addr & ~PMD_MASK) / PAGE_SIZE) |
			HMM_PFN_VALID |
			(unsigned long)HPAGE_PMD_ORDER << HMM_PFN_ORDER_SHIFT;
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
static unsigned long mapped_read_entries(pmd_t pmd, unsigned long addr,
				  unsigned long nr, pintest_mapped_t *mapped)
{
	unsigned long i;
	pte_t *pte;

	if (!pmd_present(pmd))
		return 0;
	if (pmd_leaf(pmd))
		return mapped_read_huge(pmd, addr, nr, mapped);
	if (pmd_bad(pmd))
		return 0;
	pte = pte_offset_kernel(&pmd, addr);
	for (i = 0; i < nr; i++)
		if (!mapped_read_entry(READ_ONCE(pte[i]), &mapped[i]))
			break;
	return i;
}

/* Reads one page table. Returns for how many pages it could. */
static unsigned long mapped_read_table(struct mm_struct *mm, unsigned long addr,
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
		done = mapped_read_entries(pmd, addr, done, mapped);
	else
		memset(mapped, 0, done * sizeof(*mapped));
	local_irq_restore(flags);
	return done;
}

/*
 * Looks up to @nr pages of one mapping, or of a gap between mappings. Returns
 * how many, or -errno. If HMM has to be asked, it is asked about the whole
 * page table.
 */
static long mapped_lookup_some(struct mm_struct *mm, unsigned long start,
			       unsigned long nr, pintest_mapped_t *mapped)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	unsigned long end = start + nr * PAGE_SIZE, vm_flags = 0, done = 0;
	int err;

	if (vma && start < vma->vm_start)
		end = min(end, vma->vm_start);
	else if (vma)
		end = min(end, vma->vm_end);
	if (vma && start >= vma->vm_start)
		vm_flags = pintest_compat_vm_flags(vma);
	nr = (end - start) / PAGE_SIZE;
	if (!(vm_flags & VM_ACCESS_FLAGS)) {
		memset(mapped, 0, nr * sizeof(*mapped));
		return nr;
	}
	if (pintest_compat_reads_tables(mm) && mapped_is_plain(vm_flags))
		done = mapped_read_table(mm, start, nr, mapped);
	if (done)
		return done;
	nr = (pmd_addr_end(start, end) - start) / PAGE_SIZE;
	err = mapped_snapshot(mm, start, nr, mapped);
	return err ? err : nr;
}

int pintest_mapped_lookup(struct mm_struct *mm, unsigned long start,
			  unsigned long nr, pintest_mapped_t *mapped)
{
	long done;

	for (; nr; start += done * PAGE_SIZE, nr -= done, mapped += done) {
		done = mapped_lookup_some(mm, start, nr, mapped);
		if (done < 0)
			return done;
	}
	return 0;
}

/* Entries that pintest_mapped_skip() looks at with interrupts off. */
#define SKIP_STEPS 512

unsigned long pintest_mapped_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end)
{
	unsigned long flags, next, steps;
	pmd_t pmd;

	if (!pintest_compat_reads_tables(mm))
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
