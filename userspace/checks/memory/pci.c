// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: memory of a PCI device, which is no memory of the machine.
 *
 * Nobody reads or writes it here, since that may make the device do something.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/reason.h"
#include "family.h"

#define REGIONS	"/sys/bus/pci/devices/*/resource[0-5]"

static bool map_region(struct memory *memory, const char *path)
{
	struct reason ignored;
	struct stat stat;

	memory->fd = open(path, O_RDWR | O_CLOEXEC);
	if (memory->fd < 0)
		return false;
	if (!fstat(memory->fd, &stat) &&
	    (size_t)stat.st_size >= memory->length &&
	    !memory_mmap(memory, memory->length, MAP_SHARED, &ignored))
		return true;
	close(memory->fd);
	memory->fd = -1;
	return false;
}

/* I/O ports cannot be mapped, nor what a driver keeps to itself. */
static int map_any_region(struct memory *memory, struct reason *why)
{
	bool found = false;
	glob_t paths;
	size_t i;

	if (!glob(REGIONS, 0, NULL, &paths))
		for (i = 0; i < paths.gl_pathc && !found; i++)
			found = map_region(memory, paths.gl_pathv[i]);
	globfree(&paths);
	return found ? 0 : reason(why, -EOPNOTSUPP,
				  "no PCI device has %zu KiB of memory that can be mapped from sysfs",
				  memory->length >> 10);
}

void memory_add_pci(struct memory_table *table)
{
	static const struct memory_kind region = {
		.id = "pci-memory",
		.what = "memory of a PCI device that is mapped from sysfs (VM_PFNMAP, VM_IO)",
		.traits = MEMORY_UNMAPPED,
		.refuses = REFUSES_ALL,
		.map = map_any_region,
	};

	memory_add(table, &region);
}
