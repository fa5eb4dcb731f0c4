// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of many pages, handed to user space.
 *
 * Most consecutive pages have the same state, and differ only in address and
 * frame number. So the recorder looks up the state of one page and compares
 * the next pages with it. All pages that are alike get the same record, each
 * with its own address and frame. Looking up the state of a page takes some
 * 300 instructions. Where pages are alike, a record takes 111 in all if each
 * is a folio of its own, and 58 in a huge page (docs/performance.md).
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "compat/target.h"
#include "pintest_private.h"

#define PFN_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN)

/**
 * pintest_recorder_init - begin to make records
 * @recorder: to make them with
 * @to: user address of an array of records
 * @record_size: stride in it
 *
 * Return: 0, and pintest_recorder_end() has to follow; -EINVAL if no record has
 * @record_size; -EFAULT; -ENOMEM.
 */
int pintest_recorder_init(struct pintest_recorder *recorder, u64 to,
			  u32 record_size)
{
	if (record_size < offsetofend(struct pintest_record, migratetype) ||
	    record_size > PAGE_SIZE || !IS_ALIGNED(record_size, 8))
		return -EINVAL;
	if (to != (unsigned long)to)
		return -EFAULT;
	recorder->to = u64_to_user_ptr(to);
	recorder->record_size = record_size;
	recorder->held = 0;
	recorder->pfn_mask = pintest_compat_capable(CAP_SYS_ADMIN) ?
			     ~0ULL : 0;
	recorder->room = kmalloc(sizeof(*recorder->room), GFP_KERNEL_ACCOUNT);
	return recorder->room ? 0 : -ENOMEM;
}

void pintest_recorder_end(struct pintest_recorder *recorder)
{
	kfree(recorder->room);
}

/* How many pages at the start of @span are alike and in one folio. */
static unsigned long recorder_alike_in_folio(const struct pintest_record *first,
					     const struct pintest_span *span)
{
	const unsigned long block = 1UL << min_t(unsigned int,
						 first->folio_order,
						 pintest_compat_block_order());
	const unsigned long max = min_t(unsigned long, span->nr,
					block - (first->pfn & (block - 1)));
	const unsigned long mapped_step = !!pintest_mapped_how(*span->mapped);
	/* For a hugetlb page the head has the flag. */
	const unsigned long bits = first->flags & PINTEST_PAGE_HUGETLB ?
				   0 : PINTEST_EXCLUSIVE_BIT;
	const struct pintest_state state =
		pintest_compat_state(*span->pages);
	unsigned long i;

	for (i = 1; i < max; i++)
		if (span->pages[i] != *span->pages + i ||
		    span->mapped[i] != *span->mapped + i * mapped_step ||
		    !pintest_compat_same_tail(&state, span->pages[i], bits))
			break;
	return i;
}

/* The same, for pages that are a folio each. */
static unsigned long recorder_alike_folios(const struct pintest_record *first,
					   const struct pintest_span *span)
{
	const unsigned int block_order = pintest_compat_block_order();
	const unsigned long how = pintest_mapped_how(*span->mapped);
	const bool same = first->pfn == pintest_mapped_pfn(*span->mapped);
	struct pintest_state state = pintest_compat_state(*span->pages);
	unsigned long i, pfn;
	bool is_mapped;

	for (i = 1; i < span->nr; i++) {
		pfn = page_to_pfn(span->pages[i]);
		is_mapped = pfn == pintest_mapped_pfn(span->mapped[i]);
		if (is_mapped != same ||
		    how != pintest_mapped_how(span->mapped[i]))
			break;
		if (pfn == first->pfn)
			continue;
		if ((pfn ^ first->pfn) >> block_order ||
		    !pintest_compat_same_state(&state, span->pages[i]))
			break;
	}
	return i;
}

/* Frame numbers of consecutive pages, as in a folio. */
static void recorder_place_run(const struct pintest_recorder *recorder,
			       const struct pintest_span *span)
{
	const unsigned long mask = recorder->pfn_mask;
	const unsigned long mapped_step = !!pintest_mapped_how(*span->mapped);
	unsigned long mapped_pfn = pintest_mapped_pfn(*span->mapped);
	unsigned long pfn = page_to_pfn(*span->pages);
	struct pintest_room *room = recorder->room;
	unsigned long i;

	for (i = 0; i < span->nr; i++) {
		room->pfn[i] = pfn++ & mask;
		room->mapped_pfn[i] = mapped_pfn & mask;
		mapped_pfn += mapped_step;
	}
}

