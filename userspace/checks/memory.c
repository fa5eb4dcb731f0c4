// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: the table, and what is common to all of them.
 */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "memory_maps.h"
#include "peer.h"
#include "reason.h"
#include "settings.h"
#include "words.h"

#define KINDS_MAX	32
#define SIZE_2M		(UINT64_C(2) << 20)
#define SIZE_1G		(UINT64_C(1) << 30)
/* Clearing and copying more than that takes too long for every run. */
#define SIZE_LONG	(UINT64_C(256) << 20)

/* Rows of fixed kinds; those of hugetlb pages follow for each size. */
static const struct memory_kind fixed_kinds[] = {
	{
		.id = "zeropage",
		.what = "private anonymous memory that was read but never written: the shared zero page",
		.traits = MEMORY_PRIVATE | MEMORY_ZERO,
		.is = PINTEST_PAGE_ZERO,
		.map = map_zeropage,
	}, {
		.id = "huge-zeropage",
		.what = "private anonymous memory that was read but never written: the shared huge zero page",
		.traits = MEMORY_PRIVATE | MEMORY_ZERO | MEMORY_THP,
		.is = PINTEST_PAGE_HUGE_ZERO,
		.map = map_huge_zeropage,
	}, {
		.id = "memfd-private",
		.what = "private mapping of a memfd that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE,
		.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO,
		.map = map_memfd_private,
	}, {
		.id = "tmpfile-private",
		.what = "private mapping of an unlinked file in TMPDIR that was read but never written: its page cache",
		.traits = MEMORY_PRIVATE | MEMORY_FILE,
		.is_not = PINTEST_PAGE_ANON | PINTEST_PAGE_ZERO,
		.map = map_tmpfile_private,
	}, {
		.id = "anon",
		.what = "private anonymous memory that only this process has written",
		.traits = MEMORY_PRIVATE | MEMORY_ANON,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE,
		.is_not = PINTEST_PAGE_THP,
		.map = map_anon,
	}, {
		.id = "anon-shared",
		.what = "private anonymous memory that a living child shares since fork()",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_SHARED_CHILD,
		.is = PINTEST_PAGE_ANON,
		.is_not = PINTEST_PAGE_ANON_EXCLUSIVE |
			  PINTEST_PAGE_MAPPED_WRITABLE,
		.map = map_anon_shared,
	}, {
		.id = "anon-previously-shared",
		.what = "private anonymous memory that a child shared until it exited",
		.traits = MEMORY_PRIVATE | MEMORY_ANON,
		.is = PINTEST_PAGE_ANON,
		.is_not = PINTEST_PAGE_ANON_EXCLUSIVE |
			  PINTEST_PAGE_MAPPED_WRITABLE,
		.map = map_anon_previously_shared,
	}, {
		.id = "anon-thp",
		.what = "private anonymous memory in a transparent huge page that only this process has written",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_THP,
		.is = PINTEST_PAGE_ANON | PINTEST_PAGE_THP |
		      PINTEST_PAGE_HEAD_ANON_EXCLUSIVE,
		.map = map_anon_thp,
	},
};

/* Size as ids write it: 64k, 2m, 1g. */
static char *hugetlb_text(const char *format, uint64_t size)
{
	const char *unit = "kmg";
	char text[32], *all;

	for (size >>= 10; size >= 1024 && unit[1]; size >>= 10)
		unit++;
	snprintf(text, sizeof(text), "%" PRIu64 "%c", size, *unit);
	return asprintf(&all, format, text) < 0 ? NULL : all;
}

static bool hugetlb_kind(struct memory_kind *kind, uint64_t size)
{
	*kind = (struct memory_kind) {
		.id = hugetlb_text("memfd-hugetlb-%s", size),
		.what = hugetlb_text("private mapping of a memfd of %s hugetlb pages that was read but never written: its page cache",
				     size),
		.traits = MEMORY_PRIVATE | MEMORY_FILE | MEMORY_HUGETLB |
			  (size >= SIZE_LONG ? MEMORY_LONG : 0),
		.huge_size = size,
		.is = PINTEST_PAGE_HUGETLB,
		.is_not = PINTEST_PAGE_ANON,
		.map = map_memfd_hugetlb,
	};
	return kind->id && kind->what;
}

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

/* The sizes that every report has, and those that this kernel offers. */
static size_t hugetlb_sizes(uint64_t *sizes, size_t room)
{
	size_t count = add_size(sizes, 0, room, SIZE_2M);
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	struct dirent *entry;

	count = add_size(sizes, count, room, SIZE_1G);
	while (dir && (entry = readdir(dir))) {
		uint64_t kib;

		if (sscanf(entry->d_name, "hugepages-%" SCNu64 "kB", &kib) == 1)
			count = add_size(sizes, count, room, kib << 10);
	}
	if (dir)
		closedir(dir);
	qsort(sizes, count, sizeof(*sizes), compare_sizes);
	return count;
}

static uint64_t thp_size(void)
{
	FILE *file = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size",
			   "re");
	uint64_t size = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%" SCNu64, &size) != 1)
		size = 0;
	fclose(file);
	return size;
}

