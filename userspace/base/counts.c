// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers that the kernel tells in lines of "name number" or "name: number".
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "counts.h"

int64_t count_of(const char *path, const char *name)
{
	FILE *file = fopen(path, "re");
	char line[256], format[64];
	int64_t count = 0;

	snprintf(format, sizeof(format), "%s %%" SCNd64, name);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, format, &count) == 1)
			break;
	if (file)
		fclose(file);
	return count;
}

int64_t count_of_mappings(const void *addr, size_t length, const char *name)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	uintptr_t start, end, from = (uintptr_t)addr;
	char line[256], format[64];
	int64_t count, sum = 0;
	bool ours = false;

	snprintf(format, sizeof(format), "%s %%" SCNd64, name);
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " ", &start, &end) == 2)
			ours = start < from + length && end > from;
		else if (ours && sscanf(line, format, &count) == 1)
			sum += count;
	if (file)
		fclose(file);
	return sum;
}
