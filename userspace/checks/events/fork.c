// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: children that are forked while a pin is held.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

extern char **environ;

/* What the parent tells the child of an event. */
struct child_job {
	const struct memory *memory;
	bool writes;
};

/* Not every child is given all that its parent has. */
static bool is_mapped(const struct memory *memory)
{
	return !msync(memory->addr, memory->length, MS_ASYNC) ||
	       errno != ENOMEM;
}

/* It takes turns with the process: it is first, and tells in the end. */
static int child_main(struct peer *parent, void *arg)
{
	const struct child_job *job = arg;
	struct word reads[CHECK_PAGES] = { 0 };
	struct reason why;

	if (job->writes && memory_write(job->memory, WORD_CHILD, &why))
		return EXIT_FAILURE;
	if (peer_turn(parent) || peer_await(parent))
		return EXIT_FAILURE;
	if (is_mapped(job->memory))
		words_of_memory(job->memory, reads);
	return peer_send(parent, reads, sizeof(reads)) ? EXIT_FAILURE : 0;
}

/* Fork, and wait until the child has had its first turn. */
static int fork_child(struct event_run *run, bool writes, struct reason *why)
{
	struct child_job job = { .memory = run->memory, .writes = writes };
	int ret;

	run->child = peer_start(child_main, &job);
	if (!run->child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = peer_await(run->child);
	if (ret)
		return reason(why, ret, "the child is lost: %s",
			      strerror(-ret));
	return 0;
}

static int event_fork(struct event_run *run, struct reason *why)
{
	return fork_child(run, false, why);
}

static int event_fork_write(struct event_run *run, struct reason *why)
{
	return fork_child(run, true, why);
}

static int event_fork_exit(struct event_run *run, struct reason *why)
{
	int ret = fork_child(run, true, why);

	peer_end(run->child);
	run->child = NULL;
	return ret;
}

static int live_on(struct peer *parent, void *unused)
{
	(void)unused;
	if (peer_turn(parent))
		return EXIT_FAILURE;
	peer_idle();
}

static int fork_once_more(struct peer *parent, void *unused)
{
	struct peer *child = peer_start(live_on, NULL);

	(void)unused;
	if (!child || peer_await(child) || peer_turn(parent))
		return EXIT_FAILURE;
	peer_idle();
}

/* Both live as long as this process: each dies with its parent. */
static int event_fork_twice(struct event_run *run, struct reason *why)
{
	struct peer *child = peer_start(fork_once_more, NULL);
	int ret;

	(void)run;
	if (!child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = peer_await(child);
	return ret ? reason(why, ret, "the child is lost: %s",
			    strerror(-ret)) : 0;
}

/* This program, which is always there, printing its version to nobody. */
static int spawn_itself(pid_t *pid)
{
	char *const argv[] = { "pintest", "--version", NULL };
	posix_spawn_file_actions_t actions;
	int ret = posix_spawn_file_actions_init(&actions);

	if (ret)
		return ret;
	ret = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO,
					       "/dev/null", O_WRONLY, 0);
	if (!ret)
		ret = posix_spawn(pid, "/proc/self/exe", &actions, NULL, argv,
				  environ);
	posix_spawn_file_actions_destroy(&actions);
	return ret;
}

/* posix_spawn() is vfork() and exec(): the child borrows the memory. */
static int event_spawn(struct event_run *run, struct reason *why)
{
	int status, ret;
	pid_t pid;

	(void)run;
	ret = spawn_itself(&pid);
	if (ret)
		return reason(why, -ret, "cannot spawn a program: %s",
			      strerror(ret));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return reason(why, -errno, "cannot wait for a program: %s",
				      strerror(errno));
	if (status)
		return reason(why, -ECHILD, "a spawned program failed: status %d",
			      status);
	return 0;
}

static const struct event rows[] = {
	{
		.id = "write-by-child",
		.what = "a child is forked after the pin and writes, then the process writes",
		.traits = EVENT_WRITES | EVENT_FORKS | EVENT_CHILD_WRITES,
		.copies = 1,
		.run = event_fork_write,
	}, {
		.id = "write-after-fork",
		.what = "a child is forked and lives on, then the process writes",
		.traits = EVENT_WRITES | EVENT_FORKS,
		.copies = 1,
		.run = event_fork,
	}, {
		.id = "fork-exit",
		.what = "a child is forked, writes and exits, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.copies = 1,
		.run = event_fork_exit,
	}, {
		.id = "fork-twice",
		.what = "a child is forked and forks another, both live on, then the process writes",
		.traits = COHERENT,
		.needs = MEMORY_PRIVATE,
		.copies = 2,
		.run = event_fork_twice,
	}, {
		.id = "spawn",
		.what = "a program is started by vfork() and exec(), then the process writes",
		.traits = COHERENT,
		.run = event_spawn,
	},
};

const struct event_family event_family_fork = { rows, ARRAY_SIZE(rows) };
