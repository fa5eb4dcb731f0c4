// SPDX-License-Identifier: GPL-2.0-only
/*
 * abi: the contract of <linux/pintest.h>, line by line.
 *
 * usage: abi [PATTERN...]
 */
#include "watch.h"

int main(int argc, char **argv)
{
	return ktap_main(argc, argv, &watched_suite);
}
