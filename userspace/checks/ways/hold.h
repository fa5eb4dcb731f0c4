/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Holds: pinned memory, whichever way it was pinned.
 *
 * An outside way tells nothing of the page that it pinned. It is known if its
 * count of pins grew by pinning: from then on its records are like
 * those of a pin of the device.
 */
#ifndef PINTEST_HOLD_H
#define PINTEST_HOLD_H

#include "base/reason.h"
#include "model/words.h"
#include "ways.h"

/** struct hold - pinned memory */
struct hold;

/**
 * struct pinner - a way that is in use
 *
 * @way: the way
 * @pt: the device; NULL without the module
 * @state: what open() of an outside way has set
 * @call: the callback of an outside way that is going on, that has failed with no
 *	reason to, or has broken what pintest-way.h says; or NULL. Read when the
 *	process is gone
 */
struct pinner {
	const struct way *way;
	struct pintest *pt;
	void *state;
	const char **call;
};

/** pinner_open() - begin to use a way; to be given to pinner_close() after 0 */
int pinner_open(struct pinner *pinner, struct reason *why);

/** pinner_close() - end that; what is held has to be freed before */
void pinner_close(struct pinner *pinner);

/**
 * hold_new() - pin memory
 * @pinner: the way
 * @request: what to pin and how
 * @hold: the hold, to be freed with hold_free()
 * @why: why it is refused
 */
int hold_new(struct pinner *pinner, const struct pintest_request *request,
	     struct hold **hold, struct reason *why);

/** hold_of_pin() - the hold of a pin that the device has taken already */
int hold_of_pin(struct pinner *pinner, const struct pintest_request *request,
		struct pintest_pin *pin, struct hold **hold,
		struct reason *why);

/** hold_pin() - the pin, of a way that the device has; NULL of others */
struct pintest_pin *hold_pin(const struct hold *hold);

/** hold_pages() - pages that are pinned */
uint64_t hold_pages(const struct hold *hold);

/** hold_errno() - why fewer are pinned than asked for, a positive errno; or 0 */
int hold_errno(const struct hold *hold);

/** hold_set_pin() - have another pin in place of hold_pin(), which is freed */
void hold_set_pin(struct hold *hold, struct pintest_pin *pin);

/** hold_words() - what the first CHECK_PAGES pages hold for the pin */
int hold_words(struct hold *hold, struct word *words, struct reason *why);

/** hold_fill() - fill them through the pin */
int hold_fill(struct hold *hold, uint64_t word, struct reason *why);

/**
 * hold_records() - the state of the first CHECK_PAGES pinned pages
 * @hold: the hold
 * @records: room for CHECK_PAGES; of a page that cannot be told there is none
 * @why: what went wrong
 */
int hold_records(struct hold *hold, struct pintest_record *records,
		 struct reason *why);

/** hold_release() - unpin; the hold has still to be freed */
int hold_release(struct hold *hold, struct reason *why);

/** hold_free() - unpin if that was not done, and free; or NULL */
void hold_free(struct hold *hold);

#endif /* PINTEST_HOLD_H */
