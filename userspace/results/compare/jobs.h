/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Job lists: which records there have to be.
 *
 * Each line of a list is a task, whose first word is its name. Its record is the
 * file NAME.jsonl. The other words say what it is, for people. Empty lines and
 * those that begin with # are no tasks.
 */
#ifndef PINTEST_JOBS_H
#define PINTEST_JOBS_H

#include "comparison.h"

/**
 * struct job - a task
 *
 * @line: its line, as it stands there; owned
 * @path: where its record is; owned
 * @why: what is wrong with the record, empty if nothing is
 */
struct job {
	char *line;
	char *path;
	struct reason why;
};

/** struct jobs - the tasks of a list */
struct jobs {
	struct job *all;
	size_t count;
	size_t room;
};

/**
 * jobs_read() - read a list
 * @jobs: the tasks, to be given to jobs_free()
 * @list: the list
 * @directory: where the records are
 *
 * Return: 0 or -errno.
 */
int jobs_read(struct jobs *jobs, const char *list, const char *directory);

/** jobs_free() - free the tasks */
void jobs_free(struct jobs *jobs);

#endif /* PINTEST_JOBS_H */
