// SPDX-License-Identifier: GPL-2.0-only
/*
 * GUP-fast pins memory of memfd_secret(), which the kernel itself must not
 * touch, and a device can read it (CVE-2024-35872).
 */
#include "reproducer.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif

int main(void)
{
	size_t size = getpagesize();
	char *control = map(size, 0), *secret;
	int fd = syscall(SYS_memfd_secret, 0);

	if (fd < 0 || ftruncate(fd, size))
		err(CANNOT, "memfd_secret");
	secret = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (secret == MAP_FAILED)
		err(CANNOT, "mmap of secret memory");
	*secret = 1;
	*control = 1;
	pin(control, size, PIN_LONGTERM_FAST);
	if (try_pin(secret, size, PIN_LONGTERM_FAST) >= 0) {
		puts("secret memory is pinned");
		return HAS;
	}
	printf("the pin is refused: %s\n", strerror(errno));
	return errno == EFAULT ? HAS_NOT : UNKNOWN;
}
