// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check for a bug with huge pages of files. To unshare a page of a private
 * mapping, the kernel has the entry for the huge page split, which for a file
 * means that nothing is mapped; then it maps what is read there, by an entry for
 * the huge page.
 */
#include <string.h>

#include "array_size.h"
#include "base/reason.h"
#include "model/words.h"
#include "stories/endless.h"
#include "stories/family.h"

static int judge_pinning(struct story_run *run, const struct memory *memory,
			 struct reason *why)
{
	const struct pintest_request request = {
		.api = PINTEST_API_PIN_FAST,
		.foll = PINTEST_FOLL_LONGTERM,
		.addr = (uintptr_t)memory->addr,
		.length = page_size(),
	};
	struct pintest_pin *pin;
	int ret = endless_pin(run->pt, &request, &pin, why);

	if (ret > 0)
		return story_fails(run, FINDING_HANG, "%s", why->text);
	if (ret < 0)
		return story_fails(run, FINDING_REFUSED, "%s", why->text);
	return story_passes(run, "the page is pinned");
}

static int unshare_file_thp(struct story_run *run, struct reason *why)
{
	struct memory memory;
	int ret = story_map(run, run->arg, CHECK_PAGES, &memory, why);

	return ret ? ret : judge_pinning(run, &memory, why);
}

#define UNSHARE(name, type) {						\
	.id = "bugs.unshare-file-thp" name,				\
	.what = "a read-only long-term pin of a private mapping of a file on " type " that is in a transparent huge page returns",	\
	.prepare = story_prepare_kind,					\
	.run = unshare_file_thp,					\
	.arg = type "-2m-private",					\
}

static const struct story table[] = {
	UNSHARE("", "tmpfs"),
	UNSHARE("-ext4", "ext4"),
	UNSHARE("-xfs", "xfs"),
};

const struct story_family story_bugs_file_thp = { table, ARRAY_SIZE(table) };
