// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is expected of a kernel.
 */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/reason.h"
#include "expected.h"

/* @tail is what @glob ends with after its last *, @tail_length bytes. */
struct expected_line {
	char *glob;
	const char *tail;
	size_t tail_length;
	bool skip;
};

/* Nothing but * is special. */
static bool matches(const char *glob, const char *id)
{
	const char *star = NULL, *from = NULL;

	while (*id) {
		if (*glob == '*') {
			star = ++glob;
			from = id;
		} else if (*glob == *id) {
			glob++;
			id++;
		} else if (star) {
			glob = star;
			id = ++from;
		} else {
			return false;
		}
	}
	return !glob[strspn(glob, "*")];
}

/* Thousands of ids meet hundreds of globs: most differ in their ends. */
ssize_t expected_find(const struct expected *expected, const char *id)
{
	const char *end = strchr(id, '\0');
	size_t i;

	for (i = 0; i < expected->count; i++) {
		const struct expected_line *line = &expected->lines[i];

		if (line->tail_length <= (size_t)(end - id) &&
		    !strcmp(end - line->tail_length, line->tail) &&
		    matches(line->glob, id))
			return i;
	}
	return -1;
}

bool expected_skips(const struct expected *expected, ssize_t line)
{
	return line >= 0 && expected->lines[line].skip;
}

static int add_line(struct expected *expected, char *glob, bool skip)
{
	struct expected_line *larger;
	const char *tail;

	larger = reallocarray(expected->lines, expected->count + 1,
			      sizeof(*larger));
	if (!larger) {
		free(glob);
		return -ENOMEM;
	}
	tail = strrchr(glob, '*');
	tail = tail ? tail + 1 : glob;
	larger[expected->count++] = (struct expected_line) {
		.glob = glob,
		.tail = tail,
		.tail_length = strlen(tail),
		.skip = skip,
	};
	expected->lines = larger;
	return 0;
}

static int include(struct expected *expected, const char *path,
		   const char *name, struct reason *why)
{
	char *copy = strdup(path), *beside = NULL;
	int ret = -ENOMEM;

	if (copy && asprintf(&beside, "%s/%s", dirname(copy), name) >= 0)
		ret = expected_read(expected, beside, why);
	else
		reason(why, ret, "no memory");
	free(copy);
	free(beside);
	return ret;
}

static int read_line(struct expected *expected, const char *path,
		     const char *line, struct reason *why)
{
	char *glob, *verdict;
	int n, ret;

	n = sscanf(line, "%ms %ms", &glob, &verdict);
	if (n < 1 || *glob == '#') {
		ret = 0;
	} else if (n < 2) {
		ret = reason(why, -EINVAL, "%s: not GLOB VERDICT REASON: %s",
			     path, glob);
	} else if (!strcmp(glob, "include")) {
		ret = include(expected, path, verdict, why);
	} else {
		ret = add_line(expected, glob, !strcmp(verdict, "SKIP"));
		glob = NULL;
	}
	if (n > 0)
		free(glob);
	if (n > 1)
		free(verdict);
	return ret;
}

int expected_read(struct expected *expected, const char *path,
		  struct reason *why)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	if (!file)
		return reason(why, -errno, "cannot read %s: %s", path,
			      strerror(errno));
	while (!ret && getline(&line, &size, file) > 0)
		ret = read_line(expected, path, line, why);
	free(line);
	fclose(file);
	return ret;
}

void expected_free(struct expected *expected)
{
	while (expected->count)
		free(expected->lines[--expected->count].glob);
	free(expected->lines);
	expected->lines = NULL;
}
