/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events: what happens to memory while a pin of it is held.
 */
#ifndef PINTEST_EVENTS_H
#define PINTEST_EVENTS_H

#include "memory/memory.h"
#include "ways/hold.h"

struct peer;

/**
 * enum event_trait - what is true of an event
 *
 * @EVENT_WRITES: the process writes all pages afterwards
 * @EVENT_FORKS: a child is forked while the pin is held, and lives on
 * @EVENT_CHILD_WRITES: that child writes all pages
 * @EVENT_REPINS: the memory is pinned and unpinned again and again
 * @EVENT_LEADING_ONLY: so like another event to most rows of the other axes
 *	that it happens to the leading ones only
 * @EVENT_MOVES: the kernel unmaps, moves or merges memory of the same kind
 *	that is not pinned, of which run() has convinced itself
 * @EVENT_DETACHES_PRIVATE: private memory is given up, so that the pin may
 *	differ from what is mapped in its place
 * @EVENT_DETACHES_SHARED: the file gives the pages up, which does the same to
 *	shared mappings of it
 * @EVENT_UNMAPS: even pages that are in use, but not pinned, are unmapped
 * @EVENT_WRITES_FIRST: the process writes all pages in another way already
 * @EVENT_WRITES_FILE: the file is written to, which shared memory may see
 * @EVENT_CLEARS: shared memory may read zeros afterwards
 * @EVENT_REMAPS: the memory is at another address afterwards
 * @EVENT_PASSES_PIN: another process pins and passes its pin on, which takes a
 *	pin that is a file
 * @EVENT_TRUSTS_PIN: it would harm a page that is not pinned
 * @EVENT_INSPECTS: it takes the module to see that it happened
 * @EVENT_MACHINE_WIDE: it is work on the whole machine, or waits for a daemon:
 *	that it takes long says nothing of the pin
 * @EVENT_AROUND: it happens to pages of the file before and after the pinned ones
 */
enum event_trait {
	EVENT_WRITES		= 1 << 0,
	EVENT_FORKS		= 1 << 1,
	EVENT_CHILD_WRITES	= 1 << 2,
	EVENT_REPINS		= 1 << 3,
	EVENT_LEADING_ONLY	= 1 << 4,
	EVENT_MOVES		= 1 << 5,
	EVENT_DETACHES_PRIVATE	= 1 << 6,
	EVENT_DETACHES_SHARED	= 1 << 7,
	EVENT_UNMAPS		= 1 << 8,
	EVENT_WRITES_FIRST	= 1 << 9,
	EVENT_WRITES_FILE	= 1 << 10,
	EVENT_CLEARS		= 1 << 11,
	EVENT_REMAPS		= 1 << 12,
	EVENT_MACHINE_WIDE	= 1 << 13,
	EVENT_AROUND		= 1 << 14,
	EVENT_PASSES_PIN	= 1 << 15,
	EVENT_TRUSTS_PIN	= 1 << 16,
	EVENT_INSPECTS		= 1 << 17,
};

/** define OUR_OWN_ONLY - events that do not happen to pins of outside ways */
#define OUR_OWN_ONLY	(EVENT_PASSES_PIN | EVENT_TRUSTS_PIN)

/** define REPINS - how often an event with EVENT_REPINS pins and unpins */
#define REPINS	32

/** define TEXT_OF - what a macro stands for, as a string */
#define TEXT_OF(macro)	TEXT_OF_TOKEN(macro)
#define TEXT_OF_TOKEN(token)	#token

/**
 * struct event_run - an event that is going on
 *
 * @pt: the device, or NULL
 * @pinner: the way that the memory is pinned
 * @request: what the held pin was asked for with
 * @pin: the held pin, if the device has it; an event with EVENT_PASSES_PIN puts
 *	another one into its place, and frees this one
 * @memory: the memory it is a pin of
 * @bystander: memory of the same kind that is not pinned, if the event
 *	mapped some
 * @child: the child of an event that forks, alive until event_end()
 * @child_reads: what the child reads in event_end()
 *
 * The caller sets the first five and clears the rest.
 */
struct event_run {
	struct pintest *pt;
	struct pinner *pinner;
	const struct pintest_request *request;
	struct pintest_pin *pin;
	struct memory *memory;
	struct memory bystander;
	struct peer *child;
	struct word child_reads[CHECK_PAGES];
};

/** typedef event_prepare_fn - changes settings for an event and a kind */
typedef int event_prepare_fn(const struct memory_kind *kind,
			     struct settings *settings, struct reason *why);

/**
 * struct event - a row of the table of events
 *
 * @id: its name in ids of checks
 * @what: what happens, in one sentence
 * @traits: &enum event_trait bits
 * @needs: &enum memory_trait bits of memory that it can happen to
 * @lacks: bits that such memory does not have
 * @copies: private copies of the memory that it takes at most
 * @prepare: changes settings that it takes, or NULL
 * @begin: what has to be so before the memory is mapped, or NULL
 * @run: makes it happen; NULL if there is no more to it than its traits
 * @end: undoes what begin() did, also if run() was never called; or NULL
 */
struct event {
	const char *id;
	const char *what;
	unsigned int traits;
	unsigned int needs;
	unsigned int lacks;
	unsigned int copies;
	event_prepare_fn *prepare;
	int (*begin)(struct reason *why);
	int (*run)(struct event_run *run, struct reason *why);
	void (*end)(void);
};

/** events() - the table of events; @count is how many rows there are */
const struct event *events(size_t *count);

/** event_find() - event of an id, or NULL */
const struct event *event_find(const char *id);

/** event_fits() - whether it can happen to such memory */
bool event_fits(const struct event *event, const struct memory_kind *kind);

/** event_detaches() - whether it may end the coherence of such memory */
bool event_detaches(const struct event *event, const struct memory_kind *kind);

/**
 * event_prepare() - change settings for an event and the memory it happens to
 * @event: the event
 * @kind: the kind of memory
 * @settings: takes the changes
 * @why: what cannot be had
 */
int event_prepare(const struct event *event, const struct memory_kind *kind,
		  struct settings *settings, struct reason *why);

/**
 * event_happen() - let an event happen, up to the write of the process
 * @event: the event
 * @run: how; to be given to event_end() whatever the outcome
 * @why: what went wrong
 */
int event_happen(const struct event *event, struct event_run *run,
		 struct reason *why);

/** event_write() - let the process write, if that is what it does then */
int event_write(const struct event *event, const struct event_run *run,
		struct reason *why);

/**
 * event_end() - end an event: its child tells what it reads, and goes
 * @run: the event, run before, whether it failed or not
 * @why: what went wrong
 */
int event_end(struct event_run *run, struct reason *why);

#endif /* PINTEST_EVENTS_H */
