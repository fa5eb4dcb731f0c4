// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of pins of shared file mappings. A file system that tracks who writes
 * learns it from the fault that maps a page writable. A device that has the page
 * pinned needs no fault: what it stores after the page was written back is in
 * the mapping, but the file system knows nothing of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"
#include "model/words.h"

#define L	PINTEST_FOLL_LONGTERM
#define W	PINTEST_FOLL_WRITE

/* A file system, and whether it tracks which pages are written. */
struct tracker {
	const char *type;
	bool tracks;
};

/*
 * A page of a file, mapped shared and written once.
 *
 * @direct: the same file, past the page cache
 * @disk: where it is read to
 */
struct file {
	struct story_run *run;
	int fd;
	int direct;
	char *page;
	char *disk;
};

static int prepare_filesystem(const void *arg, struct settings *settings,
			      struct reason *why)
{
	const struct tracker *tracker = arg;

	(void)settings;
	return filesystem_need(tracker->type, NULL, NULL, why);
}

static int file_map(struct file *file, struct reason *why)
{
	file->fd = filesystem_file(why);
	if (file->fd < 0)
		return file->fd;
	if (ftruncate(file->fd, page_size()))
		return reason(why, -errno, "cannot size a file: %s",
			      strerror(errno));
	file->page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_SHARED, file->fd, 0);
	if (file->page == MAP_FAILED)
		return reason(why, -errno, "cannot map a file: %s",
			      strerror(errno));
	words_fill(file->page, page_size(), WORD_PIN_TIME);
	return 0;
}

static int file_open_direct(struct file *file, struct reason *why)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", file->fd);
	file->direct = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
	file->disk = aligned_alloc(page_size(), page_size());
	if (file->direct < 0 || !file->disk)
		return reason(why, -errno, "cannot open a file for O_DIRECT: %s",
			      strerror(errno));
	return 0;
}

/* What the file has where it is kept, after all that is dirty was written. */
static int file_read_disk(struct file *file, struct word *word,
			  struct reason *why)
{
	if (fsync(file->fd))
		return reason(why, -errno, "cannot write back a file: %s",
			      strerror(errno));
	if (pread(file->direct, file->disk, page_size(), 0) !=
	    (ssize_t)page_size())
		return reason(why, -errno, "cannot read a file: %s",
			      strerror(errno));
	*word = word_of_page(file->disk);
	return 0;
}

/* Store through the pin, after what was stored before has been written back. */
static int store_twice(struct file *file, struct pintest_pin *pin,
		       struct reason *why)
{
	struct word word;
	int ret = words_to_pin(pin, WORD_DEVICE);

	if (ret)
		return reason(why, ret, "cannot write through the pin: %s",
			      strerror(-ret));
	ret = file_read_disk(file, &word, why);
	if (ret)
		return ret;
	if (!word_is(&word, WORD_DEVICE))
		return reason(why, -ENODATA,
			      "the first store is not in the file");
	ret = words_to_pin(pin, WORD_CHILD);
	if (ret)
		return reason(why, ret, "cannot write through the pin: %s",
			      strerror(-ret));
	return 0;
}

/*
 * What the next reader of the file gets, when pages that are not dirty are
 * gone from the page cache. A failed writeback is reported.
 */
static int file_read_again(struct file *file, struct word *word, int *error,
			   struct reason *why)
{
	munmap(file->page, page_size());
	*error = fsync(file->fd) ? errno : 0;
	posix_fadvise(file->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (pread(file->fd, file->disk, page_size(), 0) !=
	    (ssize_t)page_size())
		return reason(why, -errno, "cannot read a file: %s",
			      strerror(errno));
	*word = word_of_page(file->disk);
	return 0;
}

static int judge_file(struct file *file, const struct word *word,
		      const char *when)
{
	char text[WORD_TEXT_LENGTH];

	if (word_is(word, WORD_CHILD))
		return story_passes(file->run, "%s, the file has the last store",
				   when);
	return story_fails(file->run, FINDING_LOST,
			  "%s, the file has %s, the store before the last one",
			  when, word_text(word, text));
}

/* Whoever pins for long cannot say when the device is done: no fsync() helps. */
static int run_synced(struct story_run *run, struct reason *why)
{
	struct file file = { .run = run };
	struct reason refused;
	struct pintest_pin *pin;
	struct word word;
	int ret = file_map(&file, why);

	if (!ret)
		ret = file_open_direct(&file, why);
	if (ret)
		return ret;
	ret = story_pin(run, PINTEST_API_PIN, L | W, file.page, page_size(),
		       &pin, &refused);
	if (ret == -EFAULT)
		return story_refuses(run, "%s", refused.text);
	if (ret)
		return reason(why, ret, "%s", refused.text);
	ret = store_twice(&file, pin, why);
	if (!ret)
		ret = file_read_disk(&file, &word, why);
	return ret ? ret : judge_file(&file, &word,
				      "after fsync() with the page pinned");
}

/* A short-term pin, which stores after writeback. */
static int file_pin_and_store(struct file *file, struct pintest_pin **pin,
			      struct reason *why)
{
	int ret = file_map(file, why);

