// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds of private file mappings that have not been written to.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "memory_maps.h"
#include "reason.h"
#include "words.h"

/*
 * The file gets its contents through a shared mapping: hugetlb files take no
 * write(). Then the private mapping is read, which maps the page cache.
 */
static int map_filled(struct memory *memory, size_t length,
		      struct reason *why)
{
	int ret;

	if (ftruncate(memory->fd, length))
		return reason(why, -errno, "cannot size the file of %s: %s",
			      memory->kind->id, strerror(errno));
	ret = memory_mmap(memory, length, MAP_SHARED, why);
	if (ret)
		return ret;
	words_fill(memory->addr, memory->length, memory->word);
	munmap(memory->base, memory->base_length);

	ret = memory_mmap(memory, length, MAP_PRIVATE, why);
	if (!ret)
		memory_touch(memory);
	return ret;
}

int map_memfd_private(struct memory *memory, struct reason *why)
{
	memory->fd = memfd_create("pintest", MFD_CLOEXEC);
	if (memory->fd < 0)
		return reason(why, -errno, "cannot create a memfd: %s",
			      strerror(errno));
	return map_filled(memory, memory->length, why);
}

int map_tmpfile_private(struct memory *memory, struct reason *why)
{
	const char *dir = getenv("TMPDIR") ? : "/tmp";
	char *path;

	if (asprintf(&path, "%s/pintest-XXXXXX", dir) < 0)
		return reason(why, -ENOMEM, "no memory");
	memory->fd = mkostemp(path, O_CLOEXEC);
	if (memory->fd < 0)
		reason(why, -errno, "cannot create a file in %s: %s", dir,
		       strerror(errno));
	else
		unlink(path);
	free(path);
	return memory->fd < 0 ? -EIO :
				map_filled(memory, memory->length, why);
}

/* The size of the pages, written as mmap() has it too. */
static unsigned int size_flag(uint64_t size)
{
	return (unsigned int)__builtin_ctzll(size) << MAP_HUGE_SHIFT;
}

int map_memfd_hugetlb(struct memory *memory, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;

	memory->fd = memfd_create("pintest", MFD_CLOEXEC | MFD_HUGETLB |
				  size_flag(size));
	if (memory->fd < 0)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no memfd of such pages: %s",
			      strerror(errno));
	return map_filled(memory, size, why);
}
