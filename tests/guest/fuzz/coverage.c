// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/kcov.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "coverage.h"

#define KCOV_PATH "/sys/kernel/debug/kcov"

/* Addresses that a thread can note; later ones are lost. */
#define NR_NOTES (64 * 1024)

/* Sets of what was reached: bit n stands for all that hash to it. */
#define NR_BITS (1 << 16)

/**
 * struct coverage - what is known
 * @fds: a KCOV for each thread, beyond the descriptors of programs
 * @notes: its addresses; the first word is their number
 * @places: addresses that were seen
 * @ways: pairs of addresses that were seen one after the other
 */
struct coverage {
	int fds[NR_THREADS];
	uint64_t *notes[NR_THREADS];
	uint8_t places[NR_BITS / 8];
	uint8_t ways[NR_BITS / 8];
	size_t nr_places;
	size_t nr_ways;
};

static bool open_thread(struct coverage *coverage, unsigned int thread)
{
	int fd = open(KCOV_PATH, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return false;
	coverage->fds[thread] = fcntl(fd, F_DUPFD_CLOEXEC, 500);
	close(fd);
	fd = coverage->fds[thread];
	if (ioctl(fd, KCOV_INIT_TRACE, NR_NOTES))
		return false;
	coverage->notes[thread] = mmap(NULL, NR_NOTES * sizeof(uint64_t),
				       PROT_READ | PROT_WRITE, MAP_SHARED, fd,
				       0);
	return coverage->notes[thread] != MAP_FAILED;
}

struct coverage *coverage_new(void)
{
	struct coverage *coverage = calloc(1, sizeof(*coverage));
	unsigned int thread;

	for (thread = 0; coverage && thread < NR_THREADS; thread++) {
		if (open_thread(coverage, thread))
			continue;
		free(coverage);
		return NULL;
	}
	return coverage;
}

void coverage_clear(struct coverage *coverage)
{
	unsigned int thread;

	for (thread = 0; coverage && thread < NR_THREADS; thread++)
		coverage->notes[thread][0] = 0;
}

void coverage_follow(struct coverage *coverage, unsigned int thread)
{
	if (coverage)
		ioctl(coverage->fds[thread], KCOV_ENABLE, KCOV_TRACE_PC);
}

/* Returns whether it is new. */
static bool note(uint8_t *set, size_t *nr, uint64_t value)
{
	uint64_t hash = value * 0x9e3779b97f4a7c15 >> 48;

	if (set[hash / 8] & 1 << hash % 8)
		return false;
	set[hash / 8] |= 1 << hash % 8;
	(*nr)++;
	return true;
}

static size_t merge_thread(struct coverage *coverage, const uint64_t *notes)
{
	uint64_t nr = notes[0], previous = 0, i;
	size_t fresh = 0;

	if (nr >= NR_NOTES)
		nr = NR_NOTES - 1;
	for (i = 1; i <= nr; i++) {
		note(coverage->places, &coverage->nr_places, notes[i]);
		fresh += note(coverage->ways, &coverage->nr_ways,
			      notes[i] ^ previous << 1);
		previous = notes[i];
	}
	return fresh;
}

size_t coverage_merge(struct coverage *coverage)
{
	unsigned int thread;
	size_t fresh = 0;

	for (thread = 0; coverage && thread < NR_THREADS; thread++)
		fresh += merge_thread(coverage, coverage->notes[thread]);
	return fresh;
}

size_t coverage_places(const struct coverage *coverage)
{
	return coverage ? coverage->nr_places : 0;
}

size_t coverage_ways(const struct coverage *coverage)
{
	return coverage ? coverage->nr_ways : 0;
}
