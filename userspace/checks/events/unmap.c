// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: the process gives memory up, or moves it. Whatever is mapped there
 * afterwards, the pinned pages belong to the pin.
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
#include "machine/madvise.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP	4
#endif
/* Advice that this kernel, or such memory, does not take is no failure. */
static int advise(const struct memory *memory, int advice, const char *name,
		  struct reason *why)
{
	struct extent extent = extent_of(memory);

	if (!madvise(extent.addr, extent.length, advice))
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "%s is refused: %s", name, strerror(errno));
}

static int event_dontneed(struct event_run *run, struct reason *why)
{
	return advise(run->memory, MADV_DONTNEED, "MADV_DONTNEED", why);
}

static int event_remove(struct event_run *run, struct reason *why)
{
	return advise(run->memory, MADV_REMOVE, "MADV_REMOVE", why);
}

/* The guard goes again, since it does not let the process write. */
static int event_guard(struct event_run *run, struct reason *why)
{
	int ret = advise(run->memory, MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL",
			 why);

	if (ret)
		return ret;
	return advise(run->memory, MADV_GUARD_REMOVE, "MADV_GUARD_REMOVE",
		      why);
}

/* What takes the place of private memory need not be of its kind. */
static void *map_again(const struct memory *memory, struct extent extent)
{
	const int protection = PROT_READ | PROT_WRITE;

	if (memory->kind->traits & MEMORY_PRIVATE)
		return mmap(extent.addr, extent.length, protection,
			    MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mmap(extent.addr, extent.length, protection,
		    MAP_FIXED | MAP_SHARED, memory->fd, file_offset(memory));
}

static int event_munmap(struct event_run *run, struct reason *why)
{
	struct extent extent = extent_of(run->memory);

	if (munmap(extent.addr, extent.length) ||
	    map_again(run->memory, extent) == MAP_FAILED)
		return reason(why, -errno, "cannot map new memory: %s",
			      strerror(errno));
	return 0;
}

off_t file_offset(const struct memory *memory)
{
	return (char *)memory->addr - (char *)memory->base;
}

/* The new place is reserved, so that nobody else's mapping is there. */
static int move_mapping(struct memory *memory, int flags, struct reason *why)
{
	struct extent extent = extent_of(memory);
	void *to = mmap(NULL, extent.length, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (to == MAP_FAILED)
		return reason(why, -errno, "cannot reserve addresses: %s",
			      strerror(errno));
	to = mremap(extent.addr, extent.length, extent.length,
		    flags | MREMAP_MAYMOVE | MREMAP_FIXED, to);
	if (to == MAP_FAILED)
		return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
			      "mremap() is refused: %s", strerror(errno));
	memory->addr = to;
	return 0;
}

static int event_mremap(struct event_run *run, struct reason *why)
{
	return move_mapping(run->memory, 0, why);
}

static int event_mremap_dontunmap(struct event_run *run, struct reason *why)
{
	return move_mapping(run->memory, MREMAP_DONTUNMAP, why);
}

/* As aligned as what is to go there, so that no huge page has to be split. */
static char *map_target(size_t length)
{
	char *base = mmap(NULL, 2 * length, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return base == MAP_FAILED ? NULL :
				    base + length - (uintptr_t)base % length;
}

static int move_away(int uffd, const struct memory *memory, struct reason *why)
{
	struct extent extent = extent_of(memory);
	char *target = map_target(extent.length);
	int ret;

	if (!target)
		return reason(why, -errno, "cannot map %zu KiB: %s",
			      extent.length >> 9, strerror(errno));
	ret = uffd_register(uffd, target, extent.length,
			    UFFDIO_REGISTER_MODE_MISSING, why);
	return ret ? ret : uffd_move(uffd, target, extent.addr, extent.length,
				     why);
}

/* Pages that are pinned are busy; one that has gone is missed later. */
static int event_uffd_move(struct event_run *run, struct reason *why)
{
	int uffd = uffd_open(UFFD_FEATURE_MOVE, "UFFDIO_MOVE", why);
	int ret;

	if (uffd < 0)
		return uffd;
	ret = bystander_map(run, why);
	if (!ret)
		ret = move_away(uffd, run->memory, why);
	if (!ret || ret == -EBUSY)
		ret = move_away(uffd, &run->bystander, why);
	close(uffd);
	if (!ret && pages_mapped(&run->bystander))
		ret = reason(why, -EAGAIN,
			     "UFFDIO_MOVE leaves pages where they are that are not pinned");
	return ret;
}

static int event_truncate(struct event_run *run, struct reason *why)
{
	int fd = run->memory->fd;
	struct stat stat;

	if (fstat(fd, &stat) || ftruncate(fd, 0) ||
	    ftruncate(fd, stat.st_size))
		return reason(why, -errno, "cannot truncate the file: %s",
			      strerror(errno));
	return 0;
}

static int event_punch(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;

	if (!fallocate(memory->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		       file_offset(memory), extent_of(memory).length))
		return 0;
	return reason(why, -errno, "cannot punch a hole into the file: %s",
		      strerror(errno));
}

/* What is not pinned of the huge page that the memory is made of. */
static struct extent rest_of(const struct memory *memory)
{
	return (struct extent) {
		.addr = (char *)memory->addr + memory->length,
		.length = memory->extent - memory->length,
	};
}

static int event_discard_rest(struct event_run *run, struct reason *why)
{
	struct extent rest = rest_of(run->memory);

	if (!madvise(rest.addr, rest.length, MADV_DONTNEED))
		return 0;
	return reason(why, -errno, "MADV_DONTNEED is refused: %s",
		      strerror(errno));
}

static int event_unmap_rest(struct event_run *run, struct reason *why)
{
	struct extent rest = rest_of(run->memory);

	if (!munmap(rest.addr, rest.length))
		return 0;
	return reason(why, -errno, "munmap() is refused: %s", strerror(errno));
}

static int event_move_rest(struct event_run *run, struct reason *why)
{
	struct extent rest = rest_of(run->memory);

	if (mremap(rest.addr, rest.length, rest.length + page_size(),
		   MREMAP_MAYMOVE) != MAP_FAILED)
		return 0;
	return reason(why, -errno, "mremap() is refused: %s", strerror(errno));
}

static const struct event rows[] = {
	{
		.id = "discard-rest",
		.what = "the rest of the huge page is dropped by MADV_DONTNEED, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_discard_rest,
	}, {
		.id = "unmap-rest",
		.what = "the rest of the huge page is unmapped, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_unmap_rest,
	}, {
		.id = "move-rest",
		.what = "the rest of the huge page is moved to another address by mremap(), then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_ANON | MEMORY_THP,
		.run = event_move_rest,
	}, {
		.id = "mremap",
		.what = "the memory is moved to another address by mremap(), then the process writes there",
		.traits = COHERENT | EVENT_REMAPS,
		.run = event_mremap,
	}, {
		.id = "mremap-dontunmap",
		.what = "the pages are moved to a mapping at another address by mremap(), then the process writes there",
		.traits = COHERENT | EVENT_REMAPS,
		.needs = MEMORY_PRIVATE,
		.lacks = MEMORY_HUGETLB,
		.run = event_mremap_dontunmap,
	}, {
		.id = "uffd-move",
		.what = "UFFDIO_MOVE tries to move the pages to another mapping, then the process writes",
		.traits = COHERENT | EVENT_MOVES | EVENT_UNMAPS,
		.needs = MEMORY_PRIVATE | MEMORY_ANON,
		.lacks = MEMORY_HUGETLB | MEMORY_PTE_MAPPED,
		.run = event_uffd_move,
	}, {
		.id = "dontneed",
		.what = "the process drops the pages by MADV_DONTNEED, then writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.copies = 1,
		.run = event_dontneed,
	}, {
		.id = "munmap",
		.what = "the process unmaps the memory, maps new memory there and writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.run = event_munmap,
	}, {
		.id = "guard",
		.what = "the process replaces the pages with guard pages, removes these and writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE,
		.needs = MEMORY_ANON,
		.lacks = MEMORY_HUGETLB,
		.run = event_guard,
	}, {
		.id = "truncate",
		.what = "the file is truncated to 0 bytes and extended to its old size, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_PRIVATE |
			  EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.copies = 1,
		.run = event_truncate,
	}, {
		.id = "punch",
		.what = "a hole is punched into the file, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.copies = 1,
		.run = event_punch,
	}, {
		.id = "remove",
		.what = "the process removes the pages from the file with MADV_REMOVE, then writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_CLEARS,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_PRIVATE,
		.run = event_remove,
	},
};

const struct event_family event_family_unmap = { rows, ARRAY_SIZE(rows) };
