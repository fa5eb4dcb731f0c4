// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only pin kills another process: the one that reserved a hugetlb page
 * needs a copy of its own to pin, there is none left in the pool, and so the
 * page is taken away from the child that shares it.
 */
#include "hugetlb_pool.h"

static void pin_to_read(char *addr)
{
	if (try_pin(addr, getpagesize(), 0) < 0)
		printf("the pin is refused: %s\n", strerror(errno));
}

int main(void)
{
	return kills_child(pin_to_read);
}
