// SPDX-License-Identifier: GPL-2.0-only
/*
 * unpin-dirty-btrfs FILE: data that the kernel stores into a pinned page of a
 * shared mapping is lost, if the page was written back meanwhile, although
 * unpin_user_pages_dirty_lock() has marked it dirty.
 *
 * process_vm_writev() is who pins: it has the page pinned while it waits for
 * its source, which a userfaultfd withholds until the file was written back.
 * FILE is created, on btrfs; other file systems show that it can go well.
 */
#include <poll.h>
#include <pthread.h>
#include <sys/uio.h>

#include "reproducer.h"

struct transfer {
	char *from;
	char *to;
};

static void *transfer(void *arg)
{
	const struct transfer *transfer = arg;
	struct iovec from = { transfer->from, getpagesize() };
	struct iovec to = { transfer->to, getpagesize() };

	if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) != getpagesize())
		err(UNKNOWN, "process_vm_writev");
	return NULL;
}

/* The file is written back between the pin and the store. */
static void store_late(int fd, char *to)
{
	size_t size = getpagesize();
	char *data = map(size, 0);
	struct transfer args = { map(size, 0), to };
	struct uffdio_copy copy = {
		.dst = (uintptr_t)args.from,
		.src = (uintptr_t)data,
		.len = size,
	};
	int uffd = uffd_open(0);
	struct pollfd event = { uffd, POLLIN, 0 };
	pthread_t thread;

	memset(data, 2, size);
	uffd_register(uffd, args.from, size, UFFDIO_REGISTER_MODE_MISSING);
	if (pthread_create(&thread, NULL, transfer, &args) ||
	    poll(&event, 1, -1) != 1 || fsync(fd) ||
	    ioctl(uffd, UFFDIO_COPY, &copy) || pthread_join(thread, NULL))
		err(UNKNOWN, "transfer");
}

int main(int argc, char **argv)
{
	size_t size = getpagesize();
	char *addr, byte = 0;
	int fd;

	if (argc != 2)
		errx(UNKNOWN, "usage: unpin-dirty-btrfs FILE");
	addr = map_file(argv[1], &fd);
	addr[0] = 1;
	store_late(fd, addr);
	printf("the mapping has %d\n", addr[0]);
	munmap(addr, size);
	if (fsync(fd))
		printf("fsync: %s\n", strerror(errno));
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	if (pread(fd, &byte, 1, 0) != 1)
		err(UNKNOWN, "%s", argv[1]);
	printf("once it left the page cache, the file has %d\n", byte);
	return byte == 2 ? HAS_NOT : HAS;
}