	if (!ret)
		ret = file_open_direct(file, why);
	if (!ret)
		ret = story_pin(file->run, PINTEST_API_PIN, W, file->page,
			       page_size(), pin, why);
	return ret ? ret : store_twice(file, *pin, why);
}

static int run_dirtied(struct story_run *run, struct reason *why)
{
	struct file file = { .run = run };
	struct pintest_pin *pin;
	char when[REASON_LENGTH / 2];
	struct word word;
	int ret = file_pin_and_store(&file, &pin, why), error;

	if (ret)
		return ret;
	ret = pintest_pin_release(pin, PINTEST_UNPIN_DIRTY);
	if (ret)
		return reason(why, ret, "cannot unpin: %s", strerror(-ret));
	ret = file_read_again(&file, &word, &error, why);
	if (ret)
		return ret;
	snprintf(when, sizeof(when), "after it was unpinned as dirty%s%s",
		 error ? " and fsync() said " : "",
		 error ? strerror(error) : "");
	return judge_file(&file, &word, when);
}

/*
 * The hazard itself, which is there for short-term pins on every kernel: what
 * is stored after writeback is in the mapping alone, no fsync() writes it, and
 * it is gone with the page. A story in which it is kept would not see a loss in
 * run_dirtied() either.
 */
static int run_undirtied(struct story_run *run, struct reason *why)
{
	struct file file = { .run = run };
	struct pintest_pin *pin;
	struct word synced, again;
	int ret = file_pin_and_store(&file, &pin, why), error;

	if (!ret)
		ret = file_read_disk(&file, &synced, why);
	if (ret)
		return ret;
	ret = pintest_pin_release(pin, 0);
	if (ret)
		return reason(why, ret, "cannot unpin: %s", strerror(-ret));
	ret = file_read_again(&file, &again, &error, why);
	if (ret)
		return ret;
	if (!word_is(&synced, WORD_DEVICE) || !word_is(&again, WORD_DEVICE))
		return reason(why, -ENODATA,
			      "the file has a store that was not marked dirty: this check cannot see losses");
	return story_passes(run, "not told of the last store, the file loses it, as it has to be");
}

/* Writing past the page cache drops what is cached, even if it is pinned. */
static int run_direct_write(struct story_run *run, struct reason *why)
{
	struct file file = { .run = run };
	struct word word, seen[CHECK_PAGES];
	struct pintest_pin *pin;
	int ret = file_map(&file, why);

	if (!ret)
		ret = file_open_direct(&file, why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, L, file.page, page_size(),
			       &pin, why);
	if (ret)
		return ret;
	words_fill(file.disk, page_size(), WORD_CHILD);
	if (pwrite(file.direct, file.disk, page_size(), 0) !=
	    (ssize_t)page_size())
		return reason(why, -errno, "cannot write a file: %s",
			      strerror(errno));
	word = word_of_page(file.page);
	if (!word_is(&word, WORD_CHILD))
		return reason(why, -ENODATA, "the mapping misses the write");
	ret = words_of_pin(pin, seen);
	if (ret)
		return reason(why, ret, "cannot read through the pin: %s",
			      strerror(-ret));
	if (word_is(&seen[0], WORD_CHILD))
		return story_passes(run, "the pin reads the write");
	return story_fails(run, FINDING_OTHER_PAGE,
			  "the pin reads what was there before the write");
}

/* What one access gives in all ways: 0, or the errno, of the first way. */
static int ask_all_ways(struct file *file, uint32_t foll, int *answer,
			const struct way **differs)
{
	struct reason ignored;
	size_t i, count;
	const struct way *table = ways(&count);

	*answer = 1;
	for (i = 0; i < count; i++) {
		struct pintest_pin *pin = NULL;
		int ret;

		if (!story_takes(file->run->pt, &table[i], foll))
			continue;
		ret = story_pin(file->run, table[i].api, foll, file->page,
			       page_size(), &pin, &ignored);
		pintest_pin_free(pin);
		if (*answer == 1)
			*answer = ret;
		if (ret == *answer)
			continue;
		*differs = &table[i];
		return ret;
	}
	return 0;
}

static int judge_answer(struct file *file, const char *what, uint32_t foll,
			int wanted)
{
	const struct way *differs = NULL;
	int answer, other = ask_all_ways(file, foll, &answer, &differs);

	if (differs) {
		story_fails(file->run, FINDING_DISAGREE,
			   "%s: the first way says %s, %s says %s", what,
			   strerror(-answer), differs->what, strerror(-other));
		return 1;
	}
	if (answer == wanted)
		return 0;
	story_fails(file->run, wanted ? FINDING_ALLOWED : FINDING_REFUSED,
		   "%s: all ways say %s, not %s", what, strerror(-answer),
		   strerror(-wanted));
	return 1;
}

static int run_agree(struct story_run *run, struct reason *why)
{
	const struct tracker *tracker = run->arg;
	struct file file = { .run = run };
	int refuse = tracker->tracks ? -EFAULT : 0;
	int ret = file_map(&file, why);

	if (ret)
		return ret;
	if (judge_answer(&file, "read-only long-term", L, 0) ||
	    judge_answer(&file, "read-write short-term", W, 0) ||
	    judge_answer(&file, "read-write long-term", L | W, refuse))
		return 0;
	if (!refuse)
		return story_passes(run, "all ways take read-write long-term pins");
	return story_refuses(run, "all ways refuse read-write long-term pins: %s",
			     strerror(-refuse));
}

/*
 * Anonymous pages around a page of a file: a caller who takes anything but an
 * error for success has fewer pages than it thinks.
 */
static int run_partial(struct story_run *run, struct reason *why)
{
	struct pintest_request request = {
		.api = PINTEST_API_PIN,
		.foll = L | W,
		.length = 3 * page_size(),
	};
	struct file file = { .run = run };
	struct pintest_pin *pin;
	char *pages = mmap(NULL, request.length, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret = file_map(&file, why);

	if (ret)
		return ret;
	if (pages == MAP_FAILED ||
	    mmap(pages + page_size(), page_size(), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_FIXED, file.fd, 0) == MAP_FAILED)
		return reason(why, -errno, "cannot map a file: %s",
			      strerror(errno));
	words_fill(pages, request.length, WORD_PIN_TIME);
	request.addr = (uintptr_t)pages;
	ret = pintest_pin_new(run->pt, &request, &pin);
	if (ret)
		return story_fails(run, FINDING_REFUSED,
				  "the page before it is refused as well: %s",
				  strerror(-ret));
	if (pintest_pin_pages(pin) == 1 && pintest_pin_errno(pin) == EFAULT)
		return story_refuses(run, "1 of 3 pages is pinned: %s",
				     strerror(EFAULT));
	return story_fails(run, FINDING_ALLOWED, "%d of 3 pages are pinned",
			  (int)pintest_pin_pages(pin));
}

#define TRACKER(name, does)						\
	.prepare = prepare_filesystem,					\
	.arg = &(const struct tracker) { name, does }

#define REFUSES(name) {							\
	.id = "files.longterm-write-" name,				\
	.what = "all ways refuse read-write long-term pins of shared mappings of " name " with EFAULT, and no others",	\
	.run = run_agree,						\
	TRACKER(name, true),						\
}

#define ALLOWS(name) {							\
	.id = "files.longterm-write-" name,				\
	.what = "all ways allow read-write long-term pins of shared mappings of " name,	\
	.run = run_agree,						\
	TRACKER(name, false),						\
}

