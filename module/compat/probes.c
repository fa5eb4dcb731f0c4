// SPDX-License-Identifier: GPL-2.0-only
/*
 * probe.sh compiles this file once for each section. A section says in which
 * mainline release the feature came or went, for the reader only.
 */
#include <linux/hmm.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/pagemap.h>
#include <linux/ptrace.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#ifdef PROBE_SANITY
unsigned long probe(struct page *page)
{
	return page_to_pfn(page);
}
#endif

#ifdef PROBE_NONSENSE
int probe(void)
{
	return pintest_no_such_function();
}
#endif

/* pin_user_pages() and friends had a vmas argument until 6.4. */
#ifdef PROBE_GUP_VMAS
long probe(struct page **pages, struct vm_area_struct **vmas)
{
	return pin_user_pages(0, 1, 0, pages, vmas);
}
#endif

/* FOLL flags: macros until 6.2; then enumerators, which #ifdef cannot see. */
#ifdef PROBE_FOLL_HWPOISON
int probe = FOLL_HWPOISON;
#endif
#ifdef PROBE_FOLL_ANON
int probe = FOLL_ANON;
#endif
#ifdef PROBE_FOLL_DUMP
int probe = FOLL_DUMP;
#endif
#ifdef PROBE_FOLL_SPLIT_PMD
int probe = FOLL_SPLIT_PMD;
#endif
#ifdef PROBE_FOLL_NOFAULT
int probe = FOLL_NOFAULT;		/* 5.16 */
#endif
#ifdef PROBE_FOLL_PCI_P2PDMA
int probe = FOLL_PCI_P2PDMA;		/* 6.2 */
#endif
#ifdef PROBE_FOLL_INTERRUPTIBLE
int probe = FOLL_INTERRUPTIBLE;		/* 6.2 */
#endif
#ifdef PROBE_FOLL_HONOR_NUMA_FAULT
int probe = FOLL_HONOR_NUMA_FAULT;	/* 6.6 */
#endif
#ifdef PROBE_FOLL_TOUCH
int probe = FOLL_TOUCH;			/* until 6.2 */
#endif
#ifdef PROBE_FOLL_MIGRATION
int probe = FOLL_MIGRATION;		/* until 6.2 */
#endif
#ifdef PROBE_FOLL_NUMA
int probe = FOLL_NUMA;			/* until 6.0 */
#endif
#ifdef PROBE_FOLL_SPLIT
int probe = FOLL_SPLIT;			/* until 5.12 */
#endif

/* Flags that mm/gup.c removed when it gathered its checks of flags: 6.3. */
#ifdef PROBE_FOLL_PRIVATE
enum { FOLL_TOUCH, FOLL_TRIED, FOLL_REMOTE, FOLL_PIN };
#endif

/* needs PIN_UNLOCKED: pin_user_pages_unlocked */
#ifdef PROBE_PIN_UNLOCKED
long probe(struct page **pages)
{
	return pin_user_pages_unlocked(0, 1, pages, 0);
}
#endif

/* needs RANGE_UNPIN: unpin_user_page_range_dirty_lock (5.14) */
#ifdef PROBE_RANGE_UNPIN
void probe(struct page *page)
{
	unpin_user_page_range_dirty_lock(page, 1, false);
}
#endif

/* needs IOV_EXTRACT: iov_iter_extract_pages (6.3) */
#ifdef PROBE_IOV_EXTRACT
ssize_t probe(void __user *addr, struct page **pages, size_t *offset)
{
	struct iov_iter iter;

	iov_iter_ubuf(&iter, ITER_DEST, addr, PAGE_SIZE);
	return iov_iter_extract_pages(&iter, &pages, PAGE_SIZE, 1, 0, offset);
}
#endif

/* needs MEMFD_PIN: memfd_pin_folios unpin_folio (6.11) */
#ifdef PROBE_MEMFD_PIN
long probe(struct file *memfd, struct folio **folios, pgoff_t *offset)
{
	unpin_folio(*folios);
	return memfd_pin_folios(memfd, 0, 0, folios, 1, offset);
}
#endif

/* 5.18: PG_anon_exclusive. */
#ifdef PROBE_ANON_EXCLUSIVE
int probe = PG_anon_exclusive;
#endif

/* 5.16 */
#ifdef PROBE_FOLIO
struct folio *probe(struct page *page)
{
	return page_folio(page);
}
#endif

/* Fields of struct page that may move to struct folio and others. */
#ifdef PROBE_PAGE_MAPPING
void *probe(struct page *page)
{
	return page->mapping;
}
#endif
#ifdef PROBE_PAGE_OWN_MAPCOUNT
int probe(struct page *page)
{
	return atomic_read(&page->_mapcount);
}
#endif

/* needs STABLE_PAGE_FLAGS: stable_page_flags (7.0) */
#ifdef PROBE_STABLE_PAGE_FLAGS
u64 probe(struct page *page)
{
	return stable_page_flags(page);
}
#endif

/* needs FOLIO_KSM: (5.19; PageKsm() before) */
#ifdef PROBE_FOLIO_KSM
bool probe(struct folio *folio)
{
	return folio_test_ksm(folio);
}
#endif

