// SPDX-License-Identifier: GPL-2.0-only
/*
 * agree: records of pages against what the kernel itself says of them.
 *
 * usage: agree [PATTERN...]
 */
#include "watch.h"

int main(int argc, char **argv)
{
	return ktap_main(argc, argv, &watched_suite);
}
