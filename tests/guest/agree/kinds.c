// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/pintest.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>
#include "huge.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "swap.h"
#include "undo.h"

#define PAGES 5
#define SIZE (PAGES * page_size)

static struct region region_of(char *addr)
{
	return (struct region){ addr, PAGES };
}

static struct region map_anon(void)
{
	return region_of(map_pages(PAGES));
}

static struct region map_read_only(void)
{
	struct region region = map_anon();

	REQUIRE(!mprotect(region.addr, SIZE, PROT_READ));
	return region;
}

static void read_pages(struct region region)
{
	size_t i;

	for (i = 0; i < region.pages; i++)
		(void)*(volatile char *)(region.addr + i * page_size);
}

static struct region map_zeropages(void)
{
	struct region region = region_of(map_untouched(PAGES));

	read_pages(region);
	return region;
}

static struct region map_mlocked(void)
{
	struct region region = map_anon();

	REQUIRE(!mlock(region.addr, SIZE));
	return region;
}

static struct region map_fork_shared(void)
{
	struct region region = map_anon();

	peer_idle();
	return region;
}

static struct region map_shared_anon(void)
{
	char *memory = map_or_fail(SIZE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1);

	memset(memory, 1, SIZE);
	return region_of(memory);
}

static int make_memfd(void)
{
	int fd = memfd_create("agree", MFD_CLOEXEC);
	char byte = 1;
	size_t i;

	REQUIRE(fd >= 0);
	for (i = 0; i < SIZE; i++)
		REQUIRE_EQ(pwrite(fd, &byte, 1, i), 1);
	return fd;
}

static struct region map_memfd(void)
{
	char *memory = map_or_fail(SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
				   make_memfd());

	memset(memory, 2, SIZE);
	return region_of(memory);
}

static struct region map_memfd_private(void)
{
	struct region region =
		region_of(map_or_fail(SIZE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE, make_memfd()));

	read_pages(region);
	return region;
}

static struct region map_memfd_written(void)
{
	struct region region = map_memfd_private();

	memset(region.addr, 2, SIZE);
	return region;
}

static struct region map_tmpfs(void)
{
	int fd = open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	char *memory;

	if (fd < 0)
		ktap_skip("no file in /dev/shm: %s", strerror(errno));
	REQUIRE(!ftruncate(fd, SIZE));
	memory = map_or_fail(SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	memset(memory, 1, SIZE);
	return region_of(memory);
}

/* The program itself. */
static struct region map_text(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	struct region region;

	REQUIRE(fd >= 0);
	region = region_of(map_or_fail(SIZE, PROT_READ | PROT_EXEC,
				       MAP_PRIVATE, fd));
	read_pages(region);
	return region;
}

#define KSM "/sys/kernel/mm/ksm/"

static bool is_merged(struct region region)
{
	uint64_t entries[PAGES];
	size_t i;

	kernel_pagemap(0, (uintptr_t)region.addr, entries, PAGES);
	for (i = 1; i < PAGES; i++)
		if ((entries[i] & PAGEMAP_PFN) != (entries[0] & PAGEMAP_PFN))
			return false;
	return true;
}

/* Equal pages, until ksmd has found out; the harness guards against never. */
static struct region map_ksm(void)
{
	struct region region = region_of(map_untouched(PAGES));

	memset(region.addr, 0x5a, SIZE);
	if (madvise(region.addr, SIZE, MADV_MERGEABLE))
		ktap_skip("this kernel has no KSM");
	undo_set(KSM "pages_to_scan", "10000");
	undo_set(KSM "sleep_millisecs", "1");
	REQUIRE(undo_set(KSM "run", "1"));
	while (!is_merged(region))
		poll(NULL, 0, 1);
	kernel_write(KSM "run", "0");
	return region;
}

/* Read back from swap while a child still has it there. */
static struct region map_swapcache(void)
{
	struct region region = map_anon();
	uint64_t entry;

	swap_out(region);
	peer_idle();
	read_pages(region);
	entry = kernel_pagemap_of(region.addr);
	REQUIRE(entry & PAGEMAP_PRESENT);
	if (!(kernel_page_flags(entry & PAGEMAP_PFN) & 1 << 13))
		ktap_skip("the kernel reads from swap around its cache");
	return region;
}

/* A disk in a file, which lasts as long as it is mounted. */
static void attach_loop(const char *image, char *device, size_t size)
{
	struct loop_info64 info = { .lo_flags = LO_FLAGS_AUTOCLEAR };
	int control, disk, fd, nr;

	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0)
		ktap_skip("no loop devices: %s", strerror(errno));
	nr = ioctl(control, LOOP_CTL_GET_FREE);
	REQUIRE(nr >= 0);
	snprintf(device, size, "/dev/loop%d", nr);
	fd = open(image, O_RDWR | O_CLOEXEC);
	disk = open(device, O_RDWR | O_CLOEXEC);
	REQUIRE(fd >= 0 && disk >= 0);
	REQUIRE(!ioctl(disk, LOOP_SET_FD, fd));
	REQUIRE(!ioctl(disk, LOOP_SET_STATUS64, &info));
	/* The disk stays open: it has to be mounted before its last close. */
	close(fd);
}

