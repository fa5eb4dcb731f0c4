// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only pin kills another process: the one that reserved a hugetlb page
 * needs a copy of its own to pin, there is none left in the pool, and so the
 * page is taken away from the child that shares it.
 */
#include <signal.h>

#include "reproducer.h"

int main(void)
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
	/* Empty the pool. */
	for (;;) {
		char *page = mmap(NULL, SIZE_2M, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
				  21 << MAP_HUGE_SHIFT, -1, 0);

		if (page == MAP_FAILED)
			break;
		*page = 1;
	}
	if (try_pin(addr, getpagesize(), 0) < 0)
		printf("the pin is refused: %s\n", strerror(errno));
	if (write(fds[1], &byte, 1) != 1 || waitpid(pid, &status, 0) != pid)
		err(UNKNOWN, "child");
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) {
		puts("the child is killed by SIGBUS when it reads the page");
		return HAS;
	}
	puts("the child can read the page");
	return status ? UNKNOWN : HAS_NOT;
}
