// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

static void read_entries(int fd, uint64_t first, uint64_t *entries, size_t nr)
{
	size_t size = nr * sizeof(*entries);

	REQUIRE_EQ(SYS(pread(fd, entries, size, first * sizeof(*entries))),
		   size);
}

static int open_or_fail(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		FAIL("cannot open %s: %s", path, strerror(errno));
	return fd;
}

/* /proc may number processes otherwise than getpid() does here. */
static void proc_path(char *path, size_t size, pid_t pid, const char *name)
{
	if (pid)
		snprintf(path, size, "/proc/%d/%s", pid, name);
	else
		snprintf(path, size, "/proc/self/%s", name);
}

void kernel_pagemap(pid_t pid, uint64_t addr, uint64_t *entries, size_t nr)
{
	char path[64];
	int fd;

	proc_path(path, sizeof(path), pid, "pagemap");
	fd = open_or_fail(path);
	read_entries(fd, addr / page_size, entries, nr);
	close(fd);
}

uint64_t kernel_pagemap_of(const void *addr)
{
	uint64_t entry;

	kernel_pagemap(0, (uintptr_t)addr, &entry, 1);
	return entry;
}

static int flags_file(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open_or_fail("/proc/kpageflags");
	return fd;
}

uint64_t kernel_page_flags(uint64_t pfn)
{
	uint64_t flags;

	read_entries(flags_file(), pfn, &flags, 1);
	return flags;
}

bool kernel_has_page(uint64_t pfn)
{
	uint64_t flags;

	return pread(flags_file(), &flags, sizeof(flags),
		     pfn * sizeof(flags)) == sizeof(flags);
}

uint64_t kernel_page_count(uint64_t pfn)
{
	static int fd = -1;
	uint64_t count;

	if (fd < 0)
		fd = open_or_fail("/proc/kpagecount");
	read_entries(fd, pfn, &count, 1);
	return count;
}

/* The number after "@name" and white space at the start of a line. */
static bool number_after(const char *line, const char *name, long long *value)
{
	size_t length = strlen(name);

	if (strncmp(line, name, length) ||
	    !memchr(" \t", line[length], 2))
		return false;
	*value = strtoll(line + length, NULL, 10);
	return true;
}

static long long find_number(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	long long value = -1;
	char line[256];

	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file))
		if (number_after(line, name, &value))
			break;
	fclose(file);
	return value;
}

long long kernel_vmstat(const char *name)
{
	/* Folds what each CPU has counted by itself into the total. */
	kernel_try_write("/proc/sys/vm/stat_refresh", "1");
	return find_number("/proc/vmstat", name);
}

long long kernel_meminfo(const char *name)
{
	return find_number("/proc/meminfo", name);
}

long long kernel_pins(void)
{
	long long acquired = kernel_vmstat("nr_foll_pin_acquired");

	return acquired - find_number("/proc/vmstat", "nr_foll_pin_released");
}

long long kernel_status_pages(pid_t pid, const char *name)
{
	char path[64];
	long long kb;

	proc_path(path, sizeof(path), pid, "status");
	kb = find_number(path, name);
	if (kb < 0)
		FAIL("no %s in %s", name, path);
	return kb * 1024 / (long long)page_size;
}

long long kernel_locked_pages(pid_t pid)
{
	return kernel_status_pages(pid, "VmLck:");
}

long long kernel_smaps(const void *addr, const char *name)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long long start, end;
	long long value, sum = 0;
	bool inside = false;
	char line[512];

	REQUIRE(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%llx-%llx ", &start, &end) == 2)
			inside = start <= (uintptr_t)addr &&
				 (uintptr_t)addr < end;
		else if (inside && number_after(line, name, &value))
			sum += value * 1024;
	}
	fclose(file);
	return sum;
}

bool kernel_has_function(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "re");
	char line[600], found[512];
	bool has = false;

	while (file && !has && fgets(line, sizeof(line), file))
		has = sscanf(line, "%*s %*s %511s", found) == 1 &&
		      !strcmp(found, name);
	if (file)
		fclose(file);
	return has;
}

long long kernel_read_number(const char *path)
{
	long long value = -1;
	FILE *file = fopen(path, "re");

	if (!file)
		return -1;
	if (fscanf(file, "%lld", &value) != 1)
		value = -1;
	fclose(file);
	return value;
}

bool kernel_try_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return done;
}

void kernel_write(const char *path, const char *value)
{
	if (!kernel_try_write(path, value))
		FAIL("cannot write %s to %s: %s", value, path,
		     strerror(errno));
}

bool kernel_is_32bit(void)
{
	struct utsname name;

	REQUIRE(!uname(&name));
	return name.machine[0] == 'i' || !strncmp(name.machine, "arm", 3);
}
