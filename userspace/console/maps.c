// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a process, as /proc/PID/maps tells.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "maps.h"

/* "start-end perms offset device inode name": the name may have blanks. */
static int parse_line(const char *line, struct mapping *map)
{
	int name = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %*s %*s %*s %n",
		   &map->start, &map->end, map->perms, &name) != 3 || !name)
		return -EBADMSG;
	map->name = strndup(line + name, strcspn(line + name, "\n"));
	return map->name ? 0 : -ENOMEM;
}

static int add_line(const char *line, struct mappings *maps)
{
	struct mapping *all;
	int ret;

	all = reallocarray(maps->all, maps->count + 1, sizeof(*all));
	if (!all)
		return -ENOMEM;
	maps->all = all;
	ret = parse_line(line, &all[maps->count]);
	if (!ret)
		maps->count++;
	return ret;
}

int mappings_read(FILE *file, struct mappings *maps)
{
	size_t size = 0;
	char *line = NULL;
	int ret = 0;

	*maps = (struct mappings) { 0 };
	errno = 0;
	while (!ret && getline(&line, &size, file) >= 0)
		ret = add_line(line, maps);
	if (!ret && ferror(file))
		ret = -errno;
	free(line);
	if (ret)
		mappings_free(maps);
	return ret;
}

int mappings_of(pid_t pid, struct mappings *maps)
{
	char path[32];
	FILE *file;
	int ret;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	ret = mappings_read(file, maps);
	fclose(file);
	return ret;
}

/* The flag of kernel threads in /proc/PID/stat, PF_KTHREAD, is ABI. */
#define KERNEL_THREAD	0x00200000

const char *process_lacks_memory(pid_t pid)
{
	unsigned int flags = 0;
	char path[32], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	/* The name is in parentheses, and may have blanks and some of its own. */
	while (file && fscanf(file, "%*[^)]) %c %*d %*d %*d %*d %*d %u", &state,
			      &flags) == 1)
		continue;
	if (file)
		fclose(file);
	if (flags & KERNEL_THREAD)
		return "it is a kernel thread, which has no memory of its own";
	if (state == 'Z' || state == 'X')
		return "it has ended, and its parent has not asked for its exit status yet";
	return NULL;
}

void mappings_cut(struct mappings *maps, uint64_t start, uint64_t end)
{
	size_t i, kept = 0;

	for (i = 0; i < maps->count; i++) {
		struct mapping map = maps->all[i];

		if (map.end <= start || map.start >= end) {
			free(map.name);
			continue;
		}
		if (map.start < start)
			map.start = start;
		if (map.end > end)
			map.end = end;
		maps->all[kept++] = map;
	}
	maps->count = kept;
}

void mappings_free(struct mappings *maps)
{
	size_t i;

	for (i = 0; i < maps->count; i++)
		free(maps->all[i].name);
	free(maps->all);
	*maps = (struct mappings) { 0 };
}
