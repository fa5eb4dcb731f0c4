// SPDX-License-Identifier: GPL-2.0-only
/*
 * INSPECT: the state of whatever is mapped in a range, without touching it.
 *
 * The range is looked at in steps, each under the mmap lock: skip to where
 * something may be mapped, look up a batch, make records. Between two steps
 * the lock is dropped and records are copied out, which may fault.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "pintest_private.h"

/* Steps of one call, so that it ends. */
#define MAX_STEPS 4096

/*
 * The first address from @addr on that may be mapped, or @end. @vma_end is the
 * end of the mapping that it is in.
 */
static unsigned long skip_unmapped(struct mm_struct *mm, unsigned long addr,
				   unsigned long end, unsigned long *vma_end)
{
	struct vm_area_struct *vma = find_vma(mm, addr);

	if (!vma || vma->vm_start >= end)
		return end;
	*vma_end = min(vma->vm_end, end);
	return pintest_mapped_skip(mm, max(addr, vma->vm_start), *vma_end);
}

/* Adds at most @room records. Returns how far it came. */
static unsigned long add_mapped(struct pintest_recorder *recorder,
				unsigned long addr, unsigned long nr, u32 room)
{
	unsigned long i, pfn;

	for (i = 0; i < nr && room; i++) {
		pintest_mapped_t mapped = recorder->mapped[i];

		if (!pintest_mapped_known(mapped) ||
		    !pintest_mapped_present(mapped))
			continue;
		pfn = pintest_mapped_pfn(mapped);
		if (!pfn_valid(pfn))
			continue;
		pintest_recorder_add(recorder, addr + i * PAGE_SIZE,
				     pfn_to_page(pfn), mapped);
		room--;
	}
	return addr + i * PAGE_SIZE;
}

/* The mmap lock is held. Moves @addr on. */
static int step(struct pintest_recorder *recorder, struct mm_struct *mm,
		u64 *addr, unsigned long end, u32 room)
{
	unsigned long start, vma_end = end, nr;
	int err;

	start = skip_unmapped(mm, *addr, end, &vma_end);
	nr = min_t(unsigned long, (vma_end - start) / PAGE_SIZE,
		   PINTEST_BATCH);
	if (nr) {
		err = pintest_mapped_lookup(mm, start, nr, recorder->mapped);
		if (err)
			return err;
	}
	*addr = add_mapped(recorder, start, nr, room);
	return 0;
}

static int locked_step(struct pintest_recorder *recorder, struct mm_struct *mm,
		       u64 *addr, unsigned long end, u32 room)
{
	int err;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	err = step(recorder, mm, addr, end, room);
	mmap_read_unlock(mm);
	return err;
}

static int inspect(struct pintest_recorder *recorder, struct mm_struct *mm,
		   struct pintest_inspect_args *args)
{
	u64 end = args->addr + args->length;
	unsigned int steps, nr;
	int err = 0;

	args->out_next = args->addr;
	args->out_count = 0;
	for (steps = 0; steps < MAX_STEPS && !err; steps++) {
		if (args->out_next >= end || args->out_count >= args->count)
			break;
		err = locked_step(recorder, mm, &args->out_next, end,
				  args->count - args->out_count);
		nr = recorder->nr;
		if (!err)
			err = pintest_recorder_flush(recorder);
		args->out_count += nr;
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

static int check_args(const struct pintest_inspect_args *args)
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
	struct pintest_recorder *recorder;
	struct mm_struct *mm;
	int err = check_args(args);

	if (err)
		return err;
	recorder = pintest_recorder_new(args->records, args->record_size);
	if (IS_ERR(recorder))
		return PTR_ERR(recorder);
	mm = pintest_target_get(args->pid);
	if (IS_ERR(mm)) {
		err = PTR_ERR(mm);
	} else {
		err = inspect(recorder, mm, args);
		mmput(mm);
	}
	kvfree(recorder);
	args->out_reserved = 0;
	return err ? err : pintest_respond(call);
}
