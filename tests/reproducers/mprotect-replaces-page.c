// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making memory read-only and writable again replaces a page that is pinned
 * for a device to write, at the next write of the process: the device reads
 * old data, and what it writes is lost.
 */
#include "reproducer.h"

int main(void)
{
	size_t size = getpagesize();
	char *addr = map(size, 0), *device = malloc(size);
	int pinned;

	addr[0] = 1;
	pinned = pin(addr, size, PIN_LONGTERM_WRITE);
	mprotect(addr, size, PROT_READ);
	mprotect(addr, size, PROT_READ | PROT_WRITE);
	addr[0] = 2;
	pin_read(pinned, device);
	printf("the process wrote 2, the device reads %d\n", device[0]);
	return device[0] == 2 ? HAS_NOT : HAS;
}
