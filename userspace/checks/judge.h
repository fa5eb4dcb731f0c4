/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What rules judge: pure functions of what was observed.
 */
#ifndef PINTEST_JUDGE_H
#define PINTEST_JUDGE_H

#include "engine.h"

/** judge_ending() - PASS if a scenario came to its end, else why it did not */
struct judgement judge_ending(const struct scenario *scenario,
			      const struct observations *seen);

/** judge_fresh() - the pin sees what the process writes, and nobody else's */
struct judgement judge_fresh(const struct scenario *scenario,
			     const struct observations *seen);

/** judge_page() - the pinned page is still the mapped page */
struct judgement judge_page(const struct scenario *scenario,
			    const struct observations *seen);

/** judge_store() - the process sees a store through the pin, its child not */
struct judgement judge_store(const struct scenario *scenario,
			     const struct observations *seen);

/** judge_snapshot() - the pin sees the old data or the write, nothing else */
struct judgement judge_snapshot(const struct scenario *scenario,
				const struct observations *seen);

/** judge_control() - staleness that must be there can be seen */
struct judgement judge_control(const struct scenario *scenario,
			       const struct observations *seen);

/** judge_unpin() - unpinning gives back what pinning took */
struct judgement judge_unpin(const struct scenario *scenario,
			     const struct observations *seen);

#endif /* PINTEST_JUDGE_H */
