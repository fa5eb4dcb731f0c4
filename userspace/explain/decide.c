// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the kernel would pin a page. The tests stand in the order in which the
 * module, GUP-fast and GUP make them; the first that does not let the page pass
 * decides.
 */
#include <errno.h>

#include "array_size.h"
#include "base/page_size.h"
#include "decide.h"

/* What a test may say, beside a negative errno. */
enum {
	PASS,
	NOT_ASKED,
	PINNED,
	WAITS,
	HANGS,
	NOT_KNOWN,
};

#define WRITE		PINTEST_FOLL_WRITE
#define FORCE		PINTEST_FOLL_FORCE
#define LONGTERM	PINTEST_FOLL_LONGTERM
#define NOFAULT		PINTEST_FOLL_NOFAULT

static bool has(const struct question *q, uint32_t foll)
{
	return (q->foll & foll) == foll;
}

static bool vm(const struct question *q, unsigned int flag)
{
	return q->map->vm & flag;
}

static bool takes_pins(uint32_t api)
{
	return api != PINTEST_API_GET && api != PINTEST_API_GET_FAST;
}

bool api_is_fast(uint32_t api)
{
	return api == PINTEST_API_PIN_FAST || api == PINTEST_API_GET_FAST ||
	       api == PINTEST_API_PIN_ITER;
}

static bool is_memfd(const struct question *q)
{
	return q->api == PINTEST_API_PIN_MEMFD;
}

static bool is_remote(const struct question *q)
{
	return q->api == PINTEST_API_PIN_REMOTE ||
	       q->api == PINTEST_API_PIN_REMOTE_LOCKED;
}

/* Yes is an error, and so is no if @inverted. */
static int refuse_if(enum answer answer, enum answer refused, int error)
{
	if (answer == ANSWER_UNKNOWN)
		return NOT_KNOWN;
	return answer == refused ? error : PASS;
}

/* The call */

static int ask_call(const struct question *q)
{
	return q->kernel->apis >> q->api & 1 ? PASS : -EBADRQC;
}

static int ask_flags(const struct question *q)
{
	return q->foll & ~q->kernel->taken[q->api] ? -EBADRQC : PASS;
}

static int ask_together(const struct question *q)
{
	if (has(q, LONGTERM | PINTEST_FOLL_PCI_P2PDMA) ||
	    has(q, FORCE | PINTEST_FOLL_NUMA) ||
	    (is_memfd(q) && !has(q, LONGTERM)))
		return -EBADRQC;
	return PASS;
}

static int ask_address(const struct question *q)
{
	return q->addr >> 63 ? -EFAULT : PASS;
}

/* memfd_pin_folios() */

static int ask_shared(const struct question *q)
{
	if (!is_memfd(q))
		return NOT_ASKED;
	return q->map->mapped && vm(q, MAP_MAYSHARE) &&
	       q->map->backing != BACKED_ANON && q->end <= q->map->end ?
	       PASS : -EFAULT;
}

static int ask_memfd_write(const struct question *q)
{
	if (!is_memfd(q) || !has(q, WRITE))
		return NOT_ASKED;
	return vm(q, MAP_MAYWRITE) ? PASS : -EFAULT;
}

static int ask_memfd_size(const struct question *q)
{
	uint64_t last = q->end - page_size() - q->map->start;

	if (!is_memfd(q))
		return NOT_ASKED;
	/* The last page may be there in part. */
	return q->map->offset + last < q->map->size ? PASS : -EINVAL;
}

static int ask_memfd_file(const struct question *q)
{
	if (!is_memfd(q))
		return NOT_ASKED;
	if (q->map->backing == BACKED_UNKNOWN)
		return NOT_KNOWN;
	return q->map->backing == BACKED_SHMEM ||
	       q->map->backing == BACKED_HUGETLB ? PINNED : -EINVAL;
}

/* GUP-fast */

static bool is_exclusive(const struct page_facts *page)
{
	return page->record.flags & (PINTEST_PAGE_ANON_EXCLUSIVE |
				     PINTEST_PAGE_HEAD_ANON_EXCLUSIVE);
}

/* Whether a read-only pin has to have a copy of the page. */
static bool must_unshare(const struct question *q, bool cow)
{
	const struct page_facts *page = q->page;

	if (has(q, WRITE) || !takes_pins(q->api) ||
	    page_is(page, PINTEST_PAGE_MAPPED_WRITABLE))
		return false;
	if (page_is(page, PINTEST_PAGE_ANON))
		return q->kernel->unshares_anon == ANSWER_YES &&
		       !is_exclusive(page);
	return q->kernel->unshares_cow == ANSWER_YES && has(q, LONGTERM) &&
	       cow;
}

