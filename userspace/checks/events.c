// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: what happens to the memory while a pin of it is held.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array_size.h"
#include "peer.h"
#include "reason.h"
#include "words.h"

static void process_writes(struct event_run *run)
{
	words_fill(run->memory->addr, run->memory->length, WORD_PROCESS);
}

/* What the child of an event is told. */
struct child_job {
	const struct memory *memory;
	bool writes;
};

/* It takes turns with the process: it is first, and tells in the end. */
static int child_main(struct peer *parent, void *arg)
{
	const struct child_job *job = arg;
	struct word reads[CHECK_PAGES] = { 0 };

	if (job->writes)
		words_fill(job->memory->addr, job->memory->length, WORD_CHILD);
	if (peer_turn(parent) || peer_await(parent))
		return EXIT_FAILURE;
	words_of_memory(job->memory, reads);
	return peer_send(parent, reads, sizeof(reads)) ? EXIT_FAILURE : 0;
}

static int run_write(struct event_run *run, struct reason *why)
{
	(void)why;
	process_writes(run);
	return 0;
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

static int run_write_by_child(struct event_run *run, struct reason *why)
{
	int ret = fork_child(run, true, why);

	if (ret)
		return ret;
	ret = words_of_pin(run->pin, run->between);
	if (ret)
		return reason(why, ret, "cannot read through the pin: %s",
			      strerror(-ret));
	process_writes(run);
	return 0;
}

static int run_write_after_fork(struct event_run *run, struct reason *why)
{
	int ret = fork_child(run, false, why);

	if (!ret)
		process_writes(run);
	return ret;
}

/* The held pin keeps the pages where they are, so that each repin is alike. */
static int run_repin(struct event_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	int i, ret;

	for (i = 0; i < REPINS; i++) {
		ret = pintest_pin_new(run->pt, run->request, &pin);
		if (ret)
			return reason(why, ret, "repin %d of %d is refused: %s",
				      i + 1, REPINS, strerror(-ret));
		pintest_pin_free(pin);
	}
	return 0;
}

static const struct event table[] = {
	{
		.id = "write",
		.what = "the process writes",
		.traits = EVENT_WRITES,
		.run = run_write,
	}, {
		.id = "write-by-child",
		.what = "a child that is forked now writes, then the process does",
		.traits = EVENT_WRITES | EVENT_FORKS | EVENT_CHILD_WRITES,
		.run = run_write_by_child,
	}, {
		.id = "write-after-fork",
		.what = "a child is forked and lives on, then the process writes",
		.traits = EVENT_WRITES | EVENT_FORKS,
		.run = run_write_after_fork,
	}, {
		.id = "repin",
		.what = "the memory is pinned alike and unpinned 32 more times",
		.traits = EVENT_REPINS,
		.run = run_repin,
	},
};

const struct event *events(size_t *count)
{
	*count = ARRAY_SIZE(table);
	return table;
}

const struct event *event_find(const char *id)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		if (!strcmp(table[i].id, id))
			return &table[i];
	return NULL;
}

int event_end(struct event_run *run, struct reason *why)
{
	int ret;

	if (!run->child)
		return 0;
	ret = peer_turn(run->child);
	if (!ret)
		ret = peer_receive(run->child, run->child_reads,
				   sizeof(run->child_reads));
	peer_end(run->child);
	run->child = NULL;
	if (ret)
		return reason(why, ret, "the child is lost: %s",
			      strerror(-ret));
	return 0;
}
