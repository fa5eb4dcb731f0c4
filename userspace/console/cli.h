/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the subcommands of pintest share: how they describe themselves, how
 * they read their options, how they end.
 */
#ifndef PINTEST_CLI_H
#define PINTEST_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintest.h"

/**
 * enum cli_exit - exit codes
 *
 * @CLI_PASSED: all passed, or the command did what was asked
 * @CLI_FAILED: a check failed, or the command could not do it
 * @CLI_BROKEN: a check could not be made though it should have been
 * @CLI_SKIPPED: no check applies here
 * @CLI_USAGE: the command line is wrong
 */
enum cli_exit {
	CLI_PASSED	= 0,
	CLI_FAILED	= 1,
	CLI_BROKEN	= 2,
	CLI_SKIPPED	= 4,
	CLI_USAGE	= 64,
};

/**
 * struct cli_option - an option of a command; --help is every command's
 *
 * @name: long name, NULL after the last option
 * @key: what cli_getopt() returns; a letter or digit is the short name too,
 *	options without one have keys from 256 on
 * @arg: name of its argument, or NULL
 * @help: what it does; lines after the first are separated by "\n"
 */
struct cli_option {
	const char *name;
	int key;
	const char *arg;
	const char *help;
};

struct column;

/**
 * struct command - a subcommand
 *
 * @name: its name
 * @summary: what it does, in a line without a full stop
 * @operands: what follows the options in the usage line, or NULL
 * @about: paragraphs of --help, ended by "\n"
 * @options: its options, ended by an empty row
 * @columns: columns that --columns takes, told by --help, or NULL
 * @exits: exit codes, a line each, ended by "\n"
 * @examples: command lines, a line each, ended by "\n"
 * @run: the command; argv[0] is its name. Returns an &enum cli_exit
 *
 * One constant instance for each file cmd.c; main.c holds the list.
 */
struct command {
	const char *name;
	const char *summary;
	const char *operands;
	const char *about;
	const struct cli_option *options;
	const struct column *columns;
	const char *exits;
	const char *examples;
	int (*run)(int argc, char **argv);
};

/**
 * cli_getopt() - next option of a command, as getopt_long() gives it
 * @cmd: the command
 * @argc: as given to its run()
 * @argv: as given to its run(); the operands are moved to its end
 *
 * Ends the program for --help, and for what is not an option.
 *
 * Return: the option's key with its argument in optarg; or -1 after the last
 * one, with the first operand at optind.
 */
int cli_getopt(const struct command *cmd, int argc, char **argv);

/** cli_usage() - tell what is wrong with the command line and exit */
void cli_usage(const struct command *cmd, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/** cli_no_operands() - end the program if operands are left at optind */
void cli_no_operands(const struct command *cmd, int argc, char **argv);

/**
 * cli_number() - read a number: decimal or 0x, with K, M, G or T; or exit
 * @cmd: whose command line it is
 * @option: what the number is for: an option, or an operand in upper case
 * @text: the number
 */
uint64_t cli_number(const struct command *cmd, const char *option,
		    const char *text);

/** cli_number_in() - read a number from @least to @most; or exit */
uint64_t cli_number_in(const struct command *cmd, const char *option,
		       const char *text, uint64_t least, uint64_t most);

/** cli_pid() - read the number of a process; or exit */
pid_t cli_pid(const struct command *cmd, const char *text);

/** cli_columns() - see that --columns names columns only; or exit */
void cli_columns(const struct command *cmd, const struct column *columns,
		 const char *wanted);

/** cli_mask() - read a list of names of @table's bits; or exit */
uint64_t cli_mask(const struct command *cmd, const char *option,
		  enum pintest_names table, const char *text);

/** cli_value() - read a name of @table; or exit */
uint64_t cli_value(const struct command *cmd, const char *option,
		   enum pintest_names table, const char *text);

/**
 * cli_call() - read a call as drivers make it: "pin_user_pages_fast(FOLL_LONGTERM)"
 * @cmd: the command
 * @option: name of the option
 * @text: a name of PINTEST_NAMES_API, and behind it flags in brackets, or not
 * @api: takes the &enum pintest_api
 * @foll: takes &enum pintest_foll bits, if there are any
 *
 * Ends the program if it is none.
 */
void cli_call(const struct command *cmd, const char *option, const char *text,
	      uint32_t *api, uint32_t *foll);

/** cli_ways() - read a list of APIs, as a mask of their numbers; or exit */
uint64_t cli_ways(const struct command *cmd, const char *text);

/** struct cli_globs - the patterns of --filter, which may be repeated */
struct cli_globs {
	const char *glob[64];
	size_t count;
};

/** cli_add_glob() - take one more pattern; or exit */
void cli_add_glob(const struct command *cmd, struct cli_globs *globs,
		  const char *glob);

/** cli_exclude() - exit if both of two options are there */
void cli_exclude(const struct command *cmd, bool one, const char *one_name,
		 bool other, const char *other_name);

/** cli_progress() - a line that is written over, for who is at a terminal */
void cli_progress(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/** cli_end_progress() - wipe that line away */
void cli_end_progress(void);

/** cli_end_by_signal() - end as whoever sent the signal expects */
void cli_end_by_signal(int number);

/** cli_module_error() - tell why the module cannot be used, and what to do */
void cli_module_error(const struct pintest_module_error *why);

/**
 * cli_open() - open the device, loading the module if need be
 * @pt: the device
 *
 * Return: 0, or -errno after telling why on stderr.
 */
int cli_open(struct pintest **pt);

#endif /* PINTEST_CLI_H */
