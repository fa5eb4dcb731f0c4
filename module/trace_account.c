// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pins that are still held. The kernel counts pins by folio, and so does
 * the account: a call that takes pins has a run for each folio, and giving a
 * page back gives back a pin of its folio. A pinned folio is not split.
 *
 * If several calls hold pins of a folio, the account guesses which of them
 * gives a pin back: a call that took this page, a call on the memory of this
 * process, or else the latest call. The sum is right in any case.
 */
#include <linux/hash.h>
#include <linux/sched/mm.h>
#include <linux/vmalloc.h>
#include "compat/trace.h"
#include "trace.h"

#define ACCOUNT_BITS	15

/**
 * struct account_bucket - folios that have the same hash
 * @lock: protects @runs, and the pins of each
 * @runs: the runs with pins still held, the latest first
 */
struct account_bucket {
	raw_spinlock_t lock;
	struct hlist_head runs;
};

/**
 * struct account - of all pins
 * @buckets: by folio
 * @lock: for @calls and @last_id
 * @calls: calls with pins still held, by id
 * @last_id: the latest id
 * @held: pins still held
 * @untracked: as in &struct pintest_account_sums
 * @not_followed: as there
 */
static struct account {
	struct account_bucket *buckets;
	raw_spinlock_t lock;
	struct rb_root calls;
	u64 last_id;
	atomic_long_t held;
	atomic_long_t untracked;
	atomic_long_t not_followed;
} account = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(account.lock),
	.calls = RB_ROOT,
};

static struct account_bucket *account_bucket(unsigned long folio)
{
	return &account.buckets[hash_long(folio, ACCOUNT_BITS)];
}

/**
 * pintest_account_start - begin, with no pins held
 *
 * Return: 0, and pintest_account_stop() has to follow; or -ENOMEM.
 */
int pintest_account_start(void)
{
	unsigned long i;
	int err;

	account.buckets = kvcalloc(1UL << ACCOUNT_BITS,
				   sizeof(*account.buckets),
				   GFP_KERNEL | __GFP_NOWARN);
	if (!account.buckets)
		return -ENOMEM;
	for (i = 0; i < 1UL << ACCOUNT_BITS; i++)
		raw_spin_lock_init(&account.buckets[i].lock);
	account.calls = RB_ROOT;
	account.last_id = 0;
	atomic_long_set(&account.held, 0);
	atomic_long_set(&account.untracked, 0);
	atomic_long_set(&account.not_followed, 0);
	err = pintest_pool_start();
	if (err)
		kvfree(account.buckets);
	return err;
}

/* Ends the account. No handler and no reader uses it any more. */
void pintest_account_stop(void)
{
	struct rb_node *node;

	for (node = rb_first(&account.calls); node; node = rb_next(node)) {
		struct pintest_taken *taken =
			rb_entry(node, struct pintest_taken, node);

		if (taken->mm)
			mmdrop(taken->mm);
	}
	account.calls = RB_ROOT;
	pintest_pool_stop();
	kvfree(account.buckets);
	account.buckets = NULL;
}

/* What it comes to now. */
struct pintest_account_sums pintest_account_sums(void)
{
	return (struct pintest_account_sums){
		.held = atomic_long_read(&account.held),
		.untracked = atomic_long_read(&account.untracked),
		.not_followed = atomic_long_read(&account.not_followed),
	};
}

static struct page *account_page(const struct pintest_pins *pins,
				 unsigned long i)
{
	if (pins->list)
		return pins->list[i];
	return i ? pfn_to_page(page_to_pfn(pins->first) + i) : pins->first;
}

/**
 * struct account_part - consecutive pages of a folio
 * @folio: page frame number of the folio
 * @pfn: of the first page
 * @index: of the first page among those of the call
 * @pages: how many
 */
struct account_part {
	unsigned long folio;
	unsigned long pfn;
	unsigned long index;
	unsigned long pages;
};

/*
 * Finds the next part from page *@i on, and moves *@i behind it. Returns false
 * at the end. Skips holes: before 5.19 a call could count entries that it had
 * not written.
 */
