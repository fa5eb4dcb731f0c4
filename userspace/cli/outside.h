/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options that bring ways from outside, of all commands that make plans.
 */
#ifndef PINTEST_CLI_OUTSIDE_H
#define PINTEST_CLI_OUTSIDE_H

#include "console/cli.h"
#include "engine/plan.h"

enum {
	OPTION_WAY = 1024,
	OPTION_NO_MODULE,
};

/* Their &cli_option.help. */
#define WAY_HELP							\
	"only through this driver: FILE.so[:ARG], written with a\n"	\
	"slash, or NAME[:ARG] of 'pintest list ways'; repeatable"
#define NO_MODULE_HELP							\
	"do without the module: with --way only, and no check that\n"	\
	"needs it"

/**
 * struct outside_options - what they have chosen
 *
 * @mask: ways of --way, as &plan_choice.way_mask has them
 * @no_module: --no-module
 */
struct outside_options {
	uint64_t mask;
	bool no_module;
};

/** outside_take() - take a way by its spec, which has to live on; or exit */
const struct way *outside_take(const struct command *cmd,
			       struct outside_options *options,
			       const char *spec);

/** outside_option() - take an option, or exit; false if it is none of these */
bool outside_option(const struct command *cmd, struct outside_options *options,
		    int key, const char *arg);

/**
 * outside_choose() - have a plan made of these ways only, and those of --ways
 * @cmd: the command
 * @options: what is chosen
 * @choice: the choice; its way_mask is ~0 without --ways
 */
void outside_choose(const struct command *cmd,
		    const struct outside_options *options,
		    struct plan_choice *choice);

/** outside_tell() - say on standard error what a plan lacks, and why */
void outside_tell(const struct plan *plan);

/**
 * outside_try() - open each of these ways once, in a child
 * @options: the ways
 *
 * Return: CLI_PASSED; or, after telling why on standard error, CLI_SKIPPED if this
 * machine lacks what one takes, CLI_BROKEN if one cannot be used.
 */
int outside_try(const struct outside_options *options);

#endif /* PINTEST_CLI_OUTSIDE_H */
