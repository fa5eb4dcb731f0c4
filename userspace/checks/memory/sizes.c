// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes of huge pages, of which a memory kind has a row each.
 */
#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "family.h"

static int compare_sizes(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static size_t add_size(uint64_t *sizes, size_t count, size_t room,
		       uint64_t size)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (sizes[i] == size)
			return count;
	if (count < room)
		sizes[count++] = size;
	return count;
}

static bool has_file(DIR *dir, const char *name, const char *file)
{
	char path[NAME_MAX];

	return snprintf(path, sizeof(path), "%s/%s", name, file) <
		       (int)sizeof(path) &&
	       !faccessat(dirfd(dir), path, F_OK, 0);
}

size_t memory_sizes(const char *directory, const char *file, uint64_t *sizes,
		    size_t count, size_t room)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		const char *name = entry->d_name;
		uint64_t kib;

		if (sscanf(name, "hugepages-%" SCNu64 "kB", &kib) == 1 &&
		    has_file(dir, name, file))
			count = add_size(sizes, count, room, kib << 10);
	}
	if (dir)
		closedir(dir);
	qsort(sizes, count, sizeof(*sizes), compare_sizes);
	return count;
}

/* Size as ids write it: 64k, 2m, 1g. */
static void size_text(char text[32], uint64_t size)
{
	const char *unit = "kmg";

	for (size >>= 10; size >= 1024 && unit[1]; size >>= 10)
		unit++;
	snprintf(text, 32, "%" PRIu64 "%c", size, *unit);
}

const char *memory_text(const char *format, ...)
{
	va_list args;
	char *text;
	int ret;

	va_start(args, format);
	ret = vasprintf(&text, format, args);
	va_end(args);
	return ret < 0 ? NULL : text;
}

struct memory_kind memory_sized(const struct memory_kind *kind, uint64_t size)
{
	struct memory_kind row = *kind;
	char text[32];

	size_text(text, size);
	row.id = memory_text(kind->id, text);
	row.what = memory_text(kind->what, text);
	row.huge_size = size;
	return row;
}
