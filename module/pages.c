// SPDX-License-Identifier: GPL-2.0-only
/*
 * The referenced pages of a range.
 *
 * The range is cut into segments at multiples of SEGMENT_PAGES pages of
 * virtual address space. If the pages of a segment are consecutive pages of
 * one folio, as in a THP or a hugetlb page, the segment is a pointer to the
 * first page. Any other segment is an array of pointers, which fills one page
 * of memory. In both, a shift and a mask find page n.
 *
 * Each GUP call asks for the rest of a segment. So the time between two checks
 * for signals and the scheduler is bounded.
 */
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "pintest_private.h"

#define SEGMENT_PAGES 512

/* Entries in the first table of segments, unless fewer are needed. */
#define FIRST_SEGMENTS 64UL

/**
 * struct pintest_segment - some pages
 * @pages: all of them, or NULL
 * @first: if @pages is NULL: the first, which the others follow
 */
struct pintest_segment {
	struct page **pages;
	struct page *first;
};

/* The position of page @index in its segment. */
static unsigned long pages_slot(const struct pintest_pages *pages,
				unsigned long index)
{
	return (pages->start / PAGE_SIZE + index) % SEGMENT_PAGES;
}

static struct pintest_segment *pages_segment(const struct pintest_pages *pages,
					     unsigned long index)
{
	unsigned long slot = pages_slot(pages, 0);

	return &pages->segments[(slot + index) / SEGMENT_PAGES];
}

/* Pages from @index to the end of its segment, or to @nr. */
static unsigned long pages_rest_of_segment(const struct pintest_pages *pages,
					   unsigned long index,
					   unsigned long nr)
{
	return min(SEGMENT_PAGES - pages_slot(pages, index), nr - index);
}

/*
 * Whether the pages are consecutive pages of one folio, without a hole. This is
 * true of a single page.
 */
static bool pages_are_one_run(struct page **pages, unsigned long nr)
{
	unsigned long i;

	if (!pages[0] || !pages[nr - 1] ||
	    compound_head(pages[0]) != compound_head(pages[nr - 1]))
		return false;
	for (i = 1; i < nr; i++)
		if (pages[i] != pages[0] + i)
			return false;
	return true;
}

/*
 * Makes one call for up to @nr pages, and charges the pages that it returns.
 * Returns their number, or -errno.
 */
static long pages_take_once(struct pintest_pages *pages,
			    const struct pintest_gup *gup, unsigned long start,
			    unsigned long nr, struct page **array)
{
	long paid, ret;

	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	paid = pintest_account_add(pages->account, nr);
	if (paid < 0) {
		if (paid == -ENOMEM)
			pages->stop = PINTEST_STOP_LIMIT;
		return paid;
	}
	memset(array, 0, paid * sizeof(*array));
	ret = pintest_gup_take(gup, start, paid, array);
	if (ret < paid)
		pintest_account_sub(pages->account, paid - max(ret, 0L));
	return ret ? ret : -EAGAIN;
}

/* Takes up to @want pages. Returns how many, and in @err why no more. */
static unsigned long pages_take_some(struct pintest_pages *pages,
				     const struct pintest_gup *gup,
				     unsigned long want, struct page **array,
				     int *err)
{
	unsigned long start = pages->start + pages->nr * PAGE_SIZE;
	unsigned long nr = 0;
	long ret;

	for (*err = 0; nr < want && !*err; nr += max(ret, 0L)) {
		ret = pages_take_once(pages, gup, start + nr * PAGE_SIZE,
				      want - nr, array + nr);
		if (ret < 0)
			*err = ret;
		else if (gup->api == PINTEST_API_PIN_MEMFD)
			pintest_memfd_join(array, nr);
	}
	return nr;
}

/* Gives back the pages that must not be kept. Returns how many stay. */
static unsigned long pages_settle(struct pintest_pages *pages,
				  const struct pintest_gup *gup,
				  struct page **array, unsigned long nr,
				  int *err)
{
	unsigned long good;

	/* Pages of one folio share their count: look once. */
	if (pages_are_one_run(array, nr) && pintest_count_is_safe(*array))
		return nr;
	good = pintest_gup_settle(gup, array, nr, &pages->stop);
	if (good < nr) {
		pintest_account_sub(pages->account, nr - good);
		*err = pintest_gup_stop_error(pages->stop);
	}
	return good;
}

/*
 * Makes room for the segment of the next page; the caller wants @nr pages in
 * all. The table grows with the pages, since the kernel may refuse a long
 * range early.
 */
static int pages_reserve_segment(struct pintest_pages *pages, unsigned long nr)
{
	unsigned long slot = pages_slot(pages, 0);
	unsigned long all = DIV_ROUND_UP(slot + nr, SEGMENT_PAGES);
	struct pintest_segment *segments;
	unsigned long room;

	if ((slot + pages->nr) / SEGMENT_PAGES < pages->room)
		return 0;
	room = min(all, max(2 * pages->room, FIRST_SEGMENTS));
	if (room > INT_MAX / sizeof(*segments))
		return -ENOMEM;
	segments = kvcalloc(room, sizeof(*segments),
			    GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!segments)
		return -ENOMEM;
	if (pages->room)
		memcpy(segments, pages->segments,
		       pages->room * sizeof(*segments));
	kvfree(pages->segments);
	pages->segments = segments;
	pages->room = room;
	return 0;
}