static void mount_ext4(char *directory)
{
	char image[] = "/tmp/agree-image-XXXXXX", device[32];
	int fd = mkstemp(image);

	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, 16 << 20));
	if (!run_program("mke2fs", "-q", "-F", "-t", "ext4", image, NULL))
		ktap_skip("mke2fs does not work here");
	/* It may be built in. The kernel itself loads ext4. */
	run_program("modprobe", "-q", "loop", NULL);
	attach_loop(image, device, sizeof(device));
	unlink(image);
	REQUIRE(mkdtemp(directory));
	if (mount(device, directory, "ext4", 0, NULL))
		ktap_skip("cannot mount ext4: %s", strerror(errno));
	undo_mount(directory);
}

static struct region map_ext4(bool clean)
{
	char directory[] = "/tmp/agree-ext4-XXXXXX", path[64];
	char *memory;
	int fd;

	mount_ext4(directory);
	snprintf(path, sizeof(path), "%s/file", directory);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	REQUIRE(fd >= 0);
	REQUIRE(!ftruncate(fd, SIZE));
	memory = map_or_fail(SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	memset(memory, 1, SIZE);
	if (clean)
		REQUIRE(!fsync(fd));
	return region_of(memory);
}

static struct region map_ext4_dirty(void)
{
	return map_ext4(false);
}

static struct region map_ext4_clean(void)
{
	return map_ext4(true);
}

#define LIVE (PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_SAME)
#define WRITABLE PINTEST_PAGE_MAPPED_WRITABLE
#define ANON (PINTEST_PAGE_ANON | PINTEST_PAGE_SWAPBACKED)
#define EXCLUSIVE PINTEST_PAGE_ANON_EXCLUSIVE
#define HEAD_EXCLUSIVE PINTEST_PAGE_HEAD_ANON_EXCLUSIVE
#define ZERO (PINTEST_PAGE_ZERO | PINTEST_PAGE_HUGE_ZERO)
#define LARGE (PINTEST_PAGE_THP | PINTEST_PAGE_HUGETLB)
#define ODD (ZERO | PINTEST_PAGE_KSM | PINTEST_PAGE_WRITEBACK | \
	     PINTEST_PAGE_MAYBE_DMA_PINNED)
#define NOT_ANON (ODD | PINTEST_PAGE_ANON | PINTEST_PAGE_HUGETLB)
#define NOT_ZERO_LIKE (PINTEST_PAGE_ANON | PINTEST_PAGE_KSM | LARGE | \
		      PINTEST_PAGE_LRU | WRITABLE)

