// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings, as /proc/PID/smaps, map_files and fdinfo describe them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "array_size.h"
#include "mapping.h"

#ifndef STATX_ATTR_DAX
#define STATX_ATTR_DAX	0x00200000
#endif
#define UFFD_FEATURE_SIGBUS_BIT	(1 << 7)
#define OVERLAYFS_MAGIC		0x794c7630

static const struct {
	const char *word;
	unsigned int flag;
} vm_words[] = {
	{ "rd", MAP_READ }, { "wr", MAP_WRITE }, { "sh", MAP_SHARED_VM },
	{ "mr", MAP_MAYREAD }, { "mw", MAP_MAYWRITE }, { "io", MAP_IO },
	{ "pf", MAP_PFNMAP }, { "mm", MAP_MIXEDMAP },
	{ "gd", MAP_GROWSDOWN_VM }, { "ht", MAP_HUGETLB_VM },
	{ "um", MAP_UFFD_MISSING }, { "uw", MAP_UFFD_WP },
	{ "ss", MAP_SHADOW_STACK }, { "ms", MAP_MAYSHARE },
};

static unsigned int vm_flags(char *words)
{
	unsigned int flags = 0;
	char *word;
	size_t i;

	while ((word = strsep(&words, "\n ")))
		for (i = 0; i < ARRAY_SIZE(vm_words); i++)
			if (!strcmp(word, vm_words[i].word))
				flags |= vm_words[i].flag;
	return flags;
}

static bool is_header(const char *line, uint64_t *start, uint64_t *end)
{
	return sscanf(line, "%" SCNx64 "-%" SCNx64 " ", start, end) == 2;
}

/* A line of /proc/PID/maps with what is in it; no newline, blanks made one. */
static void take_header(struct mapping_facts *map, const char *line)
{
	size_t used = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64, &map->start,
		   &map->end, &map->offset) != 3)
		return;
	for (; *line && *line != '\n' && used < MAPPING_LINE - 1; line++)
		if (*line != ' ' || !used || map->line[used - 1] != ' ')
			map->line[used++] = *line;
	while (used && map->line[used - 1] == ' ')
		used--;
	map->line[used] = '\0';
	map->mapped = true;
}

static void take_detail(struct mapping_facts *map, char *line)
{
	if (!strncmp(line, "VmFlags:", 8))
		map->vm = vm_flags(line + 8);
	else
		sscanf(line, "ProtectionKey: %d", &map->pkey);
}

/* Of the mapping at the address, or else whether the next one grows down. */
static void read_smaps(FILE *file, uint64_t addr, struct mapping_facts *map)
{
	uint64_t start, end;
	bool next = false;
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) >= 0) {
		if (is_header(line, &start, &end)) {
			if (map->mapped || next)
				break;
			if (start <= addr && addr < end)
				take_header(map, line);
			else
				next = start > addr;
		} else if (map->mapped) {
			take_detail(map, line);
		} else if (next && !strncmp(line, "VmFlags:", 8)) {
			map->below_stack = vm_flags(line + 8) &
					   MAP_GROWSDOWN_VM;
		}
	}
	free(line);
}

static const struct {
	long type;
	const char *name;
	enum backing backing;
} filesystems[] = {
	{ 0x01021994, "tmpfs", BACKED_SHMEM },
	{ 0x958458f6, "hugetlbfs", BACKED_HUGETLB },
	{ 0x5345434d, "secretmem", BACKED_SECRETMEM },
	{ 0x858458f6, "ramfs", BACKED_FILE },
	{ 0xef53, "ext4", BACKED_FILE },
	{ 0x58465342, "xfs", BACKED_FILE },
	{ 0x9123683e, "btrfs", BACKED_FILE },
	{ 0x62656572, "sysfs", BACKED_DEVICE },
	{ 0x09041934, "anon_inode", BACKED_DEVICE },
};

