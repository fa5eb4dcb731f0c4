// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's counts of all pins of the machine.
 */
#include "base/counts.h"
#include "base/text.h"
#include "pins.h"

/* Processors count for themselves until somebody asks for the sum. */
static void add_up(void)
{
	text_write("/proc/sys/vm/stat_refresh", "1");
}

struct pin_totals pin_totals(void)
{
	int64_t released;
	struct pin_totals totals;

	add_up();
	totals.taken = count_of("/proc/vmstat", "nr_foll_pin_acquired");
	released = count_of("/proc/vmstat", "nr_foll_pin_released");
	totals.held = totals.taken - released;
	return totals;
}
