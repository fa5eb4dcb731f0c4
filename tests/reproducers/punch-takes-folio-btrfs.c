// SPDX-License-Identifier: GPL-2.0-only
/*
 * punch-takes-folio-btrfs FILE: a hole in the page behind a pinned page of a file
 * takes the pinned page out of the file, if both are in one folio.
 *
 * FILE is created, on btrfs.
 */
#include "written_file.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(UNKNOWN, "usage: punch-takes-folio-btrfs FILE");
	return loses_pinned_page(argv[1], punch);
}