static bool fast_may_take(const struct question *q)
{
	const struct page_facts *page = q->page;

	if (!page->usable || q->map->pkey || q->map->backing == BACKED_DEVICE)
		return false;
	if (vm(q, MAP_IO | MAP_PFNMAP) || page_is(page, PINTEST_PAGE_ZERO))
		return false;
	if (has(q, WRITE) && !page_is(page, PINTEST_PAGE_MAPPED_WRITABLE))
		return false;
	if (has(q, LONGTERM) && q->map->dax)
		return false;
	return !must_unshare(q, true);
}

static int ask_fast(const struct question *q)
{
	if (!api_is_fast(q->api) || q->slow)
		return NOT_ASKED;
	if (!fast_may_take(q))
		return PASS;
	if (q->map->backing == BACKED_SECRETMEM &&
	    q->kernel->fast_secretmem != ANSWER_YES)
		return PASS;
	if (has(q, WRITE | LONGTERM) &&
	    (q->map->backing == BACKED_FILE ||
	     q->map->backing == BACKED_UNKNOWN) &&
	    !page_is(q->page, PINTEST_PAGE_ANON) &&
	    q->kernel->refuses_tracked != ANSWER_NO)
		return PASS;
	return PINNED;
}

/* GUP: the mapping */

/* A stack that grows does not have the page yet. */
static int ask_mapped(const struct question *q)
{
	if (q->map->mapped)
		return PASS;
	if (!q->map->below_stack || q->kernel->stack_grows == ANSWER_NO ||
	    q->foll & (PINTEST_FOLL_DUMP | NOFAULT))
		return -EFAULT;
	return q->kernel->stack_grows == ANSWER_YES ? PINNED : NOT_KNOWN;
}

static int ask_pfnmap(const struct question *q)
{
	return vm(q, MAP_PFNMAP) ? -EFAULT : PASS;
}

static int ask_io(const struct question *q)
{
	return vm(q, MAP_IO) ? -EFAULT : PASS;
}

static int ask_anon(const struct question *q)
{
	if (!has(q, PINTEST_FOLL_ANON))
		return NOT_ASKED;
	return q->map->backing == BACKED_ANON ? PASS : -EFAULT;
}

static int ask_dax(const struct question *q)
{
	if (!has(q, LONGTERM))
		return NOT_ASKED;
	return q->map->dax ? -EOPNOTSUPP : PASS;
}

static int ask_split(const struct question *q)
{
	if (!has(q, PINTEST_FOLL_SPLIT_PMD) || !vm(q, MAP_HUGETLB_VM))
		return NOT_ASKED;
	return refuse_if(q->kernel->splits_hugetlb, ANSWER_NO, -EOPNOTSUPP);
}

static int ask_secretmem(const struct question *q)
{
	return q->map->backing == BACKED_SECRETMEM ? -EFAULT : PASS;
}

static int ask_tracked(const struct question *q)
{
	if (has(q, WRITE | LONGTERM) && vm(q, MAP_SHARED_VM) &&
	    q->map->backing == BACKED_UNKNOWN &&
	    q->kernel->refuses_tracked != ANSWER_NO)
		return NOT_KNOWN;
	if (!has(q, WRITE | LONGTERM) || !mapping_tracks_writes(q->map))
		return NOT_ASKED;
	return refuse_if(q->kernel->refuses_tracked, ANSWER_YES, -EFAULT);
}

static bool vm_may_be_written(const struct question *q)
{
	return vm(q, MAP_WRITE) && !vm(q, MAP_SHADOW_STACK);
}

static int ask_accessible(const struct question *q)
{
	if (has(q, FORCE))
		return NOT_ASKED;
	return vm(q, MAP_READ | MAP_WRITE) ? PASS : -EFAULT;
}

static int ask_write(const struct question *q)
{
	if (!has(q, WRITE) || has(q, FORCE))
		return NOT_ASKED;
	return vm_may_be_written(q) ? PASS : -EFAULT;
}

static int ask_force(const struct question *q)
{
	if (!has(q, WRITE | FORCE) || vm_may_be_written(q))
		return NOT_ASKED;
	return mapping_is_cow(q->map) ? PASS : -EFAULT;
}

static int ask_force_hugetlb(const struct question *q)
{
	if (!has(q, WRITE | FORCE) || vm_may_be_written(q) ||
	    !vm(q, MAP_HUGETLB_VM))
		return NOT_ASKED;
	return refuse_if(q->kernel->forces_hugetlb, ANSWER_NO, -EFAULT);
}

