/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options that choose a covering plan, of all commands that make plans.
 */
#ifndef PINTEST_CHECK_COVER_H
#define PINTEST_CHECK_COVER_H

#include "console/cli.h"
#include "engine/cover.h"

/** define COVER_KEYS - where the keys of these options begin */
#define COVER_KEYS	512

enum {
	OPTION_COVER = COVER_KEYS,
	OPTION_EXPECTED,
	OPTION_LACKS,
};

/* Their &cli_option.help. */
#define COVER_HELP							\
	"only so many checks that each pair of a rule, a way, a\n"	\
	"memory kind and an event is met; with :I/N also part I\n"	\
	"of N of all the others"
#define EXPECTED_HELP							\
	"with --cover: also meet each line of FILE, which tells\n"	\
	"what is expected of this kernel; may be repeated"
#define LACKS_HELP							\
	"with --cover: part I does not get what its kernel skips\n"	\
	"as FILE tells; may be repeated"

/** struct cover_options - what they have chosen; @wanted if anything */
struct cover_options {
	bool wanted;
	struct cover cover;
};

/** cover_option() - take an option, or exit; false if it is none of these */
bool cover_option(const struct command *cmd, struct cover_options *options,
		  int key, const char *arg);

/** cover_plan() - leave out of a plan what these options leave out, or exit */
void cover_plan(const struct command *cmd, struct cover_options *options,
		struct plan *plan);

#endif /* PINTEST_CHECK_COVER_H */
