/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What reproducers share: pins by gup_test, which is in kernels that have
 * CONFIG_GUP_TEST, and in others after 'pintest load --gup-test'.
 *
 * Exit statuses: 0 the bug is not there, 1 it is, 4 this kernel cannot have
 * it, 2 it cannot be told.
 */
#ifndef REPRODUCER_H
#define REPRODUCER_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/types.h>
#include <linux/userfaultfd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HAS_NOT	0
#define HAS	1
#define UNKNOWN	2
#define CANNOT	4

#define SIZE_2M	(2UL << 20)

struct pin_longterm_test {
	__u64 addr;
	__u64 size;
	__u32 flags;
};

#define PIN_LONGTERM_TEST_START	_IOW('g', 7, struct pin_longterm_test)
#define PIN_LONGTERM_TEST_READ	_IOW('g', 9, __u64)
#define PIN_LONGTERM_WRITE	1
#define PIN_LONGTERM_FAST	2

/* Long-term pin, kept until the process ends. The descriptor, or -1. */
static inline int try_pin(void *addr, size_t size, unsigned int flags)
{
	struct pin_longterm_test args = { (uintptr_t)addr, size, flags };
	int fd = open("/sys/kernel/debug/gup_test", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		err(UNKNOWN, "/sys/kernel/debug/gup_test");
	return ioctl(fd, PIN_LONGTERM_TEST_START, &args) ? -1 : fd;
}

static inline int pin(void *addr, size_t size, unsigned int flags)
{
	int fd = try_pin(addr, size, flags);

	if (fd < 0)
		err(UNKNOWN, "PIN_LONGTERM_TEST_START");
	return fd;
}

/* What a device reads that was given all that @fd has pinned. */
static inline void pin_read(int fd, void *to)
{
	__u64 dst = (uintptr_t)to;

	if (ioctl(fd, PIN_LONGTERM_TEST_READ, &dst))
		err(UNKNOWN, "PIN_LONGTERM_TEST_READ");
}

static inline char *map(size_t size, int flags)
{
	char *addr = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);

	if (addr == MAP_FAILED)
		err(CANNOT, "mmap of %zu bytes", size);
	return addr;
}

/* 2 MiB, aligned, of which a transparent huge page can be made. */
static inline char *map_thp(void)
{
	char *addr = map(2 * SIZE_2M, 0);

	addr += SIZE_2M - (uintptr_t)addr % SIZE_2M;
	if (madvise(addr, SIZE_2M, MADV_HUGEPAGE))
		err(CANNOT, "MADV_HUGEPAGE");
	return addr;
}

/* Private hugetlb memory of 2 MiB; the pool has to have a page. */
static inline char *map_hugetlb(void)
{
	return map(SIZE_2M, MAP_HUGETLB | 21 << MAP_HUGE_SHIFT);
}

/* A page of a new file, which goes with its descriptor, mapped shared. */
static inline char *map_file(const char *path, int *fd)
{
	char *addr;

	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (*fd < 0 || unlink(path) || ftruncate(*fd, getpagesize()))
		err(CANNOT, "%s", path);
	addr = mmap(NULL, getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED,
		    *fd, 0);
	if (addr == MAP_FAILED)
		err(CANNOT, "mmap of %s", path);
	return addr;
}

/* Pages from @addr on that have a bit in /proc/self/pagemap. */
static inline int count_pages(const char *addr, size_t size, int bit)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), count = 0;
	size_t page = getpagesize(), i;
	uint64_t entry;

	for (i = 0; i < size; i += page) {
		if (pread(fd, &entry, sizeof(entry), ((uintptr_t)addr + i) /
			  page * sizeof(entry)) != sizeof(entry))
			err(UNKNOWN, "/proc/self/pagemap");
		count += entry >> bit & 1;
	}
	close(fd);
	return count;
}

#define SOFT_DIRTY	55
#define UFFD_WP		57

static inline int uffd_open(uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0 || ioctl(fd, UFFDIO_API, &api))
		err(CANNOT, "userfaultfd");
	return fd;
}

static inline void uffd_register(int fd, void *addr, size_t size, int mode)
{
	struct uffdio_register args = {
		.range = { (uintptr_t)addr, size },
		.mode = mode,
	};

	if (ioctl(fd, UFFDIO_REGISTER, &args))
		err(CANNOT, "UFFDIO_REGISTER");
}

static inline void uffd_protect(int fd, void *addr, size_t size, bool protect)
{
	struct uffdio_writeprotect args = {
		.range = { (uintptr_t)addr, size },
		.mode = protect ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	if (ioctl(fd, UFFDIO_WRITEPROTECT, &args))
		err(CANNOT, "UFFDIO_WRITEPROTECT");
}

/* Whether 2 MiB are still protected, of which @before pages were. */
static inline int judge_protection(const char *addr, int before)
{
	int after = count_pages(addr, SIZE_2M, UFFD_WP);

	printf("protected pages: %d before the pin, %d after it\n", before,
	       after);
	if (!before)
		return CANNOT;
	return after == before ? HAS_NOT : HAS;
}

/* Whether a R/O pin of one page of 2 MiB, all protected, removes protection. */
static inline int pin_unprotects(char *addr)
{
	int before = count_pages(addr, SIZE_2M, UFFD_WP);

	pin(addr, getpagesize(), 0);
	return judge_protection(addr, before);
}

/* A child that shares all memory until its parent ends. */
static inline void share(void)
{
	int fds[2];
	char byte;

	if (pipe(fds))
		err(UNKNOWN, "pipe");
	switch (fork()) {
	case -1:
		err(UNKNOWN, "fork");
	case 0:
		close(fds[1]);
		_exit(read(fds[0], &byte, 1) > 0);
	}
}

#endif /* REPRODUCER_H */
