// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only pin of a hugetlb page that a child shares removes its userfaultfd
 * write protection, be it for a moment, as process_vm_readv() pins what it
 * reads. Needs two pages in the pool of 2 MiB pages, and no gup_test.
 */
#include <sys/uio.h>

#include "reproducer.h"

#define FEATURE_WP_HUGETLBFS_SHMEM (1 << 12)

int main(void)
{
	int uffd = uffd_open(FEATURE_WP_HUGETLBFS_SHMEM), before;
	char *addr = map_hugetlb(), byte;
	struct iovec to = { &byte, 1 }, from = { addr, 1 };

	memset(addr, 1, SIZE_2M);
	share();
	uffd_register(uffd, addr, SIZE_2M, UFFDIO_REGISTER_MODE_WP);
	uffd_protect(uffd, addr, SIZE_2M, true);
	before = count_pages(addr, SIZE_2M, UFFD_WP);
	if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != 1)
		err(UNKNOWN, "process_vm_readv");
	return judge_protection(addr, before);
}
