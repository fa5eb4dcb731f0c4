/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of a process, as /proc/PID/maps tells.
 */
#ifndef PINTEST_CLI_MAPS_H
#define PINTEST_CLI_MAPS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct mapping - a mapping
 *
 * @start: first byte
 * @end: first byte after it
 * @perms: such as "rw-p"
 * @name: file or "[heap]", empty if it has none; owned
 */
struct mapping {
	uint64_t start;
	uint64_t end;
	char perms[5];
	char *name;
};

/** struct mappings - all of them, by address */
struct mappings {
	struct mapping *all;
	size_t count;
};

/**
 * mappings_read() - read mappings
 * @file: a file like /proc/PID/maps
 * @maps: the mappings, to be given to mappings_free()
 *
 * Return: 0, -EBADMSG if a line is not understood, or another -errno.
 */
int mappings_read(FILE *file, struct mappings *maps);

/** mappings_of() - read the mappings of a process */
int mappings_of(pid_t pid, struct mappings *maps);

/**
 * process_lacks_memory() - why a process has no mappings
 * @pid: a process without any
 *
 * Return: the reason, or NULL if it just mapped nothing.
 */
const char *process_lacks_memory(pid_t pid);

/** mappings_cut() - keep only what lies in a range */
void mappings_cut(struct mappings *maps, uint64_t start, uint64_t end);

/** mappings_free() - free what is in @maps */
void mappings_free(struct mappings *maps);

#endif /* PINTEST_CLI_MAPS_H */
