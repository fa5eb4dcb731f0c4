// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pintest command: finds the subcommand and runs it.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/nearest.h"
#include "commands.h"

static const struct command *const commands[] = {
	&command_check,
	&command_compare,
	&command_list,
	&command_advise,
	&command_compare_ways,
	&command_upstream,
	&command_stress,
	&command_explain,
	&command_pin,
	&command_inspect,
	&command_trace,
	&command_held,
	&command_who,
	&command_bench,
	&command_info,
	&command_report,
	&command_doctor,
	&command_load,
	&command_unload,
};

/*
 * A full disk shows when the last bytes are flushed, or the file is closed. It
 * may have been closed from the start if there was nothing to print.
 */
static void close_stdout(void)
{
	if ((ferror(stdout) | fflush(stdout)) ||
	    (fclose(stdout) && errno != EBADF)) {
		warn("standard output");
		_exit(CLI_FAILED);
	}
}

static void print_help(void)
{
	size_t i;

	printf("Usage: pintest COMMAND [OPTION]...\n"
	       "\n"
	       "Tell whether pins of user memory (pin_user_pages() and friends) see what the\n"
	       "process sees, on the kernel that runs.\n"
	       "\n"
	       "Commands:\n");
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-12s  %s\n", commands[i]->name,
		       commands[i]->summary);
	printf("\n"
	       "Options:\n"
	       "  -h, --help     this help; 'pintest help COMMAND' tells more\n"
	       "  -V, --version  the version\n"
	       "\n"
	       "Exit codes: 0 passed or done, 1 failed, 2 broken, 4 all skipped, 64 usage.\n");
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static const struct command *need_command(const char *name)
{
	const struct command *cmd = find_command(name);
	struct nearest nearest = { .word = name };
	char meant[NEAREST_TEXT];
	size_t i;

	if (cmd)
		return cmd;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		nearest_try(&nearest, commands[i]->name);
	nearest_try(&nearest, "help");
	warnx("no command '%s'%s: see 'pintest --help'", name,
	      nearest_text(&nearest, meant));
	exit(CLI_USAGE);
}

/* pintest help COMMAND: what COMMAND --help prints. */
static int help(const char *name)
{
	char option[] = "--help";
	char *argv[3] = { (char *)name, option };

	if (name)
		return need_command(name)->run(2, argv);
	print_help();
	return CLI_PASSED;
}

static bool is_one_of(const char *arg, const char *brief, const char *name)
{
	return !strcmp(arg, brief) || !strcmp(arg, name);
}

int main(int argc, char **argv)
{
	atexit(close_stdout);
	if (argc < 2) {
		warnx("no command: see 'pintest --help'");
		return CLI_USAGE;
	}
	if (is_one_of(argv[1], "-h", "--help")) {
		print_help();
		return CLI_PASSED;
	}
	if (is_one_of(argv[1], "-V", "--version")) {
		printf("pintest %s\n", pintest_version());
		return CLI_PASSED;
	}
	if (!strcmp(argv[1], "help"))
		return help(argv[2]);
	return need_command(argv[1])->run(argc - 1, argv + 1);
}
