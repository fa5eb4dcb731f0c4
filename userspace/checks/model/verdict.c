// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verdicts: their names, and which one matters more.
 */
#include "verdict.h"

const char *verdict_name(enum verdict verdict)
{
	static const char * const names[VERDICT_COUNT] = {
		[VERDICT_PASS] = "PASS",
		[VERDICT_FAIL] = "FAIL",
		[VERDICT_BROKEN] = "BROKEN",
		[VERDICT_SKIP] = "SKIP",
		[VERDICT_XFAIL] = "XFAIL",
		[VERDICT_DETACHED] = "DETACHED",
	};

	return names[verdict];
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	static const int weight[VERDICT_COUNT] = {
		[VERDICT_SKIP] = 0,
		[VERDICT_DETACHED] = 1,
		[VERDICT_PASS] = 2,
		[VERDICT_XFAIL] = 3,
		[VERDICT_BROKEN] = 4,
		[VERDICT_FAIL] = 5,
	};

	return weight[a] >= weight[b] ? a : b;
}
