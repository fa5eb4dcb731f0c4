/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of a mapping, as pagemap and the device describe them. No page is
 * faulted in or referenced.
 */
#ifndef PINTEST_EXPLAIN_PAGES_H
#define PINTEST_EXPLAIN_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "mapping.h"
#include "pintest.h"

/**
 * struct page_facts - what is known of a page
 *
 * @entry: its page table entry has a page, be it PROT_NONE
 * @usable: and GUP-fast may use the entry to read
 * @swapped: the page is in swap, or under migration
 * @uffd_wp: a userfaultfd write-protects it
 * @guard: it is a guard page (MADV_GUARD_INSTALL)
 * @behind_file: the file ends before it
 * @record: record of the page; its flags_known is 0 if there is none
 */
struct page_facts {
	bool entry;
	bool usable;
	bool swapped;
	bool uffd_wp;
	bool guard;
	bool behind_file;
	struct pintest_record record;
};

/**
 * page_look() - what is known of the page at an address
 * @pt: the device
 * @pid: whose; 0 is this process
 * @map: the mapping that it is in
 * @addr: the address, a multiple of the page size
 * @page: takes what is known
 *
 * Return: 0 or -errno.
 */
int page_look(struct pintest *pt, pid_t pid, const struct mapping_facts *map,
	      uint64_t addr, struct page_facts *page);

/** page_is() - whether a page is known to have all of &enum pintest_page bits */
bool page_is(const struct page_facts *page, uint64_t flags);

/** page_is_zero() - whether it is the shared zeropage, or the huge one */
bool page_is_zero(const struct page_facts *page);

/** page_is_movable() - whether it is where no long-term pin may stay */
bool page_is_movable(const struct page_facts *page);

#define PAGE_WORDS	160

/** page_in_words() - describe a page in words */
const char *page_in_words(const struct page_facts *page, char text[PAGE_WORDS]);

#endif /* PINTEST_EXPLAIN_PAGES_H */
