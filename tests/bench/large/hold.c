// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold MIB: have so much memory in huge pages, print its address, and keep it
 * until the input ends.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE (2UL << 20)

int main(int argc, char **argv)
{
	size_t size = strtoul(argc > 1 ? argv[1] : "0", NULL, 0) << 20, i;
	uintptr_t addr = (uintptr_t)mmap(NULL, size + HUGE,
					 PROT_READ | PROT_WRITE,
					 MAP_PRIVATE | MAP_ANONYMOUS |
					 MAP_NORESERVE, -1, 0);
	char byte;

	if (!size || addr == (uintptr_t)MAP_FAILED)
		err(1, "cannot map %zu bytes", size);
	addr = (addr + HUGE - 1) & -HUGE;
	if (madvise((void *)addr, size, MADV_HUGEPAGE))
		err(1, "no huge pages");
	for (i = 0; i < size; i += HUGE)
		*(volatile char *)(addr + i) = 1;
	printf("%#jx\n", (uintmax_t)addr);
	fflush(stdout);
	return read(STDIN_FILENO, &byte, 1) < 0;
}
