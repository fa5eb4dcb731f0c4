// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds of private anonymous memory.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "memory_maps.h"
#include "peer.h"
#include "reason.h"
#include "words.h"

#define ANONYMOUS	(MAP_PRIVATE | MAP_ANONYMOUS)

/*
 * Base pages: khugepaged, or a fault where transparent huge pages are always
 * on, must not make a huge page of them. A kernel without transparent huge
 * pages refuses the advice, and need not be told.
 */
static int map_base_pages(struct memory *memory, struct reason *why)
{
	int ret = memory_mmap(memory, memory->length, ANONYMOUS, why);

	if (!ret)
		madvise(memory->base, memory->base_length, MADV_NOHUGEPAGE);
	return ret;
}

/* Mapped twice as large, there is one whole huge page somewhere in it. */
static int map_thp(struct memory *memory, struct reason *why)
{
	uint64_t size = memory->kind->huge_size;
	int ret;

	if (!size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no transparent huge pages");
	ret = memory_mmap(memory, 2 * size, ANONYMOUS, why);
	if (ret)
		return ret;
	memory->addr = (char *)memory->base + size -
		       (uintptr_t)memory->base % size;
	if (madvise(memory->addr, size, MADV_HUGEPAGE))
		return reason(why, -errno, "MADV_HUGEPAGE is refused: %s",
			      strerror(errno));
	return 0;
}

static void fill(struct memory *memory)
{
	words_fill(memory->addr, memory->length, memory->word);
}

int map_zeropage(struct memory *memory, struct reason *why)
{
	int ret = map_base_pages(memory, why);

	if (!ret)
		memory_touch(memory);
	return ret;
}

int map_huge_zeropage(struct memory *memory, struct reason *why)
{
	int ret = map_thp(memory, why);

	if (!ret)
		memory_touch(memory);
	return ret;
}

int map_anon(struct memory *memory, struct reason *why)
{
	int ret = map_base_pages(memory, why);

	if (!ret)
		fill(memory);
	return ret;
}

/* fork() has mapped the pages in the child, which has nothing else to do. */
static int share(struct peer *parent, void *unused)
{
	(void)unused;
	if (peer_turn(parent))
		return EXIT_FAILURE;
	peer_idle();
}

int map_anon_shared(struct memory *memory, struct reason *why)
{
	int ret = map_anon(memory, why);

	if (ret)
		return ret;
	memory->child = peer_start(share, NULL);
	if (!memory->child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = peer_await(memory->child);
	if (ret)
		return reason(why, ret, "the child that shares is lost: %s",
			      strerror(-ret));
	return 0;
}

int map_anon_previously_shared(struct memory *memory, struct reason *why)
{
	int ret = map_anon_shared(memory, why);

	peer_end(memory->child);
	memory->child = NULL;
	return ret;
}

int map_anon_thp(struct memory *memory, struct reason *why)
{
	int ret = map_thp(memory, why);

	if (!ret)
		fill(memory);
	return ret;
}
