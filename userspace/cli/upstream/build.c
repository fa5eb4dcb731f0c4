// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest upstream: fetching and building is a matter of commands, so a script
 * does it, which is built in here.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "upstream.h"

static const char script[] =
#include "build-selftests.h"
;

static void exec_script(const struct upstream_source *source, int output)
{
	if (dup2(output, STDOUT_FILENO) >= 0)
		execlp("bash", "bash", "-c", script, "upstream-build",
		       source->version ? : "", source->path ? : "",
		       source->keep ? : "", (char *)NULL);
	warn("cannot run bash");
	_exit(EXIT_FAILURE);
}

/* The one line that the script prints, NULL if it printed none. */
static char *read_line(int fd)
{
	FILE *file = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;

	if (!file || getline(&line, &room, file) < 0) {
		free(line);
		line = NULL;
	} else {
		line[strcspn(line, "\n")] = '\0';
	}
	if (file)
		fclose(file);
	return line;
}

char *upstream_build(const struct upstream_source *source)
{
	int ends[2], status;
	char *directory;
	pid_t pid;

	pid = pipe(ends) ? -1 : fork();
	if (pid < 0) {
		warn("cannot build the selftests");
		return NULL;
	}
	if (!pid)
		exec_script(source, ends[1]);
	close(ends[1]);
	directory = read_line(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!status && directory)
		return directory;
	free(directory);
	return NULL;
}
