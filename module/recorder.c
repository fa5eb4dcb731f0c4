// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records of many pages, handed to user space.
 *
 * Pages that follow each other mostly differ in nothing but where they are. So
 * the state of one is looked up, the next ones are only compared to it, and all
 * that are alike get its record, each with its own place.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "pintest_private.h"

#define PFN_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN)

/**
 * pintest_recorder_init - begin to make records
 * @recorder: to make them with
 * @to: user address of an array of records
 * @record_size: stride in it
 *
 * Return: 0, to be ended with pintest_recorder_end(); -EINVAL if @record_size
 * is none; -EFAULT; -ENOMEM.
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
	recorder->pfn_mask = capable(CAP_SYS_ADMIN) ? ~0ULL : 0;
	recorder->room = kmalloc(sizeof(*recorder->room), GFP_KERNEL_ACCOUNT);
	return recorder->room ? 0 : -ENOMEM;
}

void pintest_recorder_end(struct pintest_recorder *recorder)
{
	kfree(recorder->room);
}

/* How many pages of @span, from the first on, are alike and of one folio. */
static unsigned long alike_in_folio(const struct pintest_record *first,
				    const struct pintest_span *span)
{
	const unsigned long block = 1UL << min_t(unsigned int,
						 first->folio_order,
						 pintest_compat_block_order());
	const unsigned long max = min_t(unsigned long, span->nr,
					block - (first->pfn & (block - 1)));
	const unsigned long mapped_step = !!pintest_mapped_how(*span->mapped);
	/* It is the head that says it of a hugetlb page. */
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

/* The same where each page is a folio. */
static unsigned long alike_folios(const struct pintest_record *first,
				  const struct pintest_span *span)
{
	const unsigned int block_order = pintest_compat_block_order();
	const unsigned long how = pintest_mapped_how(*span->mapped);
	const bool same = first->pfn == pintest_mapped_pfn(*span->mapped);
	struct pintest_state state = pintest_compat_state(*span->pages);
	unsigned long i, pfn;

	for (i = 1; i < span->nr; i++) {
		pfn = page_to_pfn(span->pages[i]);
		if (how != pintest_mapped_how(span->mapped[i]) ||
		    same != (pfn == pintest_mapped_pfn(span->mapped[i])))
			break;
		if (pfn == first->pfn)
			continue;
		if ((pfn ^ first->pfn) >> block_order ||
		    !pintest_compat_same_state(&state, span->pages[i]))
			break;
	}
	return i;
}

static __always_inline u64 pfn_of(const struct pintest_recorder *recorder,
				  const struct pintest_span *span,
				  unsigned long i)
{
	return page_to_pfn(span->pages[i]) & recorder->pfn_mask;
}

static __always_inline u64
mapped_pfn_of(const struct pintest_recorder *recorder,
	      const struct pintest_span *span, unsigned long i)
{
	return pintest_mapped_pfn(span->mapped[i]) & recorder->pfn_mask;
}

/*
 * What is the same in all records goes word by word: a string instruction would
 * cost as much as all the rest.
 */
static int put_records(const struct pintest_recorder *recorder,
		       const struct pintest_record *record,
		       const struct pintest_span *span)
{
	const u32 index_step = record->folio_order ? 1 : 0;
	const u64 *word = (const u64 *)record;
	struct pintest_record __user *to = recorder->to;
	u64 addr = span->addr;
	u32 index = record->folio_index;
	unsigned long i;

	if (!user_write_access_begin(to, span->nr * sizeof(*to)))
		return -EFAULT;
	for (i = 0; i < span->nr; i++, to++) {
		unsafe_put_user(addr, &to->addr, fault);
		unsafe_put_user(pfn_of(recorder, span, i), &to->pfn, fault);
		unsafe_put_user(mapped_pfn_of(recorder, span, i),
				&to->mapped_pfn, fault);
		unsafe_put_user(word[3], (u64 __user *)&to->fields, fault);
		unsafe_put_user(record->flags_known, &to->flags_known, fault);
		unsafe_put_user(index, &to->folio_index, fault);
		unsafe_put_user(word[5], (u64 __user *)&to->refcount, fault);
		unsafe_put_user(word[6], (u64 __user *)&to->entire_mapcount,
				fault);
		unsafe_put_user(word[7], (u64 __user *)&to->node, fault);
		addr += PAGE_SIZE;
		index += index_step;
	}
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

static int put_records_of_size(const struct pintest_recorder *recorder,
			       struct pintest_record *record,
			       const struct pintest_span *span)
{
	size_t size = recorder->record_size;
	size_t known = min(size, sizeof(*record));
	void __user *to = recorder->to;
	unsigned long i;

	for (i = 0; i < span->nr; i++, to += size) {
		record->pfn = pfn_of(recorder, span, i);
		record->mapped_pfn = mapped_pfn_of(recorder, span, i);
		if (copy_to_user(to, record, known) ||
		    clear_user(to + known, size - known))
			return -EFAULT;
		record->addr += PAGE_SIZE;
		record->folio_index += record->folio_order ? 1 : 0;
	}
	return 0;
}

/* The pages of @span are alike. */
static int put(struct pintest_recorder *recorder,
	       struct pintest_record *record, const struct pintest_span *span)
{
	int err;

	if (!recorder->pfn_mask)
		record->fields &= ~PFN_FIELDS;
	if (recorder->record_size == sizeof(*record))
		err = put_records(recorder, record, span);
	else
		err = put_records_of_size(recorder, record, span);
	recorder->to += span->nr * recorder->record_size;
	return err;
}

/**
 * pintest_recorder_add - hand records to user space
 * @recorder: the recorder
 * @span: of which pages
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
				    *span.mapped);
		span.nr = record.folio_order ? alike_in_folio(&record, &span) :
					       alike_folios(&record, &span);
		err = put(recorder, &record, &span);
		span.addr += span.nr * PAGE_SIZE;
		span.pages += span.nr;
		span.mapped += span.nr;
		nr -= span.nr;
	}
	return err;
}

/* If the memory of the pin is gone, nothing is mapped. */
static int lookup(struct mm_struct *mm, unsigned long addr, unsigned long nr,
		  pintest_mapped_t *mapped)
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

/* Moves @args->out_count on. */
static int record_some(struct pintest_recorder *recorder,
		       struct pintest_pin *pin,
		       struct pintest_records_args *args, unsigned long max)
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
	err = lookup(pin->gup.mm, span.addr, span.nr, recorder->room->mapped);
	if (!err)
		err = pintest_recorder_add(recorder, span);
	args->out_count += span.nr;
	return err;
}

/* The pin is in use. */
static int record_pin(struct pintest_recorder *recorder,
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
		err = record_some(recorder, pin, args, nr - args->out_count);
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
	err = pintest_pin_use(pin);
	if (!err) {
		err = record_pin(&recorder, pin, args);
		pintest_pin_unuse(pin);
	}
	pintest_recorder_end(&recorder);
	return err ? err : pintest_respond(call);
}