#define SYNCED(name) {							\
	.id = "files.fsync-" name,					\
	.what = "what is stored through a read-write long-term pin of a shared mapping of " name " is in the file after fsync(), if it can be pinned",	\
	.run = run_synced,						\
	TRACKER(name, true),						\
}

#define DIRTIED(family, name) {						\
	.id = family ".unpin-dirty-" name,				\
	.what = "what is stored through a read-write short-term pin of a shared mapping of " name " is in the file after it was unpinned as dirty",	\
	.run = run_dirtied,						\
	TRACKER(name, true),						\
}

#define UNDIRTIED(name) {						\
	.id = "files.unpin-clean-" name,				\
	.what = "control: what is stored through a read-write short-term pin of a shared mapping of " name " after writeback is lost if it is not unpinned as dirty",	\
	.run = run_undirtied,						\
	TRACKER(name, true),						\
}

static const struct story table[] = {
	REFUSES("ext4"),
	{
		.id = "files.longterm-write-partly-ext4",
		.what = "a read-write long-term pin that reaches a page of a shared mapping of ext4 stops before it",
		.run = run_partial,
		TRACKER("ext4", true),
	},
	SYNCED("ext4"),
	DIRTIED("files", "ext4"),
	UNDIRTIED("ext4"),
	{
		.id = "bugs.direct-write-replaces-page",
		.what = "a read-only long-term pin of a shared mapping of ext4 sees what others write with O_DIRECT",
		.run = run_direct_write,
		TRACKER("ext4", true),
	},
	REFUSES("xfs"),
	SYNCED("xfs"),
	DIRTIED("files", "xfs"),
	UNDIRTIED("xfs"),
	REFUSES("btrfs"),
	SYNCED("btrfs"),
	DIRTIED("bugs", "btrfs"),
	UNDIRTIED("btrfs"),
	REFUSES("ramfs"),
	ALLOWS("tmpfs"),
};

const struct story_family story_files = { table, ARRAY_SIZE(table) };
