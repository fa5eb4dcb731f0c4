// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known behaviours of kernels.
 *
 * They explain verdicts to people: a row is found by what was asked and by what was
 * seen. They tell a limit, which is so by design, from a failure, and make no other
 * verdict. Releases are those of mainline, and only text: distributions backport.
 */
#include <fnmatch.h>
#include <stdio.h>
#include <sys/utsname.h>

#include "array_size.h"
#include "base/reason.h"
#include "known.h"

#define REPLACED	(FINDING_STALE | FINDING_OTHER_PAGE)

static const struct known table[] = {
	{
		.id = "longterm-needs-lock",
		.checks = "*-longterm*.@(unlocked|remote-locked).*",
		.findings = FINDING_NO_FLAG,
		.what = "Calls that may drop the mmap lock do not accept FOLL_LONGTERM",
		.fixed_in = "6.2",
		.change = "'mm/gup: remove the restriction on locked with FOLL_LONGTERM'",
		.instead = "Hold the mmap lock throughout, or call pin_user_pages_fast()",
	}, {
		.id = "folio-goes-as-a-whole",
		.checks = "@(*.*-around|bugs.*-takes-folio-*)",
		.findings = REPLACED | FINDING_LOST,
		.what = "The page cache drops a large folio that is pinned and cannot be split, if a part of it is punched out, truncated, replaced, or written with O_DIRECT",
		.change = "not fixed; introduced by 'truncate,shmem: Handle truncates that split large folios'",
	}, {
		.id = "cow-mapping-replaced",
		/* Until it is replaced, the pin sees who writes to the file. */
		.checks = "@(ro-longterm*|vdso.*|pool.file-*)",
		.findings = REPLACED | FINDING_LEAKED,
		.is_not = PINTEST_PAGE_ANON,
		.cases = "R/O longterm GUP* pin ... with *",
		.what = "A read-only long-term pin takes the shared zero page or a page-cache page. The next write replaces the mapped page with a private copy, and the pin goes stale",
		.since = "5.9",
		.fixed_in = "6.2",
		.change = "'mm/gup: reliable R/O long-term pinning in COW mappings' (84209e87c696)",
		.instead = "Pin with FOLL_WRITE, which takes a private copy first",
	}, {
		.id = "anon-readonly-replaced",
		.checks = "@(@(ro-@(longterm*|anon)|rw-longterm-force*).*.@(*-readonly|anon-mprotected|anon-soft-dirty|anon-uffd-wp|prot-none*|write-only|exec-only).*|r[ow]*.@(mprotect-ro|mprotect-none|uffd-wp)|pin-and-load.anon-mprotected|bugs.@(mprotect|uffd-wp|force-write)-replace*)",
		.findings = REPLACED | FINDING_LOST,
		.is = PINTEST_PAGE_ANON,
		.cases = "@(R/O GUP* pin on R/O-mapped @(previously-shared|exclusive) page|R/O-mapping a page registered as iouring fixed buffer) ... with *",
		.what = "A write to a pinned anonymous page that is mapped read-only replaces it with a copy, and the pin goes stale",
		.since = "5.9",
		.fixed_in = "5.19",
		.change = "'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive' (6c287605fd56)",
		.reproducer = "mprotect-replaces-page",
	}, {
		.id = "anon-swapped-replaced",
		.checks = "ro-@(longterm*|anon).*.*-swapped.*",
		.findings = REPLACED,
		.is = PINTEST_PAGE_ANON,
		.what = "A write to a pinned anonymous page that was read from swap replaces it with a copy, and the pin goes stale",
		.since = "5.9",
		.fixed_in = "5.19",
		.change = "'mm/swap: remember PG_anon_exclusive via a swp pte bit' (1493a1913e34)",
	}, {
		.id = "stack-grows-for-pins",
		.checks = "*-refusal.*.stack-gap.*",
		.findings = FINDING_ALLOWED,
		.what = "Pinning the gap below a stack expands the stack",
		.fixed_in = "6.5",
		.change = "'mm: always expand the stack with the mmap write lock held' (8d7071af8907)",
	}, {
		.id = "prot-none-pinned",
		.checks = "ro*-refusal.*fast.prot-none.*",
		.findings = FINDING_ALLOWED,
		.what = "GUP-fast without FOLL_WRITE pins PROT_NONE memory (s390 without NUMA balancing)",
		.since = "5.2",
		.change = "not fixed; introduced by 's390/mm: convert to the generic get_user_pages_fast code' (1a42010cdc26)",
	}, {
		.id = "hugetlb-fork-shares",
		.checks = "@(rw*|ro-@(longterm*|anon).*.*hugetlb-+([!-])?(-@(previously-shared|noreserve|surplus))).@(write-after-fork|fork-twice)",
		.findings = REPLACED | FINDING_LOST | FINDING_LEAKED,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_HUGETLB,
		.cases = "fork() with an iouring fixed buffer ... with hugetlb *",
		.what = "fork() shares pinned hugetlb pages with the child instead of copying them",
		.fixed_in = "5.12",
		.change = "'hugetlb: do early cow when page pinned on src mm' (4eae4efa2c29)",
		.instead = "Keep the memory from children with MADV_DONTFORK",
	}, {
		.id = "anon-shared-replaced",
		.checks = "@(ro-@(longterm*|anon).*|pin-and-load.*|pool.child-*)",
		.findings = REPLACED,
		.is = PINTEST_PAGE_ANON,
		.cases = "R/O GUP* pin on R/O-mapped shared page ... with *",
		.what = "A read-only pin takes an anonymous page that is shared after fork(). The next write replaces the mapped page with a private copy, and the pin goes stale",
		.since = "5.9",
		.fixed_in = "5.19",
		.change = "'mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page' (a7f226604170)",
		.instead = "Pin with FOLL_WRITE, which takes a private copy first",
	}, {
		.id = "swapin-reference-overlooked",
		.cases = "vmsplice() * ... with *swapped?out*",
		.what = "The kernel reuses a page that was read from swap although a pipe still refers to it, so the pipe sees the next write",
		.fixed_in = "5.18",
		.change = "'mm: streamline COW logic in do_swap_page()' (c145e0b47c77)",
	}, {
		.id = "thp-reference-overlooked",
		.checks = "cow.vmsplice-!(*-hugetlb)",
		.findings = FINDING_LEAKED,
		.cases = "vmsplice() * ... with *THP *",
		.what = "The kernel reuses a THP, or a page that was read from swap, although a pipe still refers to it, so the pipe sees the next write",
		.fixed_in = "5.18",
		.change = "'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()' (3bff7e3f1f16)",
	}, {
		.id = "hugetlb-reference-overlooked",
		.checks = "cow.vmsplice-*-hugetlb",
		.findings = FINDING_LEAKED,
		.what = "The kernel reuses a hugetlb page although a pipe still refers to it, so the pipe sees the next write",
		.change = "by design: only mappings of a hugetlb page count as sharing it",
		.limit = true,
	}, {
		.id = "writable-file-pinned",
		.checks = "@(files.@(longterm-write|fsync)-*|rw-longterm-refusal.*-shared.*)",
		.findings = FINDING_ALLOWED | FINDING_LOST,
		.cases = "R/W longterm GUP* pin in MAP_SHARED file mapping ... with *tmpfile",
		.what = "A read-write long-term pin takes page cache of a file system that has to track writes, and cannot track those through the pin",
		.fixed_in = "6.5",
		.change = "'mm/gup: disallow FOLL_LONGTERM GUP-nonfast writing to file-backed mappings' (8ac268436e6d)",
		.instead = "Use memory that needs no write-back: a memfd, tmpfs or hugetlb",
	}, {
		.id = "io-uring-refuses-files",
		.cases = "io_uring fixed buffer with MAP_PRIVATE file mapping ... with *tmpfile",
		.what = "io_uring refuses file mappings as fixed buffers",
		.fixed_in = "6.5",
		.change = "'io_uring: rsrc: delegate VMA file-backed check to GUP'",
	}, {
		.id = "btrfs-unpin-dirty",
		.checks = "bugs.unpin-dirty-btrfs",
		.findings = FINDING_LOST,
		.what = "btrfs refuses to write back a page that became dirty without a page fault, as by a device",
		.fixed_in = "7.2",
		.change = "by a new mechanism, which stable kernels with 'btrfs: remove the COW fixup mechanism' lack",
		.reproducer = "unpin-dirty-btrfs",
	}, {
		.id = "direct-write-replaces-page",
		.checks = "bugs.direct-write-replaces-page",
		.findings = FINDING_OTHER_PAGE,
		.what = "An O_DIRECT write drops the file's page cache even if it is pinned",
		.change = "by design: pins of shared file mappings are not promised to stay coherent",
		.limit = true,
		.reproducer = "direct-write-replaces-page",
	}, {
		.id = "uffd-wp-huge-zeropage",
		.checks = "@(bugs.uffd-wp-huge-zeropage|side-effects.huge-zeropage-ro-longterm)",
		.findings = FINDING_UNPROTECTED | FINDING_MARKED,
		.what = "Unsharing the huge zero page allocates a writable THP and drops the write protection of all its pages",
		.since = "6.13",
		.change = "not fixed; introduced by 'mm: allocate THP on hugezeropage wp-fault' (1ced09e0331f)",
		.reproducer = "uffd-wp-huge-zeropage",
	}, {
		.id = "uffd-wp-hugetlb",
		.checks = "bugs.uffd-wp-hugetlb-shared*",
		.findings = FINDING_UNPROTECTED,
		.what = "Unsharing a hugetlb page drops its write protection",
		.since = "5.19",
		.fixed_in = "6.4",
		.change = "'mm/hugetlb: fix uffd-wp bit lost when unsharing happens' (0f230bc24b6e)",
		.reproducer = "uffd-wp-hugetlb-shared",
	}, {
		.id = "uffd-move-hangs",
		.checks = "bugs.uffd-move-pinned-folio",
		.findings = FINDING_HANG,
		.what = "UFFDIO_MOVE retries forever to split a pinned folio, because it checks for pins only after the split",
		.since = "6.8",
		.change = "not fixed; introduced by 'userfaultfd: UFFDIO_MOVE uABI' (adef440691ba)",
		.reproducer = "uffd-move-pinned-folio",
	}, {
		.id = "unshare-file-thp-hangs",
		.checks = "@(bugs.unshare-file-thp*|ro-longterm*.*-2m-*private.*)",
		.findings = FINDING_HANG,
		.what = "Unsharing a page of a file THP loops forever: each fault splits the PMD and maps the huge page again",
		.since = "6.2",
		.change = "not fixed; introduced by 'mm: extend FAULT_FLAG_UNSHARE support to anything in a COW mapping' (8d6a0ac09a16)",
		.reproducer = "unshare-file-thp",
	}, {
		.id = "uprobe-replaces-page",
		.checks = "bugs.uprobe-replaces-page",
		.findings = FINDING_STALE,
		.what = "Setting a uprobe copies the page even if it is pinned",
		.fixed_in = "6.16",
		.change = "'kernel/events/uprobes: uprobe_write_opcode() rewrite'",
		.reproducer = "uprobe-replaces-page",
	}, {
		.id = "soft-dirty-shared-thp",
		.checks = "@(bugs.soft-dirty-shared-thp|side-effects.anon-thp-shared-ro*)",
		.findings = FINDING_MARKED,
		.what = "Splitting a dirty THP marks all its pages soft-dirty (x86)",
		.since = "6.2",
		.change = "not fixed; introduced by 'mm/thp: re-apply mkdirty for small pages after split' (e833bc503405)",
		.reproducer = "soft-dirty-shared-thp",
	}, {
		.id = "hugetlb-movable-refused",
		.checks = "bugs.hugetlb-movable",
		.findings = FINDING_REFUSED,
		.what = "A long-term pin of a hugetlb page in ZONE_MOVABLE fails with a warning instead of migrating the page",
		.since = "5.13",
		.fixed_in = "6.6",
		.change = "'mm/gup: retire follow_hugetlb_page()'",
		.reproducer = "hugetlb-movable",
	}, {
		.id = "longterm-stays-movable",
		.checks = "@(bugs.hugetlb-movable|longterm-movable.*|r[ow]-longterm-place.*)",
		.findings = FINDING_STAYS,
		.what = "Long-term pins do not migrate pages out of ZONE_MOVABLE",
		.fixed_in = "5.13",
		.change = "'mm/gup: migrate pinned pages out of movable zone' (d1e153fea2a8)",
		.reproducer = "hugetlb-movable",
	}, {
		.id = "secretmem-fast",
		.checks = "bugs.secretmem-fast",
		.findings = FINDING_EXPOSED,
		.what = "GUP-fast pins secretmem",
		.since = "5.14",
		.fixed_in = "6.9",
		.change = "'mm/secretmem: fix GUP-fast succeeding on secretmem folios' (65291dcfcf89)",
		.reproducer = "secretmem-fast",
	}, {
		.id = "nofault-longterm-zeropage",
		.checks = "flags.nofault-longterm-*",
		.findings = FINDING_FLAG,
		.what = "A read-only long-term pin takes the shared zero page, which needs no fault",
		.fixed_in = "6.2",
		.change = "'mm/gup: reliable R/O long-term pinning in COW mappings' (84209e87c696)",
	}, {
		.id = "hugetlb-owner-writes",
		.checks = "bugs.hugetlb-write-pin-kills-child",
		.findings = FINDING_KILLED,
		.what = "If the pool is empty, a write by the process that reserved a hugetlb page takes the page away from its children",
		.change = "by design: every write of the owner does this",
		.limit = true,
		.reproducer = "hugetlb-write-pin-kills-child",
	}, {
		.id = "hugetlb-owner-takes-page",
		.checks = "bugs.hugetlb-pin-kills-child",
		.findings = FINDING_KILLED,
		.what = "If the pool is empty, a pin by the process that reserved a hugetlb page takes the page away from its children, even a read-only pin",
		.since = "5.19",
		.change = "by design; introduced by 'mm: support GUP-triggered unsharing of anonymous pages' (c89357e27f20)",
		.limit = true,
		.reproducer = "hugetlb-pin-kills-child",
	},
};

