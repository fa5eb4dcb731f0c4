// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facts of the machine, from the files in which the kernel tells them.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/text.h"
#include "facts.h"

#define MM	"/sys/kernel/mm/"

/* Options whose names begin like this. */
static const char * const told_options[] = {
	"transparent_hugepage", "thp_anon", "thp_shmem", "hugepages",
	"hugepagesz", "default_hugepagesz", "hugetlb", "cma", "numa",
	"kernelcore", "movablecore", "movable_node", "mem=", "memmap",
	"memhp_default_state", "memory_hotplug", "swapaccount", "zswap",
	"slub_debug", "page_poison", "page_owner", "init_on_", "debug_pagealloc",
	"secretmem", "kho", "iommu", "intel_iommu", "amd_iommu", "lockdown",
	"panic_on_warn", "norandmaps", "nopti", "pti", "mitigations", "maxcpus",
	"nr_cpus",
};

static int64_t read_number(const char *path)
{
	char text[FACT_LENGTH], *end;
	int64_t value;

	if (text_read(path, text, sizeof(text)))
		return -1;
	value = strtoll(text, &end, 10);
	return end == text ? -1 : value;
}

/* The chosen word of "a [b] c". */
static void read_choice(const char *path, char chosen[FACT_LENGTH])
{
	char text[FACT_LENGTH], *word;

	if (text_read(path, text, sizeof(text)))
		return;
	word = strchr(text, '[');
	if (word)
		snprintf(chosen, FACT_LENGTH, "%.*s",
			 (int)strcspn(word + 1, "]"), word + 1);
}

static void read_text(const char *path, char text[FACT_LENGTH])
{
	if (text_read(path, text, FACT_LENGTH))
		text[0] = '\0';
}

/* The value of a line `KEY="value"`. */
static void read_distribution(char text[FACT_LENGTH])
{
	FILE *file = fopen("/etc/os-release", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "PRETTY_NAME=\"%127[^\"\n]", text) == 1)
			break;
	if (file)
		fclose(file);
}

/* The number that follows a word at the beginning of a line. */
static void read_after(const char *word, const char *line, int64_t *value)
{
	size_t length = strlen(word);

	if (!strncmp(line, word, length))
		*value = strtoll(line + length, NULL, 10);
}

static void read_meminfo(struct facts *facts)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file)) {
		read_after("MemTotal:", line, &facts->memory_kb);
		read_after("SwapTotal:", line, &facts->swap_kb);
	}
	if (file)
		fclose(file);
}

/* Without NUMA there is no such directory, and one node. */
static int64_t count_nodes(void)
{
	DIR *dir = opendir("/sys/devices/system/node");
	struct dirent *entry;
	int64_t count = 0;
	unsigned int node;

	while (dir && (entry = readdir(dir)))
		count += sscanf(entry->d_name, "node%u", &node) == 1;
	if (dir)
		closedir(dir);
	return count ? : 1;
}

static void read_pools(struct facts *facts)
{
	DIR *dir = opendir(MM "hugepages");
	struct dirent *entry;
	char path[512];
	size_t count = 0;

	while (dir && count < FACT_POOLS && (entry = readdir(dir))) {
		struct fact_pool *pool = &facts->pools[count];

		if (sscanf(entry->d_name, "hugepages-%31s", pool->size) != 1)
			continue;
		snprintf(path, sizeof(path), MM "hugepages/%s/nr_hugepages",
			 entry->d_name);
		pool->pages = read_number(path);
		count++;
	}
	if (dir)
		closedir(dir);
}

static bool is_told(const char *option)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(told_options); i++)
		if (!strncmp(option, told_options[i],
			     strlen(told_options[i])))
			return true;
	return false;
}

void facts_options(const char *line,
		   char options[FACT_OPTIONS + 1][FACT_LENGTH])
{
	size_t count = 0, length;

	for (; *line && count < FACT_OPTIONS; line += length) {
		line += strspn(line, " ");
		length = strcspn(line, " ");
		if (is_told(line))
			snprintf(options[count++], FACT_LENGTH, "%.*s",
				 (int)length, line);
	}
	options[count][0] = '\0';
}

static void read_options(struct facts *facts)
{
	char line[4096];

	if (!text_read("/proc/cmdline", line, sizeof(line)))
		facts_options(line, facts->options);
}

void facts_gather(struct facts *facts)
{
	*facts = (struct facts) { .memory_kb = -1, .swap_kb = -1 };
	uname(&facts->uts);
	read_text("/sys/module/pintest/version", facts->module);
	read_distribution(facts->distribution);
	read_text("/proc/sys/kernel/random/boot_id", facts->boot_id);
	read_choice(MM "transparent_hugepage/enabled", facts->thp);
	read_choice(MM "transparent_hugepage/shmem_enabled",
		    facts->thp_shmem);
	facts->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	facts->nodes = count_nodes();
	read_meminfo(facts);
	facts->taint = read_number("/proc/sys/kernel/tainted");
	facts->ksm = read_number(MM "ksm/run");
	facts->numa_balancing = read_number("/proc/sys/kernel/numa_balancing");
	read_pools(facts);
	read_options(facts);
}
