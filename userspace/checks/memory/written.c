// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: files as programs write them, by write() of many pages at a
 * time. File systems that can then have a large folio for each write(). What is
 * pinned has other pages of its file around it, in the same folios.
 *
 * A write through a mapping, by which files of other kinds are filled, gives
 * a folio of one page.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
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

#define SIZE_64K	(UINT64_C(64) << 10)
#define SIZE_256K	(UINT64_C(256) << 10)
#define SIZE_2M		(UINT64_C(2) << 20)

/* What is pinned is in the middle one, or where it begins. */
#define FOLIOS		3

/**
 * enum how - how a file is written, and which part of it is pinned
 *
 * @CLEAN: it is written back before it is pinned
 * @STRADDLES: the end of a folio and the beginning of the next one
 * @READ_ONLY: it is mapped by a descriptor that can only read
 */
enum how {
	CLEAN		= 1 << 0,
	STRADDLES	= 1 << 1,
	READ_ONLY	= 1 << 2,
};

/* Where pages, or what one entry maps, are larger, these say nothing. */
static int prepare_filesystem(const struct memory_kind *kind,
			      unsigned int children, struct settings *settings,
			      struct reason *why)
{
	const char *huge = kind->huge_size < SIZE_2M ? "within_size" : "always";
	bool has_option = !strcmp(kind->filesystem, "tmpfs");

	(void)children;
	(void)settings;
	if (kind->huge_size < 4 * page_size() ||
	    (kind->huge_size == SIZE_2M && memory_pmd_size() != SIZE_2M))
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no huge pages of 2 MiB, or pages that are not small");
	return filesystem_need(kind->filesystem, has_option ? "huge" : NULL,
			       has_option ? huge : NULL, why);
}

static int write_folios(const struct memory *memory, struct reason *why)
{
	size_t size = memory->kind->huge_size, i;
	char *data = malloc(size);
	ssize_t n = size;

	if (!data)
		return reason(why, -ENOMEM, "no memory left");
	words_fill(data, size, memory->word);
	for (i = 0; i < FOLIOS && n == (ssize_t)size; i++)
		n = write(memory->fd, data, size);
	free(data);
	if (n == (ssize_t)size)
		return 0;
	return reason(why, n < 0 ? -errno : -ENOSPC,
		      "cannot write the file of %s: %s", memory->kind->id,
		      strerror(n < 0 ? errno : ENOSPC));
}

static int new_file(struct memory *memory, unsigned int how,
		    struct reason *why)
{
	int ret;

	memory->fd = filesystem_file(why);
	if (memory->fd < 0)
		return memory->fd;
	ret = write_folios(memory, why);
	if (!ret && how & CLEAN && fsync(memory->fd))
		ret = reason(why, -errno, "cannot write back the file of %s: %s",
			     memory->kind->id, strerror(errno));
	if (!ret && how & READ_ONLY)
		ret = memory_reopen_read_only(memory, why);
	return ret;
}

/*
 * One entry can map a huge page that begins at a multiple of its size. Nothing
 * but a page more or less lets the kernel map it page by page.
 */
static int map_file(struct memory *memory, struct reason *why)
{
	bool private = memory->kind->traits & MEMORY_PRIVATE;
	size_t size = memory->kind->huge_size, length = FOLIOS * size;
	char *room = mmap(NULL, length + 2 * size, PROT_NONE, ANONYMOUS, -1, 0);
	char *start = room + size - (uintptr_t)room % size;

	if (room == MAP_FAILED)
		return reason(why, -errno, "cannot reserve addresses: %s",
			      strerror(errno));
	munmap(room, length + 2 * size);
	if (memory->kind->traits & MEMORY_PTE_MAPPED)
		start += page_size();
	memory->base = mmap(start, length, PROT_READ | PROT_WRITE,
			    MAP_FIXED | (private ? MAP_PRIVATE : MAP_SHARED),
			    memory->fd, 0);
	if (memory->base == MAP_FAILED)
		return reason(why, -errno, "cannot map %zu KiB of %s: %s",
			      length >> 10, memory->kind->id, strerror(errno));
	memory->base_length = length;
	return 0;
}

static int map_written(struct memory *memory, unsigned int how,
		       struct reason *why)
{
	size_t size = memory->kind->huge_size, pages;
	int ret = new_file(memory, how, why);

	if (!ret)
		ret = map_file(memory, why);
	if (ret)
		return ret;
	pages = memory->length / page_size();
	memory->addr = (char *)memory->base + size;
	if (how & STRADDLES)
		memory->addr = (char *)memory->addr - pages / 2 * page_size();
	else
		memory->addr = (char *)memory->addr +
			       (size / page_size() - pages) / 2 * page_size();
	memory->extent = memory->length;
	memory_touch(memory);
	return 0;
}

