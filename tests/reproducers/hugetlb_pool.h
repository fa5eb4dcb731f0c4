/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pin that takes a hugetlb page away from a child, as the pool is empty.
 */
#ifndef HUGETLB_POOL_H
#define HUGETLB_POOL_H

#include <signal.h>

#include "reproducer.h"

/* Map all pages that are free, for as long as the process lives. */
static inline void empty_pool(void)
{
	for (;;) {
		char *page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
				  21 << MAP_HUGE_SHIFT, -1, 0);

		if (page == MAP_FAILED)
			return;
		*page = 1;
	}
}

/* Whether @pin of a page that a child shares has the child killed. */
static inline int kills_child(void (*pin)(char *addr))
{
	char *addr = map_hugetlb(), byte = 0;
	int fds[2], status;
	pid_t pid;

	*addr = 1;
	if (pipe(fds))
		err(UNKNOWN, "pipe");
	pid = fork();
	if (!pid) {
		/* Waits for the pin, and looks at the page. */
		_exit(read(fds[0], &byte, 1) != 1 || *(volatile char *)addr != 1);
	}
	empty_pool();
	pin(addr);
	if (write(fds[1], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid)
		err(UNKNOWN, "child");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) {
		puts("the child is killed by SIGBUS when it reads the page");
		return HAS;
	}
	puts("the child can read the page");
	return status ? UNKNOWN : HAS_NOT;
}

#endif /* HUGETLB_POOL_H */
