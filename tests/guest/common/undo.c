// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>
#include "kernel.h"
#include "ktap.h"
#include "undo.h"

enum action { WRITE_VALUE, SWAP_OFF, UNMOUNT };

#define MAX_ENTRIES 32

/* Shared, since a test is another process than the harness. */
static struct {
	size_t nr;
	struct {
		enum action action;
		char path[120];
		char value[40];
	} entries[MAX_ENTRIES];
} *list;

bool undo_init(void)
{
	list = mmap(NULL, sizeof(*list), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return list != MAP_FAILED;
}

static void add(enum action action, const char *path, const char *value)
{
	REQUIRE(list->nr < MAX_ENTRIES);
	list->entries[list->nr].action = action;
	snprintf(list->entries[list->nr].path,
		 sizeof(list->entries[0].path), "%s", path);
	snprintf(list->entries[list->nr].value,
		 sizeof(list->entries[0].value), "%s", value);
	list->nr++;
}

/* Of a choice like "always [madvise] never" what is chosen. */
static bool read_value(const char *path, char *value, size_t size)
{
	FILE *file = fopen(path, "re");
	char line[100], *start, *end;

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	start = strchr(line, '[');
	end = start ? strchr(start, ']') : NULL;
	if (end) {
		*end = '\0';
		snprintf(value, size, "%s", start + 1);
	} else {
		snprintf(value, size, "%s", line);
	}
	return true;
}

bool undo_set(const char *path, const char *value)
{
	char old[40];

	if (!read_value(path, old, sizeof(old)))
		return false;
	add(WRITE_VALUE, path, old);
	return kernel_try_write(path, value);
}

void undo_by(const char *path, const char *value)
{
	add(WRITE_VALUE, path, value);
}

void undo_swap(const char *device)
{
	add(SWAP_OFF, device, "");
}

void undo_mount(const char *path)
{
	add(UNMOUNT, path, "");
}

void undo_all(void)
{
	while (list->nr) {
		const char *path = list->entries[--list->nr].path;

		switch (list->entries[list->nr].action) {
		case WRITE_VALUE:
			kernel_try_write(path, list->entries[list->nr].value);
			break;
		case SWAP_OFF:
			swapoff(path);
			break;
		case UNMOUNT:
			umount2(path, MNT_DETACH);
			rmdir(path);
			break;
		}
	}
}
