// SPDX-License-Identifier: GPL-2.0-only
/*
 * Progress: a thread looks at what the kernel counts, since the one that waits
 * for the kernel cannot. Others who pin at the same time make it go too fast.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/counts.h"
#include "model/words.h"
#include "progress.h"

/* Between two looks. */
#define NANOSECONDS	200000000

/* What is over at once is not worth a thread. */
#define LEAST_PAGES	16384

struct progress {
	const char *what;
	enum progress_source source;
	uint64_t pages;
	uint64_t start;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool over;		/* protected by lock */
};

/* The second number of the file. */
static uint64_t pages_in_memory(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t pages = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%*u %" SCNu64, &pages) != 1)
		pages = 0;
	fclose(file);
	return pages;
}

static uint64_t look(const struct progress *progress)
{
	if (progress->source == PROGRESS_MAPPED)
		return pages_in_memory();
	return count_of("/proc/vmstat", "nr_foll_pin_acquired");
}

static void show(const struct progress *progress)
{
	uint64_t done = look(progress) - progress->start;
	double mib = page_size() / 1048576.0;

	if (done > progress->pages)
		done = progress->pages;
	fprintf(stderr, "\r\033[K%s: %.0f of %.0f MiB", progress->what,
		done * mib, progress->pages * mib);
}

static void wait_a_little(struct progress *progress)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += NANOSECONDS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&progress->ended, &progress->lock, &until);
}

static void *run(void *arg)
{
	struct progress *progress = arg;

	pthread_mutex_lock(&progress->lock);
	while (!progress->over) {
		show(progress);
		wait_a_little(progress);
	}
	pthread_mutex_unlock(&progress->lock);
	fprintf(stderr, "\r\033[K");
	return NULL;
}

static void init_sync(struct progress *progress)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&progress->ended, &attr);
	pthread_condattr_destroy(&attr);
	pthread_mutex_init(&progress->lock, NULL);
}

struct progress *progress_begin(const char *what, enum progress_source source,
				uint64_t pages)
{
	struct progress *progress;

	if (pages < LEAST_PAGES || !isatty(STDERR_FILENO))
		return NULL;
	progress = calloc(1, sizeof(*progress));
	if (!progress)
		return NULL;
	progress->what = what;
	progress->source = source;
	progress->pages = pages;
	progress->start = look(progress);
	init_sync(progress);
	if (pthread_create(&progress->thread, NULL, run, progress)) {
		free(progress);
		return NULL;
	}
	return progress;
}

void progress_end(struct progress *progress)
{
	if (!progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->over = true;
	pthread_cond_signal(&progress->ended);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	pthread_cond_destroy(&progress->ended);
	pthread_mutex_destroy(&progress->lock);
	free(progress);
}
