// SPDX-License-Identifier: GPL-2.0-only
/*
 * BENCH: the time to take references to the pages of a range, and to give them
 * back. The clock runs only for the calls and the loop around them.
 */
#include <linux/ktime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "gup.h"
#include "pintest_private.h"

/*
 * Pages between two breaks, and the most pages of one call. In a break BENCH
 * checks for signals, the scheduler, waiters for the mmap lock, the limit of
 * locked memory, and the pages that it has taken. The clock does not run then.
 */
#define PAGES_PER_LOOK PINTEST_BENCH_BATCH

/* Pages given back between two breaks: some milliseconds. */
#define PAGES_PER_STEP 32768

/**
 * struct pintest_bench - a benchmark under way
 * @gup: the call
 * @account: who pays for the pages
 * @addr: of the first page
 * @nr: pages wanted
 * @batch: pages that each call asks for
 * @pages: the pages that the calls returned
 * @taken: how many
 * @given: pages of each call, if they have to be given back call by call; or
 *	NULL
 * @calls: entries in @given
 * @stop: why no more were taken, &enum pintest_stop
 * @ns: nanoseconds that the calls took
 */
struct pintest_bench {
	struct pintest_gup gup;
	struct pintest_account account;
	unsigned long addr;
	unsigned long nr;
	unsigned long batch;
	struct page **pages;
	unsigned long taken;
	u32 *given;
	unsigned long calls;
	u32 stop;
	u64 ns;
};

/*
 * Makes calls for @left pages, until one returns nothing or drops the mmap
 * lock. A call may ask for one page, and the clock runs in this loop. So the
 * loop is as short as that of the kernel's gup_test, and the figures can be
 * compared.
 */
static long bench_take_some(struct pintest_bench *bench, unsigned long left)
{
	struct page **pages = bench->pages + bench->taken;
	unsigned long addr = bench->addr + bench->taken * PAGE_SIZE;
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
		if (bench->given)
			bench->given[bench->calls++] = ret;
		pages += ret;
		addr += ret * PAGE_SIZE;
		left -= ret;
	} while (left && locked == lock);
	if (locked)
		mmap_read_unlock(bench->gup.mm);
	bench->taken = pages - bench->pages;
	return ret ? ret : -EAGAIN;
}

/*
 * Settles the pages from @first on, which the calls from @call on returned:
 * keeps those that may be kept, and gives the others back. Returns -errno if
 * there were others.
 */
static int bench_settle(struct pintest_bench *bench, unsigned long first,
			unsigned long call)
{
	const unsigned long taken = bench->taken;
	unsigned long nr, good;
	int err = 0;

	for (bench->taken = first; first < taken; first += nr, call++) {
		nr = bench->given ? bench->given[call] : taken - first;
		if (err) {
			pintest_gup_put(&bench->gup, bench->pages + first, nr,
					false);
			continue;
		}
		good = pintest_gup_settle(&bench->gup, bench->pages + first,
					  nr, &bench->stop);
		bench->taken += good;
		if (good < nr)
			err = pintest_gup_stop_error(bench->stop);
		if (bench->given) {
			bench->given[call] = good;
			bench->calls = call + 1;
		}
	}
	return err;
}

/* Takes up to @nr pages. They are already charged. */
static int bench_look(struct pintest_bench *bench, unsigned long nr)
{
	const unsigned long first = bench->taken, call = bench->calls;
	int err;
	long ret;
	u64 start;

	if (!pintest_count_begin(nr)) {
		bench->stop = PINTEST_STOP_COUNT;
		return -ENOMEM;
	}
	start = ktime_get_ns();
	ret = bench_take_some(bench, nr);
	bench->ns += ktime_get_ns() - start;
	err = bench_settle(bench, first, call);
	pintest_count_end(nr);
	return err || ret > 0 ? err : ret;
}

static int bench_take(struct pintest_bench *bench)
{
	const unsigned long look = PAGES_PER_LOOK / bench->batch * bench->batch;
	unsigned long before;
	int err = 0;
	long paid;

	while (bench->taken < bench->nr && !err) {
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
		before = bench->taken;
		bench->stop = PINTEST_STOP_LIMIT;
		paid = pintest_account_add(&bench->account,
					   min(look, bench->nr - before));
		if (paid < 0)
			return paid;
		bench->stop = PINTEST_STOP_CALL;
		err = bench_look(bench, paid);
		paid -= bench->taken - before;
		if (paid)
			pintest_account_sub(&bench->account, paid);
	}
	if (!err)
		bench->stop = PINTEST_STOP_NONE;
	return err;
}

static void bench_put(struct pintest_bench *bench)
{
	struct page **pages = bench->pages;
	unsigned long i;

	if (!bench->given) {
		pintest_gup_put_in_steps(&bench->gup, pages, bench->taken,
					 PAGES_PER_STEP);
		return;
	}
	for (i = 0; i < bench->calls; i++) {
		pintest_gup_put(&bench->gup, pages, bench->given[i], false);
		cond_resched();
		pages += bench->given[i];
	}
}

/* Sets the out fields of @args. */
static int bench_both(struct pintest_bench *bench,
		      struct pintest_bench_args *args)
{
	int err = bench_take(bench);
	u64 start;

	args->out_take_ns = bench->ns;
	args->out_pages = bench->taken;
	args->out_errno = -err;
	args->out_stop = bench->stop;
	start = ktime_get_ns();
	bench_put(bench);
	args->out_put_ns = ktime_get_ns() - start;
	if (bench->taken)
		pintest_account_sub(&bench->account, bench->taken);
	if (fatal_signal_pending(current))
		return -EINTR;
	return bench->taken ? 0 : err;
}

static int bench_alloc(struct pintest_bench *bench)
{
	const gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN |
			  __GFP_RETRY_MAYFAIL;

	bench->pages = pintest_gup_array(bench->nr);
	if (!bench->pages)
		return -ENOMEM;
	if (bench->gup.api != PINTEST_API_PIN_MEMFD)
		return 0;
	bench->given = kvmalloc_array(bench->nr, sizeof(*bench->given), gfp);
	return bench->given ? 0 : -ENOMEM;
}

static int bench_run(struct pintest_bench *bench,
		     struct pintest_bench_args *args)
{
	int err = pintest_gup_begin(&bench->gup, bench->addr, bench->nr);

	if (err)
		return err;
	args->out_stop = PINTEST_STOP_MEMORY;
	err = bench_alloc(bench);
	if (!err)
		err = bench_both(bench, args);
	kvfree(bench->given);
	kvfree(bench->pages);
	pintest_gup_end(&bench->gup);
	return err;
}

static int bench_check(const struct pintest_bench_args *args)
{
	int err = pintest_gup_check(args->api, args->foll);

	if (!err)
		err = pintest_account_check(args->charge);
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
	mm = pintest_target_get(call->file, args->pid);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	pintest_gup_init(&bench.gup, mm, args->api, args->foll);
	pintest_account_init(&bench.account, args->charge);
	err = bench_run(&bench, args);
	pintest_account_end(&bench.account);
	mmput(mm);
	if (!err || err == -ENOMEM)
		err = pintest_respond(call) ?: err;
	return err;
}