static size_t make_kinds(struct memory_kind *kinds)
{
	const size_t fixed = ARRAY_SIZE(fixed_kinds);
	uint64_t sizes[KINDS_MAX];
	size_t i, n = hugetlb_sizes(sizes, KINDS_MAX - fixed), count = 0;

	for (i = 0; i < fixed; i++) {
		kinds[count] = fixed_kinds[i];
		if (kinds[count].traits & MEMORY_THP)
			kinds[count].huge_size = thp_size();
		if (kinds[count].huge_size >= SIZE_LONG)
			kinds[count].traits |= MEMORY_LONG;
		count++;
	}
	for (i = 0; i < n; i++)
		if (hugetlb_kind(&kinds[count], sizes[i]))
			count++;
	return count;
}

const struct memory_kind *memory_kinds(size_t *count)
{
	static struct memory_kind kinds[KINDS_MAX];
	static size_t made;

	if (!made)
		made = make_kinds(kinds);
	*count = made;
	return kinds;
}

const struct memory_kind *memory_kind_find(const char *id)
{
	size_t i, count;
	const struct memory_kind *kinds = memory_kinds(&count);

	for (i = 0; i < count; i++)
		if (!strcmp(kinds[i].id, id))
			return &kinds[i];
	return NULL;
}

size_t memory_kind_pages(const struct memory_kind *kind)
{
	return kind->huge_size / page_size();
}

/*
 * A hugetlb page each for the file, for the process's private copy, and for
 * that of every child.
 */
int memory_prepare(const struct memory_kind *kind, unsigned int children,
		   struct settings *settings, struct reason *why)
{
	if (kind->traits & MEMORY_HUGETLB)
		return settings_need_hugepages(settings, kind->huge_size,
					       2 + children, why);
	if (kind->traits & MEMORY_THP)
		return settings_need_thp(settings, kind->traits & MEMORY_ZERO,
					 why);
	return 0;
}

int memory_map(const struct memory_kind *kind, size_t pages,
	       struct memory *memory, struct reason *why)
{
	size_t most = memory_kind_pages(kind);
	int ret;

	*memory = (struct memory) {
		.kind = kind,
		.length = pages * page_size(),
		.word = kind->traits & MEMORY_ZERO ? WORD_ZERO : WORD_PIN_TIME,
		.base = MAP_FAILED,
		.fd = -1,
	};
	if (most && pages > most)
		return reason(why, -EINVAL, "%s has %zu pages, not %zu",
			      kind->id, most, pages);
	ret = kind->map(memory, why);
	if (ret)
		memory_unmap(memory);
	return ret;
}

int memory_mmap(struct memory *memory, size_t length, int flags,
		struct reason *why)
{
	memory->base = mmap(NULL, length, PROT_READ | PROT_WRITE, flags,
			    memory->fd, 0);
	if (memory->base == MAP_FAILED)
		return reason(why, -errno, "cannot map %zu KiB of %s: %s",
			      length >> 10, memory->kind->id, strerror(errno));
	memory->base_length = length;
	memory->addr = memory->base;
	return 0;
}

void memory_touch(const struct memory *memory)
{
	const volatile char *byte = memory->addr;
	size_t i;

	for (i = 0; i < memory->length; i += page_size())
		(void)byte[i];
}

void memory_unmap(struct memory *memory)
{
	peer_end(memory->child);
	memory->child = NULL;
	if (memory->base != MAP_FAILED)
		munmap(memory->base, memory->base_length);
	memory->base = MAP_FAILED;
	if (memory->fd >= 0)
		close(memory->fd);
	memory->fd = -1;
}

/* Whether one page is what its kind promises, as far as the kernel tells. */
static int verify_record(const struct memory_kind *kind,
			 const struct pintest_record *record,
			 struct reason *why)
{
	uint64_t missing = kind->is & record->flags_known & ~record->flags;
	uint64_t excess = kind->is_not & record->flags_known & record->flags;
	char missing_text[64], excess_text[64];

	if (!missing && !excess)
		return 0;
	pintest_format_mask(PINTEST_NAMES_PAGE, missing, missing_text,
			    sizeof(missing_text));
	pintest_format_mask(PINTEST_NAMES_PAGE, excess, excess_text,
			    sizeof(excess_text));
	return reason(why, -ENODATA,
		      "the mapped page is not what %s promises: missing %s, unexpected %s",
		      kind->id, missing_text, excess_text);
}

int memory_verify(struct pintest *pt, const struct memory *memory,
		  struct reason *why)
{
	uint64_t addr = (uintptr_t)memory->addr, end = addr + memory->length;

	while (addr < end) {
		uint64_t at = addr;
		struct pintest_record record;
		ssize_t n = pintest_inspect(pt, 0, &addr, at + page_size(),
					    &record, 1);
		int ret;

		/* Not every kernel tells; what the bytes tell is left. */
		if (n == -EBADRQC)
			return 0;
		if (n < 0)
			return reason(why, n, "cannot inspect %s: %s",
				      memory->kind->id, strerror(-n));
		if (!n)
			return reason(why, -ENODATA,
				      "no page of %s is mapped after it was read",
				      memory->kind->id);
		ret = verify_record(memory->kind, &record, why);
		if (ret)
			return ret;
	}
	return 0;
}
