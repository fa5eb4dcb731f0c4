/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files as programs write them, for which a file system may have large folios.
 */
#ifndef WRITTEN_FILE_H
#define WRITTEN_FILE_H

#include <linux/falloc.h>
#include <linux/kernel-page-flags.h>
#include <signal.h>
#include <string.h>

#include "reproducer.h"

#define SIZE_64K	(64UL << 10)
#define FOLIOS		3

/* A new file of FOLIOS times @size bytes 1, each @size written at once, and back. */
static inline int write_file(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600), i;
	char *data = malloc(size);

	if (fd < 0 || unlink(path) || !data)
		err(CANNOT, "%s", path);
	memset(data, 1, size);
	for (i = 0; i < FOLIOS; i++)
		if (write(fd, data, size) != (ssize_t)size)
			err(CANNOT, "write to %s", path);
	if (fsync(fd))
		err(CANNOT, "fsync of %s", path);
	free(data);
	return fd;
}

#define PAGEMAP_PFN	((1ULL << 55) - 1)
#define COMPOUND	(1ULL << KPF_COMPOUND_HEAD | 1ULL << KPF_COMPOUND_TAIL)

static inline uint64_t number_of(const char *path, uint64_t index)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t number;

	if (fd < 0 || pread(fd, &number, sizeof(number),
			    index * sizeof(number)) != sizeof(number))
		err(UNKNOWN, "%s", path);
	close(fd);
	return number;
}

/* Without a large folio there is nothing to see. Takes root. */
static inline void need_large_folio(const char *addr)
{
	uint64_t entry;

	(void)*(volatile const char *)addr;
	entry = number_of("/proc/self/pagemap", (uintptr_t)addr / getpagesize());
	if (!(number_of("/proc/kpageflags", entry & PAGEMAP_PFN) & COMPOUND))
		errx(CANNOT, "the file is in small folios");
}

/* The second 2 MiB of @fd, where one entry can map them. */
static inline char *map_huge_part(int fd)
{
	char *addr = map(2 * SIZE_2M, 0);

	addr += SIZE_2M - (uintptr_t)addr % SIZE_2M;
	addr = mmap(addr, SIZE_2M, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_FIXED, fd, SIZE_2M);
	if (addr == MAP_FAILED)
		err(CANNOT, "mmap");
	/* Reading maps the huge page. */
	need_large_folio(addr);
	return addr;
}

#define SECONDS 10

static inline int pin_huge_part(const char *path)
{
	char *addr = map_huge_part(write_file(path, SIZE_2M));

	alarm(SECONDS);
	printf("read-only long-term pin of a private mapping of a file that was written 2 MiB at a time\n");
	fflush(stdout);
	pin(addr, getpagesize(), 0);
	puts("returns");
	return HAS_NOT;
}

/* The child can be killed while it pins. */
static inline int unshare_file_thp(const char *path)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		exit(pin_huge_part(path));
	if (waitpid(pid, &status, 0) != pid)
		err(UNKNOWN, "waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) != SIGALRM)
		errx(UNKNOWN, "killed: %s", strsignal(WTERMSIG(status)));
	printf("does not return within %d s\n", SECONDS);
	return HAS;
}

/*
 * Pin one page, to be read, in the middle of a file that was written 64 KiB at a
 * time; let @change change the page behind it; store to the pinned page.
 */
static inline int loses_pinned_page(const char *path,
				    void (*change)(int fd, off_t offset,
						   size_t size))
{
	size_t size = getpagesize();
	off_t offset = SIZE_64K + SIZE_64K / 2;
	char *device = malloc(size), *addr;
	int fd = write_file(path, SIZE_64K), pinned;

	addr = mmap(NULL, FOLIOS * SIZE_64K, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (addr == MAP_FAILED || !device)
		err(CANNOT, "mmap");
	need_large_folio(addr + offset);
	pinned = pin(addr + offset, size, 0);
	change(fd, offset + size, size);
	addr[offset] = 2;
	pin_read(pinned, device);
	printf("the process wrote 2, the device reads %d\n", device[0]);
	return device[0] == 2 ? HAS_NOT : HAS;
}

static inline void punch(int fd, off_t offset, size_t size)
{
	if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset,
		      size))
		err(CANNOT, "FALLOC_FL_PUNCH_HOLE");
}

static inline void write_direct(int fd, off_t offset, size_t size)
{
	void *data = aligned_alloc(size, size);

	if (!data)
		err(UNKNOWN, "aligned_alloc");
	memset(data, 3, size);
	if (fcntl(fd, F_SETFL, O_DIRECT) ||
	    pwrite(fd, data, size, offset) != (ssize_t)size)
		err(CANNOT, "O_DIRECT write");
}

#endif /* WRITTEN_FILE_H */
