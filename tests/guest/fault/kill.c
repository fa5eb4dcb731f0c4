// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill: a client that is killed at any point leaves nothing pinned and no
 * setting changed.
 *
 * usage: kill EVERY COMMAND [ARG...]
 *
 * Runs the command and kills it at a system call, of which it makes many: at
 * every EVERYth, in a run of its own each. What it has started has to end by
 * itself then.
 */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include "kernel.h"
#include "ktap.h"
#include "watch.h"

#define MAX_SETTINGS	1024
#define MAX_VALUE	4096

/* Where settings are that a check may change. */
static const char *const setting_roots[] = {
	"/sys/kernel/mm", "/proc/sys/vm", "/proc/swaps", "/proc/self/mounts",
	"/sys/devices/system/node",
};

static struct {
	char *path;
	char *value;
} settings[MAX_SETTINGS];
static size_t nr_settings;

static char **command;
static unsigned long every;

/* Returns a copy, or NULL if nobody may read it. */
static char *read_setting(const char *path)
{
	char value[MAX_VALUE];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size;

	if (fd < 0)
		return NULL;
	size = read(fd, value, sizeof(value) - 1);
	close(fd);
	if (size < 0)
		return NULL;
	value[size] = '\0';
	return strdup(value);
}

/* What cannot be written is a figure, not a setting. */
static int note_setting(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	char *value;

	if (type != FTW_F || (ftw->level && !(st->st_mode & 0200)))
		return 0;
	value = read_setting(path);
	if (!value)
		return 0;
	REQUIRE(nr_settings < MAX_SETTINGS);
	settings[nr_settings].path = strdup(path);
	settings[nr_settings++].value = value;
	return 0;
}

static void note_settings(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(setting_roots); i++)
		nftw(setting_roots[i], note_setting, 16, FTW_PHYS);
	REQUIRE(nr_settings > 10);
}

static void settings_must_be_as_noted(void)
{
	char *value;
	size_t i;

	for (i = 0; i < nr_settings; i++) {
		value = read_setting(settings[i].path);
		REQUIRE(value);
		if (strcmp(value, settings[i].value))
			FAIL("%s was %s, is %s", settings[i].path,
			     settings[i].value, value);
		free(value);
	}
}

static pid_t start_traced(void)
{
	pid_t pid = fork();
	int null;

	REQUIRE(pid >= 0);
	if (pid)
		return pid;
	null = open("/dev/null", O_RDWR);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execvp(command[0], command);
	_exit(127);
}

/* Returns whether the command got so far. */
static bool kill_at(unsigned long nth)
{
	pid_t pid = start_traced();
	unsigned long stops = 0;
	int status, deliver = 0;

	REQUIRE_EQ(SYS(waitpid(pid, &status, 0)), pid);
	REQUIRE(WIFSTOPPED(status));
	ptrace(PTRACE_SETOPTIONS, pid, NULL,
	       PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	while (!ptrace(PTRACE_SYSCALL, pid, NULL, deliver) &&
	       waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		bool call = WSTOPSIG(status) == (SIGTRAP | 0x80);

		deliver = call ? 0 : WSTOPSIG(status);
		stops += call;
		if (stops == nth)
			break;
	}
	if (stops == nth)
		kill(pid, SIGKILL);
	/* And all that it has left behind, when that has ended. */
	while (waitpid(-1, &status, 0) > 0 || errno == EINTR)
		;
	return stops == nth;
}

static void kill_everywhere(const void *arg __attribute__((unused)))
{
	long long pins = kernel_pins();
	unsigned long nth;

	REQUIRE(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	note_settings();
	/* Entry to a call and return from it are a stop each. */
	for (nth = 1; kill_at(nth); nth += every) {
		REQUIRE_EQ(kernel_pins(), pins);
		settings_must_be_as_noted();
	}
	ktap_note("killed at %lu points of %lu, settings: %zu", nth / every,
		  nth, nr_settings);
	REQUIRE(nth > every);
}

int main(int argc, char **argv)
{
	char name[200] = "";
	int i;

	if (argc < 3)
		return KTAP_USAGE;
	every = strtoul(argv[1], NULL, 10);
	command = argv + 2;
	for (i = 2; i < argc; i++) {
		strncat(name, i > 2 ? "_" : "", sizeof(name) - strlen(name) - 1);
		strncat(name, argv[i], sizeof(name) - strlen(name) - 1);
	}
	ktap_add(kill_everywhere, NULL, "kill.%s", name);
	argv[1] = NULL;
	return ktap_main(1, argv, &watched_suite);
}
