/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings, as the files of /proc/PID describe them. The process is not touched.
 */
#ifndef PINTEST_EXPLAIN_MAPPING_H
#define PINTEST_EXPLAIN_MAPPING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * enum vm_flag - what VmFlags in /proc/PID/smaps say of a mapping
 *
 * @MAP_READ: VM_READ
 * @MAP_WRITE: VM_WRITE
 * @MAP_SHARED_VM: VM_SHARED
 * @MAP_MAYREAD: VM_MAYREAD
 * @MAP_MAYWRITE: VM_MAYWRITE
 * @MAP_IO: VM_IO
 * @MAP_PFNMAP: VM_PFNMAP
 * @MAP_MIXEDMAP: VM_MIXEDMAP
 * @MAP_GROWSDOWN_VM: VM_GROWSDOWN
 * @MAP_HUGETLB_VM: VM_HUGETLB
 * @MAP_UFFD_MISSING: VM_UFFD_MISSING
 * @MAP_UFFD_WP: VM_UFFD_WP
 * @MAP_SHADOW_STACK: VM_SHADOW_STACK
 * @MAP_MAYSHARE: VM_MAYSHARE: shared, also where nobody may ever write to it
 */
enum vm_flag {
	MAP_READ		= 1 << 0,
	MAP_WRITE		= 1 << 1,
	MAP_SHARED_VM		= 1 << 2,
	MAP_MAYREAD		= 1 << 3,
	MAP_MAYWRITE		= 1 << 4,
	MAP_IO			= 1 << 5,
	MAP_PFNMAP		= 1 << 6,
	MAP_MIXEDMAP		= 1 << 7,
	MAP_GROWSDOWN_VM	= 1 << 8,
	MAP_HUGETLB_VM		= 1 << 9,
	MAP_UFFD_MISSING	= 1 << 10,
	MAP_UFFD_WP		= 1 << 11,
	MAP_SHADOW_STACK	= 1 << 12,
	MAP_MAYSHARE		= 1 << 13,
};

/**
 * enum backing - what is behind a mapping
 *
 * @BACKED_UNKNOWN: it could not be looked at
 * @BACKED_ANON: nothing: anonymous memory
 * @BACKED_SHMEM: a file in memory: tmpfs, memfd, shared anonymous memory
 * @BACKED_HUGETLB: a file of hugetlb pages
 * @BACKED_SECRETMEM: memfd_secret()
 * @BACKED_FILE: a file of another file system, which tracks what is written
 * @BACKED_DEVICE: a device
 * @BACKED_KERNEL: pages of the kernel, such as the vDSO
 */
enum backing {
	BACKED_UNKNOWN,
	BACKED_ANON,
	BACKED_SHMEM,
	BACKED_HUGETLB,
	BACKED_SECRETMEM,
	BACKED_FILE,
	BACKED_DEVICE,
	BACKED_KERNEL,
};

#define MAPPING_LINE	320

/**
 * struct mapping_facts - what is known of the mapping at an address
 *
 * @mapped: there is one
 * @below_stack: there is none, but the next one grows down
 * @line: its line in /proc/PID/maps
 * @start: first byte
 * @end: first byte after it
 * @offset: of @start in the file
 * @vm: &enum vm_flag bits
 * @backing: &enum backing
 * @filesystem: type of the file system, or ""
 * @size: bytes of the file
 * @seals: F_SEAL_ bits of a memfd, or -1
 * @dax: pages are storage itself (FS-DAX)
 * @pkey: protection key
 * @sigbus: userfaultfds of the process answer a fault with SIGBUS
 */
struct mapping_facts {
	bool mapped;
	bool below_stack;
	char line[MAPPING_LINE];
	uint64_t start;
	uint64_t end;
	uint64_t offset;
	unsigned int vm;
	enum backing backing;
	char filesystem[16];
	uint64_t size;
	int seals;
	bool dax;
	int pkey;
	bool sigbus;
};

/**
 * mapping_look() - what is known of the mapping at an address
 * @pid: whose
 * @addr: the address
 * @map: takes what is known
 *
 * Return: 0, -ESRCH if there is no such process, or another -errno.
 */
int mapping_look(pid_t pid, uint64_t addr, struct mapping_facts *map);

/** mapping_is_cow() - whether a write to it goes to a private copy */
bool mapping_is_cow(const struct mapping_facts *map);

/** mapping_tracks_writes() - whether its file system has to see each write */
bool mapping_tracks_writes(const struct mapping_facts *map);

#define MAPPING_WORDS	256

/** mapping_in_words() - describe a mapping in words */
const char *mapping_in_words(const struct mapping_facts *map,
			 char text[MAPPING_WORDS]);

#endif /* PINTEST_EXPLAIN_MAPPING_H */
