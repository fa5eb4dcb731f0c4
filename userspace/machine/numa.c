// SPDX-License-Identifier: GPL-2.0-only
/*
 * NUMA nodes, and balancing between them.
 *
 * The system calls are made without libnuma, which pintest does not need
 * otherwise.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/reason.h"
#include "numa.h"
#include "settings.h"

/* Node of the page at an address, or a negative errno. */
int numa_node_of(void *addr)
{
	int status = -EIO;

	if (syscall(SYS_move_pages, 0, 1UL, &addr, NULL, &status, 0))
		return -errno;
	return status;
}

/* The rest of the line of a file that begins with @head. */
static bool read_line(const char *path, const char *head, char *line, int size)
{
	FILE *file = fopen(path, "re");
	bool found = false;

	while (!found && file && fgets(line, size, file))
		found = !strncmp(line, head, strlen(head));
	if (file)
		fclose(file);
	if (found)
		memmove(line, line + strlen(head),
			strlen(line + strlen(head)) + 1);
	return found;
}

/* A list of nodes, such as "0-1,3", as a mask. */
static uint64_t parse_nodes(const char *list)
{
	unsigned int node, last;
	uint64_t nodes = 0;
	int length;

	while (sscanf(list, "%u%n", &node, &length) == 1) {
		list += length;
		last = node;
		if (sscanf(list, "-%u%n", &last, &length) == 1)
			list += length;
		for (; node <= last && node < NODES_MAX; node++)
			nodes |= UINT64_C(1) << node;
		list += *list == ',';
	}
	return nodes;
}

/*
 * A node with memory, which this process may use, that is not @node; -1 if
 * there is none. Without cpusets it may use all.
 */
int numa_other_node(int node)
{
	uint64_t nodes = 0;
	char line[1024];

	if (read_line("/sys/devices/system/node/has_memory", "", line,
		      sizeof(line)))
		nodes = parse_nodes(line);
	if (read_line("/proc/self/status", "Mems_allowed_list:", line,
		      sizeof(line)))
		nodes &= parse_nodes(line);
	if (node < NODES_MAX)
		nodes &= ~(UINT64_C(1) << node);
	return ffsll(nodes) - 1;
}

/* Balancing begins soon after a process began to run, and comes by often. */
int settings_need_balancing(struct settings *settings, struct reason *why)
{
	static const struct {
		const char *file;
		const char *value;
	} changes[] = {
		{ SETTINGS_PROC_SYS "kernel/numa_balancing", "1" },
		/* Up to 5.12, and from 5.13 on. */
		{ SETTINGS_PROC_SYS "kernel/numa_balancing_scan_delay_ms",
		  "1" },
		{ SETTINGS_PROC_SYS "kernel/numa_balancing_scan_period_min_ms",
		  "1" },
		{ "kernel/debug/sched/numa_balancing/scan_delay_ms", "1" },
		{ "kernel/debug/sched/numa_balancing/scan_period_min_ms", "1" },
	};
	size_t i;

	if (numa_other_node(0) < 0)
		return reason(why, -EOPNOTSUPP,
			      "there is no second NUMA node that may be used");
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		int ret = settings_write(settings, changes[i].file,
					 changes[i].value);

		/* What it takes without the others is time. */
		if (ret && !i)
			return settings_refused(why, ret,
						"this kernel does not balance NUMA nodes");
	}
	return 0;
}
