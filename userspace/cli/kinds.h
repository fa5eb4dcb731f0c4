/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ids on command lines: memory kinds, events and checks. An unknown id is answered
 * with the nearest one.
 */
#ifndef PINTEST_CLI_KINDS_H
#define PINTEST_CLI_KINDS_H

#include "base/nearest.h"
#include "console/cli.h"
#include "events/events.h"
#include "memory/memory.h"

/** cli_memory() - the memory kind of an id; or exit */
const struct memory_kind *cli_memory(const struct command *cmd,
				     const char *option, const char *id);

/** cli_event() - the event of an id; or exit */
const struct event *cli_event(const struct command *cmd, const char *option,
			      const char *id);

/** check_nearest() - ask whether a check of another id was meant, or "" */
const char *check_nearest(const char *glob, char text[NEAREST_TEXT]);

#endif /* PINTEST_CLI_KINDS_H */
