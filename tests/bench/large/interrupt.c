// SPDX-License-Identifier: GPL-2.0-only
/*
 * interrupt TEXT COMMAND...: run COMMAND on a terminal, press Ctrl-C as soon as
 * it prints TEXT, and tell how long it lived on. Fails if it did not end by that
 * signal, or never printed TEXT.
 */
#include <err.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

int main(int argc, char **argv)
{
	static char seen[65536];
	int terminal, status;
	double start;
	pid_t pid;

	if (argc < 3)
		errx(64, "usage: interrupt TEXT COMMAND...");
	pid = forkpty(&terminal, NULL, NULL, NULL);
	if (pid < 0)
		err(1, "no terminal");
	if (!pid) {
		execvp(argv[2], argv + 2);
		err(127, "%s", argv[2]);
	}
	if (!wait_for(terminal, argv[1], seen, sizeof(seen)))
		errx(1, "it ended before it said '%s': %s", argv[1], seen);
	start = now();
	if (write(terminal, "\003", 1) != 1)
		err(1, "cannot press Ctrl-C");
	drain(terminal);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "cannot wait");
	printf("%s\nended %.2f s after Ctrl-C, ",
	       strrchr(seen, '\r') ? strrchr(seen, '\r') + 1 : seen,
	       now() - start);
	printf("status %#x\n", status);
	return !(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
}