/* Frame numbers of pages that may be anywhere. */
static void recorder_place_each(const struct pintest_recorder *recorder,
				const struct pintest_span *span)
{
	const unsigned long mask = recorder->pfn_mask;
	struct pintest_room *room = recorder->room;
	unsigned long i;

	for (i = 0; i < span->nr; i++) {
		room->pfn[i] = page_to_pfn(span->pages[i]) & mask;
		room->mapped_pfn[i] =
			pintest_mapped_pfn(span->mapped[i]) & mask;
	}
}

/* The layout of a record that recorder_copy() relies on. */
#define ASSERT_WORD(nth, low, high) \
	static_assert(offsetof(struct pintest_record, low) == 8 * (nth) && \
		      offsetof(struct pintest_record, high) == \
		      offsetof(struct pintest_record, low) + 4)
ASSERT_WORD(3, fields, flags);
ASSERT_WORD(5, refcount, mapcount);
ASSERT_WORD(6, entire_mapcount, pincount);
ASSERT_WORD(7, pincount_min, folio_order);
static_assert(offsetofend(struct pintest_record, migratetype) == 8 * 8);

/*
 * Copies a record for each of @nr pages, which differ only in address and
 * frame. It stores the words one by one, because a string instruction would
 * cost as much as all the rest.
 */
