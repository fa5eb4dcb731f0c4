/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files share that watch the pins of others.
 *
 * trace.c          a trace: the file, and when watching begins and ends
 * trace_hooks.c    kretprobes on the kernel's calls: an event of each
 * trace_callers.c  who called
 * trace_ring.c     events, until they are read
 * trace_account.c  the pins that are out: of which call, on which folio
 * trace_pool.c     memory for the account
 * trace_held.c     what the account knows, told by ioctls
 *
 * Handlers of probes run anywhere, with interrupts off: they allocate nothing,
 * take raw spinlocks only, and wake nobody themselves. Order of these locks:
 * a bucket of the account, its tree of calls, the pool; those of rings and of
 * calls under way are taken alone.
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

/* Frames of the probe itself, that are above its caller. */
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
 * struct pintest_ring - events, until they are read
 * @lock: for those who add
 * @slots: the events
 * @size: how many of them, a power of 2, or 0
 * @head: events that were added, so far. Written under @lock
 * @tail: events that were read, so far. Written by the only reader
 * @lost: events that found no room. Under @lock
 * @wake: wakes who waits, since the handler of a probe cannot
 * @wait: who waits
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
 * @node: in the list of all; changed under the lock of traces, read under RCU
 * @read_lock: only one reads
 * @ring: its events
 * @calls: bit n: calls of &enum pintest_traced n make events
 * @pid: of which process, or NULL
 * @callers: how many callers it wants to know
 * @event_size: as its reader has it
 * @follows: pins
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
 * struct pintest_wish - what those who trace want to know
 * @armed: anything. Set when all probes are in, and reset before they go
 * @follow: pins
 * @callers: how many callers
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
 * struct pintest_run - pages that a call pinned, one after the other in a folio
 * @node: in its bucket, as long as there are pins
 * @next: of the same call; or in the pool
 * @taken: the call
 * @folio: page frame number of the folio
 * @pfn: of the first page
 * @index: of the first page in the call
 * @pages: how many
 * @pins: that are out. Under the lock of the bucket, but for readers
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
 * struct pintest_taken - a call that took pins, of which some are out
 * @node: in the tree of calls, by the id of @event
 * @next: in the pool, or among those whose memory must be dropped
 * @runs: what it took, in order
 * @nr_runs: how many
 * @pins: that are out
 * @users: one for @pins, and one for each who looks at it
 * @mm: whose memory, kept with mmgrab(), or NULL
 * @event: of the call
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
 * struct pintest_account_sums - what it all comes to
 * @held: pins that are out
 * @untracked: pins that were given back and that nobody had taken
 * @not_followed: pins that were taken and are not known
 */
struct pintest_account_sums {
	long held;
	long untracked;
	long not_followed;
};

/**
 * struct pintest_pins - pins that a call takes or gives back
 * @list: pages or folios, or NULL
 * @first: else, the first of pages that follow each other, or a folio
 * @nr: how many pages
 * @each: pins of each
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
