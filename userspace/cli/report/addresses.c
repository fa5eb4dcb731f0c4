// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who wants to have a report: those whom MAINTAINERS of a kernel source names for
 * GUP.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "array_size.h"
#include "console/cli.h"
#include "report.h"

/* As MAINTAINERS says, in the order in which it says it. */
struct people {
	char *text;
	size_t size;
	FILE *stream;
};

static void people_begin(struct people *people)
{
	*people = (struct people) { 0 };
	people->stream = open_memstream(&people->text, &people->size);
	if (!people->stream)
		err(CLI_FAILED, "no memory left");
}

/*
 * A section is a title and lines of a letter, a colon, a tab and a value; an empty
 * line ends it. That which has @file is the one.
 */
static bool find_people(FILE *maintainers, const char *file,
			struct people *people)
{
	bool found = false;
	char line[512];

	rewind(maintainers);
	while (!found && fgets(line, sizeof(line), maintainers)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			rewind(people->stream);
		else if (strchr("MRL", line[0]) && !strncmp(line + 1, ":\t", 2))
			fprintf(people->stream, "  %s\n", line + 3);
		else
			found = !strncmp(line, "F:\t", 3) &&
				!strcmp(line + 3, file);
	}
	fputc('\0', people->stream);
	fflush(people->stream);
	return found;
}

static FILE *open_source(const char *directory)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/MAINTAINERS", directory);
	return fopen(path, "re");
}

/* The sources that the running kernel names. */
static FILE *open_own_source(void)
{
	static const char *const names[] = { "source", "build" };
	struct utsname name;
	FILE *file = NULL;
	char path[256];
	size_t i;

	uname(&name);
	for (i = 0; !file && i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "/lib/modules/%s/%s",
			 name.release, names[i]);
		file = open_source(path);
	}
	return file;
}

static bool tell_people(FILE *out, FILE *maintainers)
{
	static const char *const files[] = { "mm/gup.c", "mm/" };
	struct people people;
	bool found = false;
	size_t i;

	for (i = 0; maintainers && !found && i < ARRAY_SIZE(files); i++) {
		people_begin(&people);
		found = find_people(maintainers, files[i], &people);
		if (found)
			fprintf(out, "MAINTAINERS of the kernel source names for %s:\n%s",
				files[i], people.text);
		fclose(people.stream);
		free(people.text);
	}
	return found;
}

void report_addresses(FILE *out, const char *source)
{
	FILE *maintainers = source ? open_source(source) : open_own_source();

	if (source && !maintainers)
		warn("cannot read %s/MAINTAINERS", source);
	report_heading(out, "Where to send this");
	if (!tell_people(out, maintainers))
		fputs("No kernel source is at hand. MAINTAINERS of Linux 7.2 (November 2026) names for\n"
		      "mm/gup.c:\n"
		      "  Andrew Morton <akpm@linux-foundation.org>\n"
		      "  David Hildenbrand <david@kernel.org>\n"
		      "  Jason Gunthorpe <jgg@nvidia.com>\n"
		      "  John Hubbard <jhubbard@nvidia.com>\n"
		      "  Peter Xu <peterx@redhat.com>\n"
		      "  linux-mm@kvack.org\n", out);
	fputs("A copy goes to linux-kernel@vger.kernel.org. If the kernel is one of a\n"
	      "distribution, report to the distribution first.\n", out);
	if (maintainers)
		fclose(maintainers);
}
