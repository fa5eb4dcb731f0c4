// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options that choose what a real driver asks for.
 */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "driver.h"

static const struct driver *find_driver(const struct command *cmd,
					const char *name)
{
	const struct driver *driver = driver_find(name);

	if (!driver)
		cli_usage(cmd,
			  "--driver does not know '%s': see 'pintest list drivers'",
			  name);
	return driver;
}

static const char *find_era(const struct command *cmd, const char *release)
{
	const char *era = driver_era(release);

	if (!era)
		cli_usage(cmd,
			  "--as takes a kernel release from 5.10 on, such as 6.1, not '%s'",
			  release);
	return era;
}

bool driver_option(const struct command *cmd, struct driver_options *options,
		   int key, const char *arg)
{
	switch (key) {
	case OPTION_DRIVER:
		options->driver = find_driver(cmd, arg);
		return true;
	case OPTION_AS:
		options->era = find_era(cmd, arg);
		return true;
	case OPTION_READ_ONLY:
		options->read_only = true;
		return true;
	}
	return false;
}

/* The release of the running kernel, as the table has it. */
static const char *running_era(void)
{
	struct utsname name;
	const char *era = NULL;

	if (!uname(&name))
		era = driver_era(name.release);
	return era ? : driver_era("5.10");
}

static void add_ask(struct driver_ask *asks, size_t *count,
		    const struct driver_use *use, bool read_only)
{
	struct driver_ask ask = {
		use, driver_use_api(use), driver_use_foll(use, read_only),
	};
	size_t i;

	for (i = 0; i < *count; i++)
		if (asks[i].api == ask.api && asks[i].foll == ask.foll)
			return;
	if (*count < DRIVER_ASKS_MAX)
		asks[(*count)++] = ask;
}

static size_t collect(const struct driver_options *options,
		      struct driver_ask *asks)
{
	const struct driver_use *use = NULL;
	size_t count = 0;

	while ((use = driver_use_at(options->driver, options->era, use))) {
		if (!options->read_only)
			add_ask(asks, &count, use, false);
		add_ask(asks, &count, use, true);
	}
	return count;
}

static void tell(const struct driver_options *options,
		 const struct driver_ask *asks, size_t count)
{
	char flags[128];
	size_t i;

	for (i = 0; i < count; i++) {
		pintest_format_foll(asks[i].foll, flags, sizeof(flags));
		fprintf(stderr, "%s, as in %s: %s(%s); way %s\n",
			options->driver->id,
			strcmp(asks[i].use->releases, "any") ?
			options->era : "its own repository",
			asks[i].use->call, flags, asks[i].use->way);
	}
}

size_t driver_asks(const struct command *cmd, struct driver_options *options,
		   struct driver_ask *asks)
{
	size_t count;

	if (!options->driver) {
		if (options->era || options->read_only)
			cli_usage(cmd, "--as and --read-only go with --driver");
		return 0;
	}
	if (!options->era)
		options->era = running_era();
	count = collect(options, asks);
	if (!count)
		cli_usage(cmd,
			  "driver %s does not pin in %s: 'pintest list drivers' has the releases for --as",
			  options->driver->id, options->era);
	tell(options, asks, count);
	return count;
}
