// SPDX-License-Identifier: GPL-2.0-only
/*
 * FOLL_FORCE | FOLL_WRITE, by which drivers pinned read-only memory to have a
 * page that stays, does not help: once the process may write, its next write
 * replaces the page. gup_test has no FOLL_FORCE: this takes /dev/pintest.
 */
#include <linux/pintest.h>

#include "reproducer.h"

static int pin_by_force(void *addr, size_t size)
{
	struct pintest_pin_args args = {
		.size = sizeof(args),
		.api = PINTEST_API_PIN,
		.addr = (uintptr_t)addr,
		.length = size,
		.foll = PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE |
			PINTEST_FOLL_LONGTERM,
	};
	int fd = open("/dev/pintest", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, PINTEST_IOC_PIN, &args))
		err(UNKNOWN, "/dev/pintest");
	return args.out_fd;
}

int main(void)
{
	size_t size = getpagesize();
	char *addr = map(size, 0), device = 0;
	int pinned;

	mprotect(addr, size, PROT_READ);
	pinned = pin_by_force(addr, size);
	mprotect(addr, size, PROT_READ | PROT_WRITE);
	addr[0] = 2;
	if (pread(pinned, &device, 1, 0) != 1)
		err(UNKNOWN, "the pin");
	printf("the process wrote 2, the device reads %d\n", device);
	return device == 2 ? HAS_NOT : HAS;
}
