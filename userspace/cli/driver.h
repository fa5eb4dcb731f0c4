/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options that choose what a real driver asks for, of all commands that pin.
 */
#ifndef PINTEST_CLI_DRIVER_H
#define PINTEST_CLI_DRIVER_H

#include "console/cli.h"
#include "drivers/drivers.h"

/** define DRIVER_KEYS - where the keys of these options begin */
#define DRIVER_KEYS	768

enum {
	OPTION_DRIVER = DRIVER_KEYS,
	OPTION_AS,
	OPTION_READ_ONLY,
};

/* Their &cli_option.help. */
#define DRIVER_HELP	"pin as this driver does: see 'pintest list drivers'"
#define AS_HELP		"with --driver: as it did in this release, such as 5.10"
#define READ_ONLY_HELP	"with --driver: for a device that only reads"

#define DRIVER_ASKS_MAX	4

/**
 * struct driver_options - what these options have chosen
 *
 * @driver: the driver, or NULL
 * @era: the release whose driver is meant
 * @read_only: the device only reads
 */
struct driver_options {
	const struct driver *driver;
	const char *era;
	bool read_only;
};

/** struct driver_ask - a kernel call with its flags, and the use that has it */
struct driver_ask {
	const struct driver_use *use;
	uint32_t api;
	uint32_t foll;
};

/** driver_option() - take an option, or exit; false if it is none of these */
bool driver_option(const struct command *cmd, struct driver_options *options,
		   int key, const char *arg);

/**
 * driver_asks() - what the driver asks for; or exit
 * @cmd: the command
 * @options: what was chosen; @era is filled in
 * @asks: room for DRIVER_ASKS_MAX of them; the first is the driver's main one
 *
 * Both for writing and for reading, if it does both, unless it was to be
 * read-only. Tells on stderr what that is.
 *
 * Return: how many; 0 without --driver.
 */
size_t driver_asks(const struct command *cmd, struct driver_options *options,
		   struct driver_ask *asks);

#endif /* PINTEST_CLI_DRIVER_H */
