// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: mappings of files.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"
#include "model/words.h"

/* Through a shared mapping: hugetlb files take no write(). */
static int fill_file(struct memory *memory, size_t length, struct reason *why)
{
	void *pages;

	pages = memory_mmap_range(memory, length, PROT_READ | PROT_WRITE,
				  MAP_SHARED);
	if (pages == MAP_FAILED)
		return reason(why, -errno, "cannot map the file of %s: %s",
			      memory->kind->id, strerror(errno));
	words_fill(pages, memory->length, memory->word);
	munmap(pages, length);
	return 0;
}

int memory_fill_file(struct memory *memory, size_t length, struct reason *why)
{
	if (ftruncate(memory->fd, length))
		return reason(why, -errno, "cannot size the file of %s: %s",
			      memory->kind->id, strerror(errno));
	return fill_file(memory, length, why);
}

/* Reading maps the page cache, also of a private mapping. */
int memory_map_file(struct memory *memory, size_t length, struct reason *why)
{
	bool private = memory->kind->traits & MEMORY_PRIVATE;
	int ret = memory_mmap(memory, length,
			      private ? MAP_PRIVATE : MAP_SHARED, why);

	if (!ret)
		memory_touch(memory);
	return ret;
}

int memory_new_file(struct memory *memory, size_t length, struct reason *why)
{
	int ret = memory_fill_file(memory, length, why);

	return ret ? ret : memory_map_file(memory, length, why);
}

/* Some drivers take only files that can be sealed. */
static int open_memfd(struct memory *memory, struct reason *why)
{
	memory->fd = memfd_create("pintest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (memory->fd < 0)
		return reason(why, -errno, "cannot create a memfd: %s",
			      strerror(errno));
	return 0;
}

static int map_memfd(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	return ret ? ret : memory_new_file(memory, memory->length, why);
}

/* The page cache has it, and no page table does. */
static int map_memfd_untouched(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (!ret)
		ret = memory_fill_file(memory, memory->length, why);
	return ret ? ret : memory_mmap(memory, memory->length, MAP_PRIVATE,
				       why);
}

static int map_tmpfile(struct memory *memory, struct reason *why)
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
				memory_new_file(memory, memory->length, why);
}

/* What was never written is not there, and reads as zeros. */
static int map_memfd_hole(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (ret)
		return ret;
	memory->word = WORD_ZERO;
	if (ftruncate(memory->fd, memory->length))
		return reason(why, -errno, "cannot size a memfd: %s",
			      strerror(errno));
	return memory_map_file(memory, memory->length, why);
}

/* The file has one page, which only is read. */
static int map_memfd_end(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (!ret)
		ret = memory_fill_file(memory, memory->length, why);
	if (!ret)
		ret = memory_mmap(memory, memory->length, MAP_PRIVATE, why);
	if (ret)
		return ret;
	if (ftruncate(memory->fd, page_size()))
		return reason(why, -errno, "cannot cut a memfd off: %s",
			      strerror(errno));
	(void)*(volatile char *)memory->addr;
	return 0;
}

int memory_reopen_read_only(struct memory *memory, struct reason *why)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory->fd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return reason(why, -errno, "cannot open %s: %s", path,
			      strerror(errno));
	close(memory->fd);
	memory->fd = fd;
	return 0;
}

static int map_memfd_read_only(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (!ret)
		ret = memory_fill_file(memory, memory->length, why);
	if (!ret)
		ret = memory_reopen_read_only(memory, why);
	return ret ? ret : memory_map_file(memory, memory->length, why);
}

/* A way to write what the mapping to be made now will not let write. */
static int keep_alias(struct memory *memory, struct reason *why)
{
	void *alias = mmap(NULL, memory->length, PROT_READ | PROT_WRITE,
			   MAP_SHARED, memory->fd, 0);

	if (alias == MAP_FAILED)
		return reason(why, -errno, "cannot map a memfd: %s",
			      strerror(errno));
	memory->alias = alias;
	return 0;
}

static int map_memfd_unwritable(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (!ret)
		ret = memory_fill_file(memory, memory->length, why);
	if (!ret)
		ret = keep_alias(memory, why);
	if (!ret)
		ret = memory_reopen_read_only(memory, why);
	return ret ? ret : memory_map_file(memory, memory->length, why);
}

/* Mappings that can write stay, and no new ones are made. */
static int map_memfd_sealed(struct memory *memory, struct reason *why)
{
	int ret = open_memfd(memory, why);

	if (!ret)
		ret = memory_fill_file(memory, memory->length, why);
	if (!ret)
		ret = keep_alias(memory, why);
	if (ret)
		return ret;
	if (fcntl(memory->fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE))
		return reason(why, -errno, "cannot seal a memfd: %s",
			      strerror(errno));
	return memory_map_file(memory, memory->length, why);
}

static int map_shmem(struct memory *memory, struct reason *why)
{
	int ret = memory_mmap(memory, memory->length,
			      MAP_SHARED | MAP_ANONYMOUS, why);

	if (!ret)
		memory_fill(memory);
	return ret;
}

