// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of this process as /proc/self/pagemap has them, and the one mark there
 * that can be taken off all of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/page_size.h"
#include "base/reason.h"
#include "base/text.h"
#include "pagemap.h"

static int open_pagemap(void)
{
	return open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
}

static int read_entry(int fd, const void *addr, uint64_t *entry)
{
	off_t at = (uintptr_t)addr / page_size() * sizeof(*entry);

	if (pread(fd, entry, sizeof(*entry), at) != sizeof(*entry))
		return -EIO;
	return 0;
}

uint64_t page_entry(const void *addr)
{
	int fd = open_pagemap();
	uint64_t entry;

	if (fd < 0)
		return 0;
	if (read_entry(fd, addr, &entry))
		entry = 0;
	close(fd);
	return entry;
}

ssize_t pages_count(const void *addr, size_t length, uint64_t bit)
{
	const char *page = addr, *end = page + length;
	int fd = open_pagemap();
	ssize_t count = 0;
	uint64_t entry;
	int ret = 0;

	if (fd < 0)
		return -errno;
	for (; page < end && !ret; page += page_size()) {
		ret = read_entry(fd, page, &entry);
		if (!ret && entry & bit)
			count++;
	}
	close(fd);
	return ret ? ret : count;
}

static int clear_refs(void)
{
	return text_write("/proc/self/clear_refs", "4");
}

/* Architectures that do not track take the order, and do nothing. */
int soft_dirty_clear(struct reason *why)
{
	char *page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ssize_t clean, marked;

	if (page == MAP_FAILED)
		return reason(why, -errno, "cannot map a page: %s",
			      strerror(errno));
	*(volatile char *)page = 1;
	if (clear_refs())
		return reason(why, -EOPNOTSUPP, "cannot clear soft-dirty bits");
	clean = pages_count(page, page_size(), PAGEMAP_SOFT_DIRTY);
	*(volatile char *)page = 2;
	marked = pages_count(page, page_size(), PAGEMAP_SOFT_DIRTY);
	munmap(page, page_size());
	if (clean == 0 && marked == 1 && !clear_refs())
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "this kernel does not track what is written");
}

bool mapping_has(const void *addr, const char *flag)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");
	uintptr_t start, end, at = (uintptr_t)addr;
	bool ours = false, has = false;
	char line[256], word[8];

	snprintf(word, sizeof(word), " %s", flag);
	while (smaps && fgets(line, sizeof(line), smaps))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2)
			ours = start <= at && at < end;
		else if (ours && !strncmp(line, "VmFlags:", 8))
			has = strstr(line, word);
	if (smaps)
		fclose(smaps);
	return has;
}

size_t mapping_find(const char *name, void **addr)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t start = 0, end = 0;
	char line[256];

	while (maps && !end && fgets(line, sizeof(line), maps))
		if (strstr(line, name))
			sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end);
	if (maps)
		fclose(maps);
	*addr = (void *)start;
	return end - start;
}
