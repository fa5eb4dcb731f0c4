// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tarball of a report, in the ustar format of POSIX. It is written here
 * because tar may add the names of the owner and of the directory, and not every
 * tar can be told not to.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "console/cli.h"
#include "report.h"

#define BLOCK	512

/* Numbers are octal digits; what has no name is zeros. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char owner[32];
	char group[32];
	char device[16];
	char prefix[155];
	char unused[12];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

static void write_header(FILE *tar, const char *name, const struct stat *file)
{
	struct header header = { .type = '0' };
	const unsigned char *bytes = (const unsigned char *)&header;
	unsigned int sum = 0;
	size_t i;

	snprintf(header.name, sizeof(header.name), "pintest-report/%s", name);
	snprintf(header.mode, sizeof(header.mode), "%07o", 0644);
	snprintf(header.uid, sizeof(header.uid), "%07o", 0);
	snprintf(header.gid, sizeof(header.gid), "%07o", 0);
	snprintf(header.size, sizeof(header.size), "%011llo",
		 (unsigned long long)file->st_size);
	snprintf(header.mtime, sizeof(header.mtime), "%011llo",
		 (unsigned long long)file->st_mtime);
	memcpy(header.magic, "ustar", sizeof(header.magic));
	memset(header.version, '0', sizeof(header.version));
	/* The sum counts itself as blanks. */
	memset(header.checksum, ' ', sizeof(header.checksum));
	for (i = 0; i < sizeof(header); i++)
		sum += bytes[i];
	snprintf(header.checksum, sizeof(header.checksum), "%06o", sum);
	fwrite(&header, sizeof(header), 1, tar);
}

static bool add_file(FILE *tar, const char *directory, const char *name)
{
	char path[512], block[BLOCK] = { 0 };
	struct stat stat;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file || fstat(fileno(file), &stat))
		return false;
	write_header(tar, name, &stat);
	while ((n = fread(block, 1, BLOCK, file))) {
		memset(block + n, 0, BLOCK - n);
		fwrite(block, BLOCK, 1, tar);
	}
	return !fclose(file);
}

/* Two blocks of zeros end it. */
static bool write_tar(const char *tarball, const char *directory,
		      const char *const *names)
{
	static const char end[2 * BLOCK];
	FILE *tar = fopen(tarball, "we");
	bool written = tar;

	for (; written && *names; names++)
		written = add_file(tar, directory, *names);
	if (!tar)
		return false;
	fwrite(end, sizeof(end), 1, tar);
	written &= !ferror(tar);
	return !fclose(tar) && written;
}

/* gzip -n leaves the name of the file out. */
static bool compress(const char *tarball)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execlp("gzip", "gzip", "-n", "-f", tarball, (char *)NULL);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

void report_pack(const char *directory, const char *const *names)
{
	char tarball[512];

	snprintf(tarball, sizeof(tarball), "%s.tar", directory);
	if (!write_tar(tarball, directory, names))
		err(CLI_FAILED, "cannot write %s: the files are in %s", tarball,
		    directory);
	if (compress(tarball))
		printf("%s.gz\n", tarball);
	else
		warnx("gzip failed: %s is not compressed", tarball);
}
