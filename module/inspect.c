// SPDX-License-Identifier: GPL-2.0-only
/*
 * INSPECT: the state of the pages that are mapped in a range. It does not touch
 * them.
 *
 * INSPECT works in steps. Under the mmap lock it skips to where something may
 * be mapped, and looks up a batch. Then it makes the records without a lock,
 * because copying them to user space may fault, for as long as the caller
 * likes.
 *
 * Between two lookups it keeps the mm_struct of the process, but not its
 * memory. So the memory goes when the process exits. Nothing keeps the pages:
 * reclaim and migration could take them even under the lock. A record says
 * what the page at that frame was like when the record was made.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include "pintest_private.h"

/* The most steps of one call, so that it ends. */
#define MAX_STEPS 4096

/*
 * Returns the first address from @addr on that may be mapped, or @end. Sets
 * @vma_end to the end of its mapping.
 */
static unsigned long inspect_skip(struct mm_struct *mm, unsigned long addr,
				  unsigned long end, unsigned long *vma_end)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start >= end)
		return end;
	*vma_end = min(vma->vm_end, end);
	return pintest_mapped_skip(mm, max(addr, vma->vm_start), *vma_end);
}

/*
 * Looks up what is mapped from @addr on. Returns how many pages, and sets
 * @addr to the first one, or to @end if there is none.
 */
static long inspect_lookup(struct mm_struct *mm, u64 *addr, unsigned long end,
			   pintest_mapped_t *mapped)
{
	unsigned long vma_end = end;
	unsigned long nr;
	int err = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	*addr = inspect_skip(mm, *addr, end, &vma_end);
	nr = min_t(unsigned long, (vma_end - *addr) / PAGE_SIZE,
		   PINTEST_BATCH);
	if (nr)
		err = pintest_mapped_lookup(mm, *addr, nr, mapped);
	mmap_read_unlock(mm);
	return err ? err : nr;
}

/* Lists the pages of @span up to the first hole. Returns how many. */
static unsigned long inspect_list(const struct pintest_span *span)
{
	unsigned long i;

	for (i = 0; i < span->nr; i++) {
		if (!pintest_mapped_present(span->mapped[i]))
			break;
		span->pages[i] =
			pfn_to_page(pintest_mapped_pfn(span->mapped[i]));
	}
	return i;
}

/* Makes records of the next @nr pages, as far as the caller has room. */
static int inspect_record(struct pintest_recorder *recorder,
			  struct pintest_inspect_args *args, unsigned long nr)
{
	struct pintest_span span = {
		.pages = recorder->room->pages,
		.mapped = recorder->room->mapped,
	};
	unsigned long step;
	int err = 0;

	for (; nr && args->out_count < args->count && !err; nr -= step) {
		span.addr = args->out_next;
		span.nr = min_t(unsigned long, nr,
				args->count - args->out_count);
		span.nr = inspect_list(&span);
		step = max(span.nr, 1UL);
		if (!span.nr && !pintest_mapped_known(*span.mapped))
			args->out_unknown++;
		if (span.nr)
			err = pintest_recorder_add(recorder, span);
		span.mapped += step;
		args->out_count += span.nr;
		args->out_next += step * PAGE_SIZE;
	}
	return err;
}

/*
 * Advances @args->out_next and @args->out_count. When the process has ended,
 * nothing is mapped.
 */
static int inspect_step(struct pintest_recorder *recorder, struct mm_struct *mm,
			struct pintest_inspect_args *args)
{
	u64 end = args->addr + args->length;
	long nr;

	if (!mmget_not_zero(mm)) {
		args->out_next = end;
		return 0;
	}
	nr = inspect_lookup(mm, &args->out_next, end, recorder->room->mapped);
	mmput(mm);
	return nr > 0 ? inspect_record(recorder, args, nr) : nr;
}

static int inspect_range(struct pintest_recorder *recorder,
			 struct mm_struct *mm,
			 struct pintest_inspect_args *args)
{
	u64 end = args->addr + args->length;
	unsigned int steps;
	int err = 0;

	args->out_next = args->addr;
	args->out_count = 0;
	args->out_unknown = 0;
	for (steps = 0; steps < MAX_STEPS && !err; steps++) {
		if (args->out_next >= end || args->out_count >= args->count)
			break;
		err = inspect_step(recorder, mm, args);
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

static int inspect_check(const struct pintest_inspect_args *args)
{
	if (!pintest_mapped_supported())
		return -EBADRQC;
	if (!args->count)
		return -EINVAL;
	return pintest_check_range(args->addr, args->length);
}

/**
 * pintest_inspect_run - PINTEST_IOC_INSPECT
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_inspect_run(struct pintest_call *call)
{
	struct pintest_inspect_args *args = &call->args.inspect;
	struct pintest_recorder recorder;
	struct mm_struct *mm;
	int err = inspect_check(args);

	if (!err)
		err = pintest_recorder_init(&recorder, args->records,
					    args->record_size);
	if (err)
		return err;
	mm = pintest_target_get(call->file, args->pid);
	if (IS_ERR(mm)) {
		err = PTR_ERR(mm);
	} else {
		mmgrab(mm);
		mmput(mm);
		err = inspect_range(&recorder, mm, args);
		mmdrop(mm);
	}
	pintest_recorder_end(&recorder);
	return err ? err : pintest_respond(call);
}
