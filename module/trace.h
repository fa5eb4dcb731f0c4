/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the files that watch the pins of other drivers.
 *
 * trace.c          a trace: the file, and when watching begins and ends
 * trace_hooks.c    kretprobes on the kernel's calls, which make events
 * trace_callers.c  who called
 * trace_ring.c     the ring of events that a reader reads
 * trace_account.c  the pins that are held: by which call, on which folio
 * trace_pool.c     memory for the account
 * trace_held.c     the ioctls that read the account
 *
 * Handlers of probes run anywhere, with interrupts off. They allocate nothing,
 * take only raw spinlocks, and wake no task directly. The order of these locks
 * is: bucket of the account, tree of calls, pool. The locks of rings and of
 * calls under way are taken without any other.
 */
#ifndef PINTEST_TRACE_H
#define PINTEST_TRACE_H

#include <linux/irq_work.h>
#include <linux/mutex.h>
#include <linux/pintest.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include "pintest_private.h"

/* trace_callers.c */

/* The most frames that the probe itself adds above its caller. */
#define PINTEST_STACK_SKIP	14

/**
 * struct pintest_stack - return addresses when a call began
 * @nr: how many
 * @at: the addresses, those of the probe's own code first
 */
struct pintest_stack {
	unsigned int nr;
	unsigned long at[PINTEST_STACK_SKIP + PINTEST_CALLERS];
};

void pintest_stack_save(struct pintest_stack *stack, unsigned int callers);
void pintest_stack_callers(const struct pintest_stack *stack,
			   unsigned long caller, unsigned int callers,
			   struct pintest_event *event);

/* trace_ring.c */

/**
 * struct pintest_ring - events that have not been read
 * @lock: taken to add an event
 * @slots: the events
 * @size: how many of them, a power of 2, or 0
 * @head: how many events were added so far. Written under @lock
 * @tail: how many were read so far. Written by the only reader
 * @lost: events dropped because the ring was full. Under @lock
 * @wake: wakes the readers, because the handler of a probe cannot
 * @wait: readers that wait
 */
struct pintest_ring {
	raw_spinlock_t lock;
	struct pintest_event *slots;
	unsigned int size;
	unsigned int head;
	unsigned int tail;
	u64 lost;
	struct irq_work wake;
	wait_queue_head_t wait;
};

int pintest_ring_init(struct pintest_ring *ring, unsigned int size);
void pintest_ring_end(struct pintest_ring *ring);
void pintest_ring_add(struct pintest_ring *ring,
		      const struct pintest_event *event);
bool pintest_ring_is_empty(const struct pintest_ring *ring);
ssize_t pintest_ring_read(struct pintest_ring *ring, char __user *to,
			  size_t count, size_t event_size);
int pintest_event_put(void __user *to, size_t event_size,
		      const struct pintest_event *event);

/* trace.c */

/**
 * struct pintest_trace - what a trace's file points to
 * @node: in the list of traces; changed under the lock of traces, read under
 *	RCU
 * @read_lock: held while reading, since a ring has one reader
 * @ring: its events
 * @calls: bit n: calls of &enum pintest_traced n make events
 * @pid: the process to watch, or NULL for all
 * @callers: how many callers an event has
 * @event_size: the size of an event in the reader's version of the ABI
 * @follows: whether it follows pins
 */
struct pintest_trace {
	struct list_head node;
	struct mutex read_lock;
	struct pintest_ring ring;
	u64 calls;
	struct pid *pid;
	unsigned int callers;
	size_t event_size;
	bool follows;
};

void pintest_trace_tell(const struct pintest_event *event);

/* trace_hooks.c */

/**
 * struct pintest_wish - what the open traces need, all together
 * @armed: whether calls are counted. Set after all probes are in, and cleared
 *	before they are removed
 * @follow: whether any of them follows pins
 * @callers: the most callers that any of them wants
 */
struct pintest_wish {
	bool armed;
	bool follow;
	unsigned int callers;
};

/* Written under the lock of traces, read by handlers at any time. */
extern struct pintest_wish pintest_wish;

int pintest_hooks_start(void);
void pintest_hooks_stop(void);
u64 pintest_hooks_calls(void);
u64 pintest_hooks_missed(void);

/* trace_pool.c */

struct pintest_taken;

/**
 * struct pintest_run - consecutive pages of a folio that a call pinned
 * @node: in its bucket, as long as it has pins
 * @next: the next run of the same call; or in the pool
 * @taken: the call
 * @folio: page frame number of the folio
 * @pfn: of the first page
 * @index: of the first page in the call
 * @pages: how many
 * @pins: pins still held. Written under the lock of the bucket
 */
struct pintest_run {
	struct hlist_node node;
	struct pintest_run *next;
	struct pintest_taken *taken;
	unsigned long folio;
	unsigned long pfn;
	u32 index;
	u32 pages;
	u32 pins;
};

/**
 * struct pintest_taken - a call that took pins, of which some are still held
 * @node: in the tree of calls, by the id of @event
 * @next: in the pool, or in the list of those whose mm has to be dropped
 * @runs: the pages that it took, in order
 * @nr_runs: how many runs
 * @pins: pins still held
 * @users: a reference for @pins, and one for each reader
 * @mm: the memory that was pinned, kept with mmgrab(), or NULL
 * @event: the event of the call
 */
struct pintest_taken {
	struct rb_node node;
	struct pintest_taken *next;
	struct pintest_run *runs;
	unsigned long nr_runs;
	atomic_long_t pins;
	atomic_t users;
	struct mm_struct *mm;
	struct pintest_event event;
};

int pintest_pool_start(void);
void pintest_pool_stop(void);
void pintest_pool_expect(unsigned long runs);
struct pintest_taken *pintest_pool_get(unsigned long runs);
void pintest_pool_put(struct pintest_taken *taken);

/* trace_account.c */

/**
 * struct pintest_account_sums - totals of the account
 * @held: pins still held
 * @untracked: pins given back whose call the account does not know
 * @not_followed: pins taken that found no memory in the account
 */
struct pintest_account_sums {
	long held;
	long untracked;
	long not_followed;
};

/**
 * struct pintest_pins - pins that a call takes or gives back
 * @list: pages or folios, or NULL
 * @first: if @list is NULL: the first of consecutive pages, or a folio
 * @nr: how many pages
 * @each: pins on each page
 */
struct pintest_pins {
	struct page **list;
	struct page *first;
	unsigned long nr;
	unsigned int each;
};

int pintest_account_start(void);
void pintest_account_stop(void);
void pintest_account_take(const struct pintest_pins *pins,
			  struct mm_struct *mm, struct pintest_event *event);
void pintest_account_give(const struct pintest_pins *pins,
			  struct pintest_event *event);
struct pintest_account_sums pintest_account_sums(void);
struct pintest_taken *pintest_account_next(u64 id);
void pintest_account_unuse(struct pintest_taken *taken);
unsigned int pintest_account_who(unsigned long pfn,
				 struct pintest_holder *holders,
				 unsigned int room);

/* trace_held.c */

long pintest_held_run(struct pintest_call *call);
long pintest_held_records_run(struct pintest_call *call);
long pintest_who_run(struct pintest_call *call);

#endif /* PINTEST_TRACE_H */