static int ask_read(const struct question *q)
{
	if (has(q, WRITE))
		return NOT_ASKED;
	if (vm(q, MAP_READ))
		return PASS;
	return has(q, FORCE) && vm(q, MAP_MAYREAD) ? PASS : -EFAULT;
}

/* What the key allows is known of memory that may only be executed. */
static int ask_key(const struct question *q)
{
	if (!q->map->pkey || is_remote(q))
		return NOT_ASKED;
	return vm(q, MAP_READ | MAP_WRITE) ? NOT_KNOWN : -EFAULT;
}

/* GUP: the page */

static int ask_guard(const struct question *q)
{
	return q->page->guard ? -EFAULT : PASS;
}

static int ask_file_end(const struct question *q)
{
	if (q->map->backing == BACKED_ANON)
		return NOT_ASKED;
	return !q->page->entry && q->page->behind_file ? -EFAULT : PASS;
}

static int ask_dump(const struct question *q)
{
	if (!has(q, PINTEST_FOLL_DUMP))
		return NOT_ASKED;
	if (!q->page->entry && !q->page->swapped)
		return q->map->backing == BACKED_ANON ? -EFAULT : PASS;
	return page_is_zero(q->page) && !has(q, WRITE) ? -EFAULT : PASS;
}

static int ask_p2pdma(const struct question *q)
{
	const struct pintest_record *record = &q->page->record;

	if (!(record->fields & PINTEST_FIELD_ZONE) ||
	    record->zone != PINTEST_ZONE_DEVICE ||
	    q->map->backing != BACKED_DEVICE)
		return NOT_ASKED;
	return has(q, PINTEST_FOLL_PCI_P2PDMA) ? PASS : -EREMOTEIO;
}

/* FOLL_FORCE follows the entry of an exclusive page that it has copied. */
static bool force_may_follow(const struct question *q)
{
	return has(q, FORCE) && !vm(q, MAP_WRITE) && !q->page->uffd_wp &&
	       page_is(q->page, PINTEST_PAGE_ANON) && is_exclusive(q->page);
}

static bool write_needs_fault(const struct question *q)
{
	return has(q, WRITE) && !force_may_follow(q) &&
	       !page_is(q->page, PINTEST_PAGE_MAPPED_WRITABLE);
}

static bool needs_fault(const struct question *q)
{
	return !q->page->entry || write_needs_fault(q) ||
	       must_unshare(q, mapping_is_cow(q->map));
}

static int ask_nofault(const struct question *q)
{
	if (!has(q, NOFAULT))
		return NOT_ASKED;
	if (!needs_fault(q))
		return PASS;
	if (!vm(q, MAP_HUGETLB_VM))
		return -EFAULT;
	return refuse_if(q->kernel->faults_hugetlb, ANSWER_NO, -EFAULT);
}

/* Whether the call drops the mmap lock while it waits. */
static bool may_wait(const struct question *q)
{
	if (has(q, LONGTERM) &&
	    !(q->kernel->taken[PINTEST_API_PIN_UNLOCKED] & LONGTERM))
		return false;
	return api_is_fast(q->api) || q->api == PINTEST_API_PIN_UNLOCKED ||
	       q->api == PINTEST_API_PIN_REMOTE_LOCKED;
}

static int ask_uffd(const struct question *q)
{
	bool missing = vm(q, MAP_UFFD_MISSING) && !q->page->entry &&
		       !q->page->swapped;

	if (vm(q, MAP_UFFD_WP) && q->page->entry && write_needs_fault(q) &&
	    q->kernel->tells_uffd_wp != ANSWER_YES)
		return NOT_KNOWN;
	if (!missing && !(q->page->uffd_wp && write_needs_fault(q)))
		return NOT_ASKED;
	if (q->map->sigbus || !may_wait(q))
		return has(q, PINTEST_FOLL_NOWAIT) && !q->map->sigbus ?
		       -EAGAIN : -EFAULT;
	return WAITS;
}

/*
 * A file THP that is mapped as a whole is split, and mapped as a whole again. With
 * FOLL_SPLIT_PMD, GUP goes on with the entry of the page at once.
 */
static int ask_file_thp(const struct question *q)
{
	const struct pintest_record *record = &q->page->record;

	if (has(q, PINTEST_FOLL_SPLIT_PMD) ||
	    !page_is(q->page, PINTEST_PAGE_THP) ||
	    !(record->flags_known & PINTEST_PAGE_ANON) ||
	    record->flags & PINTEST_PAGE_ANON ||
	    page_is_zero(q->page) || !record->entire_mapcount ||
	    !must_unshare(q, mapping_is_cow(q->map)))
		return NOT_ASKED;
	return HANGS;
}

