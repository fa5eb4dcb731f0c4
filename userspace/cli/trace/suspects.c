// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suspects: descriptors of a kind that can hold pins. That one is open says
 * nothing of this page, so nothing of the kind is said.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "suspects.h"

static const struct {
	const char *target;
	const char *what;
} kinds[] = {
	{ "anon_inode:\\[io_uring\\]", "io_uring, with fixed buffers if it has UserBufs" },
	{ "anon_inode:\\[pintest\\]", "a pin of pintest" },
	{ "/dev/vfio/*", "VFIO, for what is mapped for DMA" },
	{ "anon_inode:\\[vfio-device\\]", "VFIO, for what is mapped for DMA" },
	{ "/dev/iommu", "iommufd, for what is mapped for DMA" },
	{ "/dev/infiniband/uverbs*", "RDMA, for memory regions: see 'rdma resource show mr'" },
	{ "anon_inode:kvm-vm", "KVM, for what a guest's device or SEV pins" },
	{ "/dev/video*", "V4L2, for buffers of USERPTR" },
	{ "/dev/vhost-*", "vhost, for what the device writes" },
};

const char *suspect_of(const char *target)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!fnmatch(kinds[i].target, target, 0))
			return kinds[i].what;
	return NULL;
}

/* What fdinfo has of pins: lines of io_uring and of pintest. */
static void print_info(pid_t pid, const char *fd)
{
	char path[320], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", (int)pid, fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "UserBufs:", 9) ||
		    !strncmp(line, "pin-", 4))
			printf("    %s", line);
	if (file)
		fclose(file);
}

/* Returns whether it can hold pins. */
static bool print_descriptor(pid_t pid, const char *fd)
{
	char path[320], target[256];
	const char *what;
	ssize_t size;

	snprintf(path, sizeof(path), "/proc/%d/fd/%s", (int)pid, fd);
	size = readlink(path, target, sizeof(target) - 1);
	if (size < 0)
		return false;
	target[size] = '\0';
	what = suspect_of(target);
	if (!what)
		return false;
	printf("  descriptor %s: %s\n", fd, what);
	print_info(pid, fd);
	return true;
}

void suspects_print(pid_t pid)
{
	struct dirent *entry;
	bool any = false;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	if (!dir)
		return;
	printf("What process %d has open that can hold pins, of this page or of others:\n",
	       (int)pid);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			any |= print_descriptor(pid, entry->d_name);
	if (!any)
		printf("  nothing that is known to\n");
	closedir(dir);
}