static int recorder_copy(const struct pintest_recorder *recorder,
			 const struct pintest_record *record, unsigned long nr)
{
	const u32 index_step = record->folio_order ? 1 : 0;
	const unsigned long *mapped_pfn = recorder->room->mapped_pfn;
	const unsigned long *pfn = recorder->room->pfn;
	const u64 *word = (const u64 *)record;
	struct pintest_record __user *to = recorder->to;
	u64 addr = record->addr;
	u32 index = record->folio_index;
	unsigned long i;

	if (!user_write_access_begin(to, nr * sizeof(*to)))
		return -EFAULT;
	for (i = 0; i < nr; i++, to++) {
		unsafe_put_user(addr, &to->addr, fault);
		unsafe_put_user((u64)pfn[i], &to->pfn, fault);
		unsafe_put_user((u64)mapped_pfn[i], &to->mapped_pfn, fault);
		unsafe_put_user(word[3], (u64 __user *)&to->fields, fault);
		unsafe_put_user(record->flags_known, &to->flags_known, fault);
		unsafe_put_user(index, &to->folio_index, fault);
		unsafe_put_user(word[5], (u64 __user *)&to->refcount, fault);
		unsafe_put_user(word[6], (u64 __user *)&to->entire_mapcount,
				fault);
		unsafe_put_user(word[7], (u64 __user *)&to->pincount_min,
				fault);
		addr += PAGE_SIZE;
		index += index_step;
	}
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

/* The same, for a caller whose records have another size. */
static int recorder_copy_of_size(const struct pintest_recorder *recorder,
				 struct pintest_record *record,
				 unsigned long nr)
{
	size_t size = recorder->record_size;
	size_t known = min(size, sizeof(*record));
	void __user *to = recorder->to;
	unsigned long i;

	for (i = 0; i < nr; i++, to += size) {
		record->pfn = recorder->room->pfn[i];
		record->mapped_pfn = recorder->room->mapped_pfn[i];
		if (copy_to_user(to, record, known) ||
		    clear_user(to + known, size - known))
			return -EFAULT;
		record->addr += PAGE_SIZE;
		record->folio_index += record->folio_order ? 1 : 0;
	}
	return 0;
}

/*
 * Writes records for the first page of @span and for all that are like it, and
 * sets @span->nr to their number.
 */
static int recorder_put(struct pintest_recorder *recorder,
			struct pintest_record *record,
			struct pintest_span *span)
{
	int err;

	if (record->folio_order) {
		span->nr = recorder_alike_in_folio(record, span);
		recorder_place_run(recorder, span);
	} else {
		span->nr = recorder_alike_folios(record, span);
		recorder_place_each(recorder, span);
	}
	if (!recorder->pfn_mask)
		record->fields &= ~PFN_FIELDS;
	if (recorder->record_size == sizeof(*record))
		err = recorder_copy(recorder, record, span->nr);
	else
		err = recorder_copy_of_size(recorder, record, span->nr);
	recorder->to += span->nr * recorder->record_size;
	return err;
}

/**
 * pintest_recorder_add - write records to user space
 * @recorder: the recorder
 * @span: the pages
 *
 * Return: 0, -EFAULT, or -EINTR on a fatal signal.
 */
int pintest_recorder_add(struct pintest_recorder *recorder,
			 struct pintest_span span)
{
	unsigned long nr = span.nr;
	struct pintest_record record;
	int err = 0;

	while (nr && !err) {
		span.nr = nr;
		pintest_record_page(&record, span.addr, *span.pages,
				    *span.mapped, recorder->held);
		err = recorder_put(recorder, &record, &span);
		span.addr += span.nr * PAGE_SIZE;
		span.pages += span.nr;
		span.mapped += span.nr;
		nr -= span.nr;
	}
	return err;
}

/**
 * pintest_recorder_lookup - what is mapped in a process that may have ended
 * @mm: its memory, kept with mmgrab()
 * @addr: of the first page
 * @nr: pages
 * @mapped: filled; nothing is mapped if the process has ended
 *
 * Return: 0, -EINTR on a fatal signal, or what pintest_mapped_lookup() gives.
 */
int pintest_recorder_lookup(struct mm_struct *mm, unsigned long addr,
			    unsigned long nr, pintest_mapped_t *mapped)
{
	int err;

	if (!mmget_not_zero(mm)) {
		memset(mapped, 0, nr * sizeof(*mapped));
		return 0;
	}
	err = -EINTR;
	if (!mmap_read_lock_killable(mm)) {
		err = pintest_mapped_lookup(mm, addr, nr, mapped);
		mmap_read_unlock(mm);
	}
	mmput(mm);
	return err;
}

/* Advances @args->out_count. */
static int records_put_some(struct pintest_recorder *recorder,
			    struct pintest_pin *pin,
			    struct pintest_records_args *args,
			    unsigned long max)
{
	unsigned long first = args->first + args->out_count;
	struct pintest_span span = {
		.addr = pin->pages.start + first * PAGE_SIZE,
		.mapped = recorder->room->mapped,
		.nr = min_t(unsigned long, max, PINTEST_BATCH),
	};
	int err;

	span.pages = pintest_pages_list(&pin->pages, first, &span.nr,
					recorder->room->pages);
	err = pintest_recorder_lookup(pin->gup.mm, span.addr, span.nr,
				      recorder->room->mapped);
	if (!err)
		err = pintest_recorder_add(recorder, span);
	args->out_count += span.nr;
	return err;
}

/* The pin is in use. */
static int records_put_pin(struct pintest_recorder *recorder,
			   struct pintest_pin *pin,
			   struct pintest_records_args *args)
{
	u64 nr;
	int err = 0;

	args->out_count = 0;
	if (args->first >= pin->pages.nr)
		return 0;
	nr = min_t(u64, args->count, pin->pages.nr - args->first);
	while (args->out_count < nr && !err) {
		err = records_put_some(recorder, pin, args,
				       nr - args->out_count);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/**
 * pintest_records_run - PINTEST_IOC_RECORDS
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_records_run(struct pintest_call *call)
{
	struct pintest_records_args *args = &call->args.records;
	struct pintest_pin *pin = call->file->private_data;
	struct pintest_recorder recorder;
	int err = pintest_recorder_init(&recorder, args->records,
					args->record_size);

	if (err)
		return err;
	recorder.held = pintest_gup_is_pin(pin->gup.api);
	err = pintest_pin_use(pin);
	if (!err) {
		err = records_put_pin(&recorder, pin, args);
		pintest_pin_unuse(pin);
	}
	pintest_recorder_end(&recorder);
	return err ? err : pintest_respond(call);
}