/*
 * Appends a segment; the caller wants @nr pages in all. @array has room for a
 * segment. If the segment keeps the array, @array becomes NULL.
 */
static int pages_append_segment(struct pintest_pages *pages,
				const struct pintest_gup *gup,
				unsigned long nr, struct page ***array)
{
	const unsigned long want = pages_rest_of_segment(pages, pages->nr, nr);
	struct pintest_segment *segment = pages_segment(pages, pages->nr);
	unsigned long taken;
	int err;

	if (!*array)
		*array = kmalloc_array(SEGMENT_PAGES, sizeof(**array),
				       GFP_KERNEL_ACCOUNT);
	if (!*array) {
		pages->stop = PINTEST_STOP_MEMORY;
		return -ENOMEM;
	}
	if (!pintest_count_begin(want)) {
		pages->stop = PINTEST_STOP_COUNT;
		return -ENOMEM;
	}
	taken = pages_take_some(pages, gup, want, *array, &err);
	if (taken)
		taken = pages_settle(pages, gup, *array, taken, &err);
	pintest_count_end(want);
	if (!taken)
		return err;
	if (pages_are_one_run(*array, taken)) {
		segment->first = **array;
	} else {
		segment->pages = *array;
		*array = NULL;
	}
	pages->nr += taken;
	return err;
}

/**
 * pintest_pages_take - take as many pages of a range as the kernel lets us
 * @pages: what was taken
 * @gup: how to take them; pintest_gup_begin() was called for all of them
 * @account: who pays for them, until pintest_pages_put()
 * @start: address of the first
 * @nr: how many, at least 1
 *
 * Return: 0 if all pages were taken. Otherwise -errno and @pages->stop say why
 * the next page was not, and @pages has those before it. The caller calls
 * pintest_pages_put() in any case, also when there are none.
 */
int pintest_pages_take(struct pintest_pages *pages,
		       const struct pintest_gup *gup,
		       struct pintest_account *account, unsigned long start,
		       unsigned long nr)
{
	struct page **array = NULL;
	int err = 0;

	*pages = (struct pintest_pages){ .start = start, .account = account };
	while (pages->nr < nr && !err) {
		pages->stop = PINTEST_STOP_CALL;
		err = pages_reserve_segment(pages, nr);
		if (err)
			pages->stop = PINTEST_STOP_MEMORY;
		else
			err = pages_append_segment(pages, gup, nr, &array);
	}
	if (!err)
		pages->stop = PINTEST_STOP_NONE;
	kfree(array);
	return err;
}

/**
 * pintest_pages_put - give all pages back
 * @pages: the pages; empty afterwards
 * @gup: how they were taken
 * @dirty: mark them dirty first
 *
 * Cannot fail, and needs no memory.
 */
void pintest_pages_put(struct pintest_pages *pages,
		       const struct pintest_gup *gup, bool dirty)
{
	unsigned long index, nr;

	for (index = 0; index < pages->nr; index += nr) {
		struct pintest_segment *segment = pages_segment(pages, index);

		nr = pages_rest_of_segment(pages, index, pages->nr);
		if (segment->pages)
			pintest_gup_put(gup, segment->pages, nr, dirty);
		else
			pintest_gup_put_range(gup, segment->first, nr, dirty);
		kfree(segment->pages);
		cond_resched();
	}
	kvfree(pages->segments);
	if (pages->nr)
		pintest_account_sub(pages->account, pages->nr);
	pages->segments = NULL;
	pages->room = 0;
	pages->nr = 0;
}

/**
 * pintest_pages_list - find pages
 * @pages: the pages
 * @index: of the first one, less than @pages->nr
 * @nr: in: pages wanted, at least 1 and not more than there are from @index on;
 *	out: pages found, which are fewer where a segment ends
 * @room: an array for that many pages, used if they have to be listed
 *
 * Return: a list of the pages, valid as long as @pages and @room.
 */
struct page **pintest_pages_list(const struct pintest_pages *pages,
				 unsigned long index, unsigned long *nr,
				 struct page **room)
{
	const struct pintest_segment *segment = pages_segment(pages, index);
	/* Only the first segment begins anywhere but at its slot 0. */
	unsigned long before =
		segment == pages->segments ? pages_slot(pages, 0) : 0;
	unsigned long nth = pages_slot(pages, index) - before;
	unsigned long i;

	*nr = min(*nr, pages_rest_of_segment(pages, index, pages->nr));
	if (segment->pages)
		return segment->pages + nth;
	for (i = 0; i < *nr; i++)
		room[i] = segment->first + nth + i;
	return room;
}
