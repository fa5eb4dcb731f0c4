/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel itself says, in its own files. A pid of 0 is the caller.
 */
#ifndef TESTS_KERNEL_H
#define TESTS_KERNEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Bits of /proc/PID/pagemap. */
#define PAGEMAP_PFN		((1ULL << 55) - 1)
#define PAGEMAP_SOFT_DIRTY	(1ULL << 55)
#define PAGEMAP_EXCLUSIVE	(1ULL << 56)
#define PAGEMAP_SWAPPED		(1ULL << 62)
#define PAGEMAP_PRESENT		(1ULL << 63)

/* Entries of /proc/PID/pagemap. */
void kernel_pagemap(pid_t pid, uint64_t addr, uint64_t *entries, size_t nr);
uint64_t kernel_pagemap_of(const void *addr);

/* /proc/kpageflags and /proc/kpagecount. */
uint64_t kernel_page_flags(uint64_t pfn);
bool kernel_has_page(uint64_t pfn);
uint64_t kernel_page_count(uint64_t pfn);

/* A counter in /proc/vmstat, exact; -1 if there is none of that name. */
long long kernel_vmstat(const char *name);

/* Pins that somebody holds, system wide. Not every kernel counts zeropages. */
long long kernel_pins(void);

/* A line of /proc/meminfo, or -1. */
long long kernel_meminfo(const char *name);

/* A line of /proc/PID/status in kB, as pages. */
long long kernel_status_pages(pid_t pid, const char *name);

/* Pages locked or pinned by @pid, that count against RLIMIT_MEMLOCK. */
long long kernel_locked_pages(pid_t pid);

/* Sum of the sizes in @name lines of /proc/self/smaps for @addr, in bytes. */
long long kernel_smaps(const void *addr, const char *name);

/* Whether the kernel, or a module, has a function of that name. */
bool kernel_has_function(const char *name);

/* The number in a file, or -1. Writing fails the test if it fails. */
long long kernel_read_number(const char *path);
bool kernel_try_write(const char *path, const char *value);
void kernel_write(const char *path, const char *value);

/* Whether its own addresses have 32 bits, whatever ours have. */
bool kernel_is_32bit(void);

#endif /* TESTS_KERNEL_H */
