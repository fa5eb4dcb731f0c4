// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: something happens to the pages of a file just before and just after
 * the pinned ones, which may be in the same folio. The kernel cannot split a
 * folio that is pinned; it must not take all of it away for that.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

/* The page before the pinned ones, and the one after them. */
#define NEIGHBOURS	2

static char *neighbour(const struct memory *memory, unsigned int which)
{
	char *addr = memory->addr;

	return which ? addr + memory->length : addr - page_size();
}

static off_t neighbour_offset(const struct memory *memory, unsigned int which)
{
	return neighbour(memory, which) - (char *)memory->base;
}

/* If it was not changed, nothing has happened that could harm a pin. */
static int expect(const struct memory *memory, unsigned int which,
		  uint64_t value, struct reason *why)
{
	struct word word = word_of_page(neighbour(memory, which));
	char text[WORD_TEXT_LENGTH];

	if (word_is(&word, value))
		return 0;
	return reason(why, -ENODATA, "the page %s the pinned ones reads %s",
		      which ? "after" : "before", word_text(&word, text));
}

static int event_punch(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < NEIGHBOURS; i++) {
		if (fallocate(memory->fd,
			      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			      neighbour_offset(memory, i), page_size()))
			return reason(why, -errno,
				      "cannot punch a hole into the file: %s",
				      strerror(errno));
		ret = expect(memory, i, WORD_ZERO, why);
	}
	return ret;
}

static int event_truncate(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	struct stat stat;

	if (fstat(memory->fd, &stat) ||
	    ftruncate(memory->fd, neighbour_offset(memory, 1)) ||
	    ftruncate(memory->fd, stat.st_size))
		return reason(why, -errno, "cannot truncate the file: %s",
			      strerror(errno));
	return expect(memory, 1, WORD_ZERO, why);
}

static int event_direct_write(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < NEIGHBOURS; i++) {
		ret = file_write_direct(memory, neighbour_offset(memory, i),
					page_size(), why);
		if (!ret)
			ret = expect(memory, i, WORD_FILE, why);
	}
	return ret;
}

static int event_clone(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < NEIGHBOURS; i++) {
		ret = file_clone(memory, neighbour_offset(memory, i),
				 page_size(), why);
		if (!ret)
			ret = expect(memory, i, WORD_FILE, why);
	}
	return ret;
}

/* Only pages that are not mapped go: those at the end of the file. */
static int event_evict(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	char *last = (char *)memory->base + memory->base_length - page_size();
	unsigned char resident;
	int ret;

	if (fsync(memory->fd))
		return reason(why, -errno, "fsync() failed: %s",
			      strerror(errno));
	ret = posix_fadvise(memory->fd, 0, 0, POSIX_FADV_DONTNEED);
	if (ret)
		return reason(why, -ret, "POSIX_FADV_DONTNEED is refused: %s",
			      strerror(ret));
	if (mincore(last, page_size(), &resident))
		return reason(why, -errno, "mincore() failed: %s",
			      strerror(errno));
	return resident & 1 ? reason(why, -EAGAIN,
				     "pages stay that nobody uses") : 0;
}

static int event_writeback(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	unsigned int i;

	for (i = 0; i < NEIGHBOURS; i++)
		words_fill(neighbour(memory, i), page_size(), WORD_OTHERS);
	if (!fsync(memory->fd))
		return 0;
	return reason(why, -errno, "fsync() failed: %s", strerror(errno));
}

/* A private mapping has pages of its own, and how it is mapped matters little. */
#define LACKS	(MEMORY_PRIVATE | MEMORY_PTE_MAPPED)

#define AROUND(does)				\
	.what = does ", then the process writes",	\
	.traits = COHERENT | EVENT_AROUND,	\
	.needs = MEMORY_WRITTEN

static const struct event rows[] = {
	{
		.id = "punch-around",
		AROUND("holes are punched into the file beside the pinned pages"),
		.lacks = LACKS,
		.run = event_punch,
	}, {
		.id = "truncate-around",
		AROUND("the file is truncated behind the pinned pages and extended to its old size"),
		.lacks = LACKS,
		.run = event_truncate,
	}, {
		.id = "direct-write-around",
		AROUND("the file is written with O_DIRECT beside the pinned pages"),
		.lacks = LACKS,
		.run = event_direct_write,
	}, {
		.id = "clone-around",
		AROUND("FICLONERANGE replaces blocks of the file beside the pinned pages with those of another file"),
		.lacks = LACKS,
		.run = event_clone,
	}, {
		.id = "evict-around",
		AROUND("the file is dropped from the page cache by POSIX_FADV_DONTNEED, as far as it is not in use"),
		.lacks = LACKS | MEMORY_SHMEM,
		.run = event_evict,
	}, {
		.id = "writeback-around",
		AROUND("the process writes beside the pinned pages, and the file is written back"),
		.lacks = LACKS,
		.run = event_writeback,
	},
};

const struct event_family event_family_around = { rows, ARRAY_SIZE(rows) };
