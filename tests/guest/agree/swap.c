// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include "kernel.h"
#include "ktap.h"
#include "memory.h"
#include "process.h"
#include "swap.h"
#include "undo.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define ZRAM_RESET "/sys/block/zram0/reset"

static void need_swap(void)
{
	if (!run_program("modprobe", "-q", "zram", NULL))
		ktap_skip("this kernel has no zram");
	kernel_try_write(ZRAM_RESET, "1");
	if (!kernel_try_write("/sys/block/zram0/disksize", "64M"))
		ktap_skip("somebody else uses /dev/zram0");
	undo_by(ZRAM_RESET, "1");
	if (!run_program("mkswap", "/dev/zram0", NULL))
		ktap_skip("mkswap does not work here");
	REQUIRE(!swapon("/dev/zram0", 0));
	undo_swap("/dev/zram0");
}

static bool is_out(struct region region)
{
	size_t i;

	for (i = 0; i < region.pages; i++)
		if (!(kernel_pagemap_of(region.addr + i * page_size) &
		      PAGEMAP_SWAPPED))
			return false;
	return true;
}

/*
 * Pages that are on their way to a list or being written stay for the time
 * being; the harness guards against never.
 */
void swap_out(struct region region)
{
	need_swap();
	do {
		REQUIRE(!madvise(region.addr, region.pages * page_size,
				 MADV_PAGEOUT));
		poll(NULL, 0, 1);
	} while (!is_out(region));
}
