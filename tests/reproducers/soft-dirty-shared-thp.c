// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only long-term pin of one page of a THP that a child shares marks all
 * of its pages soft-dirty, though nobody writes.
 */
#include "reproducer.h"

int main(void)
{
	char *addr = map_thp();
	int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	int before, after;

	memset(addr, 1, SIZE_2M);
	share();
	if (fd < 0 || write(fd, "4", 1) != 1)
		err(CANNOT, "/proc/self/clear_refs");
	before = count_pages(addr, SIZE_2M, SOFT_DIRTY);
	pin(addr, getpagesize(), 0);
	after = count_pages(addr, SIZE_2M, SOFT_DIRTY);
	printf("soft-dirty pages: %d before the pin, %d after it\n", before,
	       after);
	return after == before ? HAS_NOT : HAS;
}
