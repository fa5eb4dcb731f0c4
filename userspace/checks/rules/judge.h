/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rules judge: pure functions of what was observed.
 */
#ifndef PINTEST_JUDGE_H
#define PINTEST_JUDGE_H

#include "events/events.h"
#include "memory/memory.h"
#include "rules.h"
#include "ways/ways.h"

/** passed - the judgement if the promise held */
extern const struct judgement passed;

/** judged() - a judgement whose reason is formatted */
struct judgement judged(enum verdict verdict, enum finding finding,
			const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** struct told - "page 1: who reads what", the start of most sentences */
struct told {
	char text[128];
};

/** tell() - tell a reading */
struct told tell(const struct observations *seen, size_t page,
		 enum reading reading);

/** judge_ending() - PASS if a scenario came to its end, else why it did not */
struct judgement judge_ending(const struct scenario *scenario,
			      const struct observations *seen);

/**
 * judge_hint() - say what an outside way's driver does wrong
 * @scenario: the scenario
 * @seen: what was seen in it
 * @judgement: a failure, whose reason gets the hint
 */
void judge_hint(const struct scenario *scenario,
		const struct observations *seen, struct judgement *judgement);

/**
 * judge_fresh() - the pin sees what the process writes, and nothing else
 *
 * Where the event gives the memory up, a pin that sees no more writes is
 * detached.
 */
struct judgement judge_fresh(const struct scenario *scenario,
			     const struct observations *seen);

/** judge_safe() - the pin keeps its pages though the memory was given up */
struct judgement judge_safe(const struct scenario *scenario,
			    const struct observations *seen);

/** judge_mapping() - pinned anonymous pages stayed mapped where they were */
struct judgement judge_mapping(const struct scenario *scenario,
			       const struct observations *seen);

/** judge_unmapped() - a page that is not pinned was unmapped */
struct judgement judge_unmapped(const struct scenario *scenario,
				const struct observations *seen);

/** judge_page_unknown() - SKIP, since it is not known which page is pinned */
struct judgement judge_page_unknown(const struct scenario *scenario);

/** judge_page() - the pinned page is still the mapped page */
struct judgement judge_page(const struct scenario *scenario,
			    const struct observations *seen);

/** judge_store() - only the process sees a store through the pin */
struct judgement judge_store(const struct scenario *scenario,
			     const struct observations *seen);

/** judge_snapshot() - the pin sees the old data or the write, nothing else */
struct judgement judge_snapshot(const struct scenario *scenario,
				const struct observations *seen);

/** judge_control() - a pin that must go stale is seen to be stale */
struct judgement judge_control(const struct scenario *scenario,
			       const struct observations *seen);

/** judge_unpin() - unpinning gives back what pinning took */
struct judgement judge_unpin(const struct scenario *scenario,
			     const struct observations *seen);

/** judge_refusal() - REFUSED if the kernel refuses a pin that it has to refuse */
struct judgement judge_refusal(const struct scenario *scenario,
			       const struct observations *seen);

/**
 * judge_pool() - the pool of hugetlb pages is as before
 * @seen: what was seen
 * @otherwise: the judgement if it is, or if the memory was of no pool
 */
struct judgement judge_pool(const struct observations *seen,
			    const struct judgement *otherwise);

/** judge_place() - long-term pins left memory that has to stay movable */
struct judgement judge_place(const struct scenario *scenario,
			     const struct observations *seen);

#endif /* PINTEST_JUDGE_H */
