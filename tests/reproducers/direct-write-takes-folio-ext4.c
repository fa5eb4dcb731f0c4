// SPDX-License-Identifier: GPL-2.0-only
/*
 * direct-write-takes-folio-ext4 FILE: a write with O_DIRECT to the page behind a
 * pinned page of a file takes the pinned page out of the file, if both are in one
 * folio.
 *
 * FILE is created, on ext4.
 */
#include "written_file.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(UNKNOWN, "usage: direct-write-takes-folio-ext4 FILE");
	return loses_pinned_page(argv[1], write_direct);
}