static int map_clean(struct memory *memory, struct reason *why)
{
	return map_written(memory, CLEAN, why);
}

static int map_dirty(struct memory *memory, struct reason *why)
{
	return map_written(memory, 0, why);
}

static int map_read_only(struct memory *memory, struct reason *why)
{
	return map_written(memory, CLEAN | READ_ONLY, why);
}

static int map_straddling(struct memory *memory, struct reason *why)
{
	return map_written(memory, CLEAN | STRADDLES, why);
}

#define WRITTEN		(MEMORY_FILE | MEMORY_WRITTEN | MEMORY_VARIANT)
#define PRIVATE		(WRITTEN | MEMORY_PRIVATE)
#define SHARED		WRITTEN

#define FOLIO_OF	"a file on %s that was written %%s at a time, and back: "

static const struct memory_kind of_each_size[] = {
	{
		.id = "%s-%%s-private",
		.what = "private mapping of " FOLIO_OF "pages of one folio",
		.traits = PRIVATE,
		.map = map_clean,
	}, {
		.id = "%s-%%s-shared",
		.what = "shared mapping of " FOLIO_OF "pages of one folio",
		.traits = SHARED,
		.map = map_clean,
	},
};

static const struct memory_kind of_64k[] = {
	{
		.id = "%s-%%s-straddle-shared",
		.what = "shared mapping of " FOLIO_OF "the end of a folio and the beginning of the next one",
		.traits = SHARED,
		.map = map_straddling,
	}, {
		.id = "%s-%%s-dirty-shared",
		.what = "shared mapping of a file on %s that was written %%s at a time, and not back: pages of one folio",
		.traits = SHARED,
		.map = map_dirty,
	},
};

static const struct memory_kind of_2m[] = {
	{
		.id = "%s-%%s-straddle-private",
		.what = "private mapping of " FOLIO_OF "the end of a folio and the beginning of the next one",
		.traits = PRIVATE,
		.map = map_straddling,
	}, {
		.id = "%s-%%s-pages-private",
		.what = "private mapping of " FOLIO_OF "pages of one folio, which is mapped page by page",
		.traits = PRIVATE | MEMORY_PTE_MAPPED,
		.map = map_clean,
	}, {
		.id = "%s-%%s-pages-shared",
		.what = "shared mapping of " FOLIO_OF "pages of one folio, which is mapped page by page",
		.traits = SHARED | MEMORY_PTE_MAPPED,
		.map = map_clean,
	}, {
		.id = "%s-%%s-readonly-private",
		.what = "private mapping, through a descriptor that can only read, of " FOLIO_OF "pages of one folio",
		.traits = PRIVATE,
		.map = map_read_only,
	},
};

/* tmpfs always is dirty, and does not track writes. */
static void add_kind(struct memory_table *table, const char *filesystem,
		     const struct memory_kind *row, uint64_t size)
{
	bool tracks = strcmp(filesystem, "tmpfs");
	bool private = row->traits & MEMORY_PRIVATE;
	struct memory_kind kind = *row, sized;

	kind.id = memory_text(row->id, filesystem);
	kind.what = memory_text(row->what, filesystem);
	kind.filesystem = filesystem;
	kind.prepare = prepare_filesystem;
	kind.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO;
	if (!private)
		kind.refuses = tracks ? REFUSES_LONGTERM_WRITE : 0;
	if (!private && !tracks)
		kind.traits |= MEMORY_SHMEM;
	if (row->map == map_dirty && tracks)
		kind.is = PINTEST_PAGE_DIRTY;
	else if (tracks)
		kind.is_not |= PINTEST_PAGE_DIRTY;
	sized = memory_sized(&kind, size);
	memory_add(table, &sized);
	free((char *)kind.id);
	free((char *)kind.what);
}

static void add_kinds(struct memory_table *table, const char *filesystem,
		      const struct memory_kind *rows, size_t count,
		      uint64_t size)
{
	size_t i;

	for (i = 0; i < count; i++)
		add_kind(table, filesystem, &rows[i], size);
}

/* The largest folios that btrfs has are smaller than those of others. */
void memory_add_written(struct memory_table *table, const char *filesystem)
{
	uint64_t largest = strcmp(filesystem, "btrfs") ? SIZE_2M : SIZE_256K;

	add_kinds(table, filesystem, of_each_size, ARRAY_SIZE(of_each_size),
		  SIZE_64K);
	add_kinds(table, filesystem, of_64k, ARRAY_SIZE(of_64k), SIZE_64K);
	add_kinds(table, filesystem, of_each_size, ARRAY_SIZE(of_each_size),
		  largest);
	if (largest == SIZE_2M)
		add_kinds(table, filesystem, of_2m, ARRAY_SIZE(of_2m), SIZE_2M);
}