const struct kind kinds[] = {
	{
		.name = "anon",
		.map = map_anon,
		.is = LIVE | WRITABLE | ANON | EXCLUSIVE,
		.is_not = ODD | LARGE | PINTEST_PAGE_MLOCKED |
			PINTEST_PAGE_SWAPCACHE,
		.mapcount = 1,
	},
	{
		.name = "anon-read-only",
		.map = map_read_only,
		.is = LIVE | ANON | EXCLUSIVE,
		.is_not = ODD | LARGE | WRITABLE,
		.mapcount = 1,
		.read_only = true,
	},
	{
		.name = "zeropage",
		.map = map_zeropages,
		.is = LIVE | PINTEST_PAGE_ZERO,
		.is_not = NOT_ZERO_LIKE | PINTEST_PAGE_HUGE_ZERO,
		.mapcount = 0,
	},
	{
		.name = "mlocked",
		.map = map_mlocked,
		.is = LIVE | WRITABLE | ANON | EXCLUSIVE |
			PINTEST_PAGE_MLOCKED,
		.is_not = ODD | LARGE,
		.mapcount = 1,
	},
	{
		.name = "fork-shared",
		.map = map_fork_shared,
		.is = LIVE | ANON,
		.is_not = ODD | LARGE | WRITABLE | EXCLUSIVE,
		.mapcount = 2,
	},
	{
		.name = "shared-anon",
		.map = map_shared_anon,
		.is = LIVE | WRITABLE | PINTEST_PAGE_SWAPBACKED,
		.is_not = NOT_ANON,
		.mapcount = 1,
	},
	{
		.name = "memfd-shared",
		.map = map_memfd,
		.is = LIVE | WRITABLE | PINTEST_PAGE_SWAPBACKED,
		.is_not = NOT_ANON,
		.mapcount = 1,
	},
	{
		.name = "memfd-private",
		.map = map_memfd_private,
		.is = LIVE | PINTEST_PAGE_SWAPBACKED,
		.is_not = NOT_ANON | WRITABLE,
		.mapcount = 1,
	},
	{
		.name = "memfd-private-written",
		.map = map_memfd_written,
		.is = LIVE | WRITABLE | ANON | EXCLUSIVE,
		.is_not = ODD | LARGE,
		.mapcount = 1,
	},
	{
		.name = "tmpfs",
		.map = map_tmpfs,
		.is = LIVE | WRITABLE | PINTEST_PAGE_SWAPBACKED,
		.is_not = NOT_ANON,
		.mapcount = 1,
	},
	{
		.name = "text",
		.map = map_text,
		.is = LIVE,
		.is_not = NOT_ANON | WRITABLE,
		.mapcount = ANY,
		.read_only = true,
	},
	{
		.name = "ext4-dirty",
		.map = map_ext4_dirty,
		.is = LIVE | WRITABLE | PINTEST_PAGE_DIRTY,
		.is_not = NOT_ANON | PINTEST_PAGE_SWAPBACKED |
			PINTEST_PAGE_SWAPCACHE,
		.mapcount = 1,
	},
	{
		.name = "ext4-clean",
		.map = map_ext4_clean,
		.is = LIVE,
		.is_not = NOT_ANON | PINTEST_PAGE_SWAPBACKED |
			PINTEST_PAGE_SWAPCACHE | PINTEST_PAGE_DIRTY |
			WRITABLE,
		.mapcount = 1,
	},
	{
		.name = "ksm",
		.map = map_ksm,
		.is = LIVE | ANON | PINTEST_PAGE_KSM,
		.is_not = ZERO | LARGE | WRITABLE | EXCLUSIVE,
		.mapcount = PAGES,
	},
	{
		.name = "swapcache",
		.map = map_swapcache,
		.is = LIVE | ANON | PINTEST_PAGE_SWAPCACHE,
		.is_not = ODD | PINTEST_PAGE_HUGETLB | WRITABLE | EXCLUSIVE,
		.mapcount = 1,
	},
	{
		.name = "thp",
		.map = map_thp,
		.is = LIVE | WRITABLE | ANON | HEAD_EXCLUSIVE |
			PINTEST_PAGE_THP,
		.is_not = ODD | PINTEST_PAGE_HUGETLB,
		.mapcount = 1,
		.entire_mapcount = 1,
	},
	{
		.name = "thp-by-pages",
		.map = map_thp_by_pages,
		.is = LIVE | WRITABLE | ANON | EXCLUSIVE | HEAD_EXCLUSIVE |
			PINTEST_PAGE_THP,
		.is_not = ODD | PINTEST_PAGE_HUGETLB,
		.mapcount = 1,
	},
	{
		.name = "thp-fork-shared",
		.map = map_thp_shared,
		.is = LIVE | ANON | PINTEST_PAGE_THP,
		.is_not = ODD | PINTEST_PAGE_HUGETLB | WRITABLE | EXCLUSIVE |
			HEAD_EXCLUSIVE,
		.mapcount = 2,
		.entire_mapcount = 2,
	},
	{
		.name = "thp-among-others",
		.map = map_thp_among_others,
		.is = LIVE | WRITABLE | ANON | HEAD_EXCLUSIVE,
		.is_not = ODD | PINTEST_PAGE_HUGETLB,
		.mapcount = 1,
		.entire_mapcount = ANY,
	},
	{
		.name = "thp-part-shared",
		.map = map_thp_part_shared,
		.is = LIVE | ANON | PINTEST_PAGE_THP,
		.is_not = ODD | PINTEST_PAGE_HUGETLB,
		.mapcount = ANY,
	},
	{
		.name = "thp-small",
		.map = map_thp_small,
		.is = LIVE | WRITABLE | ANON | EXCLUSIVE | HEAD_EXCLUSIVE |
			PINTEST_PAGE_THP,
		.is_not = ODD | PINTEST_PAGE_HUGETLB,
		.mapcount = 1,
	},
	{
		.name = "huge-zeropage",
		.map = map_huge_zeropage,
		.is = LIVE | PINTEST_PAGE_HUGE_ZERO,
		.is_not = NOT_ZERO_LIKE | PINTEST_PAGE_ZERO,
		.mapcount = 0,
	},
	{
		.name = "hugetlb",
		.map = map_hugetlb,
		.is = LIVE | WRITABLE | PINTEST_PAGE_ANON | EXCLUSIVE |
			HEAD_EXCLUSIVE | PINTEST_PAGE_HUGETLB,
		.is_not = ODD | PINTEST_PAGE_THP,
		.mapcount = 1,
		.entire_mapcount = 1,
	},
	{
		.name = "hugetlb-shared",
		.map = map_hugetlb_file,
		.is = LIVE | WRITABLE | PINTEST_PAGE_HUGETLB,
		.is_not = ODD | PINTEST_PAGE_THP | PINTEST_PAGE_ANON,
		.mapcount = 1,
		.entire_mapcount = 1,
	},
};

const size_t nr_kinds = ARRAY_SIZE(kinds);
