// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for the account. Handlers of probes must not allocate; on PREEMPT_RT
 * not even atomically. So they take memory from this pool, and a work item
 * refills it, up to a limit. The pool is freed when no trace follows pins any
 * more.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "trace.h"

static unsigned int follow_mb;
module_param(follow_mb, uint, 0644);
MODULE_PARM_DESC(follow_mb,
		 "Most memory that following pins takes, in MiB; 0: 1/64 of all memory");

/* The least that the pool keeps ready. */
#define POOL_RUNS	8192
#define POOL_TAKEN	1024

/* Bytes of each allocation. */
#define POOL_PIECE	(4 * PAGE_SIZE)

/**
 * struct pool_piece - an allocation; the objects in it follow this header
 * @next: the next piece
 */
struct pool_piece {
	struct pool_piece *next;
};

/**
 * struct pool - memory that is ready for use
 * @lock: protects all but @pieces, which only the work item uses
 * @runs: free runs
 * @nr_runs: how many
 * @want_runs: how many there should be
 * @taken: free calls
 * @nr_taken: how many
 * @gone: calls whose mm the work item has to drop, since a handler must not
 * @pieces: all allocations
 * @bytes: in @pieces
 * @on: whether the work item may allocate
 */
static struct pool {
	raw_spinlock_t lock;
	struct pintest_run *runs;
	unsigned long nr_runs;
	unsigned long want_runs;
	struct pintest_taken *taken;
	unsigned long nr_taken;
	struct pintest_taken *gone;
	struct pool_piece *pieces;
	unsigned long bytes;
	bool on;
} pool = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(pool.lock),
};

static bool pool_may_grow(void)
{
	unsigned long limit = READ_ONCE(follow_mb) * 1024UL * 1024;

	if (!limit)
		limit = totalram_pages() * (PAGE_SIZE / 64);
	return pool.bytes + POOL_PIECE <= limit;
}

static void *pool_piece(void)
{
	struct pool_piece *piece;

	if (!pool_may_grow())
		return NULL;
	piece = kmalloc(POOL_PIECE, GFP_KERNEL | __GFP_NOWARN);
	if (!piece)
		return NULL;
	piece->next = pool.pieces;
	pool.pieces = piece;
	pool.bytes += POOL_PIECE;
	return piece + 1;
}

#define POOL_EACH(type) \
	((POOL_PIECE - sizeof(struct pool_piece)) / sizeof(type))

static bool pool_more_runs(void)
{
	struct pintest_run *runs = pool_piece();
	unsigned long flags, i;

	if (!runs)
		return false;
	raw_spin_lock_irqsave(&pool.lock, flags);
	for (i = 0; i < POOL_EACH(*runs); i++) {
		runs[i].next = pool.runs;
		pool.runs = &runs[i];
	}
	pool.nr_runs += i;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	return true;
}

static bool pool_more_taken(void)
{
	struct pintest_taken *taken = pool_piece();
	unsigned long flags, i;

	if (!taken)
		return false;
	raw_spin_lock_irqsave(&pool.lock, flags);
	for (i = 0; i < POOL_EACH(*taken); i++) {
		taken[i].next = pool.taken;
		pool.taken = &taken[i];
	}
	pool.nr_taken += i;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	return true;
}

/* Returns the next call whose mm has to be dropped. */
static struct pintest_taken *pool_gone(void)
{
	struct pintest_taken *taken;
	unsigned long flags;

	raw_spin_lock_irqsave(&pool.lock, flags);
	taken = pool.gone;
	if (taken)
		pool.gone = taken->next;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	return taken;
}

static void pool_work(struct work_struct *work)
{
	struct pintest_taken *taken;

	while ((taken = pool_gone())) {
		mmdrop(taken->mm);
		taken->mm = NULL;
		pintest_pool_put(taken);
	}
	while (READ_ONCE(pool.nr_taken) < POOL_TAKEN && pool_more_taken())
		cond_resched();
	while (READ_ONCE(pool.nr_runs) < READ_ONCE(pool.want_runs) &&
	       pool_more_runs())
		cond_resched();
}

static DECLARE_WORK(pool_worker, pool_work);

