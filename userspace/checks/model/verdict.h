/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Verdicts: how a check ended, and what it found.
 */
#ifndef PINTEST_VERDICT_H
#define PINTEST_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"

/**
 * enum verdict - how a check ended
 *
 * @VERDICT_PASS: the promise held
 * @VERDICT_FAIL: it did not
 * @VERDICT_BROKEN: something that should work kept it from being judged
 * @VERDICT_SKIP: it does not apply here
 * @VERDICT_XFAIL: it did not hold, which is a known behaviour of this kernel
 * @VERDICT_DETACHED: pin and memory went apart, which is what was asked for
 * @VERDICT_REFUSED: the kernel has to refuse the pin, and does
 * @VERDICT_LIMIT: the promise did not hold, and the kernel's developers decided
 *	that it need not
 * @VERDICT_CRASHED: the machine went down
 */
enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_BROKEN,
	VERDICT_SKIP,
	VERDICT_XFAIL,
	VERDICT_DETACHED,
	VERDICT_REFUSED,
	VERDICT_LIMIT,
	VERDICT_CRASHED,
	VERDICT_COUNT,
};

/**
 * enum outcome - what a verdict is to who knows no other words
 *
 * @OUTCOME_PASSED: nothing is wrong
 * @OUTCOME_FAILED: the kernel broke a promise
 * @OUTCOME_KNOWN: it did, which was to be expected
 * @OUTCOME_ERROR: the result is unknown
 * @OUTCOME_SKIPPED: there was nothing to know
 */
enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_KNOWN,
	OUTCOME_ERROR,
	OUTCOME_SKIPPED,
};

/**
 * enum finding - what a verdict other than PASS is about
 *
 * @FINDING_NONE: nothing that a known behaviour could explain
 * @FINDING_NO_FLAG: the way does not take the flags on this kernel
 * @FINDING_REFUSED: the kernel refused to pin
 * @FINDING_STALE: the pin does not see a write of the process
 * @FINDING_OTHER_PAGE: the pinned page is not the mapped one any more
 * @FINDING_LOST: a store through the pin is not seen by the process
 * @FINDING_LEAKED: a child sees what it must not, or is seen
 * @FINDING_UNBALANCED: references or pins are not given back, or too often
 * @FINDING_HANG: a call into the kernel did not return
 * @FINDING_MOVED: the kernel unmapped or moved a pinned page
 * @FINDING_FLAG: a flag does not do what it says
 * @FINDING_UNPROTECTED: userfaultfd write protection is lost
 * @FINDING_UNMARKED: what is written does not count as written
 * @FINDING_ALLOWED: memory is pinned that must not be pinned like that
 * @FINDING_DISAGREE: ways differ in what they refuse
 * @FINDING_EVENT: an access that is not a write counts as one
 * @FINDING_MARKED: what nobody wrote counts as written
 * @FINDING_KILLED: another process was killed
 * @FINDING_STAYS: a page is pinned for long where no such pin may be
 * @FINDING_UNPINNED: what should take pins takes none
 * @FINDING_WAY_CRASHED: an outside way crashed, or failed with no reason to
 * @FINDING_EXPOSED: a page is pinned that nobody but its process may see
 * @FINDING_CRASHED: the machine went down
 */
enum finding {
	FINDING_NONE		= 0,
	FINDING_NO_FLAG		= 1 << 0,
	FINDING_REFUSED		= 1 << 1,
	FINDING_STALE		= 1 << 2,
	FINDING_OTHER_PAGE	= 1 << 3,
	FINDING_LOST		= 1 << 4,
	FINDING_LEAKED		= 1 << 5,
	FINDING_UNBALANCED	= 1 << 6,
	FINDING_HANG		= 1 << 7,
	FINDING_MOVED		= 1 << 8,
	FINDING_FLAG		= 1 << 9,
	FINDING_UNPROTECTED	= 1 << 16,
	FINDING_MARKED		= 1 << 17,
	FINDING_KILLED		= 1 << 18,
	FINDING_STAYS		= 1 << 19,
	FINDING_EXPOSED		= 1 << 20,
	FINDING_EVENT		= 1 << 21,
	FINDING_UNMARKED	= 1 << 22,
	FINDING_ALLOWED		= 1 << 23,
	FINDING_DISAGREE	= 1 << 24,
	FINDING_CRASHED		= 1 << 25,
	FINDING_WAY_CRASHED	= 1 << 26,
	FINDING_UNPINNED	= 1 << 27,
};

#define NUMBERS_MAX	4

/** struct number - a number in a reason, with its name */
struct number {
	const char *name;
	int64_t value;
};

/**
 * struct judgement - a verdict with its reason
 *
 * @verdict: the verdict
 * @finding: what it is about
 * @why: what was seen; also of a PASS, if there is something to tell
 * @numbers: numbers of it that may differ each time, ended by one without a
 *	name unless there are NUMBERS_MAX
 */
struct judgement {
	enum verdict verdict;
	enum finding finding;
	struct reason why;
	struct number numbers[NUMBERS_MAX];
};

/**
 * enum loser - who loses by what a finding is about
 *
 * @LOSER_NONE: nobody: it is no failure
 * @LOSER_DRIVER: the driver that pins: its device reads or stores wrong data, or
 *	it gets no pin
 * @LOSER_TRACKER: the program that tracks writes, by soft-dirty bits or
 *	userfaultfd: it misses writes, or sees some that nobody made
 * @LOSER_SYSTEM: everybody: a call hangs, a process is killed, memory leaks, or
 *	what must not be pinned is pinned
 */
enum loser {
	LOSER_NONE,
	LOSER_DRIVER,
	LOSER_TRACKER,
	LOSER_SYSTEM,
};

/** judgement_loser() - who loses by a failure or a limit, which if anybody */
enum loser judgement_loser(const struct judgement *judgement);

/** loser_name() - "driver", "tracker" or "system"; NULL for LOSER_NONE */
const char *loser_name(enum loser loser);

/** verdict_name() - "PASS", "FAIL", ... */
const char *verdict_name(enum verdict verdict);

/** verdict_of() - the verdict that has a name, or VERDICT_COUNT */
enum verdict verdict_of(const char *name);

/** verdict_outcome() - what it is to who knows no other words */
enum outcome verdict_outcome(enum verdict verdict);

/** verdict_fails() - whether something is wrong, known or not */
bool verdict_fails(enum verdict verdict);

/** finding_name() - "stale", "refused", ...; NULL for FINDING_NONE */
const char *finding_name(enum finding finding);

/** finding_of() - the finding that has a name, or FINDING_NONE */
enum finding finding_of(const char *name);

/** verdict_worse() - the one of two verdicts that matters more */
enum verdict verdict_worse(enum verdict a, enum verdict b);

#endif /* PINTEST_VERDICT_H */
