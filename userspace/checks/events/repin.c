// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinning the same memory again and again.
 */
#include "array_size.h"
#include "base/reason.h"
#include "family.h"

/* The held pin keeps the pages where they are, so that each repin is alike. */
static int run_repin(struct event_run *run, struct reason *why)
{
	struct reason refusal;
	struct hold *hold;
	int i, ret;

	for (i = 0; i < REPINS; i++) {
		ret = hold_new(run->pinner, run->request, &hold, &refusal);
		if (ret)
			return reason(why, ret, "repin %d of %d: %s", i + 1,
				      REPINS, refusal.text);
		hold_free(hold);
	}
	return 0;
}

static const struct event rows[] = {
	{
		.id = "repin",
		.what = "the memory is pinned the same way and unpinned " TEXT_OF(REPINS) " more times",
		.traits = EVENT_REPINS,
		.run = run_repin,
	},
};

const struct event_family event_family_repin = { rows, ARRAY_SIZE(rows) };
