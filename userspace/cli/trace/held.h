/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls whose pins are out: columns of tables.
 */
#ifndef PINTEST_CLI_HELD_H
#define PINTEST_CLI_HELD_H

#include "console/table.h"
#include "symbols.h"

/**
 * struct held_row - a call that holds pins
 *
 * @event: the call, as HELD tells it
 * @caller: who made it
 * @now_ns: the time, by CLOCK_MONOTONIC
 * @stale: pages of it that are not the ones that are mapped
 * @pins: that it has on the page that was asked for, or on all
 */
struct held_row {
	struct pintest_event event;
	const char *caller;
	uint64_t now_ns;
	uint64_t stale;
	uint64_t pins;
};

extern const struct column held_columns[];

#endif /* PINTEST_CLI_HELD_H */
