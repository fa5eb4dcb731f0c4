// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: files in memory that are made of transparent huge pages.
 *
 * There is no private mapping of one: see bugs.unshare-file-thp.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"

static int prepare_huge_tmpfs(const struct memory_kind *kind,
			      unsigned int children, struct settings *settings,
			      struct reason *why)
{
	(void)children;
	(void)settings;
	if (!kind->huge_size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no transparent huge pages");
	return filesystem_need(kind->filesystem, "huge", "always", why);
}

/*
 * Only there can one entry map a huge page of the file. The mapping has no room
 * beside it, as that of memory_mmap_aligned() has: what is done to a file counts from
 * where the mapping begins.
 */
static int move_to_border(struct memory *memory, struct reason *why)
{
	size_t size = memory->base_length;
	char *room = mmap(NULL, 2 * size, PROT_NONE, ANONYMOUS, -1, 0);
	void *border = room + size - (uintptr_t)room % size;

	if (room == MAP_FAILED)
		return reason(why, -errno, "cannot reserve addresses: %s",
			      strerror(errno));
	munmap(room, 2 * size);
	border = mremap(memory->base, size, size,
			MREMAP_MAYMOVE | MREMAP_FIXED, border);
	if (border == MAP_FAILED)
		return reason(why, -errno, "mremap() of %s is refused: %s",
			      memory->kind->id, strerror(errno));
	memory->base = border;
	memory->addr = border;
	return 0;
}

static int map_huge_file(struct memory *memory, struct reason *why)
{
	size_t size = memory->kind->huge_size;
	int ret;

	memory->fd = filesystem_file(why);
	if (memory->fd < 0)
		return memory->fd;
	ret = memory_fill_file(memory, size, why);
	if (!ret)
		ret = memory_mmap(memory, size, MAP_SHARED, why);
	if (!ret)
		ret = move_to_border(memory, why);
	if (!ret)
		memory_touch(memory);
	return ret;
}

void memory_add_file_thp(struct memory_table *table)
{
	const struct memory_kind kind = {
		.id = "tmpfs-thp-shared",
		.what = "shared mapping of a file on tmpfs in a transparent huge page",
		.traits = MEMORY_FILE | MEMORY_THP | MEMORY_SHMEM |
			  MEMORY_VARIANT,
		.huge_size = memory_pmd_size(),
		.is = PINTEST_PAGE_THP,
		.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO,
		.filesystem = "tmpfs",
		.prepare = prepare_huge_tmpfs,
		.map = map_huge_file,
	};

	memory_add(table, &kind);
	memory_add_written(table, "tmpfs");
}
