/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Observations: what was seen in a scenario, whatever it means.
 */
#ifndef PINTEST_OBSERVATIONS_H
#define PINTEST_OBSERVATIONS_H

#include "machine/pool.h"
#include "verdict.h"
#include "words.h"

/**
 * enum stage - how far a scenario got
 *
 * @STAGE_ASK: asking whether this kernel has the way and its flags
 * @STAGE_OPEN: opening the way
 * @STAGE_MAP: mapping memory, in the state that its kind promises
 * @STAGE_PIN: pinning it
 * @STAGE_LOOK: looking at the pin
 * @STAGE_EVENT: letting the event happen
 * @STAGE_WRITE: letting the process write
 * @STAGE_STORE: storing through the pin
 * @STAGE_END: hearing what the event's child reads
 * @STAGE_UNPIN: unpinning
 * @STAGE_STORY: all that a check does which stands alone
 * @STAGE_DONE: all done
 */
enum stage {
	STAGE_ASK,
	STAGE_OPEN,
	STAGE_MAP,
	STAGE_PIN,
	STAGE_LOOK,
	STAGE_EVENT,
	STAGE_WRITE,
	STAGE_STORE,
	STAGE_END,
	STAGE_UNPIN,
	STAGE_STORY,
	STAGE_DONE,
};

/**
 * enum moment - when records are taken
 *
 * @MOMENT_BEFORE: of the mapped page, before pinning
 * @MOMENT_PINNED: of the pinned page, right after pinning
 * @MOMENT_BETWEEN: of the pinned page, after the event, before the process
 *	writes
 * @MOMENT_AFTER: of the pinned page, after that
 * @MOMENT_UNPINNED: of the mapped page, after unpinning
 */
enum moment {
	MOMENT_BEFORE,
	MOMENT_PINNED,
	MOMENT_BETWEEN,
	MOMENT_AFTER,
	MOMENT_UNPINNED,
	MOMENT_COUNT,
};

/**
 * enum reading - who reads a page, and when
 *
 * @READ_PINNED: the pin, right after pinning
 * @READ_BETWEEN: the pin, after the event, before the process writes
 * @READ_AFTER: the pin, after that
 * @READ_PROCESS: the process, at the same time
 * @READ_STORED: the process, after a store through the pin
 * @READ_BACK: the pin, after that store
 * @READ_CHILD: the child of the event, in the end
 */
enum reading {
	READ_PINNED,
	READ_BETWEEN,
	READ_AFTER,
	READ_PROCESS,
	READ_STORED,
	READ_BACK,
	READ_CHILD,
	READ_COUNT,
};

/**
 * struct page_seen - what was seen of one page
 *
 * @words: what was read; one that was not read is not known
 * @records: its records; one that was not taken has no addr
 */
struct page_seen {
	struct word words[READ_COUNT];
	struct pintest_record records[MOMENT_COUNT];
};

/**
 * struct charges - what a call may leave behind, beside references to pages
 * @known: they were looked at
 * @locked: KiB of this process that are locked or pinned, as the kernel counts
 * @entries: entries of /proc/self/pagemap, but for page frame numbers
 */
struct charges {
	bool known;
	int64_t locked;
	uint64_t entries[CHECK_PAGES];
};

/**
 * enum pool_moment - when a pool of hugetlb pages is looked at
 * @POOL_BEFORE: before the process of the scenario begins
 * @POOL_PINNED: while it has its memory pinned
 * @POOL_AFTER: when it is gone
 */
enum pool_moment {
	POOL_BEFORE,
	POOL_PINNED,
	POOL_AFTER,
	POOL_MOMENTS,
};

/**
 * struct observations - what was seen in a scenario
 *
 * @stage: the stage that was begun last
 * @error: negative errno that ended it there, or 0
 * @why: the error in words
 * @filled: what every page held before it was pinned
 * @pinned: how many pages were pinned
 * @signal: the signal that killed it there, or 0
 * @late: it was killed since it did not end in time
 * @endless: a call was seen to try the same again and again; @why says which
 * @call: the callback of an outside way that it ended in, or NULL
 * @counted: the next two are known, as they are of outside ways that pin often
 * @pins_taken: pins that were taken meanwhile, of the whole machine
 * @pins_left: of these, that were not given back
 * @before: what the process had before a pin that has to be refused
 * @left: what it had after many of them
 * @pool: the pool that its memory is of, if it is of one
 * @pages: what was seen of each page
 * @told: the verdict of a check that stands alone
 */
struct observations {
	enum stage stage;
	int error;
	struct reason why;
	uint64_t filled;
	uint64_t pinned;
	int signal;
	bool late;
	bool endless;
	const char *call;
	bool counted;
	int64_t pins_taken;
	int64_t pins_left;
	struct charges before;
	struct charges left;
	struct pool_counts pool[POOL_MOMENTS];
	struct page_seen pages[CHECK_PAGES];
	struct judgement told;
};

/** record_taken() - whether there is a record of that moment */
bool record_taken(const struct pintest_record *record);

/** moment_name(), reading_name(), stage_name() - names for reports */
const char *moment_name(enum moment moment);
const char *reading_name(enum reading reading);
const char *stage_name(enum stage stage);

/** reading_word(), stage_word() - one word for each, for programs */
const char *reading_word(enum reading reading);
const char *stage_word(enum stage stage);

#endif /* PINTEST_OBSERVATIONS_H */
