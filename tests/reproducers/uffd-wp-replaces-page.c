// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write-protecting memory by a userfaultfd for a moment replaces a page that
 * is pinned for a device to write, at the next write of the process: the
 * device reads old data, and what it writes is lost.
 */
#include "reproducer.h"

int main(void)
{
	size_t size = getpagesize();
	char *addr = map(size, 0), *device = malloc(size);
	int uffd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP), pinned;

	addr[0] = 1;
	uffd_register(uffd, addr, size, UFFDIO_REGISTER_MODE_WP);
	pinned = pin(addr, size, PIN_LONGTERM_WRITE);
	uffd_protect(uffd, addr, size, true);
	uffd_protect(uffd, addr, size, false);
	addr[0] = 2;
	pin_read(pinned, device);
	printf("the process wrote 2, the device reads %d\n", device[0]);
	return device[0] == 2 ? HAS_NOT : HAS;
}
