// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct-write-replaces-page FILE: a write with O_DIRECT drops what the page
 * cache has of a file, pinned or not. The pin of a shared mapping reads old
 * data from then on. By design: shared mappings of files are promised nothing.
 *
 * FILE is created, on a file system that has O_DIRECT.
 */
#include "reproducer.h"

int main(int argc, char **argv)
{
	size_t size = getpagesize();
	char *device = malloc(size), *direct = aligned_alloc(size, size);
	char *addr;
	int fd, pinned;

	if (argc != 2)
		errx(UNKNOWN, "usage: direct-write-replaces-page FILE");
	addr = map_file(argv[1], &fd);
	addr[0] = 1;
	pinned = pin(addr, size, 0);
	memset(direct, 2, size);
	if (fcntl(fd, F_SETFL, O_DIRECT) ||
	    pwrite(fd, direct, size, 0) != (ssize_t)size)
		err(CANNOT, "O_DIRECT write to %s", argv[1]);
	pin_read(pinned, device);
	printf("the process reads %d, the device reads %d\n", addr[0],
	       device[0]);
	if (addr[0] != 2)
		return UNKNOWN;
	return device[0] == 2 ? HAS_NOT : HAS;
}
