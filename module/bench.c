// SPDX-License-Identifier: GPL-2.0-only
/*
 * BENCH: what taking references to the pages of a range, and giving them back,
 * costs. The clock runs for nothing but the calls and the loop around them.
 */
#include <linux/ktime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "pintest_private.h"

/* Between two looks at signals and the scheduler. */
#define PAGES_PER_LOOK PINTEST_BENCH_BATCH

/**
 * struct bench - a benchmark under way
 * @gup: the call
 * @addr: of the first page
 * @nr: pages wanted
 * @batch: pages that a call is asked for
 * @pages: what the calls gave
 * @taken: how many
 */
struct bench {
	struct pintest_gup gup;
	unsigned long addr;
	unsigned long nr;
	unsigned long batch;
	struct page **pages;
	unsigned long taken;
};

static int take(struct bench *bench)
{
	unsigned long look = 0;
	long ret;

	while (bench->taken < bench->nr) {
		if (bench->taken >= look) {
			if (fatal_signal_pending(current))
				return -EINTR;
			cond_resched();
			look = bench->taken + PAGES_PER_LOOK;
		}
		ret = pintest_gup_take(&bench->gup,
				       bench->addr + bench->taken * PAGE_SIZE,
				       min(bench->batch,
					   bench->nr - bench->taken),
				       bench->pages + bench->taken);
		if (ret <= 0)
			return ret ? ret : -EAGAIN;
		bench->taken += ret;
	}
	return 0;
}

static void put(struct bench *bench)
{
	unsigned long done, nr, look = PAGES_PER_LOOK;

	for (done = 0; done < bench->taken; done += nr) {
		nr = min(bench->batch, bench->taken - done);
		pintest_gup_put(&bench->gup, bench->pages + done, nr, false);
		if (done + nr < look)
			continue;
		cond_resched();
		look = done + nr + PAGES_PER_LOOK;
	}
}

/* Sets the out fields of @args. */
static int time_both(struct bench *bench, struct pintest_bench_args *args)
{
	u64 start = ktime_get_ns();
	int err = take(bench);
	unsigned long taken = bench->taken;

	args->out_take_ns = ktime_get_ns() - start;
	bench->taken = pintest_gup_before_hole(&bench->gup, bench->pages,
					       taken);
	if (bench->taken < taken)
		err = -EFAULT;
	args->out_pages = bench->taken;
	args->out_errno = -err;
	start = ktime_get_ns();
	put(bench);
	args->out_put_ns = ktime_get_ns() - start;
	if (fatal_signal_pending(current))
		return -EINTR;
	return bench->taken ? 0 : err;
}

static int run_bench(struct bench *bench, struct pintest_bench_args *args)
{
	int err;

	if (args->addr + args->length > bench->gup.mm->task_size)
		return -EFAULT;
	err = account_locked_vm(current->mm, bench->nr, true);
	if (err)
		return err;
	bench->pages = pintest_gup_array(bench->nr);
	err = bench->pages ? time_both(bench, args) : -ENOMEM;
	kvfree(bench->pages);
	account_locked_vm(current->mm, bench->nr, false);
	return err;
}

static int check_args(const struct pintest_bench_args *args)
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
	struct bench bench = {
		.addr = args->addr,
		.nr = args->length / PAGE_SIZE,
		.batch = args->batch,
	};
	struct mm_struct *mm;
	int err = check_args(args);

	if (err)
		return err;
	mm = pintest_target_get(args->pid);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	pintest_gup_init(&bench.gup, mm, args->api, args->foll);
	err = run_bench(&bench, args);
	mmput(mm);
	return err ? err : pintest_respond(call);
}
