/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of the test's own process.
 */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stddef.h>

/* Set before main(). */
extern size_t page_size;

/* Small private anonymous pages: not populated, no THP. */
char *map_untouched(size_t pages);

/* The same, written: every byte of page n is memory_byte(n). */
char *map_pages(size_t pages);

/* Never 0. */
unsigned char memory_byte(size_t page);

/* An address range with nothing mapped in it, until something else is. */
char *map_nothing(size_t pages);

/* map_pages() with nothing accessible before or after them. */
char *map_island(size_t pages);

/* What mmap() gives with these arguments, or the test fails. */
char *map_or_fail(size_t size, int prot, int flags, int fd);

/*
 * Who touches these untouched pages waits until the descriptor that this returns
 * is closed. There is something to read on it when somebody does. The test is
 * skipped where there is no userfaultfd.
 */
int stop_faults(char *addr, size_t pages);

#endif /* TESTS_MEMORY_H */
