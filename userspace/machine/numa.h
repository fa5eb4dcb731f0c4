/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NUMA nodes.
 */
#ifndef PINTEST_NUMA_H
#define PINTEST_NUMA_H

/** define NODES_MAX - how many nodes a check can use; they are numbered from 0 on */
#define NODES_MAX	64

/** numa_node_of() - node of the page at an address, or a negative errno */
int numa_node_of(void *addr);

/**
 * numa_other_node() - a node with memory, which this process may use, that is
 * not @node; -1 if there is none
 */
int numa_other_node(int node);

#endif /* PINTEST_NUMA_H */