static int ask_movable(const struct question *q)
{
	if (!has(q, LONGTERM) || !page_is_movable(q->page))
		return NOT_ASKED;
	return PASS;
}

struct test {
	int (*ask)(const struct question *q);
	const char *asks;
	const char *cause;
	const char *remedy;
	const char *known;
};

static const struct test tests[] = {
	{
		.ask = ask_call,
		.asks = "this kernel has the call",
		.cause = "this kernel does not have the call",
		.remedy = "choose another one: see 'pintest info'",
	}, {
		.ask = ask_flags,
		.asks = "the call takes the flags",
		.cause = "the call does not take all of these flags on this kernel, which would warn; the module did not ask it",
		.remedy = "leave out what 'pintest info' does not list for the call",
	}, {
		.ask = ask_together,
		.asks = "it takes them together",
		.cause = "the call does not take these flags together; the module did not ask the kernel, which would warn",
		.remedy = "FOLL_LONGTERM excludes FOLL_PCI_P2PDMA, FOLL_NUMA excludes FOLL_FORCE, and memfd_pin_folios() needs FOLL_LONGTERM",
	}, {
		.ask = ask_address,
		.asks = "the address is one of user space",
		.cause = "the address belongs to the kernel",
		.remedy = "use virt_to_page() or vmalloc_to_page(): GUP is for memory of processes",
	}, {
		.ask = ask_shared,
		.asks = "all of the range is one shared mapping of a file",
		.cause = "memfd_pin_folios() needs a shared mapping of a file that covers all of the range",
		.remedy = "map the memfd with MAP_SHARED, or use pin_user_pages_fast()",
	}, {
		.ask = ask_memfd_write,
		.asks = "the file may be written",
		.cause = "the mapping can never be made writable: the file was opened or sealed read-only",
		.remedy = "pin without FOLL_WRITE",
	}, {
		.ask = ask_memfd_size,
		.asks = "the range ends in the file",
		.cause = "the file ends before the range does",
		.remedy = "make the file larger",
	}, {
		.ask = ask_memfd_file,
		.asks = "the file is in memory (shmem, hugetlb)",
		.cause = "memfd_pin_folios() takes files of shmem and hugetlb only",
		.remedy = "use pin_user_pages_fast()",
	}, {
		.ask = ask_fast,
		.asks = "GUP-fast finds the page by its page table entry",
	}, {
		.ask = ask_mapped,
		.asks = "something is mapped there",
		.cause = "nothing is mapped there",
		.remedy = "map memory before it is pinned; the address may be wrong, or of another process",
	}, {
		.ask = ask_pfnmap,
		.asks = "the mapping has struct pages (no VM_PFNMAP)",
		.cause = "the mapping is VM_PFNMAP: it has no struct pages that could be pinned",
		.remedy = "use follow_pfnmap_start(), or let the driver that mapped it export a dma-buf",
	}, {
		.ask = ask_io,
		.asks = "the mapping is no device memory (no VM_IO)",
		.cause = "the mapping is VM_IO: memory of a device",
		.remedy = "let the driver that mapped it export a dma-buf",
	}, {
		.ask = ask_anon,
		.asks = "the mapping is anonymous, as FOLL_ANON demands",
		.cause = "FOLL_ANON refuses what is not an anonymous mapping",
		.remedy = "leave out FOLL_ANON",
	}, {
		.ask = ask_dax,
		.asks = "the pages are no storage (FS-DAX)",
		.cause = "long-term pins of FS-DAX memory would keep the file system from moving its blocks",
		.remedy = "pin without FOLL_LONGTERM, or copy",
	}, {
		.ask = ask_split,
		.asks = "FOLL_SPLIT_PMD may split the pages",
		.cause = "hugetlb pages cannot be split",
		.remedy = "leave out FOLL_SPLIT_PMD",
	}, {
		.ask = ask_secretmem,
		.asks = "the memory is not secret",
		.cause = "the memory comes from memfd_secret(), which the kernel must not access",
		.remedy = "use other memory: no call and no flag pins this",
	}, {
		.ask = ask_tracked,
		.asks = "long-term writes may bypass the file system",
		.cause = "this kernel refuses FOLL_WRITE|FOLL_LONGTERM of a shared mapping whose file system tracks writes, since it would not see those of the device",
		.remedy = "use a memfd, tmpfs or hugetlb file or a private mapping, or pin without FOLL_LONGTERM",
		.known = "writable-file-pinned",
	}, {
		.ask = ask_accessible,
		.asks = "the mapping may be accessed",
		.cause = "the mapping may neither be read nor written (PROT_NONE)",
		.remedy = "mprotect() it PROT_READ or PROT_WRITE",
	}, {
		.ask = ask_write,
		.asks = "the mapping may be written",
		.cause = "the mapping is not writable",
		.remedy = "pin without FOLL_WRITE, or mprotect() it PROT_WRITE",
	}, {
		.ask = ask_force,
		.asks = "FOLL_FORCE may write to a private copy",
		.cause = "FOLL_FORCE writes to private copies only, and this mapping is shared, or can never be written",
		.remedy = "mprotect() it PROT_WRITE, or pin without FOLL_WRITE",
	}, {
		.ask = ask_force_hugetlb,
		.asks = "FOLL_FORCE may write to hugetlb pages",
		.cause = "this kernel does not force writes to hugetlb pages",
		.remedy = "mprotect() it PROT_WRITE, or pin without FOLL_WRITE",
	}, {
		.ask = ask_read,
		.asks = "the mapping may be read",
		.cause = "the mapping may not be read (no PROT_READ)",
		.remedy = "mprotect() it PROT_READ",
	}, {
		.ask = ask_key,
		.asks = "the protection key allows it",
		.cause = "a protection key keeps the memory from being read",
		.remedy = "mprotect() it PROT_READ, or use pin_user_pages_remote()",
	}, {
		.ask = ask_guard,
		.asks = "it is no guard page",
		.cause = "it is a guard page",
		.remedy = "remove it with MADV_GUARD_REMOVE",
	}, {
		.ask = ask_file_end,
		.asks = "the file has the page",
		.cause = "the file ends before the page",
		.remedy = "make the file larger",
	}, {
		.ask = ask_dump,
		.asks = "FOLL_DUMP wants the page",
		.cause = "FOLL_DUMP refuses zero pages and holes",
		.remedy = "write to the memory first, or leave out FOLL_DUMP",
	}, {
		.ask = ask_p2pdma,
		.asks = "the call may have peer-to-peer memory",
		.cause = "it is PCI peer-to-peer memory, which the call did not ask for",
		.remedy = "add FOLL_PCI_P2PDMA, without FOLL_LONGTERM",
	}, {
		.ask = ask_nofault,
		.asks = "no page fault is needed",
		.cause = "a page fault would be needed (the page is not there, not writable, or shared), and FOLL_NOFAULT forbids it",
		.remedy = "touch the memory first, or leave out FOLL_NOFAULT",
		.known = "nofault-longterm-zeropage",
	}, {
		.ask = ask_uffd,
		.asks = "no userfaultfd has to answer",
		.cause = "a userfaultfd has to answer the fault, and this call may not wait for it",
		.remedy = "let its reader supply the page or remove the protection first, or use pin_user_pages_fast() or pin_user_pages_unlocked()",
	}, {
		.ask = ask_file_thp,
		.asks = "no file THP has to be unshared",
		.cause = "the page belongs to a file THP that is mapped as a whole: unsharing splits it, and the next fault maps it as a whole again",
		.remedy = "kill the process to end the call; madvise(MADV_NOHUGEPAGE) before, or pin with FOLL_WRITE",
		.known = "unshare-file-thp-hangs",
	}, {
		.ask = ask_movable,
		.asks = "the page can be moved out of movable memory",
	},
};