/* Unmapping detaches the segment, which goes with its last user. */
static int map_sysv(struct memory *memory, struct reason *why)
{
	int id = shmget(IPC_PRIVATE, memory->length, 0600);
	void *addr;
	int error;

	if (id < 0)
		return reason(why, errno == ENOSYS ? -EOPNOTSUPP : -errno,
			      "no System V shared memory: %s", strerror(errno));
	addr = shmat(id, NULL, 0);
	error = errno;
	shmctl(id, IPC_RMID, NULL);
	if (addr == (void *)-1)
		return reason(why, -error, "cannot attach shared memory: %s",
			      strerror(error));
	madvise(addr, memory->length, MADV_NOHUGEPAGE);
	memory->addr = addr;
	memory->base = addr;
	memory->base_length = memory->length;
	memory->extent = memory->length;
	memory_fill(memory);
	return 0;
}

static int map_block_device(struct memory *memory, struct reason *why)
{
	int ret;

	memory->fd = filesystem_block_device(why);
	if (memory->fd < 0)
		return memory->fd;
	ret = fill_file(memory, memory->length, why);
	return ret ? ret : memory_map_file(memory, memory->length, why);
}

static int prepare_filesystem(const struct memory_kind *kind,
			      unsigned int children, struct settings *settings,
			      struct reason *why)
{
	(void)children;
	(void)settings;
	return filesystem_need(kind->filesystem, NULL, NULL, why);
}

static int map_filesystem_file(struct memory *memory, struct reason *why)
{
	memory->fd = filesystem_file(why);
	if (memory->fd < 0)
		return memory->fd;
	return memory_new_file(memory, memory->length, why);
}

static int map_dax_file(struct memory *memory, struct reason *why)
{
	int ret = map_filesystem_file(memory, why);
	struct statx stat;

	if (ret)
		return ret;
	if (statx(memory->fd, "", AT_EMPTY_PATH, 0, &stat))
		return reason(why, -errno, "statx() of a file failed: %s",
			      strerror(errno));
	if (!(stat.stx_attributes & STATX_ATTR_DAX))
		return reason(why, -ENODATA, "the file of %s has page cache",
			      memory->kind->id);
	return 0;
}

#define PRIVATE		(MEMORY_PRIVATE | MEMORY_FILE | MEMORY_VARIANT)
#define SHARED		(MEMORY_FILE | MEMORY_VARIANT)
#define SHMEM		(SHARED | MEMORY_SHMEM)
#define PAGE_CACHE	.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO

static const struct memory_kind kinds[] = {
	{
		.id = "memfd-private",
		.what = "private mapping of a memfd that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE | MEMORY_LEADING,
		PAGE_CACHE,
		.map = map_memfd,
	}, {
		.id = "tmpfile-private",
		.what = "private mapping of an unlinked file in TMPDIR that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE,
		PAGE_CACHE,
		.map = map_tmpfile,
	}, {
		.id = "memfd-shared",
		.what = "shared mapping of a memfd",
		.traits = MEMORY_FILE | MEMORY_SHMEM | MEMORY_LEADING,
		PAGE_CACHE,
		.map = map_memfd,
	}, {
		.id = "memfd-private-readonly",
		.what = "private mapping of a memfd that is mapped read-only, until the process makes it writable and writes",
		.traits = PRIVATE | MEMORY_READ_ONLY,
		PAGE_CACHE,
		.refuses = REFUSES_WRITE,
		.map = map_memfd,
	}, {
		.id = "memfd-private-untouched",
		.what = "private mapping of a memfd that nobody has touched",
		.traits = PRIVATE | MEMORY_UNMAPPED,
		PAGE_CACHE,
		.map = map_memfd_untouched,
	}, {
		.id = "memfd-hole-private",
		.what = "private mapping of a hole in a memfd, which was read",
		.traits = PRIVATE,
		PAGE_CACHE,
		.map = map_memfd_hole,
	}, {
		.id = "memfd-hole-shared",
		.what = "shared mapping of a hole in a memfd, which was read",
		.traits = SHMEM,
		PAGE_CACHE,
		.map = map_memfd_hole,
	}, {
		.id = "memfd-readonly-private",
		.what = "writable private mapping of a memfd through a descriptor that can only read",
		.traits = PRIVATE,
		PAGE_CACHE,
		.map = map_memfd_read_only,
	}, {
		.id = "memfd-readonly-shared",
		.what = "shared mapping of a memfd through a descriptor that can only read; others write to the file",
		.traits = SHMEM | MEMORY_READ_ONLY,
		PAGE_CACHE,
		.refuses = REFUSES_WRITE | REFUSES_FORCE,
		.map = map_memfd_unwritable,
	}, {
		.id = "memfd-sealed-shared",
		.what = "shared mapping of a memfd that is sealed against new writers; an older mapping writes to it",
		.traits = SHMEM | MEMORY_READ_ONLY,
		PAGE_CACHE,
		.refuses = REFUSES_WRITE | REFUSES_FORCE,
		.map = map_memfd_sealed,
	}, {
		.id = "memfd-end",
		.what = "private mapping of the last page of a memfd, and of a page past its end",
		.traits = MEMORY_PRIVATE | MEMORY_FILE | MEMORY_UNMAPPED,
		PAGE_CACHE,
		.refuses = REFUSES_ALL,
		.refused_from = 1,
		.map = map_memfd_end,
	}, {
		.id = "shmem-shared",
		.what = "shared anonymous memory",
		.traits = SHMEM,
		PAGE_CACHE,
		.map = map_shmem,
	}, {
		.id = "sysv-shared",
		.what = "a segment of System V shared memory",
		.traits = SHMEM,
		PAGE_CACHE,
		.map = map_sysv,
	}, {
		.id = "block-private",
		.what = "private mapping of a block device that was read but never written: its page cache",
		.traits = PRIVATE,
		PAGE_CACHE,
		.map = map_block_device,
	}, {
		.id = "block-shared",
		.what = "shared mapping of a block device",
		.traits = SHARED,
		PAGE_CACHE,
		.refuses = REFUSES_LONGTERM_WRITE,
		.map = map_block_device,
	},
};

