// SPDX-License-Identifier: GPL-2.0-only
/*
 * Setting a uprobe replaces the page that a read-only long-term pin has: the
 * device goes on reading the old one.
 */
#include <linux/perf_event.h>

#include "reproducer.h"

#define X86_NOP 0x90

int main(void)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
	int fd = memfd_create("code", MFD_CLOEXEC), pinned;
	size_t size = getpagesize();
	char *shared, *code, *device = malloc(size), path[32];

	if (!file || fscanf(file, "%u", &attr.type) != 1)
		errx(CANNOT, "no uprobes");
	if (ftruncate(fd, size))
		err(UNKNOWN, "memfd");
	shared = mmap(NULL, size, PROT_WRITE, MAP_SHARED, fd, 0);
	code = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	memset(shared, X86_NOP, size);
	/* A private copy: an anonymous page that only this process has. */
	memset(code, X86_NOP, size);
	mprotect(code, size, PROT_READ | PROT_EXEC);
	pinned = pin(code, size, 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	attr.uprobe_path = (uintptr_t)path;
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) < 0)
		err(UNKNOWN, "perf_event_open");
	pin_read(pinned, device);
	printf("the process has 0x%02x, the device reads 0x%02x\n",
	       (unsigned char)code[0], (unsigned char)device[0]);
	if ((unsigned char)code[0] == X86_NOP)
		return UNKNOWN;
	return device[0] == code[0] ? HAS_NOT : HAS;
}
