// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading job lists.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/cli.h"
#include "jobs.h"

static void add_job(struct jobs *jobs, const char *line, const char *directory)
{
	struct job *job;

	jobs->all = room_for(jobs->all, &jobs->room, jobs->count + 1,
			     sizeof(*jobs->all));
	job = &jobs->all[jobs->count++];
	*job = (struct job) { .line = strdup(line) };
	if (!job->line || asprintf(&job->path, "%s/%.*s.jsonl", directory,
				   (int)strcspn(line, " \t"), line) < 0)
		errx(CLI_BROKEN, "no memory left for the list of jobs");
}

int jobs_read(struct jobs *jobs, const char *list, const char *directory)
{
	FILE *file = fopen(list, "r");
	char *text = NULL, *line;
	size_t room = 0;
	int ret;

	if (!file)
		return -errno;
	errno = 0;
	while (getline(&text, &room, file) > 0) {
		text[strcspn(text, "\n")] = '\0';
		line = text + strspn(text, " \t");
		if (*line && *line != '#')
			add_job(jobs, line, directory);
	}
	ret = ferror(file) ? -errno : 0;
	free(text);
	fclose(file);
	return ret;
}

void jobs_free(struct jobs *jobs)
{
	size_t i;

	for (i = 0; i < jobs->count; i++) {
		free(jobs->all[i].line);
		free(jobs->all[i].path);
	}
	free(jobs->all);
}