static bool account_next_part(const struct pintest_pins *pins,
			      unsigned long *i, struct account_part *part)
{
	struct page *page = NULL, *head;

	for (; *i < pins->nr; ++*i) {
		page = account_page(pins, *i);
		if (page && !pintest_compat_not_counted(page))
			break;
	}
	if (*i >= pins->nr)
		return false;
	head = compound_head(page);
	*part = (struct account_part){
		.folio = page_to_pfn(head),
		.pfn = page_to_pfn(page),
		.index = *i,
	};
	do {
		part->pages++;
		if (++*i >= pins->nr)
			break;
		page = account_page(pins, *i);
	} while (page && compound_head(page) == head &&
		 page_to_pfn(page) == part->pfn + part->pages);
	return true;
}

static unsigned long account_count(const struct pintest_pins *pins,
				   unsigned long *pages)
{
	struct account_part part;
	unsigned long i = 0, parts = 0;

	*pages = 0;
	while (account_next_part(pins, &i, &part)) {
		*pages += part.pages;
		parts++;
	}
	return parts;
}

static void account_insert(struct pintest_taken *taken)
{
	struct rb_node **link = &account.calls.rb_node, *parent = NULL;
	unsigned long flags;

	raw_spin_lock_irqsave(&account.lock, flags);
	taken->event.id = ++account.last_id;
	/* Ids only grow, so the new one goes last. */
	while (*link) {
		parent = *link;
		link = &parent->rb_right;
	}
	rb_link_node(&taken->node, parent, link);
	rb_insert_color(&taken->node, &account.calls);
	raw_spin_unlock_irqrestore(&account.lock, flags);
}

static void account_insert_run(struct pintest_run *run)
{
	struct account_bucket *bucket = account_bucket(run->folio);
	unsigned long flags;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	hlist_add_head(&run->node, &bucket->runs);
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
}

/* Once the last run is in its bucket, others may give all pins back. */
static void account_fill(struct pintest_taken *taken,
			 const struct pintest_pins *pins)
{
	struct pintest_run *run = taken->runs, *next;
	struct account_part part;
	unsigned long i = 0;

	for (; run; run = next) {
		account_next_part(pins, &i, &part);
		next = run->next;
		run->taken = taken;
		run->folio = part.folio;
		run->pfn = part.pfn;
		run->index = part.index;
		run->pages = part.pages;
		run->pins = part.pages * pins->each;
		account_insert_run(run);
	}
}

/**
 * pintest_account_take - a call has taken pins
 * @pins: which
 * @mm: whose memory it is, or NULL
 * @event: its event; gets an id, and the number of pins that are followed
 */
void pintest_account_take(const struct pintest_pins *pins,
			  struct mm_struct *mm, struct pintest_event *event)
{
	unsigned long pages, parts = account_count(pins, &pages);
	unsigned long nr = pages * pins->each;
	struct pintest_taken *taken;

	if (!parts)
		return;
	taken = pintest_pool_get(parts);
	if (!taken) {
		event->flags |= PINTEST_EVENT_NOT_FOLLOWED;
		atomic_long_add(nr, &account.not_followed);
		return;
	}
	if (mm)
		mmgrab(mm);
	taken->mm = mm;
	event->pins = nr;
	taken->event = *event;
	atomic_long_set(&taken->pins, nr);
	atomic_set(&taken->users, 1);
	account_insert(taken);
	event->id = taken->event.id;
	atomic_long_add(nr, &account.held);
	account_fill(taken, pins);
}

/* Whether @run is a better guess than @best for the pin of @pfn. */
static bool account_is_better(const struct pintest_run *run,
			      const struct pintest_run *best,
			      unsigned long pfn)
{
	bool has = pfn - run->pfn < run->pages;
	bool best_has = best && pfn - best->pfn < best->pages;

	if (!best || has != best_has)
		return !best || has;
	return run->taken->mm == current->mm && best->taken->mm != current->mm;
}