/* How a THP differs from other compound pages: 6.6, 6.1, before. */
#ifdef PROBE_LARGE_RMAPPABLE
int probe = PG_large_rmappable;
#endif
#ifdef PROBE_FOLIO_DTOR
bool probe(struct folio *folio)
{
	return folio->_folio_dtor == TRANSHUGE_PAGE_DTOR;
}
#endif
#ifdef PROBE_PAGE_DTOR
bool probe(struct page *page)
{
	return page[1].compound_dtor == TRANSHUGE_PAGE_DTOR;
}
#endif

/* Where a folio counts its pins: 6.1, and before. */
#ifdef PROBE_FOLIO_PINCOUNT
int probe(struct folio *folio)
{
	return atomic_read(&folio->_pincount);
}
#endif
#ifdef PROBE_PINCOUNT_PTR
int probe(struct page *page)
{
	return atomic_read(compound_pincount_ptr(page));
}
#endif

/* Whether it counts them: differs between releases. */
#ifdef PROBE_FOLIO_HAS_PINCOUNT
bool probe(struct folio *folio)
{
	return folio_has_pincount(folio);
}
#endif
#ifdef PROBE_PINCOUNT_AVAILABLE
bool probe(struct page *page)
{
	return hpage_pincount_available(page);
}
#endif

/* How often a page is mapped: a function until 6.9. */
#ifdef PROBE_PAGE_MAPCOUNT
int probe(struct page *page)
{
	return page_mapcount(page);
}
#endif
/* A page type in place of _mapcount: 6.12, and before. */
#ifdef PROBE_MAPCOUNT_IS_TYPE
bool probe(int mapcount)
{
	return page_mapcount_is_type(mapcount);
}
#endif
/* 6.3; compound_mapcount_ptr() before. */
#ifdef PROBE_FOLIO_ENTIRE_MAPCOUNT
int probe(struct folio *folio)
{
	return atomic_read(&folio->_entire_mapcount);
}
#endif

/* links PAGEBLOCK_ORDER: where it is a variable, it is not exported */
#ifdef PROBE_PAGEBLOCK_ORDER
unsigned int probe(void)
{
	return pageblock_order;
}
#endif

/* The properties of blocks in a section of memory. */
#ifdef PROBE_SECTION_BLOCKS
unsigned long probe(struct mem_section *section)
{
	return section->usage->pageblock_flags[0] + NR_PAGEBLOCK_BITS;
}
#endif

/* MIGRATE_ISOLATE became a bit of its own in 6.18. */
#ifdef PROBE_PB_ISOLATE
int probe = PB_migrate_isolate;
#endif

/* links P4D_OFFSET: out of line on riscv since 6.8, and not exported */
#ifdef PROBE_P4D_OFFSET
pud_t *probe(pgd_t *pgd)
{
	return pud_offset(p4d_offset(pgd, 0), 0);
}
#endif

/* 5.11; kmap() before. */
#ifdef PROBE_KMAP_LOCAL
void *probe(struct page *page)
{
	return kmap_local_page(page);
}
#endif

/* needs HMM_SNAPSHOT: hmm_range_fault */
#ifdef PROBE_HMM_SNAPSHOT
int probe(struct hmm_range *range)
{
	return hmm_range_fault(range);
}
#endif

/* Flags of a mapping: a word, beside a bitmap since 6.18. */
#ifdef PROBE_VMA_FLAGS_WORD
unsigned long probe(struct vm_area_struct *vma)
{
	return vma->vm_flags;
}
#endif
#ifdef PROBE_VMA_FLAGS_MAP
unsigned long probe(struct vm_area_struct *vma)
{
	return vma_flags_to_legacy(vma->flags);
}
#endif

/* The user namespace: mm->user_ns until 7.1, with the task since. */
#ifdef PROBE_MM_USER_NS
struct user_namespace *probe(struct mm_struct *mm)
{
	return mm->user_ns;
}
#endif

/* 5.15; kretprobe_instance.rp before. */
#ifdef PROBE_GET_KRETPROBE
struct kretprobe *probe(struct kretprobe_instance *instance)
{
	return get_kretprobe(instance);
}
#endif

/* 5.18; kretprobe_instance.ret_addr before. */
#ifdef PROBE_KRETPROBE_RETADDR
unsigned long probe(struct kretprobe_instance *instance)
{
	return get_kretprobe_retaddr(instance);
}
#endif

/* Not on every architecture, and on some since 5.11 or later. */
#ifdef PROBE_KERNEL_ARGUMENT
unsigned long probe(struct pt_regs *regs)
{
	return regs_get_kernel_argument(regs, 0);
}
#endif

/* 6.5, which also stopped pinning the zeropage. */
#ifdef PROBE_IS_ZERO_FOLIO
bool probe(struct folio *folio)
{
	return is_zero_folio(folio);
}
#endif

/* needs USER_LOCKED_VM: free_uid (5.12) */
#ifdef PROBE_USER_LOCKED_VM
#include <linux/sched/user.h>
long probe(struct user_struct *user)
{
	free_uid(get_uid(user));
	return atomic_long_read(&user->locked_vm);
}
#endif