static void take_filesystem(struct mapping_facts *map, long type)
{
	size_t i;

	map->backing = BACKED_FILE;
	snprintf(map->filesystem, sizeof(map->filesystem), "0x%lx", type);
	for (i = 0; i < ARRAY_SIZE(filesystems); i++) {
		if (filesystems[i].type != type)
			continue;
		map->backing = filesystems[i].backing;
		snprintf(map->filesystem, sizeof(map->filesystem), "%s",
			 filesystems[i].name);
	}
}

/* The directory of the layer that takes what is written to an overlay. */
static bool upper_layer(dev_t overlay, char *directory, size_t size)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	unsigned int major_number, minor_number;
	char *line = NULL, *upper = NULL;
	size_t room = 0;

	while (mounts && !upper && getline(&line, &room, mounts) >= 0) {
		if (sscanf(line, "%*d %*d %u:%u", &major_number,
			   &minor_number) != 2 ||
		    makedev(major_number, minor_number) != overlay)
			continue;
		upper = strstr(line, "upperdir=");
		if (upper)
			snprintf(directory, size, "%.*s",
				 (int)strcspn(upper + 9, ",\n"), upper + 9);
	}
	free(line);
	if (mounts)
		fclose(mounts);
	return upper;
}

/* What is mapped of an overlay for writing is a file of its upper layer. */
static void take_overlay(struct mapping_facts *map, const struct stat *file)
{
	char directory[256];
	struct statfs fs;

	if (upper_layer(file->st_dev, directory, sizeof(directory)) &&
	    !statfs(directory, &fs))
		take_filesystem(map, fs.f_type);
	else
		map->backing = BACKED_UNKNOWN;
}

/* A private mapping of /dev/zero has no file behind it. */
static void take_device(struct mapping_facts *map, const struct stat *file)
{
	bool zero = S_ISCHR(file->st_mode) && file->st_rdev == makedev(1, 5);

	if (S_ISBLK(file->st_mode))
		map->backing = BACKED_FILE;
	else
		map->backing = zero && !(map->vm & MAP_MAYSHARE) ?
			       BACKED_ANON : BACKED_DEVICE;
	snprintf(map->filesystem, sizeof(map->filesystem), "%s",
		 S_ISBLK(file->st_mode) ? "block device" : "");
}

static bool is_dax(const char *path)
{
	struct statx statx_buf;

	return !statx(AT_FDCWD, path, 0, STATX_TYPE, &statx_buf) &&
	       statx_buf.stx_attributes & STATX_ATTR_DAX;
}

static int seals_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);

	if (fd >= 0)
		close(fd);
	return seals;
}

/* Opening the file of a device could have effects: nobody does. */
static void look_at_file(pid_t pid, struct mapping_facts *map)
{
	struct statfs fs;
	struct stat file;
	char path[96];

	snprintf(path, sizeof(path),
		 "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, (int)pid,
		 map->start, map->end);
	if (statfs(path, &fs) || stat(path, &file))
		return;
	take_filesystem(map, fs.f_type);
	map->size = file.st_size;
	if (fs.f_type == OVERLAYFS_MAGIC)
		take_overlay(map, &file);
	if (!S_ISREG(file.st_mode))
		take_device(map, &file);
	else if (map->backing == BACKED_SHMEM ||
		 map->backing == BACKED_HUGETLB)
		map->seals = seals_of(path);
	else if (map->backing == BACKED_FILE)
		map->dax = is_dax(path);
}

/* "start-end perms offset device inode name": no inode is no file. */
static void look_behind(pid_t pid, struct mapping_facts *map)
{
	unsigned long inode = 0;
	char name[64] = "";

	if (sscanf(map->line, "%*s %*s %*s %*s %lu %63s", &inode, name) < 1)
		return;
	if (inode || map->vm & MAP_HUGETLB_VM)
		look_at_file(pid, map);
	else if (!strncmp(name, "[v", 2) || !strcmp(name, "[uprobes]"))
		map->backing = BACKED_KERNEL;
	else
		map->backing = BACKED_ANON;
	if (map->vm & MAP_HUGETLB_VM)
		map->backing = BACKED_HUGETLB;
}

