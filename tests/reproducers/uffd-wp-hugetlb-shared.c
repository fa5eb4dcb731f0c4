// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only long-term pin of a hugetlb page that a child shares removes its
 * userfaultfd write protection. Needs two pages in the pool of 2 MiB pages.
 */
#include "reproducer.h"

#define FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)

int main(void)
{
	int uffd = uffd_open(FEATURE_WP_HUGETLBFS_SHMEM);
	char *addr = map_hugetlb();

	memset(addr, 1, SIZE_2M);
	share();
	uffd_register(uffd, addr, SIZE_2M, UFFDIO_REGISTER_MODE_WP);
	uffd_protect(uffd, addr, SIZE_2M, true);
	return pin_unprotects(addr);
}
