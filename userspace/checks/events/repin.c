// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pinning the same memory again and again.
 */
#include <string.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"

/* The held pin keeps the pages where they are, so that each repin is alike. */
static int run_repin(struct event_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	int i, ret;

	for (i = 0; i < REPINS; i++) {
		ret = pintest_pin_new(run->pt, run->request, &pin);
		if (ret)
			return reason(why, ret, "repin %d of %d is refused: %s",
				      i + 1, REPINS, strerror(-ret));
		pintest_pin_free(pin);
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