static bool answers_sigbus(pid_t pid, const char *fd)
{
	char path[300], line[128];
	unsigned int features;
	bool sigbus = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%s", (int)pid, fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "API:\t%*x:%x:", &features) == 1)
			sigbus = features & UFFD_FEATURE_SIGBUS_BIT;
	if (file)
		fclose(file);
	return sigbus;
}

static void look_for_sigbus(pid_t pid, struct mapping_facts *map)
{
	struct dirent *entry;
	char path[32];
	DIR *dir;

	if (!(map->vm & (MAP_UFFD_MISSING | MAP_UFFD_WP)))
		return;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		map->sigbus |= answers_sigbus(pid, entry->d_name);
	if (dir)
		closedir(dir);
}

int mapping_look(pid_t pid, uint64_t addr, struct mapping_facts *map)
{
	char path[32];
	FILE *file;

	*map = (struct mapping_facts) { .seals = -1 };
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return errno == ENOENT ? -ESRCH : -errno;
	read_smaps(file, addr, map);
	fclose(file);
	if (!map->mapped)
		return 0;
	look_behind(pid, map);
	look_for_sigbus(pid, map);
	return 0;
}

bool mapping_is_cow(const struct mapping_facts *map)
{
	return !(map->vm & MAP_SHARED_VM) && map->vm & MAP_MAYWRITE;
}

bool mapping_tracks_writes(const struct mapping_facts *map)
{
	const unsigned int both = MAP_SHARED_VM | MAP_WRITE;

	return map->backing == BACKED_FILE && (map->vm & both) == both;
}

static const char *const backings[] = {
	[BACKED_UNKNOWN] = "of a file that cannot be looked at",
	[BACKED_ANON] = "of anonymous memory",
	[BACKED_SHMEM] = "of a file in memory (tmpfs, memfd)",
	[BACKED_HUGETLB] = "of hugetlb pages",
	[BACKED_SECRETMEM] = "of memfd_secret(), which the kernel itself cannot read",
	[BACKED_FILE] = "of a file on ",
	[BACKED_DEVICE] = "of a device",
	[BACKED_KERNEL] = "that the kernel made, of its own pages",
};

static const struct {
	unsigned int flag;
	const char *text;
} details[] = {
	{ MAP_IO, ", device memory (VM_IO)" },
	{ MAP_PFNMAP, ", without struct pages (VM_PFNMAP)" },
	{ MAP_GROWSDOWN_VM, ", a stack" },
	{ MAP_UFFD_MISSING, ", a userfaultfd supplies missing pages" },
	{ MAP_UFFD_WP, ", a userfaultfd write-protects it" },
	{ MAP_SHADOW_STACK, ", a shadow stack" },
};

static const char *protection(const struct mapping_facts *map)
{
	static const char *const words[] = {
		"inaccessible (PROT_NONE)", "read-only", "write-only",
		"writable",
	};

	return words[!!(map->vm & MAP_READ) + 2 * !!(map->vm & MAP_WRITE)];
}

#define SEALS_WRITE	(0x0008 | 0x0010)

const char *mapping_in_words(const struct mapping_facts *map,
			 char text[MAPPING_WORDS])
{
	size_t i, used;

	used = snprintf(text, MAPPING_WORDS, "a %s mapping %s%s, %s%s%s%s",
			map->vm & MAP_MAYSHARE ? "shared" : "private",
			backings[map->backing],
			map->backing == BACKED_FILE ? map->filesystem : "",
			protection(map),
			mapping_tracks_writes(map) ?
			", whose file system tracks writes" : "",
			map->dax ? ", DAX: its pages are storage" : "",
			map->seals > 0 && map->seals & SEALS_WRITE ?
			", sealed against writes" : "");
	for (i = 0; i < ARRAY_SIZE(details) && used < MAPPING_WORDS; i++)
		if (map->vm & details[i].flag)
			used += snprintf(text + used, MAPPING_WORDS - used,
					 "%s", details[i].text);
	return text;
}