const struct known *known_behaviours(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

/* Whether a page as it was pinned, if one was, is of the right kind. */
static bool page_fits(const struct known *known,
		      const struct pintest_record *record)
{
	if (!known->is && !known->is_not)
		return true;
	return record_taken(record) &&
	       (record->flags & known->is) == known->is &&
	       !(record->flags & known->is_not);
}

const struct known *known_find(const char *check_id,
			       const struct judgement *judgement,
			       const struct observations *seen)
{
	const struct pintest_record *record =
		&seen->pages[0].records[MOMENT_PINNED];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].findings & judgement->finding &&
		    !fnmatch(table[i].checks, check_id, FNM_EXTMATCH) &&
		    page_fits(&table[i], record))
			return &table[i];
	return NULL;
}

enum verdict known_verdict(const struct known *known, bool expected)
{
	if (known && known->limit)
		return VERDICT_LIMIT;
	return known && expected ? VERDICT_XFAIL : VERDICT_FAIL;
}

bool known_is_over(const struct known *known)
{
	unsigned int major, minor, fixed_major, fixed_minor;
	struct utsname name;

	if (!known->fixed_in || uname(&name) ||
	    sscanf(name.release, "%u.%u", &major, &minor) != 2 ||
	    sscanf(known->fixed_in, "%u.%u", &fixed_major, &fixed_minor) != 2)
		return false;
	return major > fixed_major ||
	       (major == fixed_major && minor >= fixed_minor);
}

const struct known *known_find_case(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].cases &&
		    !fnmatch(table[i].cases, name, FNM_EXTMATCH))
			return &table[i];
	return NULL;
}

void known_text(const struct known *known, struct reason *text)
{
	const char *program = known->reproducer;

	reason(text, 0, "%s: %s%s%s%s%s%s%s%s%s%s", known->what,
	       known->since ? "since " : "", known->since ? : "",
	       known->since ? ", " : "",
	       known->fixed_in ? "fixed in " : "", known->fixed_in ? : "",
	       known->fixed_in ? ", " : "", known->change,
	       program ? "; shown by share/pintest/reproducers/" : "",
	       program ? : "", program ? ".c" : "");
}
