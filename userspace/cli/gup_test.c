// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module with gup_test. Its parameter says N afterwards if the kernel has
 * a gup_test of its own, which the module leaves alone.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "console/cli.h"
#include "gup_test.h"

#define DEBUGFS		"/sys/kernel/debug"
#define GUP_TEST	DEBUGFS "/gup_test"
#define PARAMETER	"/sys/module/pintest/parameters/gup_test"

static char first_char(const char *path)
{
	FILE *file = fopen(path, "re");
	int c = file ? fgetc(file) : EOF;

	if (file)
		fclose(file);
	return c == EOF ? '\0' : c;
}

bool gup_test_is_ours(void)
{
	return first_char(PARAMETER) == 'Y';
}

bool gup_test_is_there(void)
{
	return !access(GUP_TEST, F_OK);
}

/* The kernel that has no debugfs to mount. */
static bool has_debugfs(void)
{
	FILE *file = fopen("/proc/filesystems", "re");
	char line[64];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file))
		found = !strcmp(line, "nodev\tdebugfs\n");
	if (file)
		fclose(file);
	return found;
}

static int complain(int error, const char *why, const char *advice)
{
	warnx("%s.", why);
	fprintf(stderr, "To go on, %s.\n", advice);
	return error;
}

static int check_offered(void)
{
	if (gup_test_is_there()) {
		if (!gup_test_is_ours())
			warnx("this kernel has its own gup_test: the module leaves it alone");
		return 0;
	}
	if (gup_test_is_ours())
		return complain(-ENOENT,
				"there is a gup_test, but debugfs is not mounted at "
				DEBUGFS,
				"run 'mount -t debugfs none " DEBUGFS "'");
	return complain(-ENOENT, "the module is loaded and offers no gup_test",
			"look for the reason in the kernel's log");
}

/*
 * The parameter counts when the module is loaded. One that is loaded without it
 * goes first, unless somebody uses it, or the kernel has a gup_test of its own.
 */
static int unload_other(void)
{
	struct pintest_module_error why;
	int ret;

	if (access(PARAMETER, F_OK) || gup_test_is_ours() ||
	    gup_test_is_there())
		return 0;
	ret = pintest_module_unload(&why);
	if (ret)
		cli_module_error(&why);
	return ret;
}

int gup_test_load(const char *path)
{
	struct pintest_module_error why;
	int ret;

	if (!has_debugfs())
		return complain(-ENODEV,
				"there can be no gup_test: this kernel has no debugfs",
				"use one with CONFIG_DEBUG_FS, and without debugfs=off");
	ret = unload_other();
	if (ret)
		return ret;
	ret = pintest_module_load(path, "gup_test=1", &why);
	if (ret) {
		cli_module_error(&why);
		return ret;
	}
	return check_offered();
}
