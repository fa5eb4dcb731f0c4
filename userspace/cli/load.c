// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest load and unload: the kernel module.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "commands.h"
#include "gup_test.h"

static const struct cli_option load_options[] = {
	{ "path", 'p', "FILE",
	  "load this file rather than the installed module" },
	{ "gup-test", 'g', NULL,
	  "also offer /sys/kernel/debug/gup_test to the kernel's own selftests" },
	{ 0 },
};

/* Another file than the one that is asked for, perhaps. */
static void tell_if_loaded(const char *path)
{
	if (path && !access("/sys/module/pintest", F_OK))
		warnx("the module is loaded already, so %s is not: run 'pintest unload' first",
		      path);
}

static int load(const char *path)
{
	struct pintest_module_error why;
	int ret = pintest_module_load(path, NULL, &why);

	if (ret)
		cli_module_error(&why);
	return ret;
}

static int run_load(int argc, char **argv)
{
	const char *path = NULL;
	bool gup_test = false;
	struct pintest *pt;
	int key;

	while ((key = cli_getopt(&command_load, argc, argv)) >= 0) {
		if (key == 'p')
			path = optarg;
		else
			gup_test = true;
	}
	cli_no_operands(&command_load, argc, argv);

	tell_if_loaded(path);
	if (gup_test ? gup_test_load(path) : load(path))
		return CLI_FAILED;
	if (cli_open(&pt))
		return CLI_FAILED;
	pintest_close(pt);
	return CLI_PASSED;
}

const struct command command_load = {
	.name = "load",
	.summary = "load the kernel module",
	.about = "Load the module pintest and see that its device works. It is no error if it is\n"
		 "loaded already. The other commands load the installed module by themselves.\n"
		 "--gup-test unloads a module that was loaded without it, and loads it again.\n",
	.options = load_options,
	.exits = "0   it is loaded\n"
		 "1   it is not; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest load\n"
		    "pintest load --path module/pintest.ko\n"
		    "pintest load --gup-test\n",
	.run = run_load,
};

static const struct cli_option unload_options[] = {
	{ 0 },
};

static int run_unload(int argc, char **argv)
{
	struct pintest_module_error why;

	while (cli_getopt(&command_unload, argc, argv) >= 0)
		continue;
	cli_no_operands(&command_unload, argc, argv);

	if (pintest_module_unload(&why)) {
		cli_module_error(&why);
		return CLI_FAILED;
	}
	return CLI_PASSED;
}

const struct command command_unload = {
	.name = "unload",
	.summary = "unload the kernel module",
	.about = "Unload the module pintest. Refused while the device or a pin is open.\n",
	.options = unload_options,
	.exits = "0   it is unloaded\n"
		 "1   it is not, or it was not loaded; standard error says why\n"
		 "64  the command line is wrong\n",
	.examples = "pintest unload\n",
	.run = run_unload,
};
