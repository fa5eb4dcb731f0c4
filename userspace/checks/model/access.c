// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses: the flags that memory is pinned with.
 */
#include "pintest.h"
#include "scenario.h"

const struct access access_table[ACCESS_ROWS] = {
	[RO_LONGTERM] = { "ro-longterm", PINTEST_FOLL_LONGTERM, true },
	[RO_LONGTERM_FORCE] = { "ro-longterm-force",
				PINTEST_FOLL_LONGTERM | PINTEST_FOLL_FORCE,
				false },
	[RW_LONGTERM] = { "rw-longterm",
			  PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE, true },
	[RW_LONGTERM_FORCE] = { "rw-longterm-force",
				PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE |
				PINTEST_FOLL_FORCE, false },
	[RO] = { "ro", 0, false },
	[RW] = { "rw", PINTEST_FOLL_WRITE, false },
};

const struct access *accesses(size_t *count)
{
	*count = ACCESS_ROWS;
	return access_table;
}

const struct access *access_of(uint32_t foll)
{
	const uint32_t told = PINTEST_FOLL_WRITE | PINTEST_FOLL_LONGTERM |
			      PINTEST_FOLL_FORCE;
	int i;

	foll &= told;
	if (!(foll & PINTEST_FOLL_LONGTERM))
		foll &= ~PINTEST_FOLL_FORCE;
	for (i = 0; access_table[i].foll != foll; i++)
		;
	return &access_table[i];
}
