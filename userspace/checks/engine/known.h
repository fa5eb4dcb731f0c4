/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Known behaviours: what explains a verdict.
 */
#ifndef PINTEST_KNOWN_H
#define PINTEST_KNOWN_H

#include "model/observations.h"

/**
 * struct known - a row of the table of known behaviours
 *
 * @id: its name
 * @checks: ids of checks it may explain, as fnmatch() with FNM_EXTMATCH takes
 *	them; or NULL
 * @findings: &enum finding bits that it explains
 * @is: &enum pintest_page bits of the page as it was pinned
 * @is_not: bits that the page did not have
 * @cases: names of cases of the kernel's own selftests that it explains, as
 *	fnmatch() with FNM_EXTMATCH takes them; or NULL
 * @what: what the kernel does
 * @since: release that began it, or NULL if it was always so
 * @fixed_in: release that ended it, or NULL if none did
 * @change: the upstream change that ended it; without one, that it is not
 *	fixed or so by design, and the change that began it
 * @instead: what a driver or its user can do about it, as a sentence without a
 *	full stop, or NULL
 * @reproducer: the program in tests/reproducers that shows it without pintest, or
 *	NULL
 * @limit: the kernel's developers decided that it is to be so: what it explains
 *	is VERDICT_LIMIT instead of VERDICT_FAIL
 *
 * But for that, it explains a verdict and never makes one. Nothing but
 * known_is_over() compares releases.
 */
struct known {
	const char *id;
	const char *checks;
	unsigned int findings;
	uint64_t is;
	uint64_t is_not;
	const char *cases;
	const char *what;
	const char *since;
	const char *fixed_in;
	const char *change;
	const char *instead;
	const char *reproducer;
	bool limit;
};

/** known_behaviours() - the table; @count is how many rows there are */
const struct known *known_behaviours(size_t *count);

/** known_find() - the known behaviour behind a judgement, or NULL */
const struct known *known_find(const char *check_id,
			       const struct judgement *judgement,
			       const struct observations *seen);

/**
 * known_is_over() - whether the running kernel is of a release that has the fix
 *
 * Of an earlier release it says no, though a distribution may have the fix there.
 */
bool known_is_over(const struct known *known);

/**
 * known_verdict() - the verdict of a failure
 * @known: the known behaviour behind it, or NULL
 * @expected: known behaviours are expected, and no failures
 */
enum verdict known_verdict(const struct known *known, bool expected);

/**
 * known_find_case() - the known behaviour behind a failure of a case of the
 * kernel's own selftests, or NULL
 */
const struct known *known_find_case(const char *name);

/** known_text() - one line that tells a known behaviour */
void known_text(const struct known *known, struct reason *text);

#endif /* PINTEST_KNOWN_H */
