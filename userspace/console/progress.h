/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Progress, for whoever watches a terminal while something takes long.
 */
#ifndef PINTEST_CLI_PROGRESS_H
#define PINTEST_CLI_PROGRESS_H

#include <stdint.h>

/**
 * enum progress_source - what tells how far it is
 *
 * @PROGRESS_MAPPED: pages that this process has in memory
 * @PROGRESS_PINNED: pins that anybody has taken, as the kernel counts them
 */
enum progress_source {
	PROGRESS_MAPPED,
	PROGRESS_PINNED,
};

struct progress;

/**
 * progress_begin() - show how far something is, until progress_end()
 * @what: what is being done
 * @source: what tells how far it is
 * @pages: how many pages it will be
 *
 * Return: NULL for few pages, without a terminal on stderr, or if it cannot be
 * shown.
 */
struct progress *progress_begin(const char *what, enum progress_source source,
				uint64_t pages);

/** progress_end() - show it no more; @progress may be NULL */
void progress_end(struct progress *progress);

#endif /* PINTEST_CLI_PROGRESS_H */
