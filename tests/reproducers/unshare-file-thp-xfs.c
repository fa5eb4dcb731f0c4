// SPDX-License-Identifier: GPL-2.0-only
/*
 * unshare-file-thp-xfs FILE: a read-only long-term pin of a private mapping of a
 * file never returns if the file was written 2 MiB at a time, and one entry maps
 * the huge page that it got for that.
 *
 * FILE is created, on xfs.
 */
#include "written_file.h"

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(UNKNOWN, "usage: unshare-file-thp-xfs FILE");
	return unshare_file_thp(argv[1]);
}
