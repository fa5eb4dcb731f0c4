/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One explanation, and the pin that it is compared with.
 */
#ifndef PINTEST_CLI_EXPLAIN_ATTEMPT_H
#define PINTEST_CLI_EXPLAIN_ATTEMPT_H

#include "explain/explain.h"
#include "memory/memory.h"

/**
 * struct attempt - what to explain, and what came of it
 *
 * @pt: the device
 * @kernel: what this kernel does
 * @kind: the memory to map, or NULL for that of a process
 * @count: pages of it
 * @request: the call; of what, if there is no @kind
 * @try: pin as well
 * @begun: it has been begun
 * @error: a negative errno if it could not be explained
 * @why: why not
 * @explained: @explanation is there
 * @explanation: the explanation
 * @pinning: the pin is being tried
 * @last: and its process makes no other attempt
 * @tried: it has been
 * @pages: pages that were pinned
 * @pin_error: why no more, a positive errno
 */
struct attempt {
	struct pintest *pt;
	const struct kernel_facts *kernel;
	const struct memory_kind *kind;
	size_t count;
	struct pintest_request request;
	bool try;
	bool begun;
	int error;
	struct reason why;
	bool explained;
	struct explanation explanation;
	bool pinning;
	bool last;
	bool tried;
	uint64_t pages;
	int pin_error;
};

/** attempts_new() - attempts that children of this process share with it */
struct attempt *attempts_new(size_t count);

/**
 * attempts_run() - explain, and pin if that is wanted, in a child
 * @attempts: the attempts, which are made one after the other
 * @count: how many there are
 * @deadline_ms: when to kill the child
 *
 * Those behind one that killed the child, or did not return, are made in another.
 *
 * Return: 0; -ETIMEDOUT if a child was killed; or another -errno.
 */
int attempts_run(struct attempt *attempts, size_t count, int deadline_ms);

/** attempt_agrees() - whether what was tried is what was explained */
bool attempt_agrees(const struct attempt *attempt);

#endif /* PINTEST_CLI_EXPLAIN_ATTEMPT_H */