static void pool_call_worker(void)
{
	if (READ_ONCE(pool.on))
		schedule_work(&pool_worker);
}

/**
 * pintest_pool_start - fill the pool
 *
 * Return: 0, and pintest_pool_stop() has to follow; or -ENOMEM.
 */
int pintest_pool_start(void)
{
	pool.want_runs = POOL_RUNS;
	pool_work(NULL);
	if (!pool.nr_taken || !pool.nr_runs) {
		pintest_pool_stop();
		return -ENOMEM;
	}
	WRITE_ONCE(pool.on, true);
	return 0;
}

/* Frees all memory. Nothing uses it any more. */
void pintest_pool_stop(void)
{
	struct pool_piece *piece;

	WRITE_ONCE(pool.on, false);
	cancel_work_sync(&pool_worker);
	while (pool.gone) {
		mmdrop(pool.gone->mm);
		pool.gone = pool.gone->next;
	}
	while ((piece = pool.pieces)) {
		pool.pieces = piece->next;
		kfree(piece);
		cond_resched();
	}
	pool.bytes = 0;
	pool.runs = NULL;
	pool.nr_runs = 0;
	pool.taken = NULL;
	pool.nr_taken = 0;
}

/**
 * pintest_pool_expect - prepare for a call that may soon need memory
 * @runs: how many runs it may need
 */
void pintest_pool_expect(unsigned long runs)
{
	/* Twice: another call may come before the pool is refilled. */
	if (READ_ONCE(pool.nr_runs) >= 2 * runs)
		return;
	if (READ_ONCE(pool.want_runs) < 4 * runs)
		WRITE_ONCE(pool.want_runs, 4 * runs);
	pool_call_worker();
}

/* Takes @nr runs, linked in order. There are enough. */
static struct pintest_run *pool_cut(unsigned long nr)
{
	struct pintest_run *first = pool.runs, *last = first;

	pool.nr_runs -= nr;
	while (--nr)
		last = last->next;
	pool.runs = last->next;
	last->next = NULL;
	return first;
}

/**
 * pintest_pool_get - get memory for a call
 * @runs: how many runs, at least 1
 *
 * Return: a call with its runs, for the caller to fill and to give back with
 * pintest_pool_put(). NULL if the pool has not enough.
 */
struct pintest_taken *pintest_pool_get(unsigned long runs)
{
	struct pintest_taken *taken = NULL;
	unsigned long flags;
	bool low;

	raw_spin_lock_irqsave(&pool.lock, flags);
	if (pool.taken && pool.nr_runs >= runs) {
		taken = pool.taken;
		pool.taken = taken->next;
		pool.nr_taken--;
		taken->runs = pool_cut(runs);
		taken->nr_runs = runs;
	}
	low = !taken || pool.nr_taken < POOL_TAKEN / 2 ||
	      pool.nr_runs < POOL_RUNS / 2;
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	if (low)
		pool_call_worker();
	return taken;
}

/* Drops the mm of @taken. Returns false if that was the last reference to it. */
static bool pool_drop(struct pintest_taken *taken)
{
	if (taken->mm && !atomic_add_unless(&taken->mm->mm_count, -1, 1))
		return false;
	taken->mm = NULL;
	return true;
}

static struct pintest_run *pool_last(struct pintest_run *run)
{
	while (run->next)
		run = run->next;
	return run;
}

/**
 * pintest_pool_put - give back the memory of a call; may be called anywhere
 * @taken: the call, whose mm is kept with mmgrab()
 */
void pintest_pool_put(struct pintest_taken *taken)
{
	bool gone = !pool_drop(taken);
	struct pintest_run *last = gone ? NULL : pool_last(taken->runs);
	unsigned long flags;

	raw_spin_lock_irqsave(&pool.lock, flags);
	if (gone) {
		taken->next = pool.gone;
		pool.gone = taken;
	} else {
		last->next = pool.runs;
		pool.runs = taken->runs;
		pool.nr_runs += taken->nr_runs;
		taken->next = pool.taken;
		pool.taken = taken;
		pool.nr_taken++;
	}
	raw_spin_unlock_irqrestore(&pool.lock, flags);
	if (gone)
		pool_call_worker();
}
