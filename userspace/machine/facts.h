/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Facts of the machine: which kernel this is, and what decides how it treats
 * memory.
 */
#ifndef PINTEST_FACTS_H
#define PINTEST_FACTS_H

#include <stdint.h>
#include <sys/utsname.h>

#define FACT_LENGTH	128
#define FACT_POOLS	8
#define FACT_OPTIONS	16

/**
 * struct facts - facts of the machine
 *
 * Texts are empty and numbers -1 if they are not known.
 *
 * @uts: the kernel
 * @module: version of the module
 * @distribution: name and version of the distribution
 * @boot_id: random number of this boot
 * @thp: setting of transparent huge pages
 * @thp_shmem: the same in tmpfs
 * @cpus: processors that are online
 * @nodes: NUMA nodes with memory
 * @memory_kb: memory, in KiB
 * @swap_kb: swap space, in KiB
 * @taint: taint mask of the kernel
 * @ksm: whether KSM runs
 * @numa_balancing: whether pages follow their users
 * @pools: pools of huge pages, ended by one without a name: its size as the
 *	kernel writes it, and its pages
 * @options: options of the kernel's command line that concern memory, ended
 *	by an empty one
 */
struct facts {
	struct utsname uts;
	char module[FACT_LENGTH];
	char distribution[FACT_LENGTH];
	char boot_id[FACT_LENGTH];
	char thp[FACT_LENGTH];
	char thp_shmem[FACT_LENGTH];
	int64_t cpus;
	int64_t nodes;
	int64_t memory_kb;
	int64_t swap_kb;
	int64_t taint;
	int64_t ksm;
	int64_t numa_balancing;
	struct fact_pool {
		char size[32];
		int64_t pages;
	} pools[FACT_POOLS + 1];
	char options[FACT_OPTIONS + 1][FACT_LENGTH];
};

/** facts_gather() - ask the machine */
void facts_gather(struct facts *facts);

/**
 * facts_options() - those options of a command line that concern memory
 * @line: the kernel's command line
 * @options: takes them, ended by an empty one
 *
 * What is not known to concern memory may be somebody's secret.
 */
void facts_options(const char *line,
		   char options[FACT_OPTIONS + 1][FACT_LENGTH]);

#endif /* PINTEST_FACTS_H */
