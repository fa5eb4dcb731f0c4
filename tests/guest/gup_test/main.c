// SPDX-License-Identifier: GPL-2.0-only
/*
 * gup_test: the interface of the kernel's own gup_test, as the module offers it,
 * in the hands of somebody careless.
 *
 * usage: gup_test [PATTERN...]
 */
#include <unistd.h>
#include "gup.h"
#include "ktap.h"
#include "process.h"
#include "watch.h"

static const char *prepare(void)
{
	run_program("rmmod", "pintest", NULL);
	if (!run_program("modprobe", "pintest", "gup_test=1", NULL))
		return "modprobe pintest gup_test=1 failed";
	if (access(GUP_FILE, F_OK))
		return "there is no " GUP_FILE;
	return watched_suite.prepare();
}

int main(int argc, char **argv)
{
	struct ktap_suite suite = watched_suite;

	suite.prepare = prepare;
	return ktap_main(argc, argv, &suite);
}