static void end(struct decision *decision, const struct test *test, int says)
{
	static const enum fate fates[] = {
		[PINNED] = FATE_PINNED,
		[WAITS] = FATE_WAITS,
		[HANGS] = FATE_HANGS,
		[NOT_KNOWN] = FATE_UNKNOWN,
	};

	decision->fate = says < 0 ? FATE_REFUSED : fates[says];
	decision->error = says < 0 ? -says : 0;
	decision->by_fast = test->ask == ask_fast;
	if (says == PINNED)
		return;
	decision->cause = test->cause;
	decision->remedy = test->remedy;
	decision->known = test->known;
}

static const char *answer_text(const struct test *test, int says)
{
	if (test->ask == ask_fast && says == PASS)
		return "no, so GUP looks at the mapping";
	if (says == NOT_KNOWN)
		return "not known";
	if (says == WAITS)
		return "no, the call waits";
	return says == PASS || says == PINNED ? "yes" : "no";
}

struct decision decide(const struct question *q)
{
	struct decision decision = { .fate = FATE_PINNED };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		int says = tests[i].ask(q);

		if (says == NOT_ASKED)
			continue;
		if (decision.count < DECISION_STEPS)
			decision.steps[decision.count++] = (struct step) {
				tests[i].asks, answer_text(&tests[i], says),
			};
		if (says != PASS) {
			end(&decision, &tests[i], says);
			break;
		}
	}
	return decision;
}
