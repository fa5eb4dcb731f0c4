// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether unpinning gives back what pinning took.
 *
 * The event pinned and unpinned REPINS times while another pin kept the pages
 * where they are. A kernel that leaks one reference each time has leaked REPINS
 * of them. Meanwhile the kernel's caches take or drop a few references of their
 * own, and other processes use the shared zero pages. Half of REPINS is far from
 * both.
 */
#include <stdlib.h>

#include "base/reason.h"
#include "judge.h"

#define NOISE	(REPINS / 2)
#define SINCE_REPINS	"over " TEXT_OF(REPINS) " pins that were all given back"
#define ZEROS	(PINTEST_PAGE_ZERO | PINTEST_PAGE_HUGE_ZERO)

static struct judgement unbalanced(const char *what, const char *since,
				   int64_t was, int64_t is, size_t page)
{
	struct judgement judgement = {
		.verdict = VERDICT_FAIL,
		.finding = FINDING_UNBALANCED,
	};

	reason(&judgement.why, 0, "page %zu: %s went from %lld to %lld %s",
	       page, what, (long long)was, (long long)is, since);
	return judgement;
}

static struct judgement plain(enum verdict verdict, enum finding finding,
			      const char *why)
{
	struct judgement judgement = {
		.verdict = verdict,
		.finding = finding,
	};

	reason(&judgement.why, 0, "%s", why);
	return judgement;
}

static bool known(const struct pintest_record *record, uint64_t field)
{
	return record_taken(record) && record->fields & field;
}

/* Others may pin the zero page meanwhile, which may take 1024 references. */
static struct judgement judge_refcount(const struct page_seen *seen,
				       size_t page, bool pins)
{
	const struct pintest_record *was = &seen->records[MOMENT_PINNED];
	const struct pintest_record *is = &seen->records[MOMENT_AFTER];
	int64_t noise = NOISE;

	if (!known(was, PINTEST_FIELD_REFCOUNT))
		return plain(VERDICT_SKIP, FINDING_NONE,
			     "this kernel does not report reference counts");
	if (pins && was->flags & PINTEST_PAGE_ZERO)
		noise *= 1024;
	if (llabs((int64_t)is->refcount - was->refcount) < noise)
		return plain(VERDICT_PASS, FINDING_NONE, "");
	return unbalanced("refcount", SINCE_REPINS, was->refcount,
			  is->refcount, page);
}

/* Whether a page and the one @pages after it are of the same large folio. */
static bool same_folio(const struct pintest_record *page,
		       const struct pintest_record *other, uint64_t pages)
{
	bool pfns = page->fields & other->fields & PINTEST_FIELD_PFN;

	return page->folio_order && page->folio_order == other->folio_order &&
	       page->folio_index + pages == other->folio_index &&
	       (!pfns || page->pfn + pages == other->pfn);
}

/* Pins that the scenario holds in the folio of a page, its own included. */
static int held_pins(const struct observations *seen, size_t page)
{
	const struct pintest_record *record, *other;
	int pins = 1;
	size_t i;

	record = &seen->pages[page].records[MOMENT_AFTER];
	for (i = 0; i < CHECK_PAGES; i++) {
		other = &seen->pages[i].records[MOMENT_AFTER];
		if (i < page)
			pins += same_folio(other, record, page - i);
		else if (i > page)
			pins += same_folio(record, other, i - page);
	}
	return pins;
}

static struct judgement judge_pincount(const struct observations *seen,
				       size_t page)
{
	const struct pintest_record *records = seen->pages[page].records;
	const struct pintest_record *was = &records[MOMENT_PINNED];
	const struct pintest_record *is = &records[MOMENT_AFTER];
	const struct pintest_record *left = &records[MOMENT_UNPINNED];
	int noise = was->flags & ZEROS ? NOISE : 1;
	int held = held_pins(seen, page);

	if (!known(was, PINTEST_FIELD_PINCOUNT))
		return plain(VERDICT_PASS, FINDING_NONE, "");
	if (was->pincount < held)
		return unbalanced("pincount", "by pinning", 0, was->pincount,
				  page);
	if (abs(is->pincount - was->pincount) >= noise)
		return unbalanced("pincount", SINCE_REPINS, was->pincount,
				  is->pincount, page);
	if (is->flags & PINTEST_PAGE_MAPPED_SAME &&
	    known(left, PINTEST_FIELD_PINCOUNT) &&
	    abs(is->pincount - held - left->pincount) >= noise)
		return unbalanced("pincount", "by the last unpin",
				  is->pincount, left->pincount, page);
	return plain(VERDICT_PASS, FINDING_NONE, "");
}

/*
 * Pins of an outside way, by the kernel's counts of all pins. Others pin as well,
 * so only many say something. The kernel does not count pins of zero pages.
 */
static struct judgement judge_totals(const struct scenario *scenario,
				     const struct observations *seen)
{
	bool zero = scenario->memory->traits & MEMORY_ZERO &&
		    !(scenario->access->foll & PINTEST_FOLL_WRITE);

	if (!seen->counted)
		return plain(VERDICT_PASS, FINDING_NONE, "");
	if (seen->pins_taken < REPINS && !zero)
		return judged(VERDICT_FAIL, FINDING_UNPINNED,
			      "the kernel counted %lld pins while memory was pinned %d times",
			      (long long)seen->pins_taken, REPINS + 1);
	if (seen->pins_left >= NOISE)
		return judged(VERDICT_FAIL, FINDING_UNBALANCED,
			      "%lld of %lld pins are left after all was unpinned",
			      (long long)seen->pins_left,
			      (long long)seen->pins_taken);
	return plain(VERDICT_PASS, FINDING_NONE, "");
}

static bool has_counts(const struct observations *seen)
{
	return !seen->counted ||
	       known(&seen->pages[0].records[MOMENT_PINNED],
		     PINTEST_FIELD_REFCOUNT);
}

struct judgement judge_unpin(const struct scenario *scenario,
			     const struct observations *seen)
{
	struct judgement judgement = judge_totals(scenario, seen);
	bool pins = scenario->way->traits & WAY_PINS;
	size_t i;

	if (!has_counts(seen))
		return judgement;
	for (i = 0; i < CHECK_PAGES && !judgement.verdict; i++) {
		judgement = judge_refcount(&seen->pages[i], i, pins);
		if (!judgement.verdict && pins)
			judgement = judge_pincount(seen, i);
	}
	return judgement;
}

/* No more pages free, reserved or in surplus than there are. */
static bool is_plausible(const struct pool_counts *pool)
{
	return pool->free <= pool->total && pool->reserved <= pool->total &&
	       pool->surplus <= pool->total;
}

struct judgement judge_pool(const struct observations *seen,
			    const struct judgement *otherwise)
{
	const struct pool_counts *was = &seen->pool[POOL_BEFORE];
	const struct pool_counts *is = &seen->pool[POOL_AFTER];

	if (!was->known)
		return *otherwise;
	/* Pages that a driver kept earlier may have left it wrong. */
	if (is_plausible(was) && !is_plausible(&seen->pool[POOL_PINNED]))
		return plain(VERDICT_FAIL, FINDING_UNBALANCED,
			     "while the memory was pinned, the pool had more pages free, reserved or in surplus than in all");
	if (pool_same(was, is))
		return *otherwise;
	return judged(VERDICT_FAIL, FINDING_UNBALANCED,
		      "the pool of hugetlb pages had %lu pages, %lu free, %lu reserved and %lu in surplus, and has %lu, %lu, %lu and %lu afterwards",
		      was->total, was->free, was->reserved, was->surplus,
		      is->total, is->free, is->reserved, is->surplus);
}