/*
 * A row for each file system and way of mapping: a shared mapping refuses some
 * pins, and has traits of its own. Files as programs write them have rows where the
 * file system needs no option to give large folios.
 */
static const struct made_for {
	const char *filesystem;
	const char *private;
	const char *shared;
	unsigned int refuses;
	unsigned int traits;
	bool written;
} filesystems[] = {
	{ "tmpfs", "tmpfs-private", "tmpfs-shared", 0, MEMORY_SHMEM,
	  false },
	{ "ramfs", "ramfs-private", "ramfs-shared", REFUSES_LONGTERM_WRITE, 0,
	  false },
	{ "ext4", "ext4-private", "ext4-shared", REFUSES_LONGTERM_WRITE, 0,
	  true },
	{ "xfs", "xfs-private", "xfs-shared", REFUSES_LONGTERM_WRITE, 0,
	  true },
	{ "btrfs", "btrfs-private", "btrfs-shared", REFUSES_LONGTERM_WRITE, 0,
	  true },
	{ "overlay-tmpfs", "overlay-tmpfs-private", "overlay-tmpfs-shared", 0,
	  0, false },
	{ "overlay-ext4", "overlay-ext4-private", "overlay-ext4-shared",
	  REFUSES_LONGTERM_WRITE, 0, false },
};

static const struct memory_kind on_filesystem[] = {
	{
		.what = "private mapping of a file on %s that was read but never written: its page cache",
		.traits = PRIVATE,
		PAGE_CACHE,
		.prepare = prepare_filesystem,
		.map = map_filesystem_file,
	}, {
		.what = "shared mapping of a file on %s",
		.traits = SHARED,
		PAGE_CACHE,
		.prepare = prepare_filesystem,
		.map = map_filesystem_file,
	},
};

/* A file system may move its files: nobody pins them for long. */
#define DAX_FILE						\
	PAGE_CACHE,						\
	.refuses = REFUSES_LONGTERM,				\
	.refused_with = EOPNOTSUPP,				\
	.filesystem = "ext4-dax",				\
	.prepare = prepare_filesystem,				\
	.map = map_dax_file

static const struct memory_kind on_dax[] = {
	{
		.id = "ext4-dax-private",
		.what = "private mapping of a file in persistent memory (FS-DAX) that was read but never written",
		.traits = MEMORY_PRIVATE | MEMORY_FILE,
		DAX_FILE,
	}, {
		.id = "ext4-dax-shared",
		.what = "shared mapping of a file in persistent memory (FS-DAX)",
		.traits = MEMORY_FILE,
		DAX_FILE,
	},
};

static void add_filesystem(struct memory_table *table,
			   const struct made_for *made)
{
	struct memory_kind private = on_filesystem[0];
	struct memory_kind shared = on_filesystem[1];

	private.id = made->private;
	private.what = memory_text(private.what, made->filesystem);
	private.filesystem = made->filesystem;
	memory_add(table, &private);

	shared.id = made->shared;
	shared.what = memory_text(shared.what, made->filesystem);
	shared.filesystem = made->filesystem;
	shared.refuses = made->refuses;
	shared.traits |= made->traits;
	memory_add(table, &shared);
	if (made->written)
		memory_add_written(table, made->filesystem);
}

void memory_add_file(struct memory_table *table)
{
	size_t i;

	memory_add_kinds(table, kinds, ARRAY_SIZE(kinds));
	for (i = 0; i < ARRAY_SIZE(filesystems); i++)
		add_filesystem(table, &filesystems[i]);
	memory_add_kinds(table, on_dax, ARRAY_SIZE(on_dax));
}
