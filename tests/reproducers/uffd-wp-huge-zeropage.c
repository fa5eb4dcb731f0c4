// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only long-term pin of one page removes the userfaultfd write
 * protection of the 512 pages that a huge zero page maps: a tracker of writes
 * (snapshots, live migration) is not told of any of them from then on.
 */
#include "reproducer.h"

int main(void)
{
	char *addr = map_thp();
	int uffd = uffd_open(UFFD_FEATURE_PAGEFAULT_FLAG_WP), bug;

	/* Reading maps the huge zero page. */
	(void)*(volatile char *)addr;
	uffd_register(uffd, addr, SIZE_2M, UFFDIO_REGISTER_MODE_WP);
	uffd_protect(uffd, addr, SIZE_2M, true);
	bug = pin_unprotects(addr);
	if (bug != HAS)
		return bug;

	/* Nobody answers events: this would wait for ever if it raised one. */
	addr[SIZE_2M / 2] = 1;
	puts("a page that was never pinned was written, with no event");
	return HAS;
}
