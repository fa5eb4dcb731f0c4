// SPDX-License-Identifier: GPL-2.0-only
/*
 * UFFDIO_MOVE of a page never returns if another page of its large folio is
 * pinned and the folio is mapped by page table entries: splitting the folio
 * fails with EAGAIN, and is tried again for as long as the pin lasts. The
 * process can be killed, which is what the child of this program is for.
 */
#include <signal.h>

#include "reproducer.h"

#define SECONDS 10

#define FEATURE_MOVE (1 << 16)

struct move_args {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};

#define MOVE _IOWR(UFFDIO, 0x05, struct move_args)

static int move(void)
{
	size_t page = getpagesize();
	char *addr = map_thp(), *target = map(page, 0);
	struct move_args args = {
		.dst = (uintptr_t)target,
		.src = (uintptr_t)addr + page,
		.len = page,
	};
	int uffd = uffd_open(FEATURE_MOVE);

	memset(addr, 1, SIZE_2M);
	/* Now the page tables have 512 entries, and the folio 512 pages. */
	mprotect(addr, page, PROT_READ);
	mprotect(addr, page, PROT_READ | PROT_WRITE);
	uffd_register(uffd, target, page, UFFDIO_REGISTER_MODE_MISSING);
	pin(addr, page, 0);
	alarm(SECONDS);
	printf("UFFDIO_MOVE of the page after the pinned one\n");
	fflush(stdout);
	if (!ioctl(uffd, MOVE, &args))
		puts("returns: moved");
	else
		printf("returns: %s\n", strerror(errno));
	return HAS_NOT;
}

int main(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		return move();
	if (waitpid(pid, &status, 0) != pid)
		err(UNKNOWN, "waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) != SIGALRM)
		errx(UNKNOWN, "killed: %s", strsignal(WTERMSIG(status)));
	printf("does not return within %d s\n", SECONDS);
	return HAS;
}
