// SPDX-License-Identifier: GPL-2.0-only
/*
 * BENCH: what taking references to the pages of a range, and giving them back,
 * costs. The clock runs for nothing but the calls and the loop around them.
 */
#include <linux/ktime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "gup.h"
#include "pintest_private.h"

/*
 * Between two looks at signals, the scheduler and who waits for the mmap lock: some
 * milliseconds, so that these looks do not show in the figures.
 */
#define PAGES_PER_LOOK 32768

/**
 * struct pintest_bench - a benchmark under way
 * @gup: the call
 * @addr: of the first page
 * @nr: pages wanted
 * @batch: pages that a call is asked for
 * @pages: what the calls gave
 * @taken: how many
 */
struct pintest_bench {
	struct pintest_gup gup;
	unsigned long addr;
	unsigned long nr;
	unsigned long batch;
	struct page **pages;
	unsigned long taken;
};

/*
 * Makes calls until it is time for a look, or until one gives nothing or drops
 * the mmap lock. A call may be for one page, and all of this is timed: it stays as
 * short as in the kernel's own gup_test, with whose figures others compare.
 */
static long bench_take_some(struct pintest_bench *bench)
{
	struct page **pages = bench->pages + bench->taken;
	struct page **look = pages + PAGES_PER_LOOK;
	unsigned long addr = bench->addr + bench->taken * PAGE_SIZE;
	unsigned long left = bench->nr - bench->taken;
	const int lock = pintest_gup_needs_lock(&bench->gup);
	int locked = lock;
	long ret;

	if (lock && mmap_read_lock_killable(bench->gup.mm))
		return -EINTR;
	do {
		ret = pintest_gup_call(&bench->gup, addr,
				       min(bench->batch, left), pages, &locked);
		if (ret <= 0)
			break;
		pages += ret;
		addr += ret * PAGE_SIZE;
		left -= ret;
	} while (left && pages < look && locked == lock);
	if (locked)
		mmap_read_unlock(bench->gup.mm);
	bench->taken = pages - bench->pages;
	return ret;
}

static int bench_take(struct pintest_bench *bench)
{
	long ret;

	while (bench->taken < bench->nr) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		ret = bench_take_some(bench);
		if (ret <= 0)
			return ret ? ret : -EAGAIN;
	}
	return 0;
}

/* How calls took them matters to memfd_pin_folios() alone. */
static void bench_put(struct pintest_bench *bench)
{
	pintest_gup_put_in_steps(&bench->gup, bench->pages, bench->taken,
				 bench->gup.api == PINTEST_API_PIN_MEMFD ?
				 bench->batch : PAGES_PER_LOOK);
}

/* Sets the out fields of @args. */
static int bench_time(struct pintest_bench *bench,
		      struct pintest_bench_args *args)
{
	u64 start = ktime_get_ns();
	int err = bench_take(bench);
	unsigned long taken = bench->taken;

	args->out_take_ns = ktime_get_ns() - start;
	bench->taken = pintest_gup_before_hole(&bench->gup, bench->pages,
					       taken);
	if (bench->taken < taken)
		err = -EFAULT;
	args->out_pages = bench->taken;
	args->out_errno = -err;
	start = ktime_get_ns();
	bench_put(bench);
	args->out_put_ns = ktime_get_ns() - start;
	if (fatal_signal_pending(current))
		return -EINTR;
	return bench->taken ? 0 : err;
}

static int bench_run(struct pintest_bench *bench,
		     struct pintest_bench_args *args)
{
	int err;

	if (args->addr + args->length > bench->gup.mm->task_size)
		return -EFAULT;
	err = account_locked_vm(current->mm, bench->nr, true);
	if (err)
		return err;
	bench->pages = pintest_gup_array(bench->nr);
	err = bench->pages ? bench_time(bench, args) : -ENOMEM;
	kvfree(bench->pages);
	account_locked_vm(current->mm, bench->nr, false);
	return err;
}

static int bench_check(const struct pintest_bench_args *args)
{
	int err = pintest_gup_check(args->api, args->foll);

	if (err)
		return err;
	if (args->pid && !pintest_gup_is_remote(args->api))
		return -EINVAL;
	if (!args->batch || args->batch > PINTEST_BENCH_BATCH)
		return -EINVAL;
	return pintest_check_range(args->addr, args->length);
}

/**
 * pintest_bench_run - PINTEST_IOC_BENCH
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_bench_run(struct pintest_call *call)
{
	struct pintest_bench_args *args = &call->args.bench;
	struct pintest_bench bench = {
		.addr = args->addr,
		.nr = args->length / PAGE_SIZE,
		.batch = args->batch,
	};
	struct mm_struct *mm;
	int err = bench_check(args);

	if (err)
		return err;
	mm = pintest_target_get(args->pid);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	pintest_gup_init(&bench.gup, mm, args->api, args->foll);
	err = bench_run(&bench, args);
	mmput(mm);
	return err ? err : pintest_respond(call);
}
