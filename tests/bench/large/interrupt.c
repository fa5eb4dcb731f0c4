// SPDX-License-Identifier: GPL-2.0-only
/*
 * interrupt TEXT COMMAND...: run COMMAND on a terminal, press Ctrl-C as soon as
 * it prints TEXT, and tell how long it takes until no page is pinned any more, and
 * how long until the process is gone, which frees its own memory as well. Fails if
 * pins are held for more than a second, if it did not end by that signal, or never
 * printed TEXT.
 */
#include <err.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* How long pins may be held after Ctrl-C. */
#define RELEASED_WITHIN 1.0

/* Pins of the whole machine. */
static long long pins_held(void)
{
	int refresh = open("/proc/sys/vm/stat_refresh", O_WRONLY);
	long long value, acquired = -1, released = -1;
	char name[64];
	FILE *file;

	/* Each processor counts for itself until it is told to add that up. */
	if (refresh < 0 || write(refresh, "1", 1) != 1)
		err(1, "/proc/sys/vm/stat_refresh");
	close(refresh);
	file = fopen("/proc/vmstat", "r");
	if (!file)
		err(1, "/proc/vmstat");
	while (fscanf(file, "%63s %lld", name, &value) == 2) {
		if (!strcmp(name, "nr_foll_pin_acquired"))
			acquired = value;
		if (!strcmp(name, "nr_foll_pin_released"))
			released = value;
	}
	fclose(file);
	if (acquired < 0 || released < 0)
		errx(1, "this kernel does not count pins");
	return acquired - released;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* Whether TEXT came before the end; what came is kept for a look. */
static bool wait_for(int terminal, const char *text, char *seen, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while (length < size - 1) {
		n = read(terminal, seen + length, size - 1 - length);
		if (n <= 0)
			return false;
		length += n;
		seen[length] = '\0';
		if (strstr(seen, text))
			return true;
	}
	return false;
}

/* It may want to print more before it ends. */
static void drain(int terminal)
{
	char bytes[512];

	while (read(terminal, bytes, sizeof(bytes)) > 0)
		continue;
}

/* Returns the process, and its TERMINAL. */
static pid_t start(char **command, int *terminal)
{
	pid_t pid = forkpty(terminal, NULL, NULL, NULL);

	if (pid < 0)
		err(1, "no terminal");
	if (pid)
		return pid;
	execvp(command[0], command);
	err(127, "%s", command[0]);
}

/* Presses Ctrl-C. Returns after how long no more than PINS were held. */
static double interrupt(int terminal, long long pins)
{
	double begin = now();

	if (write(terminal, "\003", 1) != 1)
		err(1, "cannot press Ctrl-C");
	while (pins_held() > pins && now() - begin < 10 * RELEASED_WITHIN)
		continue;
	return now() - begin;
}

int main(int argc, char **argv)
{
	static char seen[65536];
	double begin, released;
	int terminal, status;
	long long pins;
	pid_t pid;

	if (argc < 3)
		errx(64, "usage: interrupt TEXT COMMAND...");
	pins = pins_held();
	pid = start(argv + 2, &terminal);
	if (!wait_for(terminal, argv[1], seen, sizeof(seen)))
		errx(1, "it ended before it said '%s': %s", argv[1], seen);
	begin = now();
	released = interrupt(terminal, pins);
	drain(terminal);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "cannot wait");
	printf("%s\nreleased %.3f s after Ctrl-C, gone after %.3f s, ",
	       strrchr(seen, '\r') ? strrchr(seen, '\r') + 1 : seen, released,
	       now() - begin);
	printf("status %#x\n", status);
	return !(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT) ||
	       released > RELEASED_WITHIN;
}
