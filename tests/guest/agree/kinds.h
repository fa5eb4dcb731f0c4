/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of memory, as rows of a table.
 */
#ifndef TESTS_KINDS_H
#define TESTS_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What has been mapped: pages from an address on. */
struct region {
	char *addr;
	size_t pages;
};

#define ANY (-1)

/**
 * struct kind - a kind of memory
 * @name: in names of tests
 * @map: makes some, or skips the test with the reason
 * @is: &enum pintest_page bits that are true of all its pages
 * @is_not: those that are false
 * @mapcount: of each page, or ANY
 * @entire_mapcount: of its folio, or ANY
 * @read_only: nobody can pin it for writing
 */
struct kind {
	const char *name;
	struct region (*map)(void);
	uint32_t is;
	uint32_t is_not;
	int mapcount;
	int entire_mapcount;
	bool read_only;
};

extern const struct kind kinds[];
extern const size_t nr_kinds;

#endif /* TESTS_KINDS_H */
