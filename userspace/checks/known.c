// SPDX-License-Identifier: GPL-2.0-only
/*
 * Known behaviours of kernels.
 *
 * They explain verdicts to people and never make them: a row is found by what
 * was asked and by what was seen. Releases are those of mainline, and only
 * text: distributions backport.
 */
#include <fnmatch.h>

#include "array_size.h"
#include "engine.h"
#include "reason.h"

#define REPLACED	(FINDING_STALE | FINDING_OTHER_PAGE)

static const struct known table[] = {
	{
		.id = "longterm-needs-lock",
		.checks = "*",
		.findings = FINDING_NO_FLAG,
		.what = "calls that may drop the mmap lock take no FOLL_LONGTERM",
		.fixed_in = "6.2",
		.change = "'mm/gup: remove the restriction on locked with FOLL_LONGTERM'",
	}, {
		.id = "cow-mapping-replaced",
		.checks = "ro-longterm*",
		.findings = REPLACED,
		.is_not = PINTEST_PAGE_ANON,
		.cases = "R/O longterm GUP* pin ... with *",
		.what = "a R/O long-term pin takes the zero page or page cache that a write replaces",
		.since = "5.9",
		.fixed_in = "6.2",
		.change = "'mm/gup: reliable R/O long-term pinning in COW mappings' (84209e87c696)",
	}, {
		.id = "anon-shared-replaced",
		.checks = "ro-longterm*",
		.findings = REPLACED,
		.is = PINTEST_PAGE_ANON,
		.cases = "R/O GUP* pin on R/O-mapped shared page ... with *",
		.what = "a R/O pin takes a shared anonymous page that a write replaces",
		.since = "5.9",
		.fixed_in = "5.19",
		.change = "'mm/gup: trigger FAULT_FLAG_UNSHARE when R/O-pinning a possibly shared anonymous page' (a7f226604170)",
	}, {
		.id = "hugetlb-fork-shares",
		.checks = "rw*.write-after-fork",
		.findings = REPLACED | FINDING_LOST | FINDING_LEAKED,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_HUGETLB,
		.cases = "fork() with an iouring fixed buffer ... with hugetlb *",
		.what = "fork() shares pinned hugetlb pages instead of copying them",
		.fixed_in = "5.12",
		.change = "'hugetlb: do early cow when page pinned on src mm' (4eae4efa2c29)",
	}, {
		.id = "anon-readonly-replaced",
		.cases = "@(R/O GUP* pin on R/O-mapped @(previously-shared|exclusive) page|R/O-mapping a page registered as iouring fixed buffer) ... with *",
		.what = "a write replaces a pinned anonymous page that is mapped R/O",
		.since = "5.9",
		.fixed_in = "5.19",
		.change = "'mm: remember exclusively mapped anonymous pages with PG_anon_exclusive' (6c287605fd56)",
	}, {
		.id = "swapin-reference-overlooked",
		.cases = "vmsplice() * ... with *swapped?out*",
		.what = "a write goes to a page from swap that a pipe still refers to",
		.fixed_in = "5.18",
		.change = "'mm: streamline COW logic in do_swap_page()' (c145e0b47c77)",
	}, {
		.id = "thp-reference-overlooked",
		.cases = "vmsplice() * ... with *THP *",
		.what = "a write goes to a THP that a pipe still refers to",
		.fixed_in = "5.18",
		.change = "'mm/huge_memory: streamline COW logic in do_huge_pmd_wp_page()' (3bff7e3f1f16)",
	}, {
		.id = "writable-file-pinned",
		.cases = "R/W longterm GUP* pin in MAP_SHARED file mapping ... with *tmpfile",
		.what = "a R/W long-term pin takes page cache that the file system expects to track writes of",
		.fixed_in = "6.5",
		.change = "'mm/gup: disallow FOLL_LONGTERM GUP-nonfast writing to file-backed mappings' (8ac268436e6d)",
	}, {
		.id = "io-uring-refuses-files",
		.cases = "io_uring fixed buffer with MAP_PRIVATE file mapping ... with *tmpfile",
		.what = "io_uring takes no mapping of a file as a fixed buffer",
		.fixed_in = "6.5",
		.change = "'io_uring: rsrc: delegate VMA file-backed check to GUP'",
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
		    !fnmatch(table[i].checks, check_id, 0) &&
		    page_fits(&table[i], record))
			return &table[i];
	return NULL;
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
	reason(text, 0, "%s: %s%s%sright since %s, %s", known->what,
	       known->since ? "so since " : "", known->since ? : "",
	       known->since ? ", " : "", known->fixed_in, known->change);
}