static struct pintest_run *account_find(const struct account_bucket *bucket,
					const struct account_part *part)
{
	struct pintest_run *run, *best = NULL;

	hlist_for_each_entry(run, &bucket->runs, node)
		if (run->folio == part->folio &&
		    account_is_better(run, best, part->pfn))
			best = run;
	return best;
}

/**
 * pintest_account_unuse - drop a reference to a call
 * @taken: from pintest_account_next()
 */
void pintest_account_unuse(struct pintest_taken *taken)
{
	unsigned long flags;

	/* Under the lock: a call that a reader finds always has users. */
	raw_spin_lock_irqsave(&account.lock, flags);
	if (atomic_dec_and_test(&taken->users))
		rb_erase(&taken->node, &account.calls);
	else
		taken = NULL;
	raw_spin_unlock_irqrestore(&account.lock, flags);
	if (taken)
		pintest_pool_put(taken);
}

/* The lock of the bucket is held. */
static void account_give_run(struct pintest_run *run, unsigned long nr)
{
	struct pintest_taken *taken = run->taken;

	WRITE_ONCE(run->pins, run->pins - nr);
	if (!run->pins)
		hlist_del(&run->node);
	if (!atomic_long_sub_return(nr, &taken->pins))
		pintest_account_unuse(taken);
}

/* Gives back @nr pins of a folio. Returns how many were in the account. */
static unsigned long account_give_part(const struct account_part *part,
				       unsigned long nr)
{
	struct account_bucket *bucket = account_bucket(part->folio);
	unsigned long left = nr, step, flags;
	struct pintest_run *run;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	while (left) {
		run = account_find(bucket, part);
		if (!run)
			break;
		step = min_t(unsigned long, left, run->pins);
		account_give_run(run, step);
		left -= step;
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return nr - left;
}

/**
 * pintest_account_give - a call is about to give pins back
 * @pins: which
 * @event: its event; gets the number of pins that were in the account
 */
void pintest_account_give(const struct pintest_pins *pins,
			  struct pintest_event *event)
{
	struct account_part part;
	unsigned long i = 0, nr, known = 0, all = 0;

	while (account_next_part(pins, &i, &part)) {
		nr = part.pages * pins->each;
		all += nr;
		known += account_give_part(&part, nr);
	}
	event->pins = known;
	atomic_long_sub(known, &account.held);
	atomic_long_add(all - known, &account.untracked);
}

/**
 * pintest_account_next - the call with the lowest id from @id on
 * @id: the lowest id wanted
 *
 * Return: a call that holds pins, to be passed to pintest_account_unuse(); or
 * NULL.
 */
struct pintest_taken *pintest_account_next(u64 id)
{
	struct pintest_taken *taken, *found = NULL;
	struct rb_node *node;
	unsigned long flags;

	raw_spin_lock_irqsave(&account.lock, flags);
	for (node = account.calls.rb_node; node;) {
		taken = rb_entry(node, struct pintest_taken, node);
		if (taken->event.id >= id)
			found = taken;
		node = taken->event.id >= id ? node->rb_left : node->rb_right;
	}
	if (found)
		atomic_inc(&found->users);
	raw_spin_unlock_irqrestore(&account.lock, flags);
	return found;
}

/**
 * pintest_account_who - which calls hold pins of a folio?
 * @pfn: of a page in it
 * @holders: filled with the calls that hold pins
 * @room: entries in @holders
 *
 * Return: how many entries were filled.
 */
unsigned int pintest_account_who(unsigned long pfn,
				 struct pintest_holder *holders,
				 unsigned int room)
{
	unsigned long folio = page_to_pfn(compound_head(pfn_to_page(pfn)));
	struct account_bucket *bucket = account_bucket(folio);
	struct pintest_run *run;
	unsigned long flags;
	unsigned int nr = 0;

	raw_spin_lock_irqsave(&bucket->lock, flags);
	hlist_for_each_entry(run, &bucket->runs, node) {
		if (run->folio != folio || nr == room)
			continue;
		holders[nr++] = (struct pintest_holder){
			.id = run->taken->event.id,
			.pins = run->pins,
		};
	}
	raw_spin_unlock_irqrestore(&bucket->lock, flags);
	return nr;
}
