// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that show a bug without pintest.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "vfio-longterm.h"

/* Memory that the program can map. */
static bool can_map(const char *memory)
{
	return !fnmatch("@(zeropage|anon|@(memfd|tmpfs|ext4|xfs|btrfs|tmpfile)-@(private|shared))",
			memory, FNM_EXTMATCH);
}

/* VFIO pins for long, for reading or also for writing, and never by force. */
static bool vfio_can(const struct scenario *scenario)
{
	return !scenario->story && can_map(scenario->memory->id) &&
	       !strcmp(scenario->event->id, "write") &&
	       (scenario->access == &access_table[RO_LONGTERM] ||
		scenario->access == &access_table[RW_LONGTERM]);
}

static void write_vfio(FILE *out, const struct scenario *scenario,
		       const char *id)
{
	fprintf(out, "// SPDX-License-Identifier: GPL-2.0-only\n"
		"/*\n"
		" * What the check %s of pintest shows,\n"
		" * by a long-term pin of stock VFIO that QEMU's edu device reads%s.\n"
		" */\n"
		"#define MEMORY \"%s\"\n"
		"#define WRITE %d\n\n%s", id,
		scenario->access->foll & PINTEST_FOLL_WRITE ? " and writes" : "",
		scenario->memory->id,
		!!(scenario->access->foll & PINTEST_FOLL_WRITE),
		vfio_longterm);
}

/* With the headers that lie beside it; they have guards. */
static bool copy_file(FILE *out, const char *directory, const char *name)
{
	char path[256], line[512], header[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "#include \"%63[a-z_.]\"", header) != 1 ||
		    !copy_file(out, directory, header))
			fputs(line, out);
	fclose(file);
	return true;
}

bool reproducer_copy(FILE *out, const char *directory, const char *name)
{
	fputs("#define _GNU_SOURCE\n", out);
	return copy_file(out, directory, name);
}

/* One of those that are installed, whose name is that of the check. */
static bool copy_installed(FILE *out, const char *id)
{
	char name[CHECK_ID_LENGTH + 2];

	if (!strchr(id, '.'))
		return false;
	snprintf(name, sizeof(name), "%s.c", strchr(id, '.') + 1);
	return reproducer_copy(out, REPRODUCERS, name);
}

bool reproducer_write(FILE *out, const struct scenario *scenario,
		      const char *id)
{
	if (!vfio_can(scenario))
		return scenario->story && copy_installed(out, id);
	write_vfio(out, scenario, id);
	return true;
}
