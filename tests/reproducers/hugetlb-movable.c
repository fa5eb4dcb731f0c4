// SPDX-License-Identifier: GPL-2.0-only
/*
 * A long-term pin of a hugetlb page in ZONE_MOVABLE is refused with ENOMEM and
 * a warning, or leaves the page where it is, in place of moving it.
 *
 * It takes a machine that was booted with kernelcore= or movablecore=, two
 * pages in the pool, and a kernel that does not panic when it warns.
 */
#include "reproducer.h"

static uint64_t frame_of(const char *addr)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry;

	if (pread(fd, &entry, sizeof(entry), (uintptr_t)addr / getpagesize() *
		  sizeof(entry)) != sizeof(entry))
		err(UNKNOWN, "/proc/self/pagemap");
	close(fd);
	return entry & ((UINT64_C(1) << 55) - 1);
}

/* Whether any node has the page in its ZONE_MOVABLE. */
static bool is_movable(const char *addr)
{
	FILE *file = fopen("/proc/zoneinfo", "re");
	uint64_t frame = frame_of(addr), value, spanned = 0;
	bool here = false, is = false;
	char line[256], zone[32];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "Node %*d, zone %31s", zone) == 1)
			here = !strcmp(zone, "Movable");
		else if (sscanf(line, " spanned %" SCNu64, &value) == 1)
			spanned = value;
		else if (here && sscanf(line, " start_pfn: %" SCNu64,
					&value) == 1)
			is |= frame >= value && frame < value + spanned;
	}
	if (file)
		fclose(file);
	return is;
}

static bool warnings_panic(void)
{
	FILE *file = fopen("/proc/sys/kernel/panic_on_warn", "re");
	int panics = 0;

	if (file && fscanf(file, "%d", &panics) != 1)
		panics = 0;
	if (file)
		fclose(file);
	return panics;
}

int main(void)
{
	char *addr = map_hugetlb();

	*addr = 1;
	if (!is_movable(addr))
		errx(CANNOT, "no hugetlb page is in ZONE_MOVABLE");
	if (warnings_panic())
		errx(CANNOT, "kernel.panic_on_warn is set");
	if (try_pin(addr, getpagesize(), 0) < 0) {
		printf("the pin is refused: %s\n", strerror(errno));
		return HAS;
	}
	printf("the page %s ZONE_MOVABLE\n",
	       is_movable(addr) ? "stays in" : "was moved out of");
	return is_movable(addr) ? HAS : HAS_NOT;
}
