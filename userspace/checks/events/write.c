// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: memory is written to by other means than a store of the process.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"
#include "model/words.h"

/* As much as the memory of one word, where direct I/O can take it from. */
static void *filled_buffer(size_t length, uint64_t word, struct reason *why)
{
	void *buffer = aligned_alloc(page_size(), length);

	if (buffer)
		words_fill(buffer, length, word);
	else
		reason(why, -ENOMEM, "no memory left");
	return buffer;
}

static int all_of(ssize_t n, size_t length, const char *what,
		  struct reason *why)
{
	if (n >= 0 && (size_t)n == length)
		return 0;
	return reason(why, n < 0 ? -errno : -EIO, "%s: %s", what,
		      n < 0 ? strerror(errno) : "not all was written");
}

static int event_mem_write(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	void *buffer = filled_buffer(memory->length, WORD_PROCESS, why);
	int fd, ret;

	if (!buffer)
		return -ENOMEM;
	fd = open("/proc/self/mem", O_WRONLY | O_CLOEXEC);
	ret = all_of(fd < 0 ? -1 : pwrite(fd, buffer, memory->length,
					  (uintptr_t)memory->addr),
		     memory->length, "cannot write to /proc/self/mem", why);
	if (fd >= 0)
		close(fd);
	free(buffer);
	return ret;
}

static int event_vm_writev(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	void *buffer = filled_buffer(memory->length, WORD_PROCESS, why);
	struct iovec from = { buffer, memory->length };
	struct iovec to = { memory->addr, memory->length };
	int ret;

	if (!buffer)
		return -ENOMEM;
	ret = all_of(process_vm_writev(getpid(), &from, 1, &to, 1, 0),
		     memory->length, "process_vm_writev() failed", why);
	free(buffer);
	return ret;
}

/* The file as others have it open. */
static int open_direct(const struct memory *memory, struct reason *why)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory->fd);
	fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd >= 0)
		return fd;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "the file cannot be opened for direct I/O: %s",
		      strerror(errno));
}

/*
 * btrfs writes to the page cache, direct I/O or not, as long as it has not finished
 * an earlier write of the range, which fsync() does not wait for.
 */
static int write_direct(int fd, const void *buffer, off_t offset,
			size_t length, struct reason *why)
{
	if (syncfs(fd))
		return reason(why, -errno, "syncfs() failed: %s",
			      strerror(errno));
	return all_of(pwrite(fd, buffer, length, offset), length,
		      "cannot write by direct I/O", why);
}

int file_write_direct(const struct memory *memory, off_t offset, size_t length,
		      struct reason *why)
{
	void *buffer = filled_buffer(length, WORD_FILE, why);
	int fd, ret;

	if (!buffer)
		return -ENOMEM;
	fd = open_direct(memory, why);
	ret = fd < 0 ? fd : write_direct(fd, buffer, offset, length, why);
	if (fd >= 0)
		close(fd);
	free(buffer);
	return ret;
}

static int event_direct_write(struct event_run *run, struct reason *why)
{
	return file_write_direct(run->memory, file_offset(run->memory),
				 run->memory->length, why);
}

/* A file on the same file system, of so many bytes. */
static int clone_source(const struct memory *memory, size_t length,
			struct reason *why)
{
	void *buffer;
	int fd, ret;

	if (!memory->kind->filesystem)
		return reason(why, -EOPNOTSUPP,
			      "no file system was made for the file");
	fd = filesystem_file(why);
	if (fd < 0)
		return fd;
	buffer = filled_buffer(length, WORD_FILE, why);
	ret = buffer ? all_of(pwrite(fd, buffer, length, 0), length,
			      "cannot write to a file", why) : -ENOMEM;
	free(buffer);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

int file_clone(const struct memory *memory, off_t offset, size_t length,
	       struct reason *why)
{
	struct file_clone_range range = {
		.src_fd = clone_source(memory, length, why),
		.src_length = length,
		.dest_offset = offset,
	};
	int ret = 0;

	if (range.src_fd < 0)
		return range.src_fd;
	if (ioctl(memory->fd, FICLONERANGE, &range))
		ret = reason(why, errno == EOPNOTSUPP ? -EOPNOTSUPP : -errno,
			     "FICLONERANGE is refused: %s", strerror(errno));
	close(range.src_fd);
	return ret;
}

static int event_clone(struct event_run *run, struct reason *why)
{
	return file_clone(run->memory, file_offset(run->memory),
			  run->memory->length, why);
}

static int event_file_write(struct event_run *run, struct reason *why)
{
	const struct memory *memory = run->memory;
	void *buffer = filled_buffer(memory->length, WORD_PROCESS, why);
	int ret;

	if (!buffer)
		return -ENOMEM;
	ret = all_of(pwrite(memory->fd, buffer, memory->length,
			    file_offset(memory)),
		     memory->length, "cannot write to the file", why);
	free(buffer);
	return ret;
}

static const struct event rows[] = {
	{
		.id = "write",
		.what = "the process writes",
		.traits = EVENT_WRITES,
	}, {
		.id = "mem-write",
		.what = "the process writes through /proc/self/mem, then directly",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.run = event_mem_write,
	}, {
		.id = "vm-writev",
		.what = "the process writes with process_vm_writev(), then directly",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.run = event_vm_writev,
	}, {
		.id = "file-write",
		.what = "the process writes to the file, then to the mapping",
		.traits = COHERENT | EVENT_WRITES_FIRST,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_PRIVATE | MEMORY_HUGETLB,
		.run = event_file_write,
	}, {
		.id = "direct-write",
		.what = "the file is written with O_DIRECT, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_WRITES_FILE,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_HUGETLB,
		.run = event_direct_write,
	}, {
		.id = "clone",
		.what = "FICLONERANGE replaces the blocks of the file with those of another file, then the process writes",
		.traits = COHERENT | EVENT_DETACHES_SHARED | EVENT_WRITES_FILE,
		.needs = MEMORY_FILE,
		.lacks = MEMORY_HUGETLB,
		.run = event_clone,
	},
};

const struct event_family event_family_write = { rows, ARRAY_SIZE(rows) };
