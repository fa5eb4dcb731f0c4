// SPDX-License-Identifier: GPL-2.0-only
/*
 * As hugetlb-pin-kills-child, by a short-term pin for writing, as that of
 * process_vm_writev(): so on every kernel, and by design.
 */
#include <sys/uio.h>

#include "hugetlb_pool.h"

static void pin_to_write(char *addr)
{
	char byte = 1;
	struct iovec from = { &byte, 1 }, to = { addr, 1 };

	if (process_vm_writev(getpid(), &from, 1, &to, 1, 0) != 1)
		printf("the pin is refused: %s\n", strerror(errno));
}

int main(void)
{
	return kills_child(pin_to_write);
}
