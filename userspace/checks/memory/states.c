// SPDX-License-Identifier: GPL-2.0-only
/*
 * States that private anonymous memory of any kind can be in.
 *
 * They are brought about once the memory is mapped and filled, and are what
 * the kernel goes by when it decides whether a page may be written to or has
 * to be copied.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"

/* fork() has mapped the pages in the child, which has nothing else to do. */
static int share(struct peer *parent, void *unused)
{
	(void)unused;
	if (peer_turn(parent))
		return EXIT_FAILURE;
	peer_idle();
}

int memory_share(struct memory *memory, struct reason *why)
{
	int ret;

	memory->child = peer_start(share, NULL);
	if (!memory->child)
		return reason(why, -errno, "cannot fork: %s", strerror(errno));
	ret = peer_await(memory->child);
	if (ret)
		return reason(why, ret, "the child that shares is lost: %s",
			      strerror(-ret));
	return 0;
}

int memory_share_for_a_while(struct memory *memory, struct reason *why)
{
	int ret = memory_share(memory, why);

	peer_end(memory->child);
	memory->child = NULL;
	return ret;
}

int memory_protect(struct memory *memory, int protection, struct reason *why)
{
	if (mprotect(memory->addr, memory->extent, protection))
		return reason(why, -errno, "mprotect() of %s is refused: %s",
			      memory->kind->id, strerror(errno));
	return 0;
}

int memory_make_read_only(struct memory *memory, struct reason *why)
{
	return memory_protect(memory, PROT_READ, why);
}

/**
 * struct state - a row of the table of states
 *
 * @suffix: what it adds to the id of a kind
 * @what: what it adds to the sentence
 * @traits: &enum memory_trait bits that it adds
 * @clears: &enum pintest_page bits that pages have no more
 * @refuses: &enum memory_refusal bits that it adds
 * @alter: brings it about
 */
struct state {
	const char *suffix;
	const char *what;
	unsigned int traits;
	uint64_t clears;
	unsigned int refuses;
	memory_map_fn *alter;
};

static const struct state states[] = {
	{
		.suffix = "shared",
		.what = "and that a living child has shared since fork()",
		.traits = MEMORY_SHARED_CHILD,
		.clears = EXCLUSIVE | PINTEST_PAGE_MAPPED_WRITABLE,
		.alter = memory_share,
	}, {
		.suffix = "previously-shared",
		.what = "and that a child shared until it exited",
		.clears = EXCLUSIVE | PINTEST_PAGE_MAPPED_WRITABLE,
		.alter = memory_share_for_a_while,
	}, {
		.suffix = "readonly",
		.what = "and that is mapped read-only, until the process makes it writable and writes",
		.traits = MEMORY_VARIANT | MEMORY_READ_ONLY,
		.clears = PINTEST_PAGE_MAPPED_WRITABLE,
		.refuses = REFUSES_WRITE,
		.alter = memory_make_read_only,
	},
};

static void add_state(struct memory_table *table,
		      const struct memory_kind *kind,
		      const struct state *state)
{
	struct memory_kind row = *kind;

	row.id = memory_text("%s-%s", kind->id, state->suffix);
	row.what = memory_text("%s, %s", kind->what, state->what);
	row.traits &= ~MEMORY_LEADING;
	row.traits |= state->traits;
	row.is &= ~state->clears;
	row.is_not |= state->clears;
	row.refuses |= state->refuses;
	row.alter = state->alter;
	memory_add(table, &row);
}

void memory_add_states(struct memory_table *table,
		       const struct memory_kind *kind)
{
	size_t i;

	memory_add(table, kind);
	for (i = 0; i < ARRAY_SIZE(states); i++)
		add_state(table, kind, &states[i]);
}
