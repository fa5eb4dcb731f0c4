// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages as a user without pintest can see them: pagemap tells the frame of each,
 * and kpageflags and kpagecount, for each run of frames, flags and mapcount.
 */
#include <fcntl.h>
#include <unistd.h>
#include "measure.h"

#define PRESENT		(1ULL << 63)
#define FRAME(entry)	((entry) & ((1ULL << 55) - 1))

static uint64_t entry[BATCH], flags[BATCH], count[BATCH];

static void read_all(int fd, void *to, size_t nr, uint64_t first)
{
	need(pread(fd, to, nr * 8, first * 8) == (ssize_t)(nr * 8), "pread");
}

static size_t run(size_t i, size_t nr)
{
	size_t end = i + 1;

	while (end < nr && entry[end] == entry[i] + (end - i))
		end++;
	return end - i;
}

void measure_reader(const struct range *range)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	int kpageflags = open("/proc/kpageflags", O_RDONLY);
	int kpagecount = open("/proc/kpagecount", O_RDONLY);
	uint64_t start = now(), first = (uintptr_t)range->addr / 4096;
	size_t done, i, nr;

	need(pagemap >= 0 && kpageflags >= 0 && kpagecount >= 0, "/proc");
	for (done = 0; done < range->pages; done += BATCH) {
		read_all(pagemap, entry, BATCH, first + done);
		for (i = 0; i < BATCH; i += nr) {
			nr = run(i, BATCH);
			if (!(entry[i] & PRESENT))
				continue;
			read_all(kpageflags, flags, nr, FRAME(entry[i]));
			read_all(kpagecount, count, nr, FRAME(entry[i]));
		}
	}
	figure(range, "reader", now() - start);
	close(pagemap);
	close(kpageflags);
	close(kpagecount);
}
