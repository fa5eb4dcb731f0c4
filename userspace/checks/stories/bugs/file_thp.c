// SPDX-License-Identifier: GPL-2.0-only
/*
 * The check for a bug with huge pages of files. To unshare a page of a private
 * mapping, the kernel has the entry for the huge page split, which for a file
 * means that nothing is mapped; then it maps what is read there, by an entry for
 * the huge page.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/reason.h"
#include "model/words.h"
#include "stories/endless.h"
#include "stories/family.h"

/* A pin takes one split, if any. */
#define MANY_SPLITS	1000
#define LOOKS		200

struct pinning {
	struct pintest *pt;
	struct pintest_request request;
	int error;
};

static void take_pin(void *arg)
{
	struct pinning *pinning = arg;
	struct pintest_pin *pin;

	pinning->error = pintest_pin_new(pinning->pt, &pinning->request, &pin);
}

/* In place of the shared mapping, so that one entry can map it as well. */
static int map_privately(const struct memory *memory, struct reason *why)
{
	if (mmap(memory->base, memory->base_length, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_FIXED, memory->fd, 0) == MAP_FAILED)
		return reason(why, -errno, "cannot map a file: %s",
			      strerror(errno));
	memory_touch(memory);
	return 0;
}

static int judge_end(struct story_run *run, const struct pinning *pinning)
{
	if (pinning->error)
		return story_fails(run, FINDING_REFUSED, "%s",
				  strerror(-pinning->error));
	return story_passes(run, "the page is pinned");
}

static int judge_pinning(struct story_run *run, struct pinning *pinning,
			 struct reason *why)
{
	static struct endless endless = {
		.call = take_pin,
		.counter = "thp_split_pmd",
		.many = MANY_SPLITS,
		.looks = LOOKS,
	};
	int ret;

	endless.arg = pinning;
	ret = endless_watch(&endless, why);
	if (ret)
		return ret < 0 ? ret : judge_end(run, pinning);
	if (endless.tries < MANY_SPLITS)
		return reason(why, -ETIMEDOUT,
			      "the pin neither succeeds nor fails, and %ld entries for huge pages were split",
			      endless.tries);
	story_number(run, "splits", endless.tries);
	return story_fails(run, FINDING_HANG,
			  "the pin neither succeeds nor fails: entries for huge pages were split %ld times meanwhile",
			  endless.tries);
}

static int unshare_file_thp(struct story_run *run, struct reason *why)
{
	/* Static, as the thread may outlive this function. */
	static struct pinning pinning;
	struct memory memory;
	int ret = story_map(run, "tmpfs-thp-shared", CHECK_PAGES, &memory, why);

	if (!ret)
		ret = map_privately(&memory, why);
	if (ret)
		return ret;
	pinning = (struct pinning) {
		.pt = run->pt,
		.request = {
			.api = PINTEST_API_PIN_FAST,
			.foll = PINTEST_FOLL_LONGTERM,
			.addr = (uintptr_t)memory.addr,
			.length = page_size(),
		},
	};
	return judge_pinning(run, &pinning, why);
}

static const struct story table[] = {
	{
		.id = "bugs.unshare-file-thp",
		.what = "a read-only long-term pin of a private mapping of a file that is in a transparent huge page returns",
		.prepare = story_prepare_kind,
		.run = unshare_file_thp,
		.arg = "tmpfs-thp-shared",
	},
};

const struct story_family story_bugs_file_thp = { table, ARRAY_SIZE(table) };
