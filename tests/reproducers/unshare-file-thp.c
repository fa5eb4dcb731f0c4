// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read-only long-term pin of a private mapping never returns if the page is
 * in a huge page of a file that one entry maps: the entry is split to copy the
 * page, which unmaps it, and is mapped again as it was. The process can be
 * killed, which is what the child of this program is for.
 */
#include <signal.h>

#include "reproducer.h"

#define SECONDS 10

#define SHMEM_ENABLED "/sys/kernel/mm/transparent_hugepage/shmem_enabled"

static void need_huge_memfds(void)
{
	char line[128] = "";
	FILE *file = fopen(SHMEM_ENABLED, "re");

	if (!file || !fgets(line, sizeof(line), file) ||
	    !strstr(line, "[advise]"))
		errx(CANNOT, "echo advise >" SHMEM_ENABLED);
	fclose(file);
}

/* At @addr, in place of what is there. */
static void map_memfd(int fd, char *addr, int flags)
{
	if (mmap(addr, SIZE_2M, PROT_READ | PROT_WRITE, flags | MAP_FIXED, fd,
		 0) == MAP_FAILED)
		err(UNKNOWN, "mmap");
}

static int pin_huge_memfd(void)
{
	int fd = memfd_create("unshare", MFD_CLOEXEC);
	char *addr = map_thp();

	if (fd < 0 || ftruncate(fd, SIZE_2M))
		err(UNKNOWN, "memfd");
	map_memfd(fd, addr, MAP_SHARED);
	if (madvise(addr, SIZE_2M, MADV_HUGEPAGE))
		err(CANNOT, "MADV_HUGEPAGE");
	memset(addr, 1, SIZE_2M);
	map_memfd(fd, addr, MAP_PRIVATE);
	/* Reading maps the huge page. */
	(void)*(volatile char *)addr;
	alarm(SECONDS);
	printf("read-only long-term pin of a private mapping of a huge page\n");
	fflush(stdout);
	pin(addr, getpagesize(), 0);
	puts("returns");
	return HAS_NOT;
}

int main(void)
{
	pid_t pid;
	int status;

	need_huge_memfds();
	pid = fork();
	if (!pid)
		return pin_huge_memfd();
	if (waitpid(pid, &status, 0) != pid)
		err(UNKNOWN, "waitpid");
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	if (WTERMSIG(status) != SIGALRM)
		errx(UNKNOWN, "killed: %s", strsignal(WTERMSIG(status)));
	printf("does not return within %d s\n", SECONDS);
	return HAS;
}
